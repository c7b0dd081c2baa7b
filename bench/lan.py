"""Sixty full desks on one network: loss, delay, an hour's worth of lines apart, a cable, DHCP, two servers, a death.

`sudo python bench/lan.py [--quick] [--json] [--desks N]`. Each desk is a process in a network namespace of its own,
with its journal, its door and its link, as `serve --lan` has them; the namespaces hang on a switch in software (see
bench/wires). Aims: nothing lost, nothing doubled, every desk the same within 10 s after a link returns, and a
registration as fast while lines come as before. The other desks of the bench share this machine's cores: with sixty of
them on two cores the times are the cores', not the network's; `load` is what else ran.
"""

import argparse
import json
import multiprocessing
import os
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.wires import enter, plug, readdress, run, switch  # noqa: E402
from fallback import custody, enrolment, frontdesk, hospital_file, serving  # noqa: E402
from fallback.custody.lan_lines import mark_of  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.enrolment import Installation  # noqa: E402
from fallback.keys import hospital_id  # noqa: E402
from fallback.ledger import queries  # noqa: E402
from fallback.slip import Age, Patient, Sex  # noqa: E402
from fallback.vault import Cost  # noqa: E402

SECRET, PIN = "sixty desks of one hospital", "739164"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
AIM = 10.0
_FORK = multiprocessing.get_context("fork")


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass
class Desk:
    """A desk as the bench sees it: its namespace, its address, its process, and how many slips it gave out."""

    place: int
    folder: Path
    secret: str
    series: int
    address: str
    pipe: Connection | None = None
    process: Any = None
    numbers: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Of its namespace."""
        return f"parchi{self.place}"

    def ask(self, *told: Any) -> Any:
        """What the desk's process answers."""
        assert self.pipe
        self.pipe.send(told)
        return self.pipe.recv()


def desk_life(desk: Desk, state: str, serves: bool, pipe: Connection) -> None:
    """A desk's process: opens its folder, stands on the network, does what it is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["PARCHI_STATE"] = state
    with Path(f"/run/netns/{desk.name}").open("rb") as there:
        enter(there.fileno())
    made = enrolment.open_installation(desk.folder, desk.secret, clock=clock)
    hospital = hospital_file.load(HOME / "hospital.toml")
    chance = Random(desk.place)
    with serving.lan_door(made) as link:
        link.serves = serves
        counter = frontdesk.Counter(
            ledger=made.ledger, hospital=hospital, hospital_id=hospital_id(made.root), drill=False,
            sign=link.signing(made.sign),
        )  # fmt: skip
        shift = queries.open_shift(made.ledger.db(), series=desk.series) or frontdesk.open_shift(
            counter, series=desk.series, login=f"clerk{desk.place:02d}"
        )
        link.start()
        pace, times, numbers, lock = [0.0], list[float](), list[str](), threading.Lock()

        def register() -> None:
            with lock:
                asked = frontdesk.Registration(patient=_patient(chance), clinic=hospital.clinics[0].number)
                began = time.perf_counter()
                done = frontdesk.register(counter, shift.key, asked, form=os.urandom(8).hex())
                times.append((time.perf_counter() - began) * 1000)
                numbers.append(done.row.slip.number.text)

        def clerk() -> None:
            while True:
                time.sleep(0.02)
                if pace[0]:
                    time.sleep(pace[0] * (0.5 + chance.random()))
                    if pace[0]:
                        register()

        threading.Thread(target=clerk, daemon=True).start()
        while True:
            match pipe.recv():
                case ("pace", each):
                    pace[0] = each
                    answer: Any = None
                case ("register", count):
                    for _ in range(count):
                        register()
                    answer = None
                case ("mark",):
                    answer = mark_of(made.ledger.heads())
                case ("numbers",):
                    with lock:
                        answer, numbers[:] = list(numbers), []
                case ("times",):
                    with lock:
                        answer, times[:] = list(times), []
                case ("servers",):
                    answer = link.serves + sum(each.serves and each.here for each in link.computers())
                case ("slips",):
                    answer = [row.slip.number.text for row in queries.slips(made.ledger.db())]
                case ("verify",):
                    answer = made.ledger.verify().ok and link.forked is False and not link.twin
                case ("lines",):
                    answer = sum(head.sequence for head in made.ledger.heads().values())
                case _:
                    break
            pipe.send(answer)
        link.stop()
    made.close()
    pipe.send("closed")


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
                desk.numbers |= set(desk.ask("numbers"))

    def same_after(self, most: float) -> float | None:
        """Seconds until all desks have the same lines; None when they have not within `most`."""
        began = time.monotonic()
        while time.monotonic() - began < most:
            if len(set(self.everybody("mark"))) == 1:
                return round(time.monotonic() - began, 2)
            time.sleep(0.05)
        return None

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


def _patient(chance: Random) -> Patient:
    name = f"{chance.choice(('Sunita', 'Ram', 'Asha', 'Irfan'))} {chance.choice(('Devi', 'Lal', 'Khan', 'Das'))}"
    return Patient(
        name=name, sex=Sex.FEMALE, age=Age(value=chance.randrange(1, 90)), mobile=f"98{chance.randrange(10**8):08d}",
        locality=f"H.No. {chance.randrange(900)}, Devli Village", district="South Delhi",
    )  # fmt: skip


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


def measured(town: Hospital, *, quick: bool) -> dict[str, Any]:
    """Every scene, in order, and the reckoning at the end."""
    found: dict[str, Any] = {"desks": len(town.desks), "loss": 0.03, "delay_ms": [5, 25]}
    most, apart, pace = 120.0, (6.0 if quick else 20.0), (0.5 if quick else 4.0)
    half = [set(range(0, len(town.desks), 2)), set(range(1, len(town.desks), 2))]
    town.tell(loss=0.03, delay=0.005, jitter=0.02)
    for desk in town.desks:
        town.start(desk)
    found["start"] = town.same_after(240.0)
    quiet = [each for _ in range(30) for each in _registered(town.desks[-1])]

    def scene(name: str, act: Callable[[], None]) -> None:
        town.everybody("times")
        act()
        found[name] = town.same_after(most)
        print(f"{name}: {found[name]} s", file=sys.stderr, flush=True)
        found[f"{name}_register_ms"] = _spread([each for one in town.everybody("times") for each in one])
        town.collect()

    def partition() -> None:
        town.tell(rooms=half)
        town.work(apart, pace)
        town.tell(rooms=None)

    def cable() -> None:
        town.tell(rooms=[set(range(len(town.desks) - 1)), {len(town.desks) - 1}])
        town.work(apart / 2, pace)
        town.tell(rooms=None)

    def hour() -> None:
        """One desk alone with as many lines as a large hospital writes in an hour; all others store each of them."""
        town.tell(rooms=[set(range(len(town.desks) - 1)), {len(town.desks) - 1}])
        many = 40 if quick else 20_000 // len(town.desks)
        town.desks[-1].ask("register", many)
        town.desks[0].ask("register", many // 2)
        town.tell(rooms=None)

    def dhcp() -> None:
        for desk in town.desks[:: 3 if quick else 10]:
            new = f"10.77.9.{desk.place + 1}"
            readdress(desk.name, desk.address, new)
            desk.address = new
        town.work(apart / 3, pace)

    def death() -> None:
        town.collect()
        server = town.desks[0]
        server.process.kill()
        server.process.join()
        town.work(apart / 2, pace)
        town.start(server)

    scene("together", lambda: town.work(apart / 2, pace))
    found["servers_seen"] = max(town.everybody("servers"))
    scene("partition", partition)
    scene("cable", cable)
    scene("dhcp", dhcp)
    scene("death_of_the_server", death)
    scene("alone_for_an_hour", hour)
    found["register_quiet_ms"] = _spread(quiet)
    town.collect()
    town.same_after(most)
    given = [number for desk in town.desks for number in desk.numbers]
    slips = town.everybody("slips")
    found["registered"] = len(given)
    found["lost"] = sum(len(set(given) - set(each)) for each in slips)
    found["doubled"] = len(given) - len(set(given)) + sum(len(each) - len(set(each)) for each in slips)
    found["verified"] = all(town.everybody("verify"))
    found["lines"] = max(town.everybody("lines"))
    return found


def _registered(desk: Desk) -> list[float]:
    desk.ask("register", 1)
    time.sleep(0.02)
    told: list[float] = desk.ask("times")
    return told


def _spread(times: list[float]) -> dict[str, float]:
    if len(times) < 2:
        return {}
    ordered = sorted(times)
    return {"median": round(statistics.median(ordered), 1), "p99": round(ordered[int(len(ordered) * 0.99)], 1)}


def main() -> int:
    """Measures and tells; 0 when nothing was lost or doubled and every scene came home in time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--desks", type=int, default=0)
    given = parser.parse_args()
    if os.geteuid() or not Path("/dev/net/tun").exists():
        print("bench/lan.py: skipped: it needs root and /dev/net/tun")
        return 0
    began = time.monotonic()
    with ExitStack() as stack:
        root = Path(tempfile.mkdtemp(prefix="parchi-lan-"))
        stack.callback(shutil.rmtree, root, ignore_errors=True)
        town = Hospital(root, given.desks or (6 if given.quick else 60))
        stack.callback(town.close)
        found = measured(town, quick=given.quick)
    found["seconds"] = round(time.monotonic() - began, 1)
    found["load"] = round(os.getloadavg()[0], 1)
    found["cores"] = os.cpu_count()
    if given.json:
        print(json.dumps(found))
    else:
        for name, value in found.items():
            print(f"{name:32} {value}")
    times = [found[name] for name in ("together", "partition", "cable", "dhcp", "death_of_the_server")]
    whole = found["lost"] == found["doubled"] == 0 and found["verified"]
    in_time = all(each is not None and each < AIM for each in times)
    print("nothing lost, nothing doubled" if whole else "LINES WERE LOST OR DOUBLED", file=sys.stderr)
    print("every link came home in time" if in_time else f"slower than {AIM:.0f} s", file=sys.stderr)
    return 0 if whole and (in_time or not given.quick) else 1


if __name__ == "__main__":
    sys.exit(main())
