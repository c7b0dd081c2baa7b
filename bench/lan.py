"""Sixty full desks on one network: loss, delay, an hour's worth of lines apart, a cable, DHCP, two servers, a death.

`sudo python bench/lan.py [--quick] [--json] [--desks N]`. Each desk is a process in a network namespace of its own,
with its journal, its door and its link, as `serve --lan` has them; the namespaces hang on a switch in software (see
bench/wires). Aims: nothing lost, nothing doubled, every desk the same within 10 s after a link returns. The floor is a
bare TCP connection over the same switch after the same event; the peer for doubles is what most of the field does, to
count on from the highest number that a desk knows, over the registrations of this very run. The desks share this
machine's cores: with sixty of them on two cores the times are the cores', not the network's.
"""

import multiprocessing
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection
from pathlib import Path
from socket import create_connection
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from bench.wires import inside, plug, readdress, roomy, run, switch  # noqa: E402
from bench.wires.desks import Desk, Given, clock, desk_life  # noqa: E402
from fallback import custody, enrolment, frontdesk, hospital_file  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.enrolment import Installation  # noqa: E402
from fallback.keys import hospital_id  # noqa: E402
from fallback.lan import PORT  # noqa: E402
from fallback.vault import Cost  # noqa: E402

SECRET, PIN = "sixty desks of one hospital", "739164"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
AIM = 10.0
FLOOR = "floor: a bare TCP connection"
_FORK = multiprocessing.get_context("fork")
_MOST = 120.0  # seconds


class Hospital:
    """All desks, the switch between them, and what was found."""

    def __init__(self, root: Path, count: int) -> None:
        self.root = root
        self.state = root / "state"
        os.environ["PARCHI_STATE"] = str(self.state)
        self.desks = self._made(count)
        self.cables = [plug(desk.name, desk.address) for desk in self.desks]
        self.control, theirs = _FORK.Pipe()
        self.wires = _FORK.Process(target=_carry, args=(self.cables, theirs, self.control), daemon=True)
        self.wires.start()
        theirs.close()

    def _made(self, count: int) -> list[Desk]:
        folder = self.root / "desk0"
        made, _, _ = enrolment.init(folder, SECRET, clock=clock, cost=CHEAP)
        enrolment.enrol_desk(made, "Counter 0")
        for place in range(count):
            enrolment.set_user(made.ledger, f"clerk{place:02d}", f"Clerk {place}", Role.CLERK, PIN)
        frontdesk.start_downtime(_counter(made), "the network is tried")
        cards = enrolment.make_cards(made, count - 1, lambda _made: None) if count > 1 else []
        custody.export(made.ledger, _folder(self.root / "copy"))
        made.close()
        desks = [Desk(0, folder, SECRET, 1, _address(0))]
        for place, card in enumerate(cards, 1):
            each = self.root / f"desk{place}"
            custody.restore(self.root / "copy", each, card.text, clock=clock)
            opened = enrolment.open_installation(each, card.text, clock=clock)
            enrolment.enrol_with_card(opened, f"Counter {place}", card.text)
            opened.close()
            desks.append(Desk(place, each, card.text, card.certificate.series, _address(place)))
        return desks

    def start(self, desk: Desk) -> None:
        """Starts a desk's process. The first two serve browsers, by mistake."""
        desk.pipe, theirs = _FORK.Pipe()
        desk.process = _FORK.Process(target=desk_life, args=(desk, str(self.state), desk.place < 2, theirs))
        desk.process.start()
        theirs.close()

    def tell(self, **told: Any) -> None:
        """Tells the switch."""
        self.control.send(told)

    def everybody(self, *told: Any) -> list[Any]:
        """Asks all desks that live."""
        alive = [desk for desk in self.desks if desk.process.is_alive()]
        for desk in alive:
            assert desk.pipe
            desk.pipe.send(told)
        return [desk.pipe.recv() for desk in alive if desk.pipe]

    def collect(self) -> None:
        """Remembers which numbers each desk has given out."""
        for desk in self.desks:
            if desk.process.is_alive():
                desk.given += desk.ask("numbers")

    def same_after(self, most: float) -> float | None:
        """Seconds until all desks have the same lines; None when they have not within `most`."""
        began = time.monotonic()
        while time.monotonic() - began < most:
            if len(set(self.everybody("mark"))) == 1:
                return round(time.monotonic() - began, 2)
            time.sleep(0.05)
        return None

    def reached(self, here: Desk, there: Desk, most: float) -> float | None:
        """Seconds until a bare TCP connection from one desk's computer to the other's door succeeds."""
        began = time.monotonic()
        with inside(here.name):  # this thread alone
            while time.monotonic() - began < most:
                with suppress(OSError), create_connection((there.address, PORT), timeout=0.5):
                    return round(time.monotonic() - began, 2)
                time.sleep(0.01)
        return None

    def cut_off(self, desk: Desk) -> None:
        """Pulls a desk's cable."""
        self.tell(rooms=[set(range(len(self.desks))) - {desk.place}, {desk.place}])

    def work(self, seconds: float, pace: float) -> None:
        """All desks register a patient each `pace` seconds or so."""
        self.everybody("pace", pace)
        time.sleep(seconds)
        self.everybody("pace", 0.0)

    def close(self) -> None:
        """Ends everything."""
        for desk in self.desks:
            if desk.process is not None and desk.process.is_alive():
                desk.process.kill()
        self.control.close()
        for handle in self.cables:
            os.close(handle)
        for desk in self.desks:
            with suppress(Exception):
                run("ip", "netns", "del", desk.name)


def _carry(cables: list[int], control: Connection, other: Connection) -> None:
    other.close()
    switch(cables, control)


def _address(place: int) -> str:
    return f"10.77.{place // 200}.{place % 200 + 1}"


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _counter(made: Installation) -> frontdesk.Counter:
    hospital = hospital_file.load(HOME / "hospital.toml")
    return frontdesk.Counter(
        ledger=made.ledger, hospital=hospital, hospital_id=hospital_id(made.root), drill=False, sign=made.sign
    )


class Scenes:
    """What happens to the hospital, scene after scene, and what was measured."""

    def __init__(self, town: Hospital, *, quick: bool) -> None:
        self.town = town
        self.quick = quick
        self.rows: list[dict[str, Any]] = []
        self.times: dict[str, list[float]] = {}  # of registrations in each scene, in ms
        self._apart, self._pace = (4.0, 0.4) if quick else (12.0, 3.0)

    def scene(self, what: str, act: Callable[[], tuple[Desk, Desk]]) -> None:
        """One scene: `act` makes it and ends with the event, and gives the two desks that the event kept apart."""
        town = self.town
        town.everybody("times")
        here, there = act()
        floor: list[float | None] = []
        probe = threading.Thread(target=lambda: floor.append(town.reached(here, there, _MOST)))
        probe.start()
        ours = town.same_after(_MOST)
        probe.join()
        self.times[what] = [each for one in town.everybody("times") for each in one]
        town.collect()
        print(f"{what}: {ours} s", file=sys.stderr, flush=True)
        met = ours is not None and ours < AIM
        self.rows.append(row(f"every desk the same: {what}", ours, "s", {FLOOR: floor[0]}, aim=AIM, met=met))

    def all_write(self) -> tuple[Desk, Desk]:
        """All desks write and hear each other."""
        self.town.work(self._apart / 2, self._pace)
        return self.town.desks[0], self.town.desks[-1]

    def partition(self) -> tuple[Desk, Desk]:
        """Two halves go on by themselves."""
        everybody = range(len(self.town.desks))
        self.town.tell(rooms=[set(everybody[::2]), set(everybody[1::2])])
        self.town.work(self._apart, self._pace)
        self.town.tell(rooms=None)
        return self.town.desks[0], self.town.desks[1]

    def cable(self) -> tuple[Desk, Desk]:
        """One desk's cable is out; it registers in peace then, too."""
        alone = self.town.desks[-1]
        self.town.cut_off(alone)
        self.town.work(self._apart, self._pace)
        alone.ask("times")
        for _ in range(30):
            alone.ask("register", 1)
            time.sleep(0.02)
        self.times["off"] = alone.ask("times")
        self.town.tell(rooms=None)
        return self.town.desks[0], alone

    def dhcp(self) -> tuple[Desk, Desk]:
        """Every desk gets another address while all of them write."""
        self.town.everybody("pace", self._pace)
        time.sleep(self._apart / 4)
        for desk in self.town.desks:
            new = f"10.77.9.{desk.place + 1}"
            readdress(desk.name, desk.address, new)
            desk.address = new
        self.town.everybody("pace", 0.0)
        return self.town.desks[0], self.town.desks[1]

    def death(self) -> tuple[Desk, Desk]:
        """A server is killed (`kill -9`), the others go on, and it is started again."""
        server = self.town.desks[0]
        self.town.collect()
        server.process.kill()
        server.process.join()
        self.town.work(self._apart / 2, self._pace)
        self.town.start(server)
        return self.town.desks[1], server

    def hour(self) -> tuple[Desk, Desk]:
        """One desk alone with as many lines as a large hospital's desk writes in an hour; all others store each."""
        alone = self.town.desks[-1]
        self.town.cut_off(alone)
        many = 40 if self.quick else 20_000 // len(self.town.desks)
        alone.ask("register", many)
        self.town.desks[0].ask("register", many // 2)
        self.town.tell(rooms=None)
        return self.town.desks[0], alone

    def play(self) -> None:
        """Every scene, in order."""
        town = self.town
        town.tell(loss=0.03, delay=0.005, jitter=0.02)
        for desk in town.desks:
            town.start(desk)
        town.same_after(2 * _MOST)
        self.scene("all write at once", self.all_write)
        servers = max(town.everybody("servers"))
        self.scene("two halves apart, then together", self.partition)
        self.scene("one cable out and in", self.cable)
        self.scene("every address changed by DHCP", self.dhcp)
        self.scene("the server killed and back", self.death)
        self.scene("one alone for an hour's lines", self.hour)
        self.rows.append(row("servers seen, of two by mistake", servers, "servers", {"aim": 2}, met=servers == 2))

    def reckon(self) -> None:
        """What is lost and doubled, and how long a clerk waited."""
        town = self.town
        town.collect()
        given = [each for desk in town.desks for each in desk.given]
        numbers = [each.number for each in given]
        slips = town.everybody("slips")
        lost = sum(len(set(numbers) - set(each)) for each in slips)
        doubled = len(numbers) - len(set(numbers)) + sum(len(each) - len(set(each)) for each in slips)
        sound = sum(town.everybody("verify"))
        peer = {"each desk counts on from the highest that it knows": counted_on(given)}
        self.rows += [
            row(f"slips lost at any desk, of {len(given)}", lost, "slips", {"aim": 0}, met=lost == 0),
            row(f"numbers given twice, of {len(given)}", doubled, "numbers", peer, met=doubled == 0),
            row("journals that verify", sound, "desks", {"of": len(slips)}, met=sound == len(town.desks)),
        ]
        for what, share in (("median", 0.5), ("p99", 0.99)):
            ours, off = (_quantile(self.times[each], share) for each in ("all write at once", "off"))
            self.rows.append(row(f"a registration while lines come, {what}", ours, "ms", {"link off": off}))


def row(what: str, ours: float | None, unit: str, peers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A figure beside its peers'; `ours` is None where it never came."""
    return {"what": what, "ours": ours, "unit": unit, "peers": peers, **more}


def counted_on(given: Sequence[Given]) -> int:
    """How many of these registrations would have got a number that another has, had each desk counted on from the
    highest number that it knew at that moment."""
    highest: dict[str, list[tuple[int, int]]] = defaultdict(list)  # of each chain: line, highest number so far
    numbers = []
    for each in sorted(given, key=lambda one: one.at):
        most = 0
        for chain, end in each.known.items():
            most = max(most, next((top for line, top in reversed(highest[chain]) if line <= end), 0))
        numbers.append(most + 1)
        highest[each.chain].append((each.sequence, most + 1))
    return len(numbers) - len(set(numbers))


def _quantile(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return round(statistics.median(ordered) if share == 0.5 else ordered[int(len(ordered) * share)], 1)


def main() -> int:
    """Measures and tells; 1 when an aim is missed."""
    parser = options(__doc__, "6 desks, shorter scenes")
    parser.add_argument("--desks", type=int, default=0)
    told = parser.parse_args()
    if os.geteuid() or not Path("/dev/net/tun").exists():
        print("bench/lan.py: skipped: it needs root and /dev/net/tun", file=sys.stderr)
        tell([], False, as_json=told.json)
        return 0
    with ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="parchi-lan-"))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        room = stack.enter_context(roomy())
        town = Hospital(root, told.desks or (6 if told.quick else 60))
        stack.callback(town.close)
        scenes = Scenes(town, quick=told.quick)
        scenes.play()
        scenes.reckon()
    rows = scenes.rows
    rows.append(row("desks", len(town.desks), "desks", {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}))
    if not room and len(town.desks) > 30:
        print("the kernel's one table of neighbours is too small: times are too long", file=sys.stderr)
    ok = all(each.get("met", True) for each in rows)
    tell(rows, ok, as_json=told.json)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
