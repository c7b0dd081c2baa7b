"""IPP as CUPS speaks it (RFC 8010, 8011): a question to the print service of this computer, and its answer."""

import os
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

SECONDS = 20.0
_MOST = 1_000_000  # bytes of an answer; CUPS's have a few hundred
_SOCKET = Path("/run/cups/cups.sock")
_HTTP_OK = 200
_DELIMITERS = 0x10  # tags below it part the groups of attributes, and the last one ends them
_END = 0x03

Value = int | bool | str


class Operation(IntEnum):
    """What is asked (RFC 8011, 5.4.15)."""

    PRINT_JOB = 0x0002
    GET_JOB = 0x0009
    GET_PRINTER = 0x000B


class Tag(IntEnum):
    """What an attribute's value is, or which group begins (RFC 8010, 3.5)."""

    OPERATION_GROUP = 0x01
    JOB_GROUP = 0x02
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49


class Unanswered(Exception):
    """No usable answer. `asked`: the question may have arrived."""

    def __init__(self, *, asked: bool) -> None:
        super().__init__(asked)
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its status (below 0x100 is well), and every attribute with its values."""

    status: int
    attributes: Mapping[str, Sequence[Value]]

    def number(self, name: str) -> int:
        """The first value of a number or a flag; 0 when it is not there."""
        value = next(iter(self.attributes.get(name, ())), 0)
        return value if isinstance(value, int) else 0

    def words(self, name: str) -> tuple[str, ...]:
        """All values of a keyword."""
        return tuple(value for value in self.attributes.get(name, ()) if isinstance(value, str))


def ask(
    operation: Operation,
    queue: str,
    attributes: Sequence[tuple[Tag, str, Value]] = (),
    job: Sequence[tuple[Tag, str, Value]] = (),
    document: bytes = b"",
) -> Answer:
    """Asks CUPS about a queue. Raises Unanswered."""
    target = f"/printers/{quote(queue)}"
    body = encode(
        operation,
        [
            (Tag.CHARSET, "attributes-charset", "utf-8"),
            (Tag.LANGUAGE, "attributes-natural-language", "en"),
            (Tag.URI, "printer-uri", f"ipp://localhost{target}"),
            *attributes,
        ],
        job,
    )
    try:
        line = _connection()
    except ValueError as wrong:  # $CUPS_SERVER is no address
        raise Unanswered(asked=False) from wrong
    try:
        line.connect()
    except (OSError, ValueError) as wrong:  # nobody there
        line.close()
        raise Unanswered(asked=False) from wrong
    try:
        line.request("POST", target, body + document, {"Content-Type": "application/ipp"})
        reply = line.getresponse()
        raw = reply.read(_MOST)
        if reply.status != _HTTP_OK:
            raise Unanswered(asked=False)
        return decode(raw)
    except (OSError, ValueError, HTTPException) as wrong:
        raise Unanswered(asked=True) from wrong
    finally:
        line.close()


class _LocalConnection(HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=SECONDS)
        self._path = path

    def connect(self) -> None:
        if sys.platform == "win32":
            raise OSError("Windows has no CUPS")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self._path)


def _connection() -> HTTPConnection:
    """To where CUPS's own commands would go: $CUPS_SERVER, else the local socket."""
    server = os.environ.get("CUPS_SERVER") or str(_SOCKET)
    if server.startswith("/"):
        return _LocalConnection(server)
    host, _, port = server.partition(":")
    return HTTPConnection(host, int(port or 631), timeout=SECONDS)


def encode(
    operation: int, attributes: Sequence[tuple[Tag, str, Value]], job: Sequence[tuple[Tag, str, Value]] = ()
) -> bytes:
    """A request without its document; in an answer `operation` is the status."""
    parts = [struct.pack(">HHIB", 0x0101, operation, 1, Tag.OPERATION_GROUP)]
    parts += [_encoded(*each) for each in attributes]
    if job:
        parts.append(bytes([Tag.JOB_GROUP]))
        parts += [_encoded(*each) for each in job]
    return b"".join(parts) + bytes([_END])


def _encoded(tag: Tag, name: str, value: Value) -> bytes:
    match value:
        case bool():
            raw = bytes([value])
        case int():
            raw = struct.pack(">i", value)
        case str():
            raw = value.encode()
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(raw)) + raw


def decode(raw: bytes) -> Answer:
    """An answer from its bytes. Raises ValueError when they are cut short or no IPP."""
    attributes: dict[str, list[Value]] = {}
    name = ""
    try:
        _, status, _ = struct.unpack_from(">HHI", raw)
        place = 8
        while (tag := raw[place]) != _END:
            place += 1
            if tag < _DELIMITERS:
                continue
            named, place = _piece(raw, place)
            value, place = _piece(raw, place)
            name = named.decode() or name  # without a name it is one more value of the attribute before it
            attributes.setdefault(name, []).append(_decoded(tag, value))
    except (struct.error, IndexError) as wrong:
        raise ValueError("the answer is cut short") from wrong
    return Answer(status, attributes)


def _piece(raw: bytes, place: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from(">H", raw, place)
    place += 2
    return raw[place : place + size], place + size


def _decoded(tag: int, value: bytes) -> Value:
    if tag in (Tag.INTEGER, Tag.ENUM):
        return int.from_bytes(value, "big", signed=True)
    if tag == Tag.BOOLEAN:
        return value != b"\0"
    return value.decode(errors="replace")
