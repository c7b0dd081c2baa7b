"""The same server inside this process, without a worker of its own: for rehearsals and tests."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socket import socket, socketpair
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from fallback.authority import ServerCertificate
from fallback.custody.network.link import Link
from fallback.enrolment import Installation
from fallback.lan import PORT
from fallback.serving import tls
from fallback.serving.door import Door, Limits
from fallback.serving.keeper import LAN_LIMITS, lan_certificate
from fallback.serving.listeners import lan_listening, listening, take_connections
from fallback.serving.order import LanDoor
from fallback.serving.pool import LARGE, SMALL, Pool
from fallback.serving.wsgi import answering
from fallback.web.lan import beside


@contextmanager
def lan_door(installation: Installation) -> Iterator[Link]:
    """A door to the other desks in this process, while the context lasts, for an invitation; its link is not started.

    Raises PortTaken.
    """
    listener, *_ = lan_listening(PORT)
    port = listener.getsockname()[1]
    listener.close()
    server = lan_certificate()
    link = Link(
        installation.ledger, port=port, certificate=LanDoor.of(port, server).certificate,
        give_up=installation.seat.give_up,
    )  # fmt: skip
    with served(beside(_no_pages, link), host="0.0.0.0", port=port, server=server, limits=LAN_LIMITS):  # noqa: S104
        yield link


def _no_pages(_environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    start("404 Not Found", [])
    return [b""]


@contextmanager
def served(
    app: WSGIApplication,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    server: ServerCertificate | None = None,
    limits: Limits | None = None,
    listener: socket | None = None,
) -> Iterator[str]:
    """Serves an app while the context lasts; gives its address. `listener` is bound already and somebody else's, too.

    Raises PortTaken and AddressUnknown.
    """
    listener = listener or listening(host, port)[0]
    listener.setblocking(False)
    take_connections(listener)
    pairs = [socketpair() for _ in range(SMALL + LARGE)]
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def stand() -> None:
        pool = Pool()
        door = Door(pool, tls.context(server) if server else None, limits or Limits())
        await pool.fill([ours for ours, _ in pairs])
        standing = asyncio.create_task(door.stand_open(listener))
        await stop.wait()
        standing.cancel()
        await door.close()
        pool.empty()
        await asyncio.sleep(0)  # the lanes close in the loop's next turn

    thread = threading.Thread(target=loop.run_until_complete, args=(stand(),), name="door", daemon=True)
    with answering(app, [theirs for _, theirs in pairs]):
        thread.start()
        try:
            yield f"{'https' if server else 'http'}://{host}:{listener.getsockname()[1]}"
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()
            listener.close()
