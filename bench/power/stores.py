"""The stores that are hurt: Parchi's, through the acts of the front desk, and what a plain program writes with sqlite3.

`python -m bench.power NAME ROOT` issues slips in several threads until it is killed, and says each one on
standard output once it is acknowledged: number, revision, what identifies its content, whether the second copy had it.
"""

import os
import random
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from fallback import custody, enrolment, frontdesk, hospital_file, payload
from fallback.downtime import Role
from fallback.errors import DiskFull, LedgerClosed, LineWrong, ParchiError
from fallback.keys import hospital_id
from fallback.ledger import Carrier, Ledger
from fallback.slip import Age, FeeStatus, Patient
from fallback.vault import Cost, Vault

HOME = Path(__file__).parent.parent.parent
SECRET = "bench"
_CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
BEGUN = threading.Event()  # something was acknowledged
_THREADS = 2  # at each of two desks
_HOSPITAL = hospital_file.load(HOME / "hospital.toml")


@dataclass(frozen=True, slots=True)
class Ack:
    """What was acknowledged. `content` is 16 hex digits; `copied`: the second copy was not behind."""

    number: str
    revision: int
    content: str
    copied: bool

    def line(self) -> bytes:
        """As one line."""
        return f"{self.number} {self.revision} {self.content} {int(self.copied)}\n".encode()

    @classmethod
    def parse(cls, told: bytes) -> Iterator["Ack"]:
        """The whole lines of what was told."""
        for line in told.split(b"\n")[:-1]:
            number, revision, content, copied = line.decode().split()
            yield cls(number, int(revision), content, copied == "1")


@dataclass(slots=True)
class Found:
    """What was wrong after so many crashes. `wrong` holds what should not be at all, in words."""

    crashes: int = 0
    acknowledged: int = 0
    copied: int = 0
    lost: int = 0
    lost_in_copy: int = 0
    doubled: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Adds what others found."""
        self.crashes += other.crashes
        self.acknowledged += other.acknowledged
        self.copied += other.copied
        self.lost += other.lost
        self.lost_in_copy += other.lost_in_copy
        self.doubled += other.doubled
        self.wrong += other.wrong

    def see(self, look: "Found") -> None:
        """Adds another look at the same store: what was lost once is lost at each look."""
        self.lost, self.doubled = max(self.lost, look.lost), max(self.doubled, look.doubled)
        self.lost_in_copy = max(self.lost_in_copy, look.lost_in_copy)
        self.wrong += look.wrong


class Store(Protocol):
    """A store below a folder, which is always at the same path."""

    def prepare(self, root: Path) -> None:
        """Makes it."""

    def work(self, root: Path) -> None:
        """Issues until the process ends."""

    def look(self, root: Path, acks: Iterable[Ack], *, deep: bool = False) -> Found:
        """Opens it after a crash and compares it with what was acknowledged; closes it again."""


def say(ack: Ack) -> None:
    """To whoever watches, in one call."""
    os.write(1, ack.line())
    BEGUN.set()


def doubled(acks: Iterable[Ack]) -> int:
    """How many numbers were acknowledged with two contents."""
    seen: dict[tuple[str, int], set[str]] = {}
    for ack in acks:
        seen.setdefault((ack.number, ack.revision), set()).add(ack.content)
    return sum(len(each) - 1 for each in seen.values())


class Parchi:
    """The real thing: journal, second copy, four clerks' threads at two desks."""

    def prepare(self, root: Path) -> None:
        """An installation with two desks, each with an open shift, and a stick."""
        os.environ["PARCHI_STATE"] = str(root / "state")
        for name in ("data", "stick", "state"):
            (root / name).mkdir(parents=True, exist_ok=True)
        made, _, _ = enrolment.init(root / "data", SECRET, clock=_clock, cost=_CHEAP)
        with closing(made):
            made.ledger.copy_to(root / "stick")
            for desk, login in enumerate(("asha", "babu"), 1):
                enrolment.enrol_desk(made, f"Counter {desk}")
                enrolment.set_user(made.ledger, login, login.title(), Role.CLERK, "739164")
            counter = self.counter(made)
            frontdesk.start_downtime(counter, "bench")
            for desk, login in enumerate(("asha", "babu"), 1):
                frontdesk.open_shift(counter, series=desk, login=login)

    def counter(self, made: enrolment.Installation) -> frontdesk.Counter:
        """The counter of an installation."""
        hospital = hospital_id(made.root)
        return frontdesk.Counter(
            ledger=made.ledger, hospital=_HOSPITAL, hospital_id=hospital, drill=made.drill, sign=made.sign
        )

    def work(self, root: Path) -> None:
        """Registers, corrects and voids in threads, for ever."""
        counter = self._open(root)
        threads = [
            threading.Thread(target=_desk, args=(counter, f"{desk:03d}.1", random.getrandbits(64)), daemon=True)
            for desk in (1, 2)
            for _ in range(_THREADS)
        ]
        for thread in threads:
            thread.start()
        time.sleep(random.uniform(0.05, 3))
        if random.random() < 0.2:
            counter.ledger.close()  # killed while it closes, or after it
        for thread in threads:
            thread.join()

    def look(self, root: Path, acks: Iterable[Ack], *, deep: bool = False) -> Found:
        """The copy alone; then the journal, its chain and views, the copy that caught up; the next slip; a restore."""
        acks = tuple(acks)
        found = Found(doubled=doubled(acks))
        wanted = {(ack.number, ack.revision, ack.content) for ack in acks}
        copied = {(ack.number, ack.revision, ack.content) for ack in acks if ack.copied}
        try:
            found.lost_in_copy = len(copied - _held(_before_the_tear(root)))
            if deep:
                self._restore(root, copied, found)
            counter = self._open(root)
        except ParchiError as wrong:
            found.wrong.append(f"it cannot be opened: {wrong}")
            found.lost = len(wanted)
            return found
        with closing(counter.ledger) as ledger:
            held = _held(ledger.lines())
            found.lost = len(wanted - held)
            found.doubled += len(held) - len({each[:2] for each in held})
            if not (report := custody.verify(ledger)).ok:
                found.wrong.append(f"the chain: {report.troubles[0]}")
            if not ledger.rebuild_views():
                found.wrong.append("the views are not what the journal says")
            if not (report := custody.verify(ledger, root / "stick")).ok:
                found.wrong.append(f"the copy: {report.troubles[0]}")
            try:
                caught_up = {line.text for line in Carrier(root / "stick", ledger.vault)}
            except LineWrong as wrong:
                found.wrong.append(f"the copy: {wrong}")
            else:
                if not ledger.copy_status().behind and caught_up != {line.text for line in ledger.lines()}:
                    found.wrong.append("the copy did not catch up")
            try:
                number = frontdesk.register(counter, "001.1", _registration(1)).row.slip.number.text
                if any(ack.number == number for ack in acks):
                    found.doubled += 1
            except ParchiError as wrong:
                found.wrong.append(f"no slip can be issued: {wrong}")
        return found

    def _open(self, root: Path) -> frontdesk.Counter:
        os.environ["PARCHI_STATE"] = str(root / "state")
        made = enrolment.open_installation(root / "data", SECRET, clock=_clock, copies=[root / "stick"])
        made.ledger.copy_to(root / "stick")
        return self.counter(made)

    def _restore(self, root: Path, copied: set[tuple[str, int, str]], found: Found) -> None:
        """A fresh folder from the copy alone."""
        fresh, state = root.with_name(f"{root.name}-fresh"), root.with_name(f"{root.name}-fresh-state")
        try:
            try:
                custody.restore(root / "stick", fresh, SECRET, clock=_clock, state=state)
            except LineWrong:  # what was appended when the power went is torn: it is asked for all the rest
                custody.restore(root / "stick", fresh, SECRET, clock=_clock, state=state, damaged=True)
            with closing(enrolment.open_installation(fresh, SECRET, clock=_clock, state=state)) as made:
                if missing := len(copied - _held(made.ledger.lines())):
                    found.wrong.append(f"{missing} slips did not come back from the copy alone")
        except ParchiError as wrong:
            found.wrong.append(f"the copy alone cannot be restored: {wrong}")
        finally:
            for folder in (fresh, state):
                shutil.rmtree(folder, ignore_errors=True)


def _clock() -> datetime:
    return datetime.now(UTC)


def _registration(turn: int) -> frontdesk.Registration:
    patient = Patient(name=f"Sunita Devi {'abcdefghij'[turn % 10]}", age=Age(value=20 + turn % 60))
    clinic = _HOSPITAL.clinics[turn % len(_HOSPITAL.clinics)].number
    return frontdesk.Registration(patient=patient, clinic=clinic, fee_status=FeeStatus.EXEMPT)


def _desk(counter: frontdesk.Counter, shift: str, seed: int) -> None:
    """One clerk: mostly new patients, now and then a correction or a void of the last."""
    chance, last = random.Random(seed), None
    while True:
        turn, act = chance.getrandbits(30), chance.random()
        try:
            if last is not None and act < 0.1:
                issued = frontdesk.correct(counter, shift, last, _registration(turn), "misheard")
            elif last is not None and act < 0.15:
                issued, last = frontdesk.void(counter, shift, last, "went away"), None
            else:
                issued = frontdesk.register(counter, shift, _registration(turn), form=f"{turn:x}")
                last = issued.row.slip.number
        except DiskFull:
            return
        except ParchiError:
            time.sleep(0.01)
            continue
        content = payload.digest(issued.row.payload).hex()[:16]
        say(Ack(issued.row.slip.number.text, issued.row.revision, content, _is_copied(counter.ledger)))


def _is_copied(ledger: Ledger) -> bool:
    """Whether the copy holds all that is committed by now. While it catches up, answers do not wait for it."""
    end = time.monotonic() + 0.05
    try:
        head = ledger.head().sequence
        while ledger.copy_status().sequence < head:
            if ledger.copy_status().behind or time.monotonic() > end:
                return False
            time.sleep(0.001)
    except LedgerClosed:  # it was closed just after the answer
        return False
    return True


def _before_the_tear(root: Path) -> Iterator[object]:
    """The lines of the copy up to the first that is none: what a restore must at least give."""
    vault = Vault.open(root / "stick", SECRET)
    for each in Carrier(root / "stick", vault).read():
        if isinstance(each, LineWrong):
            return
        yield each


def _held(lines: Iterable[object]) -> set[tuple[str, int, str]]:
    """Number, revision and content of every slip in some lines."""
    held: set[tuple[str, int, str]] = set()
    for line in lines:
        if content := getattr(line, "payload", b""):
            slip = payload.decode(content).slip
            held.add((slip.number.text, slip.revision, payload.digest(content).hex()[:16]))
    return held
