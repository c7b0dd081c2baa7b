"""HTTP to one hospital system: no redirects, no proxies, one key, bounded size and time, and every failure named."""

import math
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
from fallback.errors import ParchiError, Sentence, TargetChanged, TargetUnreachable

LARGEST_ANSWER = 20_000_000  # bytes
BUSY = frozenset({429, 503})
_SLOWEST = 25_000  # bytes a second: a picture on a poor line is not late


class Transient(Exception):
    """An attempt that failed in a way that may pass; whether it did anything is not known.

    `later` is None unless the server says that it is busy: then for how many seconds, 0 where it does not say.
    """

    def __init__(self, why: str, later: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.later = later


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole. `headers` are found whatever their letters' case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def later(self) -> int:
        """For how long a busy server asks us to wait: seconds or a date; 0 where it says nothing that can be read."""
        told = self.headers.get("Retry-After", "").strip()
        if told.isascii() and told.isdecimal():
            return min(int(told[:6]), 86_400)
        try:
            until = parsedate_to_datetime(told)
        except (TypeError, ValueError):
            return 0
        left = (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC)
        return max(0, min(round(left.total_seconds()), 86_400))


class Line:
    """The connection to one server. Not for several threads at once."""

    def __init__(
        self,
        url: str,
        odd: Callable[[str], ParchiError],
        *,
        headers: Mapping[str, str],
        authority: Path | None,
        timeout: float,
    ) -> None:
        """`odd` makes the error of a server that answers with something else; `authority` is a file with the hospital's
        certificate authority; `timeout` (seconds) is for one answer.
        """
        self.certificate = ""  # SHA-256 (hex) of the key of whom we speak to; "" before the first word, and without TLS
        self._url, self._odd, self._timeout = url, odd, timeout
        self._stream: Any = None
        self._guard: threading.Thread | None = None
        self._closed, self._is_cut, self._until = threading.Event(), False, math.inf
        try:
            trust = ssl.create_default_context(cafile=str(authority)) if authority else True
        except OSError as wrong:
            raise odd(Sentence("the file of its certificate authority cannot be used")) from wrong
        self._client = httpx.Client(
            headers={"Accept-Encoding": "identity", **headers},
            timeout=timeout,
            follow_redirects=False,  # a redirect may lead patients' data, and our token, anywhere
            trust_env=False,  # so may a proxy that somebody left in the environment
            verify=trust,
        )

    def close(self) -> None:
        """Lets go of the connection."""
        self._closed.set()
        self._client.close()

    def ask(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        form: Mapping[str, str | list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request, one whole answer. Raises Transient for what may pass, ParchiError for what stops the run."""
        with self._limited(self._timeout + len(content or b"") / _SLOWEST) as is_late:
            try:
                with self._client.stream(
                    method, address, content=content, data=form, headers=headers, extensions={"trace": self._watch}
                ) as response:
                    text = self._read(response)
            except httpx.RequestError as broken:
                if _is_certificate(broken):
                    why = Sentence("its certificate is not trusted")
                    raise TargetUnreachable(url=self._url, why=why) from broken
                if is_late() or isinstance(broken, httpx.TimeoutException):
                    late = Sentence("it gave no answer in {seconds} seconds", seconds=f"{self._timeout:g}")
                    raise Transient(late) from broken
                raise Transient(Sentence("the connection was refused or broke off")) from broken
        if 300 <= response.status_code < 400:
            raise self._odd(Sentence("it sends us to another address, where nothing of ours goes"))
        return Answer(status=response.status_code, headers=response.headers, content=text)

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
            raise TargetChanged(target=self._url, what="certificate")
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
                raise self._odd(Sentence("its answer is larger than 20 MB"))
        return b"".join(parts)


def _is_certificate(broken: BaseException | None) -> bool:
    while broken is not None:
        if isinstance(broken, ssl.SSLCertVerificationError):
            return True
        broken = broken.__cause__ or broken.__context__
    return False
