"""The addresses of this computer on its networks, and where a call to all of a network goes."""

import socket
import struct
import sys
from dataclasses import dataclass

_ADDRESS, _BROADCAST = 0x8915, 0x8919  # SIOCGIFADDR, SIOCGIFBRDADDR
_ALL = "255.255.255.255"


@dataclass(frozen=True, slots=True)
class Interface:
    """One address of this computer, and where a call goes that all of its network hear."""

    address: str
    broadcast: str


def interfaces() -> tuple[Interface, ...]:
    """Those of this moment, without loopback: cables are pulled and addresses change while a desk is open."""
    return tuple(each for each in _found() if not each.address.startswith("127."))


if sys.platform == "linux":
    import fcntl

    def _found() -> list[Interface]:
        found = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            for _, name in socket.if_nameindex():
                packed = struct.pack("256s", name.encode()[:15])
                try:
                    address, broadcast = (
                        socket.inet_ntoa(fcntl.ioctl(asking.fileno(), what, packed)[20:24])
                        for what in (_ADDRESS, _BROADCAST)
                    )
                except OSError:  # an interface without an address
                    continue
                found.append(Interface(address, broadcast if broadcast != "0.0.0.0" else _ALL))  # noqa: S104 -- none given
        return found
else:

    def _found() -> list[Interface]:
        """Windows answers for its own name by itself; a call from a bound address leaves by that address's network."""
        try:
            answers = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET, socket.SOCK_STREAM)
        except OSError:
            return []
        return [Interface(address, _ALL) for address in dict.fromkeys(str(answer[4][0]) for answer in answers)]
