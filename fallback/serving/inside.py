"""The same server inside this process, without a worker of its own: for rehearsals and tests."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socket import socketpair
from wsgiref.types import WSGIApplication

from fallback.authority import ServerCertificate
from fallback.serving import tls
from fallback.serving.door import Door, Limits
from fallback.serving.listeners import listening
from fallback.serving.pool import LARGE, SMALL, Pool
from fallback.serving.worker import answering


@contextmanager
def served(
    app: WSGIApplication,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    server: ServerCertificate | None = None,
    limits: Limits | None = None,
) -> Iterator[str]:
    """Serves an app while the context lasts; gives its address. Raises PortTaken and AddressUnknown."""
    listener = listening(host, port)[0]
    listener.listen(512)
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
