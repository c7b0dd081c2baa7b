"""The keeper: starts the door and the worker, starts the worker anew when it dies, closes both in their order."""

import asyncio
import logging
import multiprocessing
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection

from fallback.authority import ServerCertificate
from fallback.enrolment import DeskCertificate
from fallback.errors import ParchiError, ServerStopped
from fallback.serving import tls
from fallback.serving.door import Door, Limits
from fallback.serving.listeners import listening
from fallback.serving.pool import LARGE, SMALL, Pool
from fallback.serving.worker import Order, work

_log = logging.getLogger(__name__)
_PATIENCE = 45.0  # seconds for the worker to end: a printer may be taking a sheet
_DEATHS, _MINUTE = 3, 60.0
# Spawned everywhere, as on Windows: a forked child would inherit this process's threads and sockets.
_PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What whoever started the server is told when it stands open."""

    server: ServerCertificate | None
    missing: tuple[str, ...]
    port: int


class _Worker:
    """A worker process and the pipe that keeps it alive."""

    def __init__(self, order: Order) -> None:
        pairs = [socket.socketpair() for _ in range(SMALL + LARGE)]
        self.lanes = [ours for ours, _ in pairs]
        theirs = [worker for _, worker in pairs]
        self._control, control = _PROCESSES.Pipe()
        # No daemon, which might have no children: it starts the processes that read pages. The pipe ends it with us.
        self.process = _PROCESSES.Process(target=work, args=(control, theirs), name="parchi worker")
        self.process.start()
        self._control.send(order)
        control.close()
        for sock in theirs:
            sock.close()

    def ready(self) -> DeskCertificate | None:
        """Waits until it is; blocks. Raises the error that it met, EOFError when it died without a word."""
        try:
            said = self._control.recv()
        except OSError as wrong:
            raise EOFError from wrong
        if isinstance(said, ParchiError):
            raise said
        certificate: DeskCertificate | None = said
        return certificate

    def wait(self) -> None:
        """Blocks until it is dead."""
        connection.wait([self.process.sentinel])

    def end(self) -> None:
        """Closes it, by force when it does not end by itself; blocks."""
        with suppress(OSError):
            self._control.send(None)
        self._control.close()
        self.process.join(_PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def serve(
    order: Order, host: str, port: int, opened: Callable[[Opened], None], *, limits: Limits | None = None
) -> None:
    """Serves until Ctrl-C or SIGTERM. `port` 0 takes a free one; `opened` is told when the desk stands open.

    Raises PortTaken, AddressUnknown, ServerStopped, and what opening the installation raises.
    """
    listeners = listening(host, port)
    try:
        asyncio.run(_run(order, listeners, opened, limits or Limits()))
    finally:
        for listener in listeners:
            listener.close()


async def _run(
    order: Order, listeners: Sequence[socket.socket], opened: Callable[[Opened], None], limits: Limits
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    before = [
        (number, signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set)))
        for number in (signal.SIGINT, signal.SIGTERM)
    ]
    pool = Pool()
    stopping = asyncio.create_task(stop.wait())
    worker = _Worker(order)
    try:
        certificate = await _or_stopped(asyncio.to_thread(worker.ready), stopping)
        if stop.is_set():
            return
        server = certificate.server if certificate else None
        door = Door(pool, tls.context(server) if server else None, limits)
        await pool.fill(worker.lanes)
        for listener in listeners:
            listener.listen(512)
        standing = [asyncio.create_task(door.stand_open(listener)) for listener in listeners]
        opened(
            Opened(
                server=server,
                missing=certificate.missing if certificate else (),
                port=listeners[0].getsockname()[1],
            )
        )
        deaths: list[float] = []
        while True:
            died = asyncio.create_task(asyncio.to_thread(worker.wait))
            await asyncio.wait({died, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                break
            pool.empty()
            _log.warning("the worker ended by itself (%s) and is started again", worker.process.exitcode)
            deaths = [*(each for each in deaths if loop.time() - each < _MINUTE), loop.time()]
            if len(deaths) >= _DEATHS:
                raise ServerStopped(times=_DEATHS)
            worker = _Worker(order)
            with suppress(EOFError):  # it died again: the next turn sees that
                await _or_stopped(asyncio.to_thread(worker.ready), stopping)
                await pool.fill(worker.lanes)
        for task in standing:
            task.cancel()
        await door.close()
    except EOFError as wrong:
        raise ServerStopped(times=1) from wrong
    finally:
        pool.empty()
        await asyncio.to_thread(worker.end)
        stopping.cancel()
        for number, handler in before:
            signal.signal(number, handler)


async def _or_stopped(
    answer: Coroutine[None, None, DeskCertificate | None], stopping: "asyncio.Task[bool]"
) -> DeskCertificate | None:
    """What is awaited; None when the stop comes first, for a worker that is still opening the vault."""
    awaited = asyncio.ensure_future(answer)
    await asyncio.wait({awaited, stopping}, return_when=asyncio.FIRST_COMPLETED)
    return awaited.result() if awaited.done() else None
