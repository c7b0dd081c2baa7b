"""A switch in software: one TAP device in each network namespace, frames lost, delayed and cut as a test says.

`tc netem` is not in every kernel; /dev/net/tun is. It runs in a process of its own.
"""

import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

_TUNSETIFF, _TAP, _NO_PI = 0x400454CA, 0x0002, 0x1000
_NEWNET = 0x40000000
_FRAME = 2048
_ROOM = 32_768
_TABLE = Path("/proc/sys/net/ipv4/neigh/default")
_LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command: str) -> None:
    """A command that must work."""
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def roomy() -> Iterator[bool]:
    """Room for the addresses that all namespaces know, in the one table which this kernel has for all of them (1,024).

    Sixty computers that know each other are 3,540; a table that is full loses calls, which no real computer does. Gives
    whether there is room.
    """
    files = [_TABLE / f"gc_thresh{number}" for number in (3, 2, 1)]
    try:
        before = [file.read_text() for file in files]
        if int(before[0]) >= _ROOM:  # another bench's, which puts it back
            files, before = [], []
        for file, room in zip(files, (_ROOM, _ROOM // 2, _ROOM // 4)[: len(files)], strict=True):
            file.write_text(str(room))
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        for file, told in zip(reversed(files), reversed(before), strict=True):
            file.write_text(told)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This thread in a network namespace, and back."""
    with Path("/proc/self/ns/net").open("rb") as before, Path(f"/run/netns/{name}").open("rb") as there:
        enter(there.fileno())
        try:
            yield
        finally:
            enter(before.fileno())


def enter(handle: int) -> None:
    """Moves this thread into a namespace. Raises OSError."""
    if _LIBC.setns(handle, _NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def plug(name: str, address: str) -> int:
    """A namespace with one cable, and the switch's end of it."""
    with suppress(subprocess.CalledProcessError):
        run("ip", "netns", "del", name)
    run("ip", "netns", "add", name)
    with inside(name):
        handle = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(handle, _TUNSETIFF, struct.pack("16sH22x", b"cable", _TAP | _NO_PI))
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "set", "cable", "up")
        run("ip", "addr", "add", f"{address}/16", "brd", "+", "dev", "cable")
    return handle


def readdress(name: str, old: str, new: str) -> None:
    """DHCP gives another address."""
    with inside(name):
        run("ip", "addr", "del", f"{old}/16", "dev", "cable")
        run("ip", "addr", "add", f"{new}/16", "brd", "+", "dev", "cable")


def switch(cables: list[int], control: Connection) -> None:
    """Carries frames until the control is closed. It takes dicts: loss, delay and jitter (seconds), rooms (a list of
    sets of ports that hear each other)."""
    told: dict[str, Any] = {"loss": 0.0, "delay": 0.0, "jitter": 0.0, "rooms": None}
    room = dict.fromkeys(range(len(cables)), 0)
    os.nice(-15)  # a network does not wait for a core
    port_of = {handle: port for port, handle in enumerate(cables)}
    macs: dict[bytes, int] = {}
    waiting: list[tuple[float, int, int, bytes]] = []
    poll = select.epoll()
    for handle in cables:
        poll.register(handle, select.EPOLLIN)
    poll.register(control.fileno(), select.EPOLLIN)
    chance, count = random.Random(1), 0
    while True:
        left = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.5
        for handle, _ in poll.poll(left):
            if handle == control.fileno():
                try:
                    told |= control.recv()
                except EOFError:
                    return
                rooms = told["rooms"] or [set(range(len(cables)))]
                room = {port: next((n for n, each in enumerate(rooms) if port in each), -1 - port)
                        for port in range(len(cables))}  # fmt: skip
                continue
            source = port_of[handle]
            for _ in range(64):
                try:
                    frame = os.read(handle, _FRAME)
                except OSError:
                    break
                macs[frame[6:12]] = source
                known = macs.get(frame[:6])
                ports = [known] if known is not None else range(len(cables))
                for port in ports:
                    if port == source or room[port] != room[source] or chance.random() < told["loss"]:
                        continue
                    count += 1
                    due = time.monotonic() + told["delay"] + chance.random() * told["jitter"]
                    heapq.heappush(waiting, (due, count, port, frame))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, port, frame = heapq.heappop(waiting)
            with suppress(OSError):
                os.write(cables[port], frame)
