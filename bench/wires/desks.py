"""A full desk in a process and a namespace of its own, with journal, door and link, that does as a bench tells it."""

import os
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from bench.wires import enter
from fallback import enrolment, frontdesk, hospital_file, serving
from fallback.custody.network.lines import mark_of
from fallback.keys import hospital_id
from fallback.ledger import queries
from fallback.slip import Age, Patient, Sex

HOME = Path(__file__).parent.parent.parent


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Given:
    """A number that was given out, when (this machine's monotonic clock), and as which line of which chain.

    `known` is where every chain ended at that desk just before.
    """

    number: str
    at: float
    chain: str
    sequence: int
    known: Mapping[str, int]


@dataclass
class Desk:
    """A desk as the bench sees it: its namespace, its address, its process, and what it gave out."""

    place: int
    folder: Path
    secret: str
    series: int
    address: str
    pipe: Connection | None = None
    process: Any = None
    given: list[Given] = field(default_factory=list)

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
        pace, times, numbers, lock = [0.0], list[float](), list[Given](), threading.Lock()

        def register() -> None:
            with lock:
                asked = frontdesk.Registration(patient=_patient(chance), clinic=hospital.clinics[0].number)
                known = {chain: head.sequence for chain, head in made.ledger.heads().items()}
                at, began = time.monotonic(), time.perf_counter()
                done = frontdesk.register(counter, shift.key, asked, form=os.urandom(8).hex())
                times.append((time.perf_counter() - began) * 1000)
                head = made.ledger.head()
                numbers.append(Given(done.row.slip.number.text, at, head.chain, head.sequence, known))

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


def _patient(chance: Random) -> Patient:
    name = f"{chance.choice(('Sunita', 'Ram', 'Asha', 'Irfan'))} {chance.choice(('Devi', 'Lal', 'Khan', 'Das'))}"
    return Patient(
        name=name, sex=Sex.FEMALE, age=Age(value=chance.randrange(1, 90)), mobile=f"98{chance.randrange(10**8):08d}",
        locality=f"H.No. {chance.randrange(900)}, Devli Village", district="South Delhi",
    )  # fmt: skip
