"""Clinics by the day: who says when they sit, how many they still take, and what a desk may do with a full one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fallback.errors import ClinicUnknown, FieldWrong, Sentence
from fallback.frontdesk.counter import Counter
from fallback.frontdesk.registration import Registration
from fallback.hospital import Clinic
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, queue
from fallback.ledger.queries.queue import Switch
from fallback.ledger.writer import Transaction
from fallback.roster import FURTHEST, DayWord, Sitting, next_day, sitting
from fallback.slip import Kind

CAP_LIMIT = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A clinic on a day as this computer knows it: its sitting, how many visits it was given `here` and in all that is
    `known`, and whether it is back on the hospital's own system.
    """

    sitting: Sitting
    here: int
    known: int
    back: Switch | None

    @property
    def full(self) -> bool:
        """Whether this computer's part is used up, or the whole cap."""
        share, cap = self.sitting.share, self.sitting.cap
        return (share is not None and self.here >= share) or (cap is not None and self.known >= cap)

    @property
    def full_for_good(self) -> bool:
        """Whether the places that a reason opens are used up, too."""
        share, extra = self.sitting.share, self.sitting.extra
        return self.full and share is not None and extra is not None and self.here >= share + extra

    @property
    def is_free(self) -> bool:
        """Whether a patient may be sent there without a reason."""
        return self.sitting.sits and not self.full and self.back is None


def standing(counter: Counter, db: Database, clinic: Clinic, day: date) -> Standing:
    """How a clinic stands on a day."""
    return standings(counter, db, (clinic,), day)[0]


def standings(counter: Counter, db: Database, clinics: Sequence[Clinic], day: date) -> list[Standing]:
    """How some clinics stand on a day, in the order given."""
    words = queue.rosters(db, day, [each.number for each in clinics] if len(clinics) == 1 else ())
    back, chain, computers = queue.switches(db), counter.ledger.chain, counter.hospital.computers
    found = []
    for clinic in clinics:
        here, known = queue.given(db, clinic.number, day, chain)
        plan = sitting(clinic, day, words.get(clinic.number), computers=computers)
        found.append(Standing(sitting=plan, here=here, known=known, back=back.get(clinic.number)))
    return found


def next_free_day(counter: Counter, db: Database, clinic: Clinic, after: date) -> date | None:
    """The first day after one on which the clinic sits and this computer may still send patients there."""
    if clinic.number in queue.switches(db):
        return None
    return next_day(after, lambda day: standing(counter, db, clinic, day).is_free)


def admit(counter: Counter, tx: Transaction, registration: Registration, today: date) -> tuple[date, dict[str, str]]:
    """The day of the visit, and what the slip's line says besides: why a full or closed clinic took it.

    An emergency is taken by a clinic that is full or does not sit. Raises FieldWrong, naming what to do instead.
    """
    day, clinic = registration.day or today, counter.hospital.clinic(registration.clinic)
    if registration.kind is not Kind.OPD:  # whom casualty and the wards take, they take
        clinic = None
    if not today <= day <= today + timedelta(days=FURTHEST):
        why = Sentence("Choose a day from today to {days} days ahead.", days=FURTHEST)
        raise FieldWrong(field="visit_day", why=why)
    if clinic is None:
        return day, {}
    found = standing(counter, tx.db, clinic, day)
    needs = refusal(found)
    if needs is None or (registration.emergency and found.back is None):
        return day, {}
    if not registration.overbooked or (found.full_for_good and found.back is None):
        raise FieldWrong(field="visit_day" if found.back is None else "overbooked", why=needs)
    return day, {"overbooked": registration.overbooked}


def refusal(found: Standing) -> Sentence | None:
    """Why a clinic does not take a patient as any other, and what to do; None where it does."""
    clinic, day, share = found.sitting.clinic.code, f"{found.sitting.day:%d-%m-%Y}", found.sitting.share
    if found.back is not None:
        why = "{clinic} is back on the hospital's own system. Register there, or write why it must be here."
        return Sentence(why, clinic=clinic)
    if not found.sitting.sits:
        why = "{clinic} does not sit on {day}. Choose another day, mark an emergency, or write why it must be then."
        return Sentence(why, clinic=clinic, day=day)
    if found.full_for_good:
        why = "{clinic} is full on {day}, its extra places too. Choose another day, or mark an emergency."
        return Sentence(why, clinic=clinic, day=day)
    if found.full:
        everywhere = found.sitting.cap is not None and found.known >= found.sitting.cap
        given, most = (found.known, found.sitting.cap) if everywhere else (found.here, share)
        why = (
            "{clinic} is full on {day}: {given} of {most} places are given. Choose another day, mark an emergency, "
            "or write why it must be then."
        )
        return Sentence(why, clinic=clinic, day=day, given=given, most=most)
    return None


def set_roster(counter: Counter, clinic: int, day: date, word: DayWord, *, by: str) -> None:
    """A supervisor's word for a clinic and day; None in it: as in hospital.toml. The last word counts.

    Raises ClinicUnknown, and FieldWrong for a word without a reason or a cap out of bounds.
    """
    _known(counter, clinic)
    if not word.reason:
        raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")
    if word.cap is not None and not 0 <= word.cap <= CAP_LIMIT:
        raise FieldWrong(field="cap", why="Write a whole number up to 5000, or leave it empty.")
    content = {"clinic": clinic, "day": day.isoformat(), "sits": word.sits, "room": word.room, "unit": word.unit}
    content |= {"cap": word.cap, "reason": word.reason}
    counter.ledger.write(lambda tx: tx.append(FactKind.ROSTER_SET, content, by=by))


def switch_clinic(counter: Counter, clinic: int, back: bool, reason: str, *, by: str) -> None:
    """Says that a clinic is back on the hospital's own system, or that it is not. Raises ClinicUnknown, FieldWrong."""
    _known(counter, clinic)
    if not reason:
        raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")

    def job(tx: Transaction) -> None:
        if (clinic in queue.switches(tx.db)) is not back:
            tx.append(FactKind.CLINIC_SWITCHED, {"clinic": clinic, "back": back, "reason": reason}, by=by)

    counter.ledger.write(job)


def _known(counter: Counter, clinic: int) -> None:
    if counter.hospital.clinic(clinic) is None:
        raise ClinicUnknown(code=str(clinic))
