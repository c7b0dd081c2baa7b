"""The worklist: pages that need a person, handed out one at a time, so that no two people meet the same."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fallback.errors import NumberNotIssued, ParchiError, SlipNumberWrong
from fallback.ledger import Ledger, queries
from fallback.ledger.queries import CodeRow, Database, FormRow, PageRow, SlipRow, work as asked
from fallback.ledger.queries.work import Trace, WorkRow
from fallback.recovery.decisions import Decision, doubtful_boxes
from fallback.recovery.transcription import Entries, entries_of
from fallback.recovery.turns import TURN, Turns
from fallback.slip import Kind, SlipNumber, number_on


class WorkKind(StrEnum):
    """What a person is asked for, in the order of handing out."""

    PAD_READY = "pad_ready"
    DAMAGED = "damaged"
    UNREAD = "unread"
    MARKS = "marks"
    PAD_DIFFERS = "pad_differs"
    PAD_SECOND = "pad_second"
    PAD = "pad"
    PROBLEM = "problem"
    REVOKED = "revoked"
    FORGED = "forged"
    FOREIGN = "foreign"


_ORDER = {kind: place for place, kind in enumerate(WorkKind)}
_KINDS = {
    "unread": WorkKind.UNREAD,
    "doubtful": WorkKind.MARKS,
    "problem": WorkKind.PROBLEM,
    "revoked": WorkKind.REVOKED,
    "forged": WorkKind.FORGED,
    "foreign": WorkKind.FOREIGN,
    "other_hospital": WorkKind.FOREIGN,
    "drill": WorkKind.FOREIGN,
}  # whatever else came has a code or a number, and no record: DAMAGED
_NOT_THE_FIRST = (WorkKind.PAD_SECOND, WorkKind.PAD_DIFFERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A number as it was typed, read on a page, or `suggested` by a machine, and what is known of it.

    `row` is its record, of an unfilled blank the blank's own, None where nothing has it.
    """

    number: SlipNumber
    row: SlipRow | None
    trace: Trace
    suggested: bool = False

    @property
    def filled(self) -> bool:
        """Whether its content is known."""
        return self.row is not None and self.row.slip.kind is not Kind.PAD

    @property
    def voided(self) -> bool:
        """Whether it is void, by a void slip or by its shift's sheet."""
        return self.trace.voided or (self.row is not None and self.row.voided)

    @property
    def doubt(self) -> ParchiError | None:
        """What to say before such a number is taken; None for one that was handed out."""
        return None if self.trace.issued else NumberNotIssued(number=self.number.grouped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one person is asked for. `key` names it in addresses: a picture, or a blank's number.

    `number` is the blank that is to be typed in; of a damaged page the one number that it has. `known` are the numbers
    on the page, told by a person, or suggested by a machine; `before` those of the page before in the same file, whose
    back this may be: offered, never assumed. `doubtful` are the boxes that a decision MARKS has to answer.
    """

    key: str
    kind: WorkKind
    page: PageRow
    number: SlipNumber | None
    codes: list[CodeRow]
    forms: list[FormRow]
    known: tuple[Known, ...]
    before: tuple[Known, ...]
    doubtful: Mapping[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Task:
    """An item in the queue, not yet looked at closely; `first` is the login that entered it first, "" for none."""

    key: str
    kind: WorkKind
    row: WorkRow
    first: str = ""

    def may(self, login: str) -> bool:
        return self.kind not in _NOT_THE_FIRST or self.first != login


class Worklist:
    """Hands out items. One per server; any thread may use it.

    What is open is worked out from the journal each time. Who has what is kept in memory for a limited time.
    """

    def __init__(self, ledger: Ledger, clock: Callable[[], datetime], *, lease: timedelta = TURN) -> None:
        self._ledger = ledger
        self._gate = threading.Lock()
        self._turns = Turns(clock, lease)

    def next(self, login: str) -> Item | None:
        """The item that this login holds, else the next that nobody does; None when there is none for this person."""
        with self._gate:  # the list is read behind the gate: what was decided before a release is off it
            tasks = {task.key: task for task in _tasks(self._ledger.db())}
            task = self._choose(login, tasks)
            if task is None:
                self._turns.release(login)
                return None
            self._turns.hold(login, task.key)
        return _item(self._ledger.db(), task)

    def item(self, login: str, key: str) -> Item | None:
        """The item of a key, if this login holds it, for another while; None once it lapsed or was decided."""
        with self._gate:
            if not self._turns.holds(login, key):
                return None
            task = next((task for task in _tasks(self._ledger.db()) if task.key == key and task.may(login)), None)
            if task is None:
                self._turns.release(login)
                return None
            self._turns.hold(login, key)
        return _item(self._ledger.db(), task)

    def take(self, login: str, picture: str) -> Item | None:
        """The item of a page, for whoever took something back on it; None when it needs nobody, or another has it."""
        with self._gate:
            taken = self._turns.taken(login)
            found = (task for task in _tasks(self._ledger.db()) if task.row.picture == picture)
            task = next((task for task in found if task.key not in taken and task.may(login)), None)
            if task is None:
                return None
            self._turns.hold(login, task.key)
        return _item(self._ledger.db(), task)

    def renew(self, login: str) -> bool:
        """Holds this login's item for another while; False when it lapsed: somebody else may have it."""
        with self._gate:
            return self._turns.renew(login)

    def skip(self, login: str) -> None:
        """Puts this login's item at the end of the list for this person; others may take it."""
        with self._gate:
            self._turns.skip(login)

    def release(self, login: str) -> None:
        """Gives this login's item back: after a decision, and at log-out."""
        with self._gate:
            self._turns.release(login)

    def counts(self) -> Counter[WorkKind]:
        """How much there is to do, by kind."""
        return Counter(task.kind for task in _tasks(self._ledger.db()))

    def _choose(self, login: str, tasks: Mapping[str, _Task]) -> _Task | None:
        held = tasks.get(self._turns.key(login))
        if held is not None and held.may(login):
            return held
        taken = self._turns.taken(login)
        skipped = self._turns.skipped(login, tasks)
        free = [task for task in tasks.values() if task.key not in taken and task.may(login)]
        return min(free, key=lambda task: (skipped.get(task.key, 0), _ORDER[task.kind]), default=None)


def look_up(db: Database, typed: str) -> Known:
    """What is known of a number that was typed or scanned: a slip's, or a sticker's. Raises SlipNumberWrong."""
    return _known(db, number_on(typed))


def _known(db: Database, number: SlipNumber, *, besides: str = "", suggested: bool = False) -> Known:
    trace = asked.trace(db, number, besides=besides)
    return Known(number=number, row=queries.slip(db, number), trace=trace, suggested=suggested)


def _tasks(db: Database) -> list[_Task]:
    """Everything that needs a person, in the order of acceptance."""
    entered = asked.entries_waiting(db)
    tasks: list[_Task] = []
    for row in asked.waiting(db):
        if not row.number:
            told = row.decision == Decision.BELONGS  # to a number without content
            kind = WorkKind.DAMAGED if told else _KINDS.get(row.outcome, WorkKind.DAMAGED)
            tasks.append(_Task(row.picture, kind, row))
        else:
            known = entries_of(SlipNumber.parse(row.number), entered.get(row.number, ()))
            tasks.append(_Task(row.number, _pad_kind(known), row, known.first.login if known else ""))
    return tasks


def _pad_kind(known: Entries | None) -> WorkKind:
    if known is None:
        return WorkKind.PAD
    if known.second is None:
        return WorkKind.PAD_SECOND
    return WorkKind.PAD_READY if known.ready else WorkKind.PAD_DIFFERS


def _item(db: Database, task: _Task) -> Item | None:
    picture = task.row.picture
    page = queries.page(db, picture)
    if page is None:
        return None
    forms = queries.forms(db, picture)
    on_it = asked.numbers_on(db, picture)
    known = [_known(db, number, besides=picture) for number in on_it]
    with suppress(SlipNumberWrong):  # a machine believes to see it: it may be no number at all
        if (suggested := SlipNumber.parse(page.suggested)) not in on_it:
            known.append(_known(db, suggested, besides=picture, suggested=True))
    before = asked.page_before(db, page.batch, page.file, page.page)
    only = on_it[0] if task.kind is WorkKind.DAMAGED and len(on_it) == 1 else None
    return Item(
        key=task.key,
        kind=task.kind,
        page=page,
        number=SlipNumber.parse(task.row.number) if task.row.number else only,
        codes=queries.codes(db, picture),
        forms=forms,
        known=tuple(known),
        before=tuple(_known(db, number, besides=picture) for number in asked.numbers_on(db, before)) if before else (),
        doubtful=doubtful_boxes(forms) if task.kind is WorkKind.MARKS else {},
    )
