"""One request to a FHIR server at a time: no redirects, no proxies, bounded size and time, and every failure named."""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from fallback.errors import ParchiError, Sentence, TargetNotFhir, TargetRefuses, TargetUnreachable

LARGEST_ANSWER = 20_000_000  # bytes
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before the second attempt, the third ...
_FHIR = "application/fhir+json"
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class Transient(Exception):
    """An attempt that failed in a way that may pass; whether it did anything is not known."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


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
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`authority` is a file with the hospital's certificate authority; `timeout` (seconds) is for one answer."""
        self.url = url.rstrip("/")
        self._timeout, self._pauses, self._sleep, self._clock = timeout, pauses, sleep, clock
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
        self._client.close()

    def get(self, path: str) -> Reply:
        """Reads, again and again while it may pass. Raises TargetUnreachable, TargetRefuses or TargetNotFhir."""
        return self.patiently(lambda: self.once("GET", path))

    def search(self, kind: str, parameters: Mapping[str, str]) -> Reply:
        """Searches by POST, so that no patient's number stands in an address or an access log. Raises as `get`."""
        return self.patiently(lambda: self.once("POST", f"{kind}/_search", form=parameters))

    def patiently(self, attempt: Callable[[], Reply]) -> Reply:
        """Repeats an attempt that is safe to repeat, with back-off. Raises as `get`."""
        for pause in self._pauses:
            try:
                return attempt()
            except Transient:
                self._sleep(pause)
        try:
            return attempt()
        except Transient as last:
            raise self.unreachable(last.why) from last

    def pauses(self) -> tuple[float, ...]:
        """The pauses between attempts, in seconds."""
        return self._pauses

    def pause(self, seconds: float) -> None:
        """Waits between two attempts."""
        self._sleep(seconds)

    def unreachable(self, why: str) -> ParchiError:
        """The error of a server that did not answer after all attempts."""
        return TargetUnreachable(url=self.url, why=why)

    def not_fhir(self, why: str) -> ParchiError:
        """The error of a server that answers with something else."""
        return TargetNotFhir(url=self.url, why=why)

    def once(self, method: str, path: str, *, resource: Any = None, form: Mapping[str, str] | None = None) -> Reply:
        """One request, one answer. Raises Transient for what may pass, ParchiError for what stops the run."""
        content = None if resource is None else json.dumps(resource).encode()
        headers = {} if content is None else {"Content-Type": f"{_FHIR}; charset=utf-8"}
        address = f"{self.url}/{path}" if path else self.url
        try:
            with self._client.stream(method, address, content=content, data=form, headers=headers) as response:
                text = self._read(response)
        except httpx.TimeoutException as late:
            raise Transient(Sentence("it gave no answer in {seconds} seconds", seconds=f"{self._timeout:g}")) from late
        except httpx.RequestError as broken:
            if _is_certificate(broken):
                raise self.unreachable(why="its certificate is not trusted") from broken
            raise Transient(why="the connection was refused or broke off") from broken
        return self._reply(response.status_code, text)

    def _read(self, response: httpx.Response) -> bytes:
        """The whole answer, unless it is too large or drips for too long."""
        end = self._clock() + self._timeout
        text = b""
        for part in response.iter_bytes():
            text += part
            if len(text) > LARGEST_ANSWER:
                raise self.not_fhir(why="its answer is larger than 20 MB")
            if self._clock() > end:
                raise Transient(Sentence("it gave no answer in {seconds} seconds", seconds=f"{self._timeout:g}"))
        return text

    def _reply(self, status: int, text: bytes) -> Reply:
        if status in _LATER:
            raise Transient(Sentence("it answers {status}", status=status))
        if status in (401, 403):
            raise TargetRefuses(url=self.url, status=status)
        if 300 <= status < 400:
            raise self.not_fhir(why="it sends us to another address, where nothing of ours goes")
        body = _resource(text)
        if body is None:
            if status < 300:
                what = "its answer is a web page" if text.lstrip()[:1] == b"<" else "its answer is not a FHIR resource"
                raise self.not_fhir(what)
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


def _is_certificate(broken: BaseException | None) -> bool:
    while broken is not None:
        if isinstance(broken, ssl.SSLCertVerificationError):
            return True
        broken = broken.__cause__ or broken.__context__
    return False
