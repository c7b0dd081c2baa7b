"""The sockets that a server listens at."""

import errno
import socket
import sys
from contextlib import suppress

from fallback.errors import AddressUnknown, ParchiError, PortTaken
from fallback.lan import PORT, PORTS


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to a host, one for each kind of its addresses; they do not listen yet. `port` 0 takes a free one.

    Raises PortTaken and AddressUnknown.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as wrong:
        raise AddressUnknown(host=host) from wrong
    bound: list[socket.socket] = []
    for family, kind, proto, _, address in dict.fromkeys(found):
        listener = socket.socket(family, kind, proto)
        try:
            _ours_alone(listener, family)
            listener.bind((address[0], bound[0].getsockname()[1] if bound else port, *address[2:]))
        except OSError as wrong:
            listener.close()
            if len(found) > 1 and wrong.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                continue  # a computer without IPv6 answers by the other kind
            for each in bound:
                each.close()
            raise _told(wrong, host, port) from wrong
        bound.append(listener)
    if not bound:
        raise AddressUnknown(host=host)
    return bound


def lan_listening(port: int, *, but: int = 0) -> list[socket.socket]:
    """Sockets for the other desks, at all addresses; where the usual port is taken, one of those that words can tell.

    `but` is the port of our own other door, which is bound and does not listen yet. Raises PortTaken.
    """
    for each in (near for near in PORTS if near != but) if port == PORT else [port]:
        with suppress(PortTaken):
            return listening("0.0.0.0", each)  # noqa: S104 -- all addresses: they change while a desk is open
    raise PortTaken(port=port)


def take_connections(listener: socket.socket) -> None:
    """From now on it takes connections. Raises PortTaken, when another start bound the port, too, and was quicker."""
    port = listener.getsockname()[1]
    try:
        listener.listen(512)
    except OSError as wrong:
        raise PortTaken(port=port) from wrong


def _ours_alone(listener: socket.socket, family: int) -> None:
    """Nobody else of this computer may take a part of our port; ourselves we may start again at once."""
    if sys.platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.setblocking(False)


def _told(wrong: OSError, host: str, port: int) -> ParchiError:
    return AddressUnknown(host=host) if wrong.errno == errno.EADDRNOTAVAIL else PortTaken(port=port)
