"""Laptops for tests: each a network namespace of its own, Python and nothing else, and a person who types."""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fallback.rehearsal.clerk import Clerk
from tests import factories
from tests.web.visitor import NEW

T = TypeVar("T")
_NEWNET = 0x40000000
_REFRESH = re.compile(r'http-equiv="refresh" content="0;url=([^"]+)"')
_TROUBLE = re.compile(r'class="trouble error"[^>]*>([^<]+)')


def power_cut(process: "subprocess.Popen[str]") -> None:
    """Ends the whole group at once, as no orderly end could."""
    with suppress(ProcessLookupError):  # it has ended by itself
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)
    end = time.monotonic() + 30
    while time.monotonic() < end:  # the worker, too
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def reason_to_skip() -> str:
    """Why no laptop can be made here; "" where it can."""
    if sys.platform != "linux" or os.geteuid() or not shutil.which("ip"):
        return "network namespaces need Linux, ip and root: nothing was tested"
    return "" if not _ip("netns", "list", check=False).returncode else "this system gives no network namespaces"


@dataclass
class Laptop:
    """A computer without a route to anywhere. What it does runs in a thread that lives in its namespace."""

    name: str
    folder: Path
    spent: float = 0.0  # seconds of the machine, from the double click to the first slip
    address: str = ""
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    _process: "subprocess.Popen[str] | None" = None

    @property
    def state(self) -> Path:
        return self.folder / self.name

    def do(self, act: Callable[[], T]) -> T:
        """Runs something there. It may take as long as a busy computer needs."""
        return self._thread.submit(act).result(600)

    def start(self, stick: Path, fill: Callable[[Clerk], object]) -> None:
        """Double-clicks START, fills the start page by `fill`, and waits for the desk."""
        self.do(lambda: self._start(stick, fill))

    def _start(self, stick: Path, fill: Callable[[Clerk], object]) -> None:
        began = time.monotonic()
        python = Path(sys.base_prefix) / "bin"
        environment = {"PATH": f"{python}:/usr/bin:/bin", "PARCHI_STATE": str(self.state), "LANG": "C.UTF-8"}
        self._process = subprocess.Popen(
            ["sh", str(stick / "START.sh")], cwd="/", env=environment, stdout=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout
        page = ""
        said: list[str] = []
        while not page:
            line = self._process.stdout.readline()
            assert line, "".join(said)
            said.append(line)
            page = next(iter(re.findall(r"http://\S+", line)), "")
        with Clerk(page) as person:
            fill(person)
            while not (found := _REFRESH.search(text := person._http.get("/").text)):
                assert not (wrong := _TROUBLE.search(text)), wrong[1]
                time.sleep(0.05)
        self.address = found[1]
        self.spent += time.monotonic() - began

    def supervisor(self, act: Callable[[Clerk], T]) -> T:
        """Something that the supervisor does in the browser."""
        return self.do(lambda: self._as("meena", act))

    def registers(self, login: str, name: str, mobile: str) -> str:
        """Somebody opens a shift at the first free desk, registers and prints; the slip's number."""
        return self.do(lambda: self._as(login, lambda clerk: self._register(clerk, name, mobile)))

    def _register(self, clerk: Clerk, name: str, mobile: str) -> str:
        began = time.monotonic()
        clerk.send(clerk.open("/shift/open").form("opening_float"), opening_float="0", clock="y")
        form = clerk.open("/").form("name", "form", action="register")
        page = clerk.send(form, **NEW | {"name": name, "mobile": mobile})
        number = page.url.rpartition("/issued/")[2][:11]
        assert clerk.fetch(f"/slips/{number}/print").startswith(b"%PDF")
        self.spent += time.monotonic() - began
        return number

    def _as(self, login: str, act: Callable[[Clerk], T]) -> T:
        with Clerk(self.address) as person:
            person.send(person.open("/login").form("login", "pin"), login=login, pin=factories.PIN)
            return act(person)

    def end(self) -> None:
        """Ctrl-C in its window."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def die(self) -> None:
        """The power is gone."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(60)
            self._process = None


@contextmanager
def laptops(folder: Path, *names: str) -> Iterator[list[Laptop]]:
    """So many laptops, on no network yet."""
    made = []
    try:
        for name in names:
            _ip("netns", "add", _space(name))
            _ip("-n", _space(name), "link", "set", "lo", "up")
            laptop = Laptop(name, folder)
            laptop.do(lambda name=name: _enter(name))  # type: ignore[misc]
            made.append(laptop)
        yield made
    finally:
        for laptop in made:
            laptop.die()
            laptop._thread.shutdown()
        for name in names:
            _ip("netns", "del", _space(name), check=False)


def cable(one: Laptop, other: Laptop) -> None:
    """A cable between two laptops: one network, no way out of it."""
    ends = [_space(each.name)[-13:] + "v" for each in (one, other)]
    _ip("link", "add", ends[0], "netns", _space(one.name), "type", "veth", "peer", ends[1], "netns", _space(other.name))
    for place, (laptop, end) in enumerate(zip((one, other), ends, strict=True), 1):
        _ip("-n", _space(laptop.name), "addr", "add", f"10.77.0.{place}/24", "broadcast", "10.77.0.255", "dev", end)
        _ip("-n", _space(laptop.name), "link", "set", end, "up")


def _enter(name: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(f"/run/netns/{_space(name)}", os.O_RDONLY)
    try:
        if libc.setns(handle, _NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
    finally:
        os.close(handle)


def _space(name: str) -> str:
    return f"p{os.getpid()}{name}"


def _ip(*words: str, check: bool = True) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["ip", *words], check=check, capture_output=True)
