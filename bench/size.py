"""How big the program is and how soon it is there: kit, first page, idle memory; beside what rivals say of theirs.

`python bench/size.py [--quick] [--json]`. A desk is `serve` in processes of its own, opened by passphrase; its memory
is what its processes hold together when it stands idle after a clerk was there (START's: when it was just opened). By
PSS a page that several of them share is counted once; beside it stands the sum of their RSS, where it is counted in
each. The desk of a stick runs with the kit's wheels alone; this checkout's holds 16 MB more where the developers'
packages lie beside it (sqlite-utils loads numpy wherever it finds it). Aims: start to first page at most 3 s, idle
memory at most 150 MB by PSS, from the plugged-in stick to the desk under 60 s. --quick builds no kit.
"""

import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback import enrolment  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.ledger.facts import FactKind  # noqa: E402
from fallback.rehearsal.clerk import Clerk  # noqa: E402

MEMORY, PAGE, STICK = 150.0, 3.0, 60.0  # MB, seconds, seconds
PIN, PASSPHRASE = "739164", "seven dry monsoon umbrellas"
_IDLE = 5.0  # seconds
_ADDRESS = re.compile(r"https?://[\w.]+:\d+")
# What rivals say themselves, and where (../shared/design/domain.md, sections 2.2, 3 and 8): the least of it, in the
# row's unit. Of its size nobody says anything.
RIVALS: Mapping[str, Mapping[str, float]] = {
    "page": {"CARE Desktop, set-up (10-25 min, with the internet)": 600, "724Access, unplanned (30-35 min)": 1800},
    "memory": {"CARE Desktop needs, with Docker and virtualisation (8 GB)": 8000},
    "stick": {
        "CARE Desktop, set-up (10-25 min, with the internet)": 600, "Gorakhpur, to the first slip by hand (2 h)": 7200,
    },
    "size": {},
}  # fmt: skip


def megabytes(folder: Path) -> float:
    """What a folder's files hold, in MB."""
    return sum(each.lstat().st_size for each in folder.rglob("*") if each.is_file()) / 1e6


class Desk:
    """The program as a person starts it, on a port of its own.

    `seconds` is till its first page, `busy` what the processor had to do for it.
    """

    def __init__(self, command: Sequence[object], folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        self._began = time.perf_counter()
        self.process = subprocess.Popen(
            list(map(str, command)), cwd=HOME, env=environment(folder) | {"PARCHI_PORT": port},
            stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.address = ""
        self.seconds = self.first_page()
        self.busy = processor(self.process.pid)

    def first_page(self) -> float:
        """The page at the next address that it says, and the seconds since the start."""
        assert self.process.stdout
        said = next(filter(None, map(_ADDRESS.search, self.process.stdout)), None)
        if said is None:
            raise SystemExit("it does not start")
        self.address = said[0]
        httpx.get(f"{self.address}/login", timeout=60.0, follow_redirects=True)
        return time.perf_counter() - self._began

    def open_desk(self, name: str, card: str) -> float:
        """On START's page: the desk's name and the card; the seconds since the start when the desk's page is there."""
        with Clerk(self.address) as person:
            form = person.open("/").form("card")
            person.send(form, **({"name": name} if "name" in form.fields else {}), card=card)
        return self.first_page()

    def work(self) -> None:
        """A clerk registers a patient and prints: what is loaded at the first use is loaded now."""
        with Clerk(self.address) as clerk:
            clerk.send(clerk.open("/").form("login", "pin"), login="asha", pin=PIN)
            page = clerk.open("/shift/open")
            clerk.send(page.form("opening_float"), desk="1", opening_float="500", clock="y")
            form = clerk.open("/").form("name", "form", action="register")
            page = clerk.send(form, name="Sunita Devi", sex="female", age="34", mobile="9810000001", clinic="CAS")
            clerk.fetch(f"/slips/{page.url.rpartition('/issued/')[2][:11]}/print")

    def close(self) -> None:
        """Ends it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(60)


def memory(group: int) -> tuple[float, float]:
    """What the processes of a group hold together, in MB: a page that several share counted once (PSS), and in each
    (the sum of their RSS).
    """
    once = each = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            if int(stat.read_text().rpartition(")")[2].split()[2]) == group:
                told = (stat.parent / "smaps_rollup").read_text()
                once += int(re.search(r"^Pss:\s+(\d+)", told, re.MULTILINE)[1])  # type: ignore[index]
                each += int(re.search(r"^Rss:\s+(\d+)", told, re.MULTILINE)[1])  # type: ignore[index]
    return once * 1.024 / 1000, each * 1.024 / 1000


def processor(group: int) -> float:
    """Seconds of the processor that a group of processes has had, with those that have ended."""
    found = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            told = stat.read_text().rpartition(")")[2].split()
            if int(told[2]) == group:
                found += sum(map(int, told[11:15]))
    return found / os.sysconf("SC_CLK_TCK")


def environment(folder: Path) -> dict[str, str]:
    """A machine that knows of no other desk."""
    mine = {name: text for name, text in os.environ.items() if not name.startswith("PARCHI_")}
    return mine | {"PARCHI_STATE": str(folder / "state")}


def hospital(folder: Path) -> list[str]:
    """An installation with a desk, a clerk, a downtime and some cards, whose texts are given."""
    made, _, _ = enrolment.init(folder / "data", PASSPHRASE, clock=lambda: datetime.now(UTC), state=folder / "state")
    enrolment.enrol_desk(made, "Counter 1")
    enrolment.set_user(made.ledger, "asha", "Asha Devi", Role.CLERK, PIN)
    cards = [card.text for card in enrolment.make_cards(made, 2, lambda _: None)]
    made.ledger.write(lambda tx: tx.append(FactKind.DOWNTIME_STARTED, {"reason": "bench", "drill": False}))
    made.close()
    (folder / "passphrase").write_text(PASSPHRASE)
    return cards


def program(folder: Path, *words: object) -> list[object]:
    """The program's command line over an installation."""
    opened = ["--data", folder / "data", "--passphrase-file", folder / "passphrase"]
    return [sys.executable, "-m", "fallback", *opened, *words]


def desk_rows(folder: Path, times: int) -> list[dict[str, Any]]:
    """How soon a desk is there, and what it holds when nobody does anything."""
    seconds, busy, idle = [], [], (0.0, 0.0)
    for turn in range(times):
        desk = Desk(program(folder, "serve"), folder)
        try:
            seconds.append(desk.seconds)
            busy.append(desk.busy)
            if turn == times - 1:
                desk.work()
                time.sleep(_IDLE)
                idle = memory(desk.process.pid)
        finally:
            desk.close()
    page = statistics.median(seconds)
    more = {"best": round(min(seconds), 2), "of the processor": round(statistics.median(busy), 2)}
    return [
        row("start of a desk to its first page", page, "s", RIVALS["page"], PAGE, **more),
        memory_row("idle memory of a desk, all its processes, by PSS", idle),
    ]


def kit_rows(folder: Path, card: str) -> list[dict[str, Any]]:
    """A kit for this Python and Windows: its size; from START to the desk's page, the first and the second time."""
    wheels, kept = folder / "state" / "wheels", HOME / "build" / "wheels"
    kept.mkdir(parents=True, exist_ok=True)
    wheels.symlink_to(kept)  # fetched once
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    words = program(folder, "kit", "build", "--out", folder / "stick", "--python", python, "--pads", "4")
    subprocess.run(list(map(str, words)), cwd=HOME, env=environment(folder), check=True, stdout=subprocess.DEVNULL)
    fresh = folder / "fresh"  # another computer
    (fresh / "state").mkdir(parents=True)
    found = []
    start = ["sh", folder / "stick" / "START.sh", "kit", "start", "--kit", folder / "stick", "--no-browser"]
    for what in ("first", "second"):
        desk = Desk(start, fresh)
        try:
            opened = desk.open_desk("Counter 2", card)
            busy = processor(desk.process.pid)
            more = {"START's own page": round(desk.seconds, 2), "of the processor": round(busy, 2)}
            found.append(row(f"START on a stick to the desk, {what} time", opened, "s", RIVALS["stick"], STICK, **more))
            time.sleep(_IDLE)
            idle = memory(desk.process.pid)
        finally:
            desk.close()
    size = megabytes(folder / "stick")
    return [
        row(f"a stick for Linux and Windows, Python {python}", size, "MB", RIVALS["size"]),
        *found,
        memory_row("idle memory of a desk that START started, by PSS", idle),
    ]


def memory_row(what: str, idle: tuple[float, float]) -> dict[str, Any]:
    """What a desk holds, beside the rivals' needs."""
    once, each = idle
    return row(what, once, "MB", {"the same by RSS": round(each, 1), **RIVALS["memory"]}, MEMORY)


def row(
    what: str, ours: float, unit: str, peers: Mapping[str, Any], aim: float | None = None, **more: Any
) -> dict[str, Any]:
    """A figure beside the rivals'."""
    told = {"what": what, "ours": round(ours, 2), "unit": unit, "peers": dict(peers), **more}
    return told if aim is None else told | {"aim": aim, "met": ours <= aim}


def main(words: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 when an aim is missed."""
    told = options(__doc__, "one start of a desk; no kit").parse_args(words)
    with tempfile.TemporaryDirectory(prefix="parchi-size-") as folder:
        cards = hospital(Path(folder))
        rows = desk_rows(Path(folder), 1 if told.quick else 7)
        if not told.quick:
            rows += kit_rows(Path(folder), cards[0])
    ok = all(each.get("met", True) for each in rows)
    tell(rows, ok, as_json=told.json)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
