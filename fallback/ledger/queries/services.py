"""What counters did for slips: of one slip, of one counter's day, and what two of them did without knowing it."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fallback.ledger import chains
from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """One line of a counter: something `done`, or taken back with a `reason`. `again`: once more, and on purpose.

    `digest` (hex) is the paper that was scanned, "" where only its number was read.
    """

    number: SlipNumber
    counter: str
    what: str
    done: bool
    again: bool
    digest: str
    reason: str
    at: datetime
    login: str
    chain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """What was done more than once for a slip at one counter while nobody there knew of the other: `rows` say by whom.

    `unknown`: no journal here has that slip.
    """

    number: SlipNumber
    counter: str
    what: str
    rows: tuple[ServiceRow, ...]
    unknown: bool = False

    @property
    def logins(self) -> tuple[str, ...]:
        """Who did it, in the order of their clocks."""
        return tuple(dict.fromkeys(row.login for row in self.rows if row.done))


_ROW = "SELECT number, counter, what, done, again, digest, reason, at, login, chain FROM service "


def of_slip(db: Database, number: SlipNumber) -> list[ServiceRow]:
    """All that counters said of a slip, in the order in which it was said."""
    return _rows(db, "WHERE number = ? ORDER BY stamp, line", number.text)


def standing(rows: list[ServiceRow]) -> dict[tuple[str, str], ServiceRow]:
    """What is done and not taken back, by counter and what: the last line that says so."""
    net: dict[tuple[str, str], list[ServiceRow]] = {}
    for row in rows:
        found = net.setdefault((row.counter, row.what), [])
        if row.done:
            found.append(row)
        elif found:
            own = [place for place, each in enumerate(found) if each.chain == row.chain]
            found.pop(own[-1] if own else -1)
    return {key: found[-1] for key, found in net.items() if found}


def of_counter(db: Database, counter: str, day: str, most: int) -> list[ServiceRow]:
    """The last lines of a counter on an ISO day, newest first."""
    return _rows(db, f"WHERE counter = ? AND day = ? ORDER BY at DESC, line DESC LIMIT {int(most)}", counter, day)


def counts(db: Database, counter: str, day: str) -> dict[str, int]:
    """How often each thing was done at a counter on an ISO day, less what was taken back."""
    rows = db.execute(
        "SELECT what, sum(2 * done - 1) FROM service WHERE counter = ? AND day = ? GROUP BY what",
        (counter, day),
    )
    return dict(rows.fetchall())


def twice(db: Database) -> list[Twice]:
    """What was done twice unknowingly, as it shows when journals meet; what was taken back since is left out."""
    found = db.execute("SELECT number, counter, what FROM service_sum WHERE unaware > 1 ORDER BY number, counter, what")
    return [_twice(db, *key) for key in found.fetchall()]


def astray(db: Database, most: int = 100) -> list[Twice]:
    """What was done for numbers of which no journal here has a slip or a blank: misread ones, or of a lost desk."""
    found = db.execute(
        "SELECT number, counter, what FROM service_sum WHERE number NOT IN (SELECT number FROM slip) "
        f"AND number NOT IN (SELECT number FROM pad) ORDER BY number, counter, what LIMIT {int(most)}"
    )
    told = [_twice(db, *key) for key in found.fetchall()]
    return [each for each in told if standing(list(each.rows))]


def known_until(db: Database, number: SlipNumber) -> tuple[bool, datetime | None]:
    """How fresh a slip's standing is here: whether its desk writes into this very journal, and else until when.

    That is the last line known of the desk's own journal; None: no journal of that desk was ever here.
    """
    rows = db.execute(
        "SELECT chain FROM enrolment WHERE series = ?1 UNION SELECT chain FROM version "
        "WHERE number = ?2 AND chain <> ''",
        (number.series, number.text),
    )
    known = {chain for (chain,) in rows.fetchall()}
    if chains.own_chain(db) in known:
        return True, None
    last = [
        row[0]
        for chain in known
        if (
            row := db.execute(
                "SELECT at FROM line WHERE chain = ?1 AND sequence = (SELECT sequence FROM chain WHERE id = ?1)",
                (chain,),
            ).fetchone()
        )
    ]
    return False, datetime.fromisoformat(max(last)) if last else None


def _twice(db: Database, number: str, counter: str, what: str) -> Twice:
    rows = _rows(db, "WHERE number = ? AND counter = ? AND what = ? ORDER BY at, line", number, counter, what)
    known = "SELECT 1 FROM slip WHERE number = ?1 UNION ALL SELECT 1 FROM pad WHERE number = ?1"
    unknown = db.execute(known, (number,)).fetchone() is None
    return Twice(number=SlipNumber.parse(number), counter=counter, what=what, rows=tuple(rows), unknown=unknown)


def _rows(db: Database, which: str, *values: str) -> list[ServiceRow]:
    return [
        ServiceRow(
            number=SlipNumber.parse(number),
            counter=counter,
            what=what,
            done=bool(done),
            again=bool(again),
            digest=digest,
            reason=reason,
            at=datetime.fromisoformat(at),
            login=login,
            chain=chain,
        )
        for number, counter, what, done, again, digest, reason, at, login, chain in db.execute(
            _ROW + which, values
        ).fetchall()
    ]
