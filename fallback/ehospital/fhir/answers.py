"""What a FHIR server's answers say: ids, references, versions, read with the care that a hostile answer needs."""

import re
from collections.abc import Mapping
from typing import Any

from fallback.ehospital.fhir.wire import Reply

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def made_by_transaction(reply: Reply, count: int) -> dict[str, str] | None:
    """The ids by kind of what a transaction made or found; None when the answer does not say so cleanly.

    Of several of one kind the first; `count` is how many entries were sent.
    """
    found: dict[str, str] = {}
    responses = _responses(reply)
    for response in responses:
        parts = str(response.get("location", "")).partition("/_history/")[0].split("/")
        if len(parts) >= 2 and ID.fullmatch(parts[-1]):
            found.setdefault(parts[-2], parts[-1])
    return found if len(responses) == count and "Encounter" in found else None


def was_created(reply: Reply, kind: str) -> bool:
    """Whether a transaction created the resource of a kind (201); it may have been there already (200)."""
    return any(
        str(response.get("status", "")).startswith("201") and f"{kind}/" in str(response.get("location", ""))
        for response in _responses(reply)
    )


def matches_of(reply: Reply) -> list[Mapping[str, Any]]:
    """The resources of a search's answer."""
    entries = reply.body.get("entry", [])
    return [
        entry["resource"]
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, Mapping) and isinstance(entry.get("resource"), Mapping)
    ]


def read_by_batch(reply: Reply) -> list[Mapping[str, Any]]:
    """The resources that a batch of readings brought; what was not found, or is no resource, is left out."""
    if reply.status != 200 or reply.body.get("type") != "batch-response":
        return []
    entries = reply.body.get("entry", [])
    good = [each for each in (entries if isinstance(entries, list) else []) if _is_read(each)]
    return [each["resource"] for each in good if isinstance(each["resource"].get("resourceType"), str)]


def leads_on(reply: Reply) -> bool:
    """Whether a search's answer has a next page."""
    links = reply.body.get("link", [])
    return any(
        isinstance(link, Mapping) and link.get("relation") == "next"
        for link in (links if isinstance(links, list) else [])
    )


def _is_read(entry: Any) -> bool:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("resource"), Mapping):
        return False
    response = entry.get("response")
    return isinstance(response, Mapping) and str(response.get("status", "")).startswith("200")


def _responses(reply: Reply) -> list[Mapping[str, Any]]:
    entries = reply.body.get("entry", [])
    return [
        entry["response"]
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, Mapping) and isinstance(entry.get("response"), Mapping)
    ]


def subject_of(visit: Mapping[str, Any]) -> str:
    """The id of the visit's patient, "" when it names none."""
    subject = visit.get("subject")
    reference = str(subject.get("reference", "")) if isinstance(subject, Mapping) else ""
    kind, _, key = reference.partition("/_history/")[0].rpartition("/")
    return key if kind.rpartition("/")[2] == "Patient" and ID.fullmatch(key) else ""


def version_of(resource: Mapping[str, Any]) -> str:
    """The version of a resource that was read, for the condition under which it may be replaced."""
    meta = resource.get("meta")
    return str(meta.get("versionId", "")) if isinstance(meta, Mapping) else ""
