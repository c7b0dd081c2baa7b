"""The hospital on one machine: its clock of which a night is a second, its sticks, its laptops as processes."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from fallback import enrolment, hospital_file
from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from fallback.hospital import Hospital
from fallback.keys import hospital_id
from fallback.lan import PORTS
from fallback.rehearsal.clerk import Clerk
from fallback.rehearsal.target import TestSystem
from fallback.slip import INDIA
from tests.laptops import power_cut

HOME = Path(__file__).resolve().parent.parent.parent
TARGET = "test-server"
_OPENS = (8, 30)  # hour and minute, of each of the days
_PATIENCE = 240  # seconds that a command or a server's start may take; eight may share these cores
_ADDRESS = re.compile(r"https?://[\w.]+:\d+")


def faketime() -> Path | None:
    """The library that gives a process another clock; None where Debian's faketime is not installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


@dataclass(slots=True)
class Clock:
    """The hospital's clock: this machine's, so many seconds on. Every process of the hospital reads it from a file, so
    that a night passes while servers run.
    """

    file: Path
    ahead: int = 0

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    @property
    def today(self) -> date:
        """The day that it is at the hospital."""
        return self().astimezone(INDIA).date()

    def set(self, moment: datetime) -> None:
        """It is that moment now; only ever later than before. Waits until every process has heard of it."""
        self.ahead = round((moment - datetime.now(UTC)).total_seconds())
        fresh = self.file.with_suffix(".new")
        fresh.write_text(f"{self.ahead:+d}\n")
        fresh.replace(self.file)
        time.sleep(1.2)  # each process looks once a second

    def next_morning(self) -> None:
        """The night is over."""
        self.set(datetime.combine(self.today + timedelta(days=1), datetime.min.time(), INDIA).replace(
            hour=_OPENS[0], minute=_OPENS[1]
        ))  # fmt: skip

    def first_morning(self) -> None:
        """The next Monday: no clinic of the example hospital is shut, and no browser's cookie is of the past."""
        now = datetime.now(INDIA)
        monday = now.date() + timedelta(days=7 - now.weekday())
        self.set(datetime(monday.year, monday.month, monday.day, *_OPENS, tzinfo=INDIA))

    def environment(self) -> dict[str, str]:
        """What makes a process believe it."""
        return {
            "LD_PRELOAD": str(faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


@dataclass(slots=True)
class House:
    """Everything that there is: the folder, the clock, the system that is down, who works here, the sealed cards.

    `number` is the hospital's id, as a desk's folder on a computer is called; `sheets` are the shifts whose sheet is
    printed.
    """

    folder: Path
    clock: Clock
    system: TestSystem
    hospital: Hospital
    number: str = ""
    pins: dict[str, str] = field(default_factory=dict)
    cards: list[str] = field(default_factory=list)
    laptops: list["Laptop"] = field(default_factory=list)
    sheets: set[str] = field(default_factory=set)

    def laptop(self, name: str, stick: Path) -> "Laptop":
        """A computer that nothing is on yet; the stick lies beside it, and a card out of the envelope."""
        home = self.folder / "laptops" / name
        made = Laptop(self, name, home, home / "state" / f"desk-{self.number}" / "data", stick, self.cards.pop(0))
        (made.home / "state").mkdir(parents=True)
        made.key.write_text(made.secret)
        self.laptops.append(made)
        return made

    def stick(self, name: str) -> Path:
        """One of the sticks that were made of the kit, for a desk."""
        return Path(shutil.copytree(self.kit, self.folder / "sticks" / name, copy_function=os.link))

    @property
    def kit(self) -> Path:
        """The kit as the office built it."""
        return self.folder / "kit"

    def close(self) -> None:
        """Ends whatever runs."""
        for each in self.laptops:
            each.power_cut()
        self.system.close()


@dataclass(slots=True, eq=False)
class Laptop:
    """One computer of the hospital: a data folder, a machine's state, a stick in it, and the program as a process.

    `secret` is what opens it: a card, at the office the passphrase.
    """

    house: House
    name: str
    home: Path
    data: Path
    stick: Path
    secret: str
    address: str = ""
    process: "subprocess.Popen[str] | None" = None
    _opened: Installation | None = None

    @property
    def key(self) -> Path:
        """The file in which what opens it lies, as a card lies under the scanner."""
        return self.house.folder / f"{self.name}.key"

    @property
    def copy(self) -> Path:
        """The second copy on its stick."""
        return next(iter(sorted((self.stick / "copies").iterdir())))

    def environment(self, **more: str) -> dict[str, str]:
        """What a process on it finds."""
        mine = {name: text for name, text in os.environ.items() if not name.startswith("PARCHI_")}
        mine |= {"PARCHI_STATE": str(self.home / "state"), "PARCHI_PORT": str(_free_port())}
        return mine | self.house.clock.environment() | more

    def command(self, *words: object) -> list[str]:
        """The program's command line."""
        opened = ["--data", str(self.data), "--passphrase-file", str(self.key)]
        return [sys.executable, "-m", "fallback", *opened, *map(str, words)]

    def run(self, *words: object, expect: Sequence[int] = (0,), **more: str) -> str:
        """A command, to its end; what it printed. Raises RuntimeError for another exit code."""
        done = subprocess.run(
            self.command(*words), cwd=HOME, env=self.environment(**more), capture_output=True, text=True,
            timeout=_PATIENCE * 20, check=False,
        )  # fmt: skip
        if done.returncode not in expect:
            raise RuntimeError(f"{words[:2]} ended with {done.returncode}: {(done.stdout + done.stderr)[-400:]}")
        return done.stdout

    def enrol(self, name: str, card: str) -> int:
        """One more desk at this computer, by a card out of the envelope; its series."""
        told: Mapping[str, Any] = json.loads(self.run("desk", "enrol", name, "--card", card, "--json"))
        return int(told["series"])

    def plug_in(self) -> str:
        """START on the stick, by whatever Python there is; the address of the page that it shows."""
        words = ["sh", str(self.stick / "START.sh"), "kit", "start", "--kit", str(self.stick), "--no-browser"]
        return self._begin(words, Path("/"))

    def open_desk(self, page: str, name: str = "") -> None:
        """What a person does on the page of START: the desk's name the first time, the card each time."""
        with Clerk(page) as person:
            form = person.open("/").form("card")
            person.send(form, **({"name": name} if "name" in form.fields else {}), card=self.secret)
        self.address = self._told()

    def start(self, name: str = "") -> None:
        """Plugged in, started, the desk stands open."""
        self.open_desk(self.plug_in(), name)

    def serve(self) -> None:
        """The office's own server, on this computer alone."""
        self.address = self._begin(self.command("serve"), HOME)

    def opens(self) -> None:
        """Waits until the desk stands open that somebody asked for on the page."""
        self.address = self._told()

    def _begin(self, command: Sequence[str], at: Path) -> str:
        with (self.house.folder / f"{self.name}.log").open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=at, env=self.environment(), stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )  # fmt: skip
        return self._told()

    def _told(self) -> str:
        """The next address that the program says."""
        assert self.process and self.process.stdout
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if found := _ADDRESS.search(line):
                return found[0]
        log = (self.house.folder / f"{self.name}.log").read_text()[-400:]
        raise RuntimeError(f"{self.name} does not start: {''.join(lines)[-300:]} {log}")

    def power_cut(self) -> None:
        """Ends all its processes at once, as no orderly end could."""
        self.shut()
        process, self.process = self.process, None
        if process is None:
            return
        power_cut(process)

    def turn_off(self) -> None:
        """Ends its server in order."""
        self.shut()
        process, self.process = self.process, None
        if process is not None:
            process.terminate()
            process.wait(60)

    def dies(self) -> None:
        """It falls into the water: nothing of it is left but the stick."""
        self.power_cut()
        shutil.rmtree(self.home)

    def opened(self) -> Installation:
        """Its data folder, looked into by us while it is served, by the hospital's clock."""
        if self._opened is None:
            self._opened = enrolment.open_installation(
                self.data, self.secret, clock=self.house.clock, state=self.home / "state"
            )
        return self._opened

    def counter(self) -> Counter:
        """The counter of its data folder, for paper that is made there."""
        made = self.opened()
        return Counter(
            ledger=made.ledger,
            hospital=self.house.hospital,
            hospital_id=hospital_id(made.root),
            drill=made.drill,
            sign=made.sign,
        )

    def shut(self) -> None:
        """We look no more."""
        made, self._opened = self._opened, None
        if made is not None:
            made.close()


@contextmanager
def no_network() -> Iterator[None]:
    """A computer that is started now finds no door to the other desks that it could open: it is alone."""
    with ExitStack() as stack:
        for port in PORTS:
            taken = stack.enter_context(socket.socket())
            with suppress(OSError):  # somebody has it already
                taken.bind(("", port))
                taken.listen()
        yield


def own_hospital(folder: Path, url: str) -> Hospital:
    """The example hospital's file in a data folder, with its system at this address."""
    text = (HOME / "hospital.toml").read_text(encoding="utf-8")
    file = folder / "hospital.toml"
    file.write_text(text.replace("http://127.0.0.1:8090/fhir", url), encoding="utf-8")
    return hospital_file.load(file)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
