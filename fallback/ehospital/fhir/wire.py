"""One request to a FHIR server at a time, repeated where that is safe, and what its answer is."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from fallback.ehospital.line import BUSY, Answer, Line, Transient as Transient
from fallback.errors import (
    ParchiError,
    Sentence,
    TargetBusy,
    TargetNotFhir,
    TargetRefuses,
    TargetUnreachable,
)

PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before the second attempt, the third ...
_FHIR = "application/fhir+json"
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_LATER = frozenset({408, 425, 500, 502, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A status, and the FHIR resource that came with it; empty when there was none."""

    status: int
    body: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What an OperationOutcome says, at most 300 letters. It may name patients: for the journal, for no log."""
        issues = self.body.get("issue")
        found = [
            str(issue.get("diagnostics") or issue.get("code") or "")
            for issue in (issues if isinstance(issues, list) else [])
            if isinstance(issue, Mapping)
        ]
        return "; ".join(text for text in found if text)[:300]


class Wire:
    """The connection to one server. Not for several threads at once."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        authority: Path | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`authority` is a file with the hospital's certificate authority; `timeout` (seconds) is for one answer."""
        self.url = url.rstrip("/")
        self._pauses, self._sleep = pauses, sleep
        self._check_address()
        headers = {"Accept": _FHIR}
        if token:
            if not _VISIBLE.fullmatch(token):
                raise self.not_fhir(why="the token that was given is none: it has spaces or signs that no token has")
            headers["Authorization"] = f"Bearer {token}"
        self._line = Line(self.url, self.not_fhir, headers=headers, authority=authority, timeout=timeout)

    @property
    def certificate(self) -> str:
        """Of the server that we speak to; "" before the first word, and without TLS."""
        return self._line.certificate

    def close(self) -> None:
        """Lets go of the connection."""
        self._line.close()

    def get(self, path: str) -> Reply:
        """Reads, again and again while it may pass. Raises TargetUnreachable, -Busy, -Refuses, -Changed or -NotFhir."""
        return self.patiently(lambda: self.once("GET", path))

    def search(self, kind: str, parameters: Mapping[str, str | list[str]]) -> Reply:
        """Searches by POST, so that no patient's number stands in an address or an access log. Raises as `get`."""
        return self.patiently(lambda: self.once("POST", f"{kind}/_search", form=parameters))

    def patiently(self, attempt: Callable[[], Reply]) -> Reply:
        """Repeats an attempt that is safe to repeat, with back-off. Raises as `get`."""
        for pause in (*self._pauses, None):
            try:
                return attempt()
            except Transient as failed:
                self.wait(failed, pause)
        raise AssertionError("the last wait raises")

    def wait(self, failed: Transient, pause: float | None) -> None:
        """Waits before the next attempt, `pause` seconds; raises where there is none, or the server asks for longer."""
        if failed.later is not None and (pause is None or failed.later > pause):
            raise TargetBusy(url=self.url, seconds=failed.later)
        if pause is None:
            raise TargetUnreachable(url=self.url, why=failed.why)
        self._sleep(pause)

    def pauses(self) -> tuple[float, ...]:
        """The pauses between attempts, in seconds."""
        return self._pauses

    def not_fhir(self, why: str) -> ParchiError:
        """The error of a server that answers with something else."""
        return TargetNotFhir(url=self.url, why=why)

    def once(
        self,
        method: str,
        path: str,
        *,
        resource: Any = None,
        form: Mapping[str, str | list[str]] | None = None,
        version: str | None = None,
    ) -> Reply:
        """One request, one answer; `version` is the one that it must still be there.

        Raises Transient for what may pass, ParchiError for what stops the run.
        """
        content = None if resource is None else json.dumps(resource).encode()
        # What was taken is read back by itself: an answer that repeats it is long, and proves little.
        written = {"Content-Type": f"{_FHIR}; charset=utf-8", "Prefer": "return=minimal"}
        headers = {} if content is None else written
        headers |= {"If-Match": f'W/"{version}"'} if version is not None else {}
        address = f"{self.url}/{path}" if path else self.url
        answer = self._line.ask(method, address, content=content, form=form, headers=headers)
        return self._reply(answer, may_be_empty=method == "PUT")

    def _reply(self, answer: Answer, *, may_be_empty: bool) -> Reply:
        status, text = answer.status, answer.content
        if status in BUSY:
            raise Transient(Sentence("it answers {status}", status=status), answer.later)
        if status in _LATER:
            raise Transient(Sentence("it answers {status}", status=status))
        if status in (401, 403):
            raise TargetRefuses(url=self.url, status=status)
        body = _resource(text)
        if body is None:
            if status < 300 and (text or not may_be_empty):
                raise self.not_fhir(_what(answer))
            body = {}
        return Reply(status=status, body=body)

    def _check_address(self) -> None:
        try:
            parsed = httpx.URL(self.url)
        except httpx.InvalidURL as wrong:
            raise self.not_fhir(why="this is not an address") from wrong
        odd = parsed.query or parsed.fragment or not _VISIBLE.fullmatch(self.url)
        if parsed.scheme not in ("http", "https") or not parsed.host or odd:
            raise self.not_fhir(why="its address must start with http:// or https://, and end with the FHIR base")
        if parsed.userinfo:
            self.url = str(parsed.copy_with(username=None, password=None))
            raise self.not_fhir(why="a password never stands in an address")


def _resource(text: bytes) -> Mapping[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and isinstance(body.get("resourceType"), str) else None


def _what(answer: Answer) -> str:
    """What an answer is that is no FHIR resource in JSON."""
    why, text = "its answer is not a FHIR resource", answer.content
    if "xml" in answer.headers.get("Content-Type", "").lower() or b"http://hl7.org/fhir" in text[:500]:
        why = "it answers in XML. Ask its maker for FHIR in JSON"
    elif text.lstrip()[:1] == b"<":
        why = "its answer is a web page"
    return why
