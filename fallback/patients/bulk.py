"""A FHIR bulk export: a Patient a line (NDJSON), packed or not, as texts by the names of `Columns`."""

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from fallback.errors import Sentence, TableWrong
from fallback.names.text import is_devanagari
from fallback.tables import TOO_LONG, Row

_LONGEST = 1 << 20  # bytes of one resource
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_MR, _ABHA = "MR", "HIN"
_KIN = ("FTH", "MTH", "HUSB", "SPS", "GUARD", "FAMMEMB", "N")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A bulk file: whether its first line is a patient, about how many lines it has, its digest."""

    patients: bool
    lines: int
    digest: str


def told(path: Path) -> Told | None:
    """What a file is told by its first line; None when it is no bulk export. Raises TableWrong."""
    try:
        with _opened(path) as file:
            first = file.readline(_LONGEST).lstrip(b"\xef\xbb\xbf \t\r\n")
            if not first.startswith(b"{"):
                return None
            kind = json.loads(first).get("resourceType")
            file.seek(0)
            count, digest = 0, hashlib.sha256()
            while chunk := file.read(_CHUNK):
                count += chunk.count(b"\n")
                digest.update(chunk)
    except (ValueError, AttributeError, RecursionError):
        return None
    except (OSError, EOFError, gzip.zlib.error) as wrong:  # type: ignore[attr-defined]
        raise _unreadable(path, wrong) from wrong
    return Told(patients=kind == "Patient", lines=count, digest=digest.hexdigest())


def lines(path: Path) -> Iterator[Row]:
    """Each line as one cell. Raises TableWrong."""
    try:
        with _opened(path) as file:
            at = 0
            while line := file.readline(_LONGEST):
                at += 1
                if len(line) == _LONGEST and not line.endswith(b"\n"):
                    while (more := file.readline(_LONGEST)) and not more.endswith(b"\n"):
                        pass
                    yield at, TOO_LONG
                elif text := line.decode("utf-8-sig", "replace").strip():
                    yield at, [text]
    except (OSError, EOFError, gzip.zlib.error) as wrong:  # type: ignore[attr-defined]
        raise _unreadable(path, wrong) from wrong


def texts_of(line: str, system: str) -> dict[str, str] | None:
    """A patient's texts by the names of `Columns`; None for what is no Patient. `system` is that of the UHID."""
    try:
        patient = json.loads(line)
        if patient["resourceType"] != "Patient":
            return None
        return _texts(patient, system)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None


def _texts(patient: Mapping[str, Any], system: str) -> dict[str, str]:
    own, former, abha = _numbers(patient.get("identifier", []), system)
    latin, hindi = _names(patient.get("name", []))
    links = [each for each in patient.get("link", []) if each.get("type") == "replaced-by"]
    merged = next((str(each["other"].get("identifier", {}).get("value", "")) for each in links), "")
    phones = [str(each.get("value", "")) for each in patient.get("telecom", []) if each.get("system") == "phone"]
    address: Mapping[str, Any] = next(iter(patient.get("address", [])), {})
    place = [*address.get("line", []), address.get("city", "")]
    return {
        "uhid": own,
        "name": latin,
        "name_hindi": hindi,
        "sex": str(patient.get("gender", "")),
        "birth": str(patient.get("birthDate", "")),
        "guardian": _guardian(patient.get("contact", [])),
        "locality": address.get("text", "") or ", ".join(each for each in place if each),
        "district": str(address.get("district", "")),
        "mobile": "/".join(phones),
        "abha": abha,
        "former": ",".join(former),
        "merged_into": merged,
    }


def _numbers(identifiers: list[Mapping[str, Any]], system: str) -> tuple[str, list[str], str]:
    """The UHID, older ones of the same system, and the ABHA number."""
    ours: list[str] = []
    old: list[str] = []
    abha = ""
    for each in identifiers:
        value, codes = str(each.get("value", "")), _codes(each.get("type", {}))
        if _ABHA in codes:
            abha = abha or value
        elif each.get("system") == system if system else (_MR in codes or len(identifiers) == 1):
            (old if each.get("use") == "old" else ours).append(value)
    return (ours[0] if ours else ""), [*ours[1:], *old], abha


def _codes(concept: Mapping[str, Any]) -> set[str]:
    return {str(each.get("code", "")) for each in concept.get("coding", [])}


def _names(found: list[Mapping[str, Any]]) -> tuple[str, str]:
    """The Latin and the Hindi name; one that is not used any more counts last."""
    texts = [_name(each) for each in sorted(found, key=lambda each: each.get("use") in ("old", "maiden", "nickname"))]
    hindi = next((each for each in texts if any(map(is_devanagari, each))), "")
    return next((each for each in texts if each and not any(map(is_devanagari, each))), ""), hindi


def _name(told: Mapping[str, Any]) -> str:
    return told.get("text") or " ".join([*told.get("given", []), told.get("family", "")]).strip()


def _guardian(contacts: list[Mapping[str, Any]]) -> str:
    def near(contact: Mapping[str, Any]) -> int:
        codes = {code for each in contact.get("relationship", []) for code in _codes(each)}
        return next((at for at, code in enumerate(_KIN) if code in codes), len(_KIN))

    return next((_name(each.get("name", {})) for each in sorted(contacts, key=near)), "")


def _opened(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _unreadable(path: Path, wrong: Exception) -> TableWrong:
    return TableWrong(file=path.name, why=Sentence("it cannot be read ({kind}).", kind=type(wrong).__name__))
