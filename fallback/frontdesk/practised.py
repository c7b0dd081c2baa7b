"""Practice on the record: certificates and practices on paper taken in, real outages counted, duties kept or not."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from fallback import practice
from fallback.downtime import Downtime
from fallback.errors import FieldWrong, PracticeDayWrong, PracticeKnown, PracticeNotPassed
from fallback.frontdesk.counter import Counter
from fallback.language import format_date
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import practice as told
from fallback.ledger.queries.duties import all_known, duties
from fallback.ledger.queries.practice import PracticeRow
from fallback.ledger.writer import Transaction
from fallback.practice import Duty, Kept, Month, Practised
from fallback.slip import INDIA

BY_HAND = ("paper", "outage")
_MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of practice: the months, whose turn it is ("": there is no counter), and every practice told of."""

    months: Sequence[Month]
    turn: str
    practices: Sequence[PracticeRow]

    @property
    def missed(self) -> list[Month]:
        """The months in which nobody practised."""
        return [month for month in self.months if month.missed]

    @property
    def done(self) -> bool:
        """Whether somebody practised this month."""
        return bool(self.months and self.months[0].practices)


def add_certificate(ledger: Ledger, text: str, now: datetime, *, by: str = "") -> PracticeRow:
    """Takes a certificate in, by the text of its code. Raises PracticeCodeWrong, PracticeNotPassed, PracticeDayWrong,
    and PracticeKnown for one that counts already.
    """
    found = practice.read(text)
    if not found.passed:
        raise PracticeNotPassed(score=found.score, least=practice.PASSED)
    content = {
        "day": found.day.isoformat(),
        "counter": found.counter,
        "people": list(found.people),
        "scenes": {scene.value: list(counts) for scene, counts in found.scenes.items()},
        "minutes": found.minutes,
        "score": found.score,
        "code": found.mark,
        "kind": "drill",
    }
    return _add(ledger, found.day, content, now, by)


def add_by_hand(
    ledger: Ledger,
    kind: str,
    day: date,
    counter: str,
    people: Sequence[str],
    now: datetime,
    *,
    minutes: int,
    by: str = "",
) -> PracticeRow:
    """Takes a practice in that has no certificate: with pads alone, or an outage that this journal does not know.

    The same day, counter and kind counts once. Raises FieldWrong, PracticeDayWrong, PracticeKnown.
    """
    names = [name for name in people if name]
    if kind not in BY_HAND:
        raise FieldWrong(field="kind", why="Choose one from the list.")
    if not names:
        raise FieldWrong(field="people", why="Write who practises, with commas between the names.")
    if not counter:
        raise FieldWrong(field="counter", why="Write the counter where you sit.")
    if not 0 < minutes <= _MOST_MINUTES:
        raise FieldWrong(field="minutes", why="Write how many minutes it took.")
    told_as = f"{kind} {day.isoformat()} {' '.join(counter.split()).casefold()}"
    content = {
        "day": day.isoformat(),
        "counter": counter,
        "people": names,
        "scenes": {},
        "minutes": minutes,
        "score": 100,
        "code": hashlib.sha256(told_as.encode()).hexdigest()[:16],
        "kind": kind,
    }
    return _add(ledger, day, content, now, by)


def _add(ledger: Ledger, day: date, content: dict[str, object], now: datetime, by: str) -> PracticeRow:
    if day > now.astimezone(INDIA).date():
        raise PracticeDayWrong(day=format_date(day))

    def job(tx: Transaction) -> PracticeRow:
        known = told.practice(tx.db, str(content["code"]))
        if known:
            raise PracticeKnown(day=format_date(known.day), counter=known.counter)
        tx.append(FactKind.PRACTISED, content, by=by)
        return next(row for row in told.practices(tx.db) if row.code == content["code"])

    return ledger.write(job)


def record(counter: Counter, now: datetime) -> Record:
    """What is known of practice in this hospital. The rota is that of hospital.toml, else the desks as enrolled."""
    db, today = counter.ledger.db(), now.astimezone(INDIA).date()
    rows = told.practices(db)
    known = [Practised(day=row.day, counters=(row.counter,), kind=row.kind) for row in rows]
    known += [Practised(day=row.day, counters=row.desks, kind="outage") for row in told.outages(db)]
    rota = counter.hospital.ready.rota or [desk.name for desk in queries.desks(db) if not desk.retired]
    since = told.set_up(db)
    return Record(months=practice.months(since or today, today, known), turn=practice.turn(rota, known), practices=rows)


def all_kept(counter: Counter, now: datetime, *, most: int = 5) -> list[tuple[Downtime, list[Kept]]]:
    """What the newest outages asked of each role, and how much of it was done; only what was due at all.

    The newest outage comes first; in a drill's installation these are its drills.
    """
    db = counter.ledger.db()
    found = [each for each in queries.downtimes(db) if each.drill == counter.drill][-most:]
    if not found:
        return []
    known = all_known(db)
    return [
        (
            downtime,
            [
                Kept(duty=Duty(name), done=done, due=due)
                for name, (done, due) in duties(db, downtime, counter.hospital, now, known).items()
                if due
            ],
        )
        for downtime in reversed(found)
    ]
