"""The names and addresses at which this computer's desk answers."""

import socket
import struct
import sys
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from pathlib import Path

if sys.platform == "linux":
    import fcntl

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EVERY = {"0.0.0.0": 4, "::": 6}  # noqa: S104 -- all addresses of this kind
_INTERFACE_ADDRESS = 0x8915  # SIOCGIFADDR


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def answering(host: str, more: Sequence[str] = ()) -> tuple[str, ...]:
    """All names and addresses for a server that is bound to `host`; those of the network first.

    `more` are those of the settings. Nothing is looked up: a name server may be in the attacker's hands.
    """
    if is_loopback(host):
        return LOOPBACK
    kind = _EVERY.get(host)
    own = [each for each in _addresses() if ip_address(each).version == kind] if kind else [host]
    name = socket.gethostname().lower()
    called = [name, f"{name}.local"] if _is_name(name) else []
    return tuple(dict.fromkeys([*own, *called, *(each.lower() for each in more), *LOOPBACK]))


def _is_name(name: str) -> bool:
    labels = name.split(".")
    return len(name) < 250 and all(each.replace("-", "").isalnum() and each.isascii() for each in labels)


def _addresses() -> list[str]:
    return [each for each in _found() if not ip_address(each).is_loopback]


if sys.platform == "linux":

    def _found() -> list[str]:
        """Asked of the kernel: to look one's own name up would ask a name server."""
        found = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            for _, name in socket.if_nameindex():
                try:
                    answer = fcntl.ioctl(asking.fileno(), _INTERFACE_ADDRESS, struct.pack("256s", name.encode()[:15]))
                except OSError:  # an interface without an address
                    continue
                found.append(socket.inet_ntoa(answer[20:24]))
        try:
            lines = Path("/proc/net/if_inet6").read_text(encoding="ascii").splitlines()
        except OSError:
            return found
        addresses = (IPv6Address(int(line.split()[0], 16)) for line in lines)
        return [*found, *(str(each) for each in addresses if not each.is_link_local)]
else:

    def _found() -> list[str]:
        """Windows answers for its own name by itself."""
        try:
            answers = socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)
        except OSError:
            return []
        addresses = dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers)
        return [each for each in addresses if not ip_address(each).is_link_local]
