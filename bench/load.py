"""A hundred desks over real HTTPS: a day compressed, all desks at once, and as fast as it goes, beside the floor.

`python bench/load.py [--quick] [--json]`. The server is `serve` on the network's side, HTTPS by its own authority, its
journal encrypted, with a second copy; each desk has a connection, a login and an open shift of its own, and sends what
a browser sends. The floor is a bare durable insert (an encrypted row and a synced line in a second file), one after
the other, measured in the same run, before and after. Aims: at saturation at least 40 % of the floor's rate; p99 from
request to durable slip at most 100 ms with human pauses and 1 s when all press Enter at once; nothing lost or doubled;
memory flat over the day.
"""

import asyncio
import os
import re
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.desk import BareStore, free_port, milliseconds, quantile  # noqa: E402
from bench.told import options, tell  # noqa: E402
from fallback import enrolment, frontdesk, hospital_file  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.enrolment.users import user_content  # noqa: E402
from fallback.keys import hospital_id  # noqa: E402
from fallback.ledger.facts import FactKind  # noqa: E402
from fallback.rehearsal.people import people  # noqa: E402
from fallback.settings import Settings  # noqa: E402

DESKS = 100
PIN = "739164"
_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')
_LOCATION = re.compile(rb"\r\nlocation: ([^\r]+)\r\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r]+)", re.IGNORECASE)


@dataclass(slots=True)
class Desk:
    """One browser at one desk, on one connection that is kept."""

    port: int
    tls: ssl.SSLContext
    number: int
    cookie: str = ""
    csrf: str = ""
    sent: int = 0
    issued: list[str] = field(default_factory=list)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, bytes, bytes]:
        """Status, head and body of one request."""
        body = urlencode(form).encode() if form is not None else b""
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n"
        if form is not None:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        try:
            reader, writer = await self._streams()
            writer.write(head.encode() + b"\r\n" + body)
            told = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # it was closed while nobody asked
            self.streams = None
            reader, writer = await self._streams()
            writer.write(head.encode() + b"\r\n" + body)
            told = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(told)
        text = await reader.readexactly(int(length[1])) if length else b""
        if cookie := _COOKIE.search(told):
            self.cookie = cookie[1].decode()
        return int(told.split(b" ", 2)[1]), told, text

    async def enter(self) -> None:
        """Logs in and opens the shift."""
        _, _, page = await self.ask("GET", "/login")
        csrf = _csrf(page)
        await self._go("/login", {"csrf_token": csrf, "login": f"clerk{self.number}", "pin": PIN})
        _, _, page = await self.ask("GET", "/shift/open")
        self.csrf = _csrf(page)
        opened = {"csrf_token": self.csrf, "desk": str(self.number), "opening_float": "0", "clock": "y"}
        await self._go("/shift/open", opened)

    async def register(self, person: dict[str, str]) -> float:
        """Registers; milliseconds from the request to the answer, which comes when the slip is durable."""
        self.sent += 1
        form = person | {"csrf_token": self.csrf, "form": f"load-{self.number}-{self.sent}"}
        start = time.perf_counter()
        head = await self._go("/register", form)
        taken = (time.perf_counter() - start) * 1000
        self.issued.append(head.rstrip("/").rpartition("/")[2])
        return taken

    async def visit(self, person: dict[str, str]) -> float:
        """A whole visit: the registration, the page that shows its number, the slip's PDF."""
        taken = await self.register(person)
        number = self.issued[-1]
        await self._page(f"/issued/{number}")
        await self._page(f"/slips/{number}/print")
        return taken

    async def _page(self, path: str) -> None:
        status, _, _ = await self.ask("GET", path)
        if status != 200:
            raise SystemExit(f"{path.split('/')[1]}: the desk answered {status}")

    async def _go(self, path: str, form: dict[str, str]) -> str:
        status, head, page = await self.ask("POST", path, form)
        location = _LOCATION.search(head)
        if status != 302 or not location:
            said = re.search(rb'class="[^"]*error[^"]*"[^>]*>([^<]+)', page)
            raise SystemExit(f"{path}: the desk answered {status} {said[1].decode().strip() if said else ''}")
        return location[1].decode()

    async def _streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.streams is None:
            self.streams = await asyncio.open_connection("127.0.0.1", self.port, ssl=self.tls, limit=1 << 20)
        return self.streams


def _csrf(page: bytes) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise SystemExit("a page came without its form")
    return (found[1] or found[2]).decode()


@dataclass(slots=True)
class Found:
    """What was measured: milliseconds, rates a second, KiB."""

    floor: list[float] = field(default_factory=list)
    saturated: list[float] = field(default_factory=list)
    rate: float = 0.0
    at_once: list[float] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    day: list[float] = field(default_factory=list)
    day_rate: float = 0.0
    memory: list[int] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    sound: bool = False


def set_up(folder: Path) -> list[float]:
    """An installation with a hundred desks and clerks; gives the floor, milliseconds of bare durable inserts."""
    hospital = hospital_file.load(HOME / "hospital.toml")
    installation, _, _ = enrolment.init(folder / "data", "bench", clock=lambda: datetime.now(UTC))
    (folder / "copy").mkdir()
    installation.ledger.copy_to(folder / "copy")
    for number in range(1, DESKS + 1):
        enrolment.enrol_desk(installation, f"Counter {number}")
    content = user_content("clerk1", "Clerk", Role.CLERK, PIN)
    installation.ledger.write(
        lambda tx: [
            tx.append(FactKind.USER_SET, content | {"login": f"clerk{number}"}) for number in range(1, DESKS + 1)
        ]
    )
    counter = frontdesk.Counter(
        ledger=installation.ledger, hospital=hospital, hospital_id=hospital_id(installation.root), drill=False,
        sign=installation.sign,
    )  # fmt: skip
    frontdesk.start_downtime(counter, "bench")
    floor = bare(folder / "before", installation)
    installation.close()
    return floor


def bare(folder: Path, installation: enrolment.Installation) -> list[float]:
    """Milliseconds of bare durable inserts."""
    folder.mkdir()
    store = BareStore(folder, installation)
    return [milliseconds(lambda: store.keep("x" * 1400)) for _ in range(1200)][200:]


class Server:
    """`serve` in processes of its own, HTTPS."""

    def __init__(self, folder: Path) -> None:
        secret = folder / "passphrase"
        secret.write_text("bench")
        self.port = free_port()
        command = [sys.executable, "-m", "fallback", "--data", str(folder / "data"), "--passphrase-file", str(secret)]
        environment = os.environ | {"PARCHI_COPY": str(folder / "copy"), "PARCHI_HOSPITAL": str(HOME / "hospital.toml")}
        self._process = subprocess.Popen(
            [*command, "serve", "--host", "0.0.0.0", "--port", str(self.port)],
            cwd=HOME, env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        for line in self._process.stdout or ():
            if line.startswith("A computer that does not trust"):
                break
        subprocess.run([*command, "trust", "--out", str(folder / "a.cer")], cwd=HOME, env=environment, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        self.tls = ssl.create_default_context(cadata=(folder / "a.cer").read_bytes())

    def memory(self) -> int:
        """KiB that the server's processes hold."""
        found = 0
        for pid in [self._process.pid, *_children(self._process.pid)]:
            status = Path(f"/proc/{pid}/status").read_text()
            found += int(status.split("VmRSS:")[1].split()[0]) if "VmRSS:" in status else 0
        return found

    def close(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(60)


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def measure(server: Server, desks: list[Desk], forms: Sequence[dict[str, str]], found: Found, day: int) -> None:
    """All phases, one after the other."""
    quick = day < 5_000
    for start in range(0, len(desks), 4):
        await asyncio.gather(*(desk.enter() for desk in desks[start : start + 4]))
    turn = iter(range(10_000_000))

    def form() -> dict[str, str]:
        return forms[next(turn) % len(forms)]

    await _together(desks, lambda desk: desk.visit(form()))  # warm
    for _ in range(3 if quick else 10):
        found.at_once += await _together(desks, lambda desk: desk.register(form()))
    begun = time.monotonic()
    found.saturated = await _until(desks, begun + (5 if quick else 30), lambda desk: desk.register(form()), lambda: 0.0)
    found.rate = len(found.saturated) / (time.monotonic() - begun)
    rng = Random(5)
    found.pauses = await _until(
        desks, time.monotonic() + (8 if quick else 60), lambda desk: desk.visit(form()), lambda: rng.uniform(5, 15)
    )
    begun, parts = time.monotonic(), 5
    for _ in range(parts):
        left = iter(range(day // parts))
        found.day += await _share(desks, left, lambda desk: desk.visit(form()))
        found.memory.append(server.memory())
    found.day_rate = len(found.day) / (time.monotonic() - begun)


async def _together(desks: list[Desk], act: Callable[[Desk], Awaitable[float]]) -> list[float]:
    return list(await asyncio.gather(*(act(desk) for desk in desks)))


async def _until(
    desks: list[Desk], end: float, act: Callable[[Desk], Awaitable[float]], pause: Callable[[], float]
) -> list[float]:
    async def one(desk: Desk) -> list[float]:
        taken: list[float] = []
        await asyncio.sleep(pause() * desk.number / DESKS)
        while time.monotonic() < end:
            taken.append(await act(desk))
            await asyncio.sleep(pause())
        return taken

    return [each for taken in await asyncio.gather(*map(one, desks)) for each in taken]


async def _share(desks: list[Desk], left: Any, act: Callable[[Desk], Awaitable[float]]) -> list[float]:
    """The visits that are left, shared by a quarter of the desks at a time: the others have nobody in front of them."""

    async def one(desk: Desk) -> list[float]:
        return [await act(desk) for _ in left]

    return [each for taken in await asyncio.gather(*map(one, desks[::4])) for each in taken]


def compare(folder: Path, desks: list[Desk], found: Found) -> None:
    """Every acknowledged number against the journal."""
    installation = enrolment.open_installation(folder / "data", "bench", clock=lambda: datetime.now(UTC))
    stored = Counter(row[0] for row in installation.ledger.db().execute("SELECT number FROM slip").fetchall())
    acknowledged = Counter(number for desk in desks for number in desk.issued)
    found.lost = sum(1 for number in acknowledged if number not in stored)
    found.doubled = sum(count - 1 for count in (acknowledged + Counter()).values() if count > 1)
    found.doubled += abs(sum(stored.values()) - len(acknowledged))
    found.sound = installation.ledger.verify().ok
    found.floor += bare(folder / "after", installation)
    installation.close()


def rows(found: Found) -> list[dict[str, Any]]:
    """The figures."""
    floor_rate = 1000 / statistics.mean(found.floor)
    made: list[dict[str, Any]] = [
        {"what": "registrations at saturation", "ours": round(found.rate),
         "peers": {"floor: bare durable inserts": round(floor_rate)}, "unit": "a second"},
        {"what": "share of the floor's rate", "ours": round(100 * found.rate / floor_rate),
         "peers": {"aim, at least": 40}, "unit": "%"},
        {"what": "visits with page and PDF, a day compressed", "ours": round(found.day_rate, 1),
         "peers": {"visits": len(found.day)}, "unit": "a second"},
    ]  # fmt: skip
    for what, taken, aim in (
        ("100 desks with human pauses", found.pauses, 100),
        ("100 desks press Enter at once", found.at_once, 1000),
        ("a day compressed, 25 desks without a pause", found.day, None),
        ("saturation", found.saturated, None),
    ):
        for share in (0.5, 0.95, 0.99):
            peers = {"floor": round(quantile(found.floor, share), 2)} | ({"aim": aim} if aim and share == 0.99 else {})
            made.append({"what": f"request to durable slip, {what}, p{round(share * 100)}",
                         "ours": round(quantile(taken, share), 1), "peers": peers, "unit": "ms"})  # fmt: skip
    made += [
        {"what": "acknowledged slips lost", "ours": found.lost, "peers": {"aim": 0}, "unit": "slips"},
        {"what": "slips doubled", "ours": found.doubled, "peers": {"aim": 0}, "unit": "slips"},
        {"what": "memory at the day's end", "ours": found.memory[-1] // 1024,
         "peers": {"after a fifth of it": found.memory[0] // 1024}, "unit": "MiB"},
    ]  # fmt: skip
    return made


def main() -> None:
    """Measures and prints."""
    given = options(__doc__, "a day of 400 visits instead of 15,000, shorter phases").parse_args()
    found = Found()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["PARCHI_STATE"] = str(folder / "state")
        Settings.read()
        found.floor = set_up(folder)
        hospital = hospital_file.load(HOME / "hospital.toml")
        made = people(Random(1), hospital, 500, today=datetime.now(UTC).date())
        forms = [{key: getattr(each, key) for key in each.__slots__ if getattr(each, key)} for each in made]
        server = Server(folder)
        desks = [Desk(port=server.port, tls=server.tls, number=number) for number in range(1, DESKS + 1)]
        try:
            asyncio.run(measure(server, desks, forms, found, 400 if given.quick else 15_000))
        finally:
            server.close()
        compare(folder, desks, found)
    figures = rows(found)
    rate = 1000 / statistics.mean(found.floor)
    ok = (
        found.rate >= 0.4 * rate
        and quantile(found.pauses, 0.99) <= 100
        and quantile(found.at_once, 0.99) <= 1000
        and found.lost == found.doubled == 0
        and found.sound
        and found.memory[-1] <= 1.2 * found.memory[0]
    )
    tell(figures, ok, as_json=given.json)


if __name__ == "__main__":
    main()
