"""One request to a FHIR server at a time: no redirects, no proxies, bounded size and time, and every failure named."""

import json
import math
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from fallback.authority import public_key_digest
from fallback.errors import (
    ParchiError,
    Sentence,
    TargetBusy,
    TargetChanged,
    TargetNotFhir,
    TargetRefuses,
    TargetUnreachable,
)

LARGEST_ANSWER = 20_000_000  # bytes
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before the second attempt, the third ...
_SLOWEST = 25_000  # bytes a second: a picture on a poor line is not late
_FHIR = "application/fhir+json"
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_LATER = frozenset({408, 425, 500, 502, 504})
_BUSY = frozenset({429, 503})


class Transient(Exception):
    """An attempt that failed in a way that may pass; whether it did anything is not known.

    `later` is None unless the server says that it is busy: then for how many seconds, 0 where it does not say.
    """

    def __init__(self, why: str, later: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.later = later


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
        self.certificate = ""  # of the server that we speak to; "" before the first word, and without TLS
        self._timeout, self._pauses, self._sleep = timeout, pauses, sleep
        self._stream: Any = None
        self._guard: threading.Thread | None = None
        self._closed, self._is_cut, self._until = threading.Event(), False, math.inf
        self._check_address()
        headers = {"Accept": _FHIR, "Accept-Encoding": "identity"}
        if token:
            if not _VISIBLE.fullmatch(token):
                raise self.not_fhir(why="the token that was given is none: it has spaces or signs that no token has")
            headers["Authorization"] = f"Bearer {token}"
        try:
            trust = ssl.create_default_context(cafile=str(authority)) if authority else True
        except OSError as wrong:
            raise self.not_fhir(why="the file of its certificate authority cannot be used") from wrong
        self._client = httpx.Client(
            headers=headers,
            timeout=timeout,
            follow_redirects=False,  # a redirect may lead patients' data, and our token, anywhere
            trust_env=False,  # so may a proxy that somebody left in the environment
            verify=trust,
        )

    def close(self) -> None:
        """Lets go of the connection."""
        self._closed.set()
        self._client.close()

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
        with self._limited(self._timeout + len(content or b"") / _SLOWEST) as is_late:
            try:
                with self._client.stream(
                    method, address, content=content, data=form, headers=headers, extensions={"trace": self._watch}
                ) as response:
                    text = self._read(response)
            except httpx.RequestError as broken:
                if _is_certificate(broken):
                    raise TargetUnreachable(url=self.url, why="its certificate is not trusted") from broken
                if is_late() or isinstance(broken, httpx.TimeoutException):
                    late = Sentence("it gave no answer in {seconds} seconds", seconds=f"{self._timeout:g}")
                    raise Transient(late) from broken
                raise Transient(why="the connection was refused or broke off") from broken
        return self._reply(response, text, may_be_empty=method == "PUT")

    def _watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Each new connection: whose key it shows, before anything is said to it."""
        if event not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        self._stream = told["return_value"]
        secure = self._stream.get_extra_info("ssl_object")
        if secure is None:
            return
        key = public_key_digest(secure.getpeercert(True))
        if self.certificate not in ("", key):
            self._stream.close()
            raise TargetChanged(target=self.url, what="certificate")
        self.certificate = key

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[Callable[[], bool]]:
        """Has the connection cut after a while, however slowly it drips; gives what says whether that happened."""
        if self._guard is None:
            self._guard = threading.Thread(target=self._keep_watch, daemon=True)
            self._guard.start()
        self._is_cut, self._until = False, time.monotonic() + seconds
        try:
            yield lambda: self._is_cut
        finally:
            self._until = math.inf

    def _keep_watch(self) -> None:
        """Looks at the clock now and then: a thread of its own for each request would take longer than the request."""
        while not self._closed.wait(self._timeout / 4):
            if time.monotonic() > self._until and self._stream is not None:
                self._is_cut, self._until = True, math.inf
                with suppress(OSError):
                    self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def _read(self, response: httpx.Response) -> bytes:
        """The whole answer, unless it is too large."""
        parts, size = [], 0
        for part in response.iter_bytes():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise self.not_fhir(why="its answer is larger than 20 MB")
        return b"".join(parts)

    def _reply(self, response: httpx.Response, text: bytes, *, may_be_empty: bool) -> Reply:
        status = response.status_code
        if status in _BUSY:
            raise Transient(Sentence("it answers {status}", status=status), _seconds(response))
        if status in _LATER:
            raise Transient(Sentence("it answers {status}", status=status))
        if status in (401, 403):
            raise TargetRefuses(url=self.url, status=status)
        if 300 <= status < 400:
            raise self.not_fhir(why="it sends us to another address, where nothing of ours goes")
        body = _resource(text)
        if body is None:
            if status < 300 and (text or not may_be_empty):
                raise self.not_fhir(_what(response, text))
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


def _what(response: httpx.Response, text: bytes) -> str:
    """What an answer is that is no FHIR resource in JSON."""
    why = "its answer is not a FHIR resource"
    if "xml" in response.headers.get("Content-Type", "").lower() or b"http://hl7.org/fhir" in text[:500]:
        why = "it answers in XML. Ask its maker for FHIR in JSON"
    elif text.lstrip()[:1] == b"<":
        why = "its answer is a web page"
    return why


def _seconds(response: httpx.Response) -> int:
    """For how long a busy server asks us to wait: seconds or a date; 0 where it says nothing that can be read."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdecimal():
        return min(int(told[:6]), 86_400)
    try:
        until = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return 0
    left = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
    return max(0, min(round(left.total_seconds()), 86_400))


def _is_certificate(broken: BaseException | None) -> bool:
    while broken is not None:
        if isinstance(broken, ssl.SSLCertVerificationError):
            return True
        broken = broken.__cause__ or broken.__context__
    return False
