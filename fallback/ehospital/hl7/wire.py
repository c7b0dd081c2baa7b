"""MLLP: one HL7 message out, its acknowledgement back, over TCP or TLS; bounded, and every failure named."""

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fallback.authority import public_key_digest
from fallback.ehospital.hl7.text import Answer, answer
from fallback.errors import ParchiError, Sentence, TargetAnswersOddly, TargetChanged, TargetUnreachable

PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds before the second attempt, the third ...
USUAL_PORT = 2575
_START, _END = b"\x0b", b"\x1c\r"
_LARGEST = 1_000_000  # bytes of one answer
_MOST_STRANGE = 10  # answers to other messages, before ours, on one connection


class _Broken(Exception):
    """An attempt without an answer; whether the message arrived is not known."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class MllpWire:
    """The connection to one receiver. Not for several threads at once."""

    def __init__(
        self,
        url: str,
        *,
        authority: Path | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` is mllp:// or mllps://; `timeout` (seconds) is for one answer. Raises TargetAnswersOddly for a file of
        an authority that is none.
        """
        self.url, self._timeout, self._pauses, self._sleep, self._clock = url, timeout, pauses, sleep, clock
        self._parts = urlsplit(url)
        self._tls: ssl.SSLContext | None = None
        if self._parts.scheme == "mllps":
            try:
                self._tls = ssl.create_default_context(cafile=str(authority) if authority else None)
            except OSError as wrong:
                raise self.odd(Sentence("the file of its certificate authority cannot be used")) from wrong
        self.certificate = ""  # SHA-256 (hex) of the key of whom we speak to; "" before the first word, and without TLS
        self._socket: socket.socket | None = None
        self._read = b""

    def close(self) -> None:
        """Lets go of the connection."""
        open_, self._socket, self._read = self._socket, None, b""
        if open_ is not None:
            open_.close()

    def reach(self) -> None:
        """Connects anew; `certificate` is known after it. Raises TargetUnreachable or TargetChanged."""
        for pause in (*self._pauses, None):
            self.close()
            try:
                self._connected()
                return
            except _Broken as broken:
                if pause is None:
                    raise self.unreachable(broken.why) from broken
                self._sleep(pause)

    def say(self, message: str, control: str) -> Answer:
        """Sends a message until its own acknowledgement comes; a repetition is the same bytes, under the same control
        id. AR is tried again, for it says that the receiver is down. Raises TargetUnreachable or TargetAnswersOddly.
        """
        for pause in (*self._pauses, None):
            try:
                found = self._once(message, control)
                if found.code != "AR" or pause is None:
                    return found
            except _Broken as broken:
                self.close()
                if pause is None:
                    raise self.unreachable(broken.why) from broken
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def unreachable(self, why: str) -> ParchiError:
        """The error of a receiver that did not answer after all attempts."""
        return TargetUnreachable(url=self.url, why=why)

    def odd(self, why: str) -> ParchiError:
        """The error of a receiver that answers with something else."""
        return TargetAnswersOddly(url=self.url, why=why)

    def _once(self, message: str, control: str) -> Answer:
        if self._socket is not None and self._stale():
            self.close()
        connection = self._connected()
        end = self._clock() + self._timeout
        try:
            connection.settimeout(self._timeout)
            connection.sendall(_START + message.encode() + _END)
        except OSError as broken:
            raise _Broken(Sentence("the connection was refused or broke off")) from broken
        for _ in range(_MOST_STRANGE):
            found = answer(self._frame(connection, end))
            if found is None:
                raise self.odd(Sentence("its answer is no HL7 acknowledgement"))
            if found.control == control and not found.code.startswith("C"):
                return found
            if found.code == "AR" and not found.control:
                raise self.odd(Sentence("it could not read the message at all"))
            # An answer that came late to an earlier message, or the first of two: ours is still to come.
        raise self.odd(Sentence("it answers other messages than ours"))

    def _stale(self) -> bool:
        """Whether the other side hung up, or said something that nobody asked: then we begin anew."""
        if self._read or self._socket is None:
            return True
        self._socket.settimeout(0.0)
        try:
            self._socket.recv(1, 0 if self._tls else socket.MSG_PEEK)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        return True

    def _connected(self) -> socket.socket:
        if self._socket is not None:
            return self._socket
        address = (self._parts.hostname or "", self._parts.port or USUAL_PORT)
        try:
            plain = socket.create_connection(address, timeout=self._timeout)
        except OSError as refused:
            raise _Broken(Sentence("the connection was refused or broke off")) from refused
        try:
            made = self._tls.wrap_socket(plain, server_hostname=address[0]) if self._tls else plain
        except ssl.SSLCertVerificationError as untrusted:
            plain.close()
            raise self.unreachable(Sentence("its certificate is not trusted")) from untrusted
        except OSError as broken:
            plain.close()
            raise _Broken(Sentence("the connection was refused or broke off")) from broken
        if isinstance(made, ssl.SSLSocket):
            key = public_key_digest(made.getpeercert(binary_form=True) or b"")
            if self.certificate not in ("", key):
                made.close()
                raise TargetChanged(target=self.url, what="certificate")
            self.certificate = key
        self._socket, self._read = made, b""
        return made

    def _frame(self, connection: socket.socket, end: float) -> bytes:
        """The next frame; what stands before its start is noise."""
        late = Sentence("it gave no answer in {seconds} seconds", seconds=f"{self._timeout:g}")
        while True:
            start, stop = self._read.find(_START), self._read.find(_END)
            if 0 <= stop < start:  # the tail of a frame whose start nobody saw
                self._read = self._read[start:]
            elif start >= 0 and stop >= 0:
                found, self._read = self._read[start + 1 : stop], self._read[stop + len(_END) :]
                return found.rpartition(_START)[2]  # a frame that was cut, and begun again
            if len(self._read) > _LARGEST:
                raise self.odd(Sentence("its answer is larger than 1 MB"))
            left = end - self._clock()
            if left <= 0:
                raise _Broken(late)
            connection.settimeout(left)
            try:
                part = connection.recv(65_536)
            except TimeoutError as timeout:
                raise _Broken(late) from timeout
            except OSError as broken:
                raise _Broken(Sentence("the connection was refused or broke off")) from broken
            if not part:
                raise _Broken(Sentence("the connection was refused or broke off"))
            self._read += part
