"""The keeper: starts the door and the worker, starts the worker anew when it dies, closes both in their order."""

import asyncio
import logging
import multiprocessing
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing import connection
from typing import TYPE_CHECKING

from fallback.authority import Authority, ServerCertificate
from fallback.errors import ParchiError, ServerStopped
from fallback.serving import tls
from fallback.serving.door import Door, Limits
from fallback.serving.listeners import lan_listening, listening, take_connections
from fallback.serving.order import LanDoor, Order, begin
from fallback.serving.pool import LAN_LARGE, LAN_SMALL, LARGE, SMALL, Pool

if TYPE_CHECKING:  # else the keeper would hold the whole program twice, and every start would wait for it
    from fallback.enrolment import DeskCertificate

_log = logging.getLogger(__name__)
_PATIENCE = 45.0  # seconds for the worker to end: a printer may be taking a sheet
_DEATHS, _MINUTE = 3, 60.0
# Desks keep one line to each other; a stranger gets little, and is sent away first.
LAN_LIMITS = Limits(connections=300, per_address=64, head=5.0, body=10.0, busy=5.0, most=33 << 20)
# Spawned everywhere, as on Windows: a forked child would inherit this process's threads and sockets.
_PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What whoever started the server is told when it stands open."""

    server: ServerCertificate | None
    missing: tuple[str, ...]
    port: int
    lan: int = 0  # the port of the door to the other desks, 0 where there is none


class _Worker:
    """A worker process and the pipe that keeps it alive."""

    def __init__(self, order: Order) -> None:
        pairs = [socket.socketpair() for _ in range(SMALL + LARGE + (LAN_SMALL + LAN_LARGE) * (order.lan is not None))]
        self.lanes = [ours for ours, _ in pairs]
        theirs = [worker for _, worker in pairs]
        self._control, control = _PROCESSES.Pipe()
        # No daemon, which might have no children: it starts the processes that read pages. The pipe ends it with us.
        self.process = _PROCESSES.Process(target=begin, args=(control, theirs), name="parchi worker")
        self.process.start()
        self._control.send(order)
        control.close()
        for sock in theirs:
            sock.close()

    def ready(self) -> "DeskCertificate | None":
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
    order: Order,
    host: str,
    port: int,
    opened: Callable[[Opened], None],
    *,
    limits: Limits | None = None,
    lan: int | None = None,
) -> None:
    """Serves until Ctrl-C or SIGTERM. `port` 0 takes a free one; `opened` is told when the desk stands open.

    `lan` is the port of a second door, to the other desks of the network, None for none: the usual one (lan.PORT) gives
    way to one of the next where it is taken.

    Raises PortTaken, AddressUnknown, ServerStopped, and what opening the installation raises.
    """
    listeners = listening(host, port)
    desks, server = [], None
    try:
        if lan is not None:
            desks = lan_listening(lan, but=listeners[0].getsockname()[1])
            server = lan_certificate()
            order = replace(order, lan=LanDoor.of(desks[0].getsockname()[1], server))
        asyncio.run(_run(order, listeners, opened, limits or Limits(), desks, server))
    finally:
        for listener in [*listeners, *desks]:
            listener.close()


def lan_certificate() -> ServerCertificate:
    """What the door to the other desks shows: made for this start, and nobody's word (see custody.network.proof)."""
    now = datetime.now(UTC)
    return Authority.new("", [], now).issue([], now)


async def _run(
    order: Order,
    listeners: Sequence[socket.socket],
    opened: Callable[[Opened], None],
    limits: Limits,
    desks: Sequence[socket.socket],
    shown: ServerCertificate | None,
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    before = [
        (number, signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set)))
        for number in (signal.SIGINT, signal.SIGTERM)
    ]
    pool, lan_pool = Pool(), Pool(LAN_SMALL)
    stopping = asyncio.create_task(stop.wait())
    worker = _Worker(order)
    try:
        certificate = await _or_stopped(asyncio.to_thread(worker.ready), stopping)
        if stop.is_set():
            return
        server = certificate.server if certificate else None
        door = Door(pool, tls.context(server) if server else None, limits)
        lan_door = Door(lan_pool, tls.context(shown) if shown else None, LAN_LIMITS, only="/lan/")
        await _fill(worker, pool, lan_pool)
        for listener in [*listeners, *desks]:
            take_connections(listener)
        standing = [asyncio.create_task(door.stand_open(listener)) for listener in listeners]
        standing += [asyncio.create_task(lan_door.stand_open(listener)) for listener in desks]
        opened(
            Opened(
                server=server,
                missing=certificate.missing if certificate else (),
                port=listeners[0].getsockname()[1],
                lan=order.lan.port if order.lan else 0,
            )
        )
        deaths: list[float] = []
        while True:
            died = asyncio.create_task(asyncio.to_thread(worker.wait))
            await asyncio.wait({died, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                break
            pool.empty()
            lan_pool.empty()
            _log.warning("the worker ended by itself (%s) and is started again", worker.process.exitcode)
            deaths = [*(each for each in deaths if loop.time() - each < _MINUTE), loop.time()]
            if len(deaths) >= _DEATHS:
                raise ServerStopped(times=_DEATHS)
            worker = _Worker(order)
            with suppress(EOFError):  # it died again: the next turn sees that
                await _or_stopped(asyncio.to_thread(worker.ready), stopping)
                await _fill(worker, pool, lan_pool)
        for task in standing:
            task.cancel()
        await asyncio.gather(door.close(), lan_door.close())
    except EOFError as wrong:
        raise ServerStopped(times=1) from wrong
    finally:
        pool.empty()
        lan_pool.empty()
        await asyncio.to_thread(worker.end)
        stopping.cancel()
        for number, handler in before:
            signal.signal(number, handler)


async def _fill(worker: _Worker, pool: Pool, lan_pool: Pool) -> None:
    await pool.fill(worker.lanes[: SMALL + LARGE])
    await lan_pool.fill(worker.lanes[SMALL + LARGE :])


async def _or_stopped(
    answer: "Coroutine[None, None, DeskCertificate | None]", stopping: "asyncio.Task[bool]"
) -> "DeskCertificate | None":
    """What is awaited; None when the stop comes first, for a worker that is still opening the vault."""
    awaited = asyncio.ensure_future(answer)
    await asyncio.wait({awaited, stopping}, return_when=asyncio.FIRST_COMPLETED)
    return awaited.result() if awaited.done() else None
