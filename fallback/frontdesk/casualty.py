"""Many at once and nobody known: sets of slip, wristband and stickers under names that cannot be confused.

A set is a numbered blank with its name on it: whoever gets it is registered when it is filled in, and one that nobody
needed is declared unused. So twenty sets in a drawer are not twenty patients.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fallback import names, payload
from fallback.errors import FieldWrong, Sentence
from fallback.frontdesk.counter import Counter
from fallback.frontdesk.pads import journal_blanks
from fallback.hospital import Clinic, Hospital
from fallback.ledger import queries
from fallback.ledger.queries import identities, stays
from fallback.ledger.writer import Transaction
from fallback.printing import PrintedSlip, render_pads, render_sheet
from fallback.printing.layout import layout
from fallback.slip import Kind, Patient, Slip, SlipNumber, Visit

SETS = 20
MOST_SETS = 100
STICKERS = 8  # of each set
_OTHER_NAMES = 40  # tries for one that nobody has here: there are 400
SHEETS = ("pad", "wristband", "sticker-24")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Sets as they were printed: their numbers, and the PDF of each of SHEETS."""

    numbers: Sequence[SlipNumber]
    papers: dict[str, bytes]


def print_sets(counter: Counter, *, series: int, count: int = SETS, by: str = "") -> Sets:
    """Takes numbers for so many sets, signs their blanks and draws them.

    Raises FieldWrong for a count that is none, DeskNotUsable, SeriesUsedUp, LayoutWrong.
    """
    if not 0 < count <= MOST_SETS:
        raise FieldWrong(field="count", why=Sentence("Write a number from 1 to {most}.", most=MOST_SETS))
    for name in SHEETS:
        layout(name, counter.hospital)  # numbers are never given twice: none is taken for what cannot be drawn
    sign, clinic = counter.sign(series), casualty_of(counter.hospital)

    issued_to = clinic.name if clinic else "Casualty"

    def job(tx: Transaction) -> list[tuple[Slip, bytes]]:
        blanks: list[tuple[Slip, bytes]] = []
        used = {payload.decode(signed).slip.patient.name for signed in stays.open_pads(tx.db, issued_to)}
        for _ in range(count):
            number = tx.take_number(series)
            patient = _unknown(tx, number, used)
            used.add(patient.name)
            slip = Slip(
                number=number,
                kind=Kind.PAD,
                hospital=counter.hospital_id,
                signer=series,
                drill=counter.drill,
                patient=patient,
                visit=Visit(clinic=clinic.number if clinic else 0),
                alias=True,
                emergency=True,
            )
            blanks.append((slip, payload.encode(slip, sign)))
        journal_blanks(tx, series, blanks, issued_to, by=by)
        return blanks

    blanks = counter.ledger.write(job)
    return Sets(numbers=[slip.number for slip, _ in blanks], papers=_draw(counter, blanks))


def sets_again(counter: Counter, numbers: Sequence[SlipNumber]) -> Sets:
    """The papers of sets that were printed before, for as many of the numbers as are blanks still."""
    db, found = counter.ledger.db(), []
    for number in numbers:
        signed = queries.pad_payload(db, number)
        if signed is not None and queries.slip(db, number) is None:
            found.append((payload.decode(signed).slip, signed))
    return Sets(numbers=[slip.number for slip, _ in found], papers=_draw(counter, found) if found else {})


def casualty_of(hospital: Hospital) -> Clinic | None:
    """The hospital's first emergency counter, None where it has none."""
    return next((clinic for clinic in hospital.clinics if clinic.casualty), None)


def _unknown(tx: Transaction, number: SlipNumber, used: Collection[str]) -> Patient:
    """Somebody whom nobody knows, under a name that no other has here: called out, it means one of them."""
    tries = [names.alias(f"{number.text} {turn}") for turn in range(_OTHER_NAMES)]
    free = (each for each in tries if each[0] not in used and not identities.is_name_taken(tx.db, each[0]))
    latin, hindi = next(free, tries[0])
    return Patient(name=latin, name_hindi=hindi)


def _draw(counter: Counter, blanks: Sequence[tuple[Slip, bytes]]) -> dict[str, bytes]:
    desk = queries.desk(counter.ledger.db(), blanks[0][0].number.series)
    clinic = casualty_of(counter.hospital)
    slips = [
        PrintedSlip(
            slip=slip,
            digits=payload.to_digits(signed),
            desk_name=desk.name if desk else "",
            issued_to=clinic.name if clinic else "",
        )
        for slip, signed in blanks
    ]
    tubes = range(1, STICKERS + 1)
    return {
        "pad": render_pads(slips, counter.hospital),
        "wristband": render_sheet("wristband", slips, counter.hospital),
        "sticker-24": render_sheet("sticker-24", slips, counter.hospital, tubes=tubes),
    }
