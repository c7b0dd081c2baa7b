"""The lanes to the worker that are free: small ones for forms and pages, large ones for what is handed in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from socket import socket

from fallback.errors import ServerBusy
from fallback.serving.lanes import Lane

SMALL, LARGE = 16, 6
LAN_SMALL, LAN_LARGE = 3, 2  # of the other desks: what they ask keeps no clerk waiting


class Pool:
    """Free lanes; the last one given back is taken first. When the worker dies, its lanes go, and others come."""

    def __init__(self, small: int = SMALL) -> None:
        """`small` is how many of its lanes are for small requests."""
        self._small = small
        self._free: dict[bool, asyncio.LifoQueue[Lane]] = {False: asyncio.LifoQueue(), True: asyncio.LifoQueue()}
        self._alive: set[Lane] = set()

    async def fill(self, sockets: Sequence[socket]) -> None:
        """Takes the ends of a new worker's lanes: the small ones, then large ones."""
        for place, sock in enumerate(sockets):
            lane = await Lane.over(sock)
            self._alive.add(lane)
            self._free[place >= self._small].put_nowait(lane)

    def empty(self) -> None:
        """Gives up all lanes: the worker is gone."""
        for lane in self._alive:
            lane.close()
        self._alive.clear()
        for queue in self._free.values():
            while not queue.empty():
                queue.get_nowait()

    @asynccontextmanager
    async def lane(self, *, large: bool, patience: float) -> AsyncIterator[Lane]:
        """A lane for one request. Raises ServerBusy when none is free within `patience` seconds."""
        try:
            async with asyncio.timeout(patience):
                lane = await self._free[large].get()
        except TimeoutError as wrong:
            raise ServerBusy() from wrong
        gone = False
        try:
            yield lane
        except EOFError:
            gone = True
            raise
        finally:
            if gone or lane.busy:  # what comes next on it would be the answer to somebody else
                self._alive.discard(lane)
                lane.close()
            elif lane in self._alive:
                self._free[large].put_nowait(lane)
