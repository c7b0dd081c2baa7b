"""Who belongs to whom: a name for somebody whom nobody knows, and who it turned out to be."""

import re

from fallback import names
from fallback.errors import FieldWrong, SlipNumberWrong, SlipUnknown
from fallback.frontdesk.counter import Counter, needs_slip
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import identities, kin
from fallback.ledger.writer import Transaction
from fallback.slip import SlipNumber

_OTHERS = 12  # tries for a name that nobody has here


def free_alias(db: queries.Database, form: str) -> tuple[str, str]:
    """A name to call out for somebody whom nobody knows, in both scripts: one that no slip here has, where it can be.

    A form that is sent again gets the name that its slip has. When all that are tried are in use, the number tells them
    apart.
    """
    number = queries.form_number(db, form)
    row = queries.slip(db, number) if number else None
    if row is not None and row.slip.alias and not row.slip.sealed:
        return row.slip.patient.name, row.slip.patient.name_hindi
    tries = [names.alias(f"{form} {turn}") for turn in range(_OTHERS)]
    return next((each for each in tries if not identities.is_name_taken(db, each[0])), tries[0])


def link(counter: Counter, number: SlipNumber, typed: str, reason: str, *, by: str) -> None:
    """Journals who an unidentified patient is: a slip number or a UHID as it was `typed`; "" takes it back.

    The same word twice is one. The printed number never changes. Raises SlipUnknown, SlipIsVoid, and FieldWrong for a
    slip whose patient was never unidentified, and for what names nobody.
    """

    def job(tx: Transaction) -> None:
        row = needs_slip(tx, number)
        if not row.slip.alias or row.slip.sealed:
            raise FieldWrong(field="wanted", why="This slip's patient was never unidentified. Correct the slip.")
        person = _person(counter, tx.db, typed, row.slip.person)
        before = kin.link_of(tx.db, number)
        if person != (before.person if before else ""):
            content = {"number": number.text, "to": person, "reason": reason}
            tx.append(FactKind.PATIENTS_LINKED, content, by=by)

    counter.ledger.write(job)


def _person(counter: Counter, db: queries.Database, typed: str, own: str) -> str:
    """Who is meant, as Slip.person has it."""
    wanted = typed.strip().upper()
    if not wanted:
        return ""
    try:
        number = SlipNumber.parse(wanted)
    except SlipNumberWrong:
        plain = wanted.replace(" ", "")
        if re.fullmatch(counter.hospital.uhid_pattern, plain, re.ASCII):
            return f"uhid:{plain}"
        why = "This is no slip number (11 digits) and no UHID. Read it again from the card."
        raise FieldWrong(field="wanted", why=why) from None
    row = queries.slip(db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    if row.slip.person == own or row.slip.sealed or row.voided:
        why = "This is the same patient, a confidential one, or a void slip. Type the slip or the UHID of the person."
        raise FieldWrong(field="wanted", why=why)
    return row.slip.person
