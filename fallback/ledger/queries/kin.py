"""Questions about kin: a mother's newborns, and who an unidentified patient turned out to be."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fallback.ledger.queries import SlipRow, slip
from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Somebody said that the patient of a slip is `person` (a slip number, or `uhid:`)."""

    number: SlipNumber
    person: str
    reason: str
    login: str
    at: datetime

    @property
    def slip(self) -> SlipNumber | None:
        """The slip that the person is known by; None where it is a UHID."""
        return None if self.person.startswith("uhid:") else SlipNumber.parse(self.person)


_LINK = "SELECT number, person, reason, login, at FROM linked WHERE person <> '' AND "


def newborns(db: Database, mother: SlipNumber) -> list[SlipRow]:
    """The slips of the newborns of a mother's slip that still name it and are not void, by number."""
    rows = db.execute("SELECT number FROM newborn WHERE mother = ? ORDER BY number", (mother.text,)).fetchall()
    found = [slip(db, SlipNumber.parse(number)) for (number,) in rows]
    return [row for row in found if row and not row.voided and row.slip.mother == mother]


def link_of(db: Database, number: SlipNumber) -> Link | None:
    """Who the patient of a slip turned out to be, None while nobody said."""
    row = db.execute(_LINK + "number = ?", (number.text,)).fetchone()
    return _link(row) if row else None


def links_to(db: Database, person: str) -> list[Link]:
    """The slips whose patient turned out to be a person (see Slip.person), by number."""
    return [_link(row) for row in db.execute(_LINK + "person = ? ORDER BY number", (person,))]


def _link(row: tuple[str, str, str, str, str]) -> Link:
    number, person, reason, login, at = row
    return Link(
        number=SlipNumber.parse(number), person=person, reason=reason, login=login, at=datetime.fromisoformat(at)
    )
