"""The beacon: a small authenticated call to all of a network, by which the desks of one hospital know of each other.

It tells a port, a chain's id and a mark of what its sender knows: no name, no number, no patient. Whoever plays an old
one back, or sends it from another address, only makes us ask in vain.
"""

import hashlib
import hmac
import socket
import struct
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from fallback.lan.here import Interface
from fallback.lan.words import PORT

_MAGIC = b"PARCHI-1"
_BODY = struct.Struct(">8s8s8sQHBB")
_MAC = 16
_MOST = 8  # addresses of one computer
LARGEST = len(_MAGIC) + _BODY.size + 4 * _MOST + _MAC
_SERVES = 1
_LULL = 0.05  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """What a desk calls. `instance` (8 bytes) is new at each start, `count` grows with each call of an instance.

    `chain` is the chain that it writes (8 bytes), `mark` (8 bytes) stands for all heads that it knows; `serves` says
    that browsers of other computers use it. It holds for `addresses` alone.
    """

    instance: bytes
    chain: bytes
    mark: bytes
    count: int
    port: int
    serves: bool
    addresses: tuple[str, ...]

    def packed(self, key: bytes) -> bytes:
        """The datagram, LARGEST bytes at most."""
        told = [socket.inet_aton(each) for each in self.addresses[:_MOST]]
        flags = _SERVES if self.serves else 0
        head = _BODY.pack(self.instance, self.chain, self.mark, self.count, self.port, flags, len(told))
        body = _MAGIC + head + b"".join(told)
        return body + _mac(key, body)

    @classmethod
    def unpacked(cls, key: bytes, datagram: bytes, source: str) -> "Beacon | None":
        """The beacon of a datagram; None for a stranger's, a damaged one, or one that came from elsewhere."""
        body, mac = datagram[:-_MAC], datagram[-_MAC:]
        if not body.startswith(_MAGIC) or not hmac.compare_digest(_mac(key, body), mac):
            return None
        head, rest = body[len(_MAGIC) :][: _BODY.size], body[len(_MAGIC) + _BODY.size :]
        if len(head) != _BODY.size or len(rest) != 4 * head[-1]:
            return None
        instance, chain, mark, count, port, flags, told = _BODY.unpack(head)
        addresses = tuple(socket.inet_ntoa(rest[at : at + 4]) for at in range(0, 4 * told, 4))
        if source not in addresses or not port:
            return None
        return cls(
            instance=instance, chain=chain, mark=mark, count=count, port=port, serves=bool(flags & _SERVES),
            addresses=addresses,
        )  # fmt: skip


class Whistle:
    """The UDP socket of one desk: calls, and hears the others. Several desks of one computer may each have one."""

    def __init__(self, port: int = PORT) -> None:
        """Raises OSError when this computer gives no such socket: desks then find each other by words alone."""
        self._port = port
        self._ears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._ears.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._ears.bind(("", port))
        except OSError:
            self._ears.close()
            raise

    def call(self, datagram: bytes, interfaces: Sequence[Interface]) -> None:
        """Sends into every network; one that is down at this moment is passed over."""
        for each in interfaces:
            with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth:
                mouth.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                mouth.bind((each.address, 0))
                mouth.sendto(datagram, (each.broadcast, self._port))

    def hear(self, seconds: float) -> tuple[bytes, str] | None:
        """The next datagram and where it came from; None when none came within so many seconds."""
        self._ears.settimeout(max(seconds, 0.001))
        try:
            datagram, source = self._ears.recvfrom(LARGEST + 1)
        except TimeoutError:
            return None
        except OSError:  # the network went; or Windows tells that an earlier call found nobody
            time.sleep(min(seconds, _LULL))
            return None
        return (datagram, str(source[0])) if len(datagram) <= LARGEST else (b"", str(source[0]))

    def close(self) -> None:
        """Lets go of the socket."""
        self._ears.close()


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"beacon " + body, hashlib.sha256).digest()[:_MAC]
