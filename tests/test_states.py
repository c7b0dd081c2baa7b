"""Laptops, sticks, restores, merges, clones, old images, clocks and kills in any order: issued once, and never lost.

`PARCHI_LONG=1 python -m pytest tests/test_states.py` looks far longer.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from fallback import custody, enrolment, frontdesk, machine, payload, recovery
from fallback.enrolment import Installation
from fallback.errors import (
    CardInTwoPlaces,
    CardUsed,
    DeskNotHere,
    DeskNotUsable,
    RevisionsUsedUp,
    SecretMissing,
    ShiftNotOpen,
    SlipIsVoid,
    SlipUnknown,
)
from fallback.ledger import Ledger, Trouble, TroubleKind, chains, queries, views
from fallback.ledger.carrier import FILE_NAME
from fallback.ledger.stick import Stick
from fallback.machine import Machine, Seat
from fallback.scanning import ReadCode, ReadPage
from fallback.slip import SlipNumber
from fallback.vault import Vault
from tests import factories
from tests.factories import CHEAP, PASSPHRASE, START

LONG = bool(os.environ.get("PARCHI_LONG"))
STEPS = 60 if LONG else 25
_ASKED = factories.registration("Sunita Rani", emergency=True)  # a clock that is set back meets a Sunday
_MEMORY = Path("/dev/shm")  # waiting for a disk shows nothing here: bench/crash.py cuts the power
_PATIENT = 60.0  # seconds that an answer waits for a stick: a busy machine must not decide what is in it
_CARDS = 8
_MOST = 4  # laptops at once
_STICKS = ("morning", "evening")
_REFUSALS = (
    DeskNotHere, CardInTwoPlaces, DeskNotUsable, SecretMissing, ShiftNotOpen, SlipUnknown, SlipIsVoid, RevisionsUsedUp,
)  # fmt: skip


@dataclass(eq=False)
class Laptop:
    """A data folder on a machine; `open` is the program that runs there. `desks` are those that were enrolled there."""

    folder: Path
    state: Path
    hardware: str
    open: Installation | None = None
    plugged: tuple[str, ...] = ()
    desks: list[int] = field(default_factory=list)
    images: list[tuple[Path, bool]] = field(default_factory=list)


@dataclass(frozen=True)
class Paper:
    """A slip that left a printer: its signed bytes, the laptop that printed it, and the sticks that had it by then."""

    number: SlipNumber
    revision: int
    signed: bytes
    laptop: Laptop
    sticks: frozenset[str]


class Hospital(RuleBasedStateMachine):
    """All laptops and sticks of one hospital, and every paper that was printed."""

    laptops: Bundle[Laptop] = Bundle("laptops")

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="parchi-states-", dir=_MEMORY if _MEMORY.is_dir() else None))
        self.count = 0
        self.alive: list[Laptop] = []
        self.papers: list[Paper] = []
        self.cards: list[str] = []
        self.used: list[str] = []
        self.excused: set[int] = set()  # series whose numbers a person gave out twice, in a way that nobody can stop
        self.rooted: set[int] = set()
        self.imaged = False
        self.sticks = dict.fromkeys(_STICKS, 0)  # how often each was replaced by a fresh one
        self.shift = timedelta()
        self.ticks = 0

    # --- what is there ---

    @initialize(target=laptops)
    def begin(self) -> Laptop:
        laptop = self._laptop("0")
        with _On(laptop):
            made, _, _ = enrolment.init(laptop.folder, PASSPHRASE, clock=self.clock, cost=CHEAP, state=laptop.state)
        laptop.open = made
        self.cards = [each.text for each in enrolment.make_cards(made, _CARDS, lambda _: None)]
        frontdesk.start_downtime(factories.counter(made), "the servers are down")
        self._enrol(laptop, self.cards.pop(0))
        return laptop

    def clock(self) -> datetime:
        self.ticks += 1
        return START + self.shift + timedelta(seconds=self.ticks)

    def stick(self, name: str) -> Path:
        folder = self.place / f"{name}-{self.sticks[name]}"
        folder.mkdir(exist_ok=True)
        return folder

    def written(self) -> list[Path]:
        """The sticks that hold a copy."""
        return [stick for name in _STICKS if ((stick := self.stick(name)) / FILE_NAME).exists()]

    # --- a day ---

    @precondition(lambda self: self.cards)
    @rule(laptop=laptops)
    def enrol(self, laptop: Laptop) -> None:
        self._enrol(laptop, self.cards.pop(0))

    @precondition(lambda self: self.used)
    @rule(laptop=laptops, which=st.integers(0, 9))
    def use_a_card_again(self, laptop: Laptop, which: int) -> None:
        text = self.used[which % len(self.used)]
        with suppress(CardUsed):
            self.excused.add(self._enrol(laptop, text))  # a journal that has not met the other: it shows at the merge

    @rule(laptop=laptops)
    def enrol_by_the_root(self, laptop: Laptop) -> None:
        """Without a card: where the root's key is, also on a clone, which knows nothing of what the first did since."""
        with _On(laptop), suppress(SecretMissing):
            series = enrolment.enrol_desk(_running(laptop), f"Room {laptop.hardware}").series
            if series in self.rooted:
                self.excused.add(series)
            self.rooted.add(series)
            laptop.desks.append(series)

    @precondition(lambda self: any(laptop.desks for laptop in self.alive))
    @rule(which=st.integers(0, 9), acts=st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=6))
    def work(self, which: int, acts: list[tuple[bool, int]]) -> None:
        """At the desks of a laptop: new patients, and corrections of any paper that somebody brings."""
        seated = [laptop for laptop in self.alive if laptop.desks]
        laptop = seated[which % len(seated)]
        for corrects, place in acts:
            series = laptop.desks[place % len(laptop.desks)]
            old = self.papers[-1 - place % len(self.papers)].number if corrects and self.papers else None
            self._print(laptop, series, old)

    @rule(days=st.integers(-400, 400))
    def set_the_clock(self, days: int) -> None:
        self.shift = timedelta(days=days)

    # --- sticks ---

    @rule(laptop=laptops, names=st.lists(st.sampled_from(_STICKS), unique=True))
    def plug(self, laptop: Laptop, names: list[str]) -> None:
        for other in self.alive:
            if other is not laptop and set(other.plugged) & set(names):
                other.plugged = tuple(name for name in other.plugged if name not in names)
                self._copy(other)
        laptop.plugged = tuple(names)
        self._copy(laptop)

    @rule(name=st.sampled_from(_STICKS))
    def lose_a_stick(self, name: str) -> None:
        self.sticks[name] += 1
        for laptop in self.alive:
            if name in laptop.plugged:
                laptop.plugged = tuple(each for each in laptop.plugged if each != name)
                self._copy(laptop)

    # --- what goes wrong ---

    @rule(laptop=laptops)
    def kill(self, laptop: Laptop) -> None:
        """What -9 leaves behind: the files as they are while the program runs, nobody having closed them."""
        aside = self._fresh("killed")
        shutil.copytree(laptop.folder, aside)
        self._close(laptop)
        shutil.rmtree(laptop.folder)
        aside.rename(laptop.folder)
        self._open(laptop)

    @rule(laptop=laptops)
    def restart(self, laptop: Laptop) -> None:
        self._close(laptop)
        self._open(laptop)

    @rule(laptop=laptops)
    def look_in_by_sudo(self, laptop: Laptop) -> None:
        """A command with another state folder, while the program runs: it takes no desk's right away."""
        before = [series for series in laptop.desks if _running(laptop).may_issue(series)]
        with _On(laptop):
            enrolment.open_installation(
                laptop.folder, PASSPHRASE, clock=self.clock, state=self._fresh("root-state")
            ).close()
        self._close(laptop)
        self._open(laptop)
        assert before == [series for series in laptop.desks if _running(laptop).may_issue(series)]

    @precondition(lambda self: len(self.alive) > 1)
    @rule(laptop=consumes(laptops))
    def steal(self, laptop: Laptop) -> None:
        self._close(laptop)
        self.alive.remove(laptop)
        shutil.rmtree(laptop.folder)

    @precondition(lambda self: len(self.alive) < _MOST)
    @rule(target=laptops, laptop=laptops, same=st.booleans(), with_state=st.booleans())
    def clone(self, laptop: Laptop, same: bool, with_state: bool) -> Laptop:
        """The folder is copied, to another place on the same machine or to another machine, maybe with its state."""
        other = self._laptop(laptop.hardware if same else str(self.count))
        self._close(laptop)
        shutil.copytree(laptop.folder, other.folder)
        if same:
            other.state = laptop.state
        elif with_state:
            shutil.copytree(laptop.state, other.state, dirs_exist_ok=True)
        other.desks = list(laptop.desks)
        self._open(laptop)
        self._open(other)
        return other

    @rule(laptop=laptops, whole=st.booleans())
    def keep_an_image(self, laptop: Laptop, whole: bool) -> None:
        """A backup of the folder, or of the whole disk, with what the machine knows outside the folder."""
        aside = self._fresh("image")
        self._close(laptop)
        shutil.copytree(laptop.folder, aside / "folder")
        shutil.copytree(laptop.state, aside / "state")
        self._open(laptop)
        laptop.images.append((aside, whole))

    @precondition(lambda self: any(laptop.images for laptop in self.alive))
    @rule(which=st.integers(0, 9))
    def put_an_image_back(self, which: int) -> None:
        kept = [laptop for laptop in self.alive if laptop.images]
        laptop = kept[which % len(kept)]
        aside, whole = laptop.images[-1]
        before = self._lines(laptop)
        self._close(laptop)
        shutil.rmtree(laptop.folder)
        shutil.copytree(aside / "folder", laptop.folder)
        if whole:  # nothing on this machine remembers: only the stick does, where it is there
            shutil.copytree(aside / "state", laptop.state, dirs_exist_ok=True)  # a clone's seat beside it stays
        self._open(laptop)
        gone = before.keys() - self._lines(laptop).keys()
        if whole and gone:
            self.imaged = True
            self.excused |= set(laptop.desks)
        self._forget(laptop, {before[each] for each in gone})

    # --- what brings it together ---

    @precondition(lambda self: len(self.alive) < _MOST and self.written())
    @rule(target=laptops, which=st.integers(0, 9))
    def restore(self, which: int) -> Laptop:
        laptop = self._laptop(str(self.count))
        custody.restore(self.written()[which % len(self.written())], laptop.folder, PASSPHRASE, clock=self.clock)
        self._open(laptop)
        return laptop

    @rule(laptop=laptops, other=laptops)
    def merge(self, laptop: Laptop, other: Laptop) -> None:
        report = custody.merge(_running(laptop).ledger, self._export(other))
        assert self.imaged or not report.conflicts

    @precondition(lambda self: self.written())
    @rule(laptop=laptops, which=st.integers(0, 9))
    def merge_a_stick(self, laptop: Laptop, which: int) -> None:
        report = custody.merge(_running(laptop).ledger, self.written()[which % len(self.written())])
        assert self.imaged or not report.conflicts

    @precondition(lambda self: self.papers)
    @rule(laptop=laptops, seed=st.integers(0, 999))
    def scan(self, laptop: Laptop, seed: int) -> None:
        """Some of the paper comes back while the outage lasts."""
        chance = Random(seed)
        some = chance.sample(self.papers, chance.randint(1, len(self.papers)))
        self._scan(_running(laptop), some)

    # --- the morning after ---

    def teardown(self) -> None:
        try:
            if self.alive:
                self._morning()
        finally:
            for laptop in self.alive:
                self._close(laptop)
            shutil.rmtree(self.place, ignore_errors=True)

    def _morning(self) -> None:
        carriers = [self._export(laptop) for laptop in self.alive]
        carriers += self.written()
        for laptop in self.alive:
            ledger = _running(laptop).ledger
            assert not self._troubles(ledger) and ledger.rebuild_views()
        shuffled = Random(len(self.papers)).sample(carriers, len(carriers))
        one, other = self._union(carriers), self._union(shuffled)
        try:
            assert not self._troubles(one) and one.rebuild_views()
            held = {line.payload for line in one.lines() if line.payload}
            for paper in self.papers:
                kept = paper.laptop in self.alive or any(self._is_there(stick) for stick in paper.sticks)
                assert not kept or paper.signed in held or self.imaged, f"{paper.number} is lost"
            if not self.imaged:
                assert _shown(one) == _shown(other)
            keys = _running(self.alive[0]).keys()
            self._check_paper(one, keys)
        finally:
            one.close()
            other.close()

    def _troubles(self, ledger: Ledger) -> list[Trouble]:
        """All that verify finds, but lines that another chain has seen and a thief, or an older image, took away."""
        known = {TroubleKind.MISSING: "names it"} | ({TroubleKind.CHANGED: "names another line"} if self.imaged else {})
        return [each for each in custody.verify(ledger).troubles if known.get(each.kind, "?") not in str(each.why)]

    def _check_paper(self, ledger: Ledger, keys: Any) -> None:
        """All the paper comes back: every slip is there, and a number that was given twice shows as a conflict."""
        genuine = [paper for paper in self.papers if _is_genuine(paper, keys)]
        pages = [_page(paper) for paper in genuine]
        recovery.accept_scan(ledger, Random(1).sample(pages, len(pages)), keys, drill=False)
        contents: dict[tuple[SlipNumber, int], set[str]] = {}
        for paper in genuine:
            digest = payload.digest(paper.signed).hex()
            assert digest in queries.digests(ledger.db(), paper.number), f"{paper.number} is lost"
            contents.setdefault((paper.number, paper.revision), set()).add(digest)
        for (number, _), digests in contents.items():
            row = queries.slip(ledger.db(), number)
            assert row is not None and (row.conflict or len(digests) == 1), f"{number} was given twice; nobody is told"

    # --- how ---

    def _fresh(self, name: str) -> Path:
        self.count += 1
        return self.place / f"{name}-{self.count}"

    def _laptop(self, hardware: str) -> Laptop:
        laptop = Laptop(self._fresh("data"), self._fresh("state"), hardware)
        laptop.state.mkdir()
        self.alive.append(laptop)
        return laptop

    def _open(self, laptop: Laptop) -> None:
        folders = [self.stick(name) for name in laptop.plugged]
        with _On(laptop):
            laptop.open = enrolment.open_installation(
                laptop.folder, PASSPHRASE, clock=self.clock, state=laptop.state, copies=folders
            )
        laptop.open.ledger.copy_to(*folders, deadline=_PATIENT)
        if queries.current_downtime(laptop.open.ledger.db()) is None:
            frontdesk.start_downtime(factories.counter(laptop.open), "the servers are down")

    def _close(self, laptop: Laptop) -> None:
        if laptop.open is not None:
            laptop.open.close()
            laptop.open = None

    def _copy(self, laptop: Laptop) -> None:
        _running(laptop).ledger.copy_to(*(self.stick(name) for name in laptop.plugged), deadline=_PATIENT)

    def _enrol(self, laptop: Laptop, text: str) -> int:
        with _On(laptop):
            desk = enrolment.enrol_with_card(_running(laptop), f"Counter {laptop.hardware}", text)
        laptop.desks.append(desk.series)
        if text not in self.used:
            self.used.append(text)
        return desk.series

    def _print(self, laptop: Laptop, series: int, old: SlipNumber | None) -> None:
        """A slip, or a correction of an old one, in the desk's shift, if it may be; it is printed at once."""
        with suppress(*_REFUSALS):
            self._issued(laptop, series, old)

    def _issued(self, laptop: Laptop, series: int, old: SlipNumber | None) -> None:
        counter = factories.counter(_running(laptop))
        db = counter.ledger.db()
        key = next((each.key for each in queries.shifts(db) if each.series == series and each.closed is None), None)
        if key is None:
            key = frontdesk.open_shift(counter, series=series, login=f"clerk{series}").key
        if old is None:
            issued = frontdesk.register(counter, key, factories.registration(emergency=True))
        else:
            issued = frontdesk.correct(counter, key, old, _ASKED, "misheard")
        signed, number, revision = issued.row.payload, issued.row.slip.number, issued.row.revision
        statuses = counter.ledger.copies(self.clock())
        sticks = frozenset(str(each.folder) for each in statuses if each.folder is not None and not each.behind)
        for paper in self.papers:
            if (paper.number, paper.revision) == (number, revision) and paper.revision == 0:
                assert paper.signed == signed or series in self.excused, f"{number} was given twice"
        self.papers.append(Paper(number, revision, signed, laptop, sticks))

    def _is_there(self, stick: str) -> bool:
        return stick in {str(self.stick(name)) for name in _STICKS}

    def _lines(self, laptop: Laptop) -> dict[bytes, bytes]:
        """The payload of each line, by the line's hash."""
        return {line.hash: line.payload for line in _running(laptop).ledger.lines()}

    def _forget(self, laptop: Laptop, gone: set[bytes]) -> None:
        """An older image took the place of the journal: what was only there is on paper, and on the sticks."""
        nobody = Laptop(self.place, self.place, "")
        self.papers = [
            Paper(each.number, each.revision, each.signed, nobody, each.sticks)
            if each.laptop is laptop and each.signed in gone
            else each
            for each in self.papers
        ]

    def _export(self, laptop: Laptop) -> Path:
        folder = self._fresh("export")
        folder.mkdir()
        return custody.export(_running(laptop).ledger, folder).file

    def _union(self, carriers: Sequence[Path]) -> Ledger:
        """A ledger of its own that takes in all carriers, one after the other."""
        folder = self._fresh("union")
        folder.mkdir()
        header = Vault.header_file(self.alive[0].folder).read_bytes()
        Vault.header_file(folder).write_bytes(header)
        ledger = Ledger.open(folder, Vault.open(folder, PASSPHRASE), clock=self.clock)
        for carrier in carriers:
            report = custody.merge(ledger, carrier)
            assert self.imaged or not report.conflicts
        return ledger

    def _scan(self, installation: Installation, papers: Sequence[Paper]) -> None:
        recovery.accept_scan(installation.ledger, [_page(each) for each in papers], installation.keys(), drill=False)


class _On:
    """While it lasts, this process runs on a laptop's hardware."""

    def __init__(self, laptop: Laptop) -> None:
        self._patch = pytest.MonkeyPatch()
        self._machine = Machine(system=f"system {laptop.hardware}", parts=frozenset({f"disk {laptop.hardware}"}))

    def __enter__(self) -> None:
        self._patch.setattr(machine, "this_machine", lambda: self._machine)

    def __exit__(self, *wrong: object) -> None:
        self._patch.undo()


def _running(laptop: Laptop) -> Installation:
    assert laptop.open is not None
    return laptop.open


def _page(paper: Paper) -> ReadPage:
    text = payload.to_digits(paper.signed)
    code = ReadCode(text=text, symbology="qr", box=(0, 0, 1, 1))
    return ReadPage(file="scan", page=1, picture_hash=payload.digest(paper.signed).hex(), texts=(code,))


def _is_genuine(paper: Paper, keys: Any) -> bool:
    return payload.judge(payload.to_digits(paper.signed), keys).outcome is payload.CodeOutcome.GENUINE


def _shown(ledger: Ledger) -> dict[str, list[Any]]:
    """All views but what each chain has merged: that differs by installation."""
    names = [name for name in views.VIEWS if name != "heard"]
    return {name: sorted(ledger.db().execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}


_SETTINGS = settings(
    max_examples=400 if LONG else 20,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    report_multiple_bugs=False,
)
TestHospital = Hospital.TestCase
TestHospital.settings = _SETTINGS


# --- What it found once ---------------------------------------------------------------------------------------------


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    made = Hospital()
    yield made
    made.teardown()


def _two(hospital: Hospital) -> list[Laptop]:
    """The first laptop, and one that was restored from its stick."""
    hospital.begin()
    hospital.plug(hospital.alive[0], ["morning"])
    hospital.restore(0)
    return hospital.alive


def test_a_page_of_a_desk_that_nobody_knew_is_read_once_its_certificate_came(hospital: Hospital) -> None:
    first, second = _two(hospital)
    hospital.enrol_by_the_root(first)
    hospital.work(0, [(False, 1)])
    (paper,) = hospital.papers
    ledger, keys = _running(second).ledger, _running(first).keys()
    outcomes = [
        recovery.accept_scan(ledger, [_page(paper)], known, drill=False).outcomes
        for known in (_running(second).keys(), _running(second).keys(), keys, keys)
    ]
    assert outcomes == [{"unknown_desk": 1}, {}, {"read": 1}, {}]
    assert queries.slip(ledger.db(), paper.number) is not None


def test_a_copy_of_what_was_lost_since_is_read_again(hospital: Hospital) -> None:
    first, second = _two(hospital)
    hospital.work(0, [(False, 0)])
    (paper,) = hospital.papers
    hospital.merge(second, first)
    hospital._scan(_running(second), [paper])  # a copy of what the journal says: nothing of the slip is written
    left = hospital._union([])
    left.merge(line for line in _running(second).ledger.lines() if line.chain == _running(second).ledger.chain)
    assert queries.slip(left.db(), paper.number) is None
    again = [recovery.accept_scan(left, [_page(paper)], _running(first).keys(), drill=False).again for _ in range(2)]
    assert again == [0, 1]
    assert queries.slip(left.db(), paper.number) is not None
    left.close()


def test_two_shifts_of_one_card_are_told_alike_whichever_journal_comes_first(hospital: Hospital) -> None:
    first, second = _two(hospital)
    hospital.enrol(first)
    hospital.set_the_clock(9)
    hospital.use_a_card_again(second, 1)
    hospital.work(0, [(False, 1), (False, 1)])
    hospital.work(1, [(False, 0)])
    assert len({paper.laptop for paper in hospital.papers}) == 2
    series = hospital.papers[0].number.series
    key = f"{series:03d}.1"
    for laptop, cash in ((first, 10), (second, 20)):
        counter = factories.counter(_running(laptop))
        frontdesk.close_shift(counter, key, counted_cash=cash, note="", by=f"clerk{series}")
    carriers = [hospital._export(laptop) for laptop in (first, second)]
    with hospital._union(carriers) as one, hospital._union(carriers[::-1]) as other:
        assert _shown(one) == _shown(other)


# --- It can fail ----------------------------------------------------------------------------------------------------


def _anyone_may_sit(patch: pytest.MonkeyPatch) -> None:
    """A copied folder goes on as if it were the first."""
    patch.setattr(Seat, "is_here", lambda _self, _folder: True)
    patch.setattr("fallback.enrolment.seating._holds", lambda _ledger, _seat: True)


def _the_counter_follows_the_last_slip(patch: pytest.MonkeyPatch) -> None:
    """The next number is the last that was read plus one, also when an older slip comes in later."""

    def wrong(db: Any, number: SlipNumber) -> None:
        db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (number.series, number.serial + 1))

    patch.setattr(views, "_count", wrong)


def _the_copy_only_says_so(patch: pytest.MonkeyPatch) -> None:
    """A stick of which the desk is told that it has everything."""

    def wrong(self: Stick, _handle: int, db: Any, _stopped: object) -> None:
        self.held = {chain: head.sequence for chain, head in chains.heads(db).items()}

    patch.setattr(Stick, "_append", wrong)


@pytest.mark.parametrize("plant", [_anyone_may_sit, _the_counter_follows_the_last_slip, _the_copy_only_says_so])
def test_a_planted_fault_is_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    search = settings(_SETTINGS, max_examples=200, stateful_step_count=50, phases=(Phase.generate,), derandomize=True)
    with pytest.raises((AssertionError, Flaky)):  # a chain's id is chance: the same steps need not fail again
        run_state_machine_as_test(Hospital, settings=search)
