"""A clinic's sheets: the attendant's day sheet, the sheet on a box of hospital copies, the department register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.language import grouped
from fallback.marks import MarkForm
from fallback.printing.content import Content
from fallback.printing.fields import HIDDEN, age_sex, clinic_names, day as said_day, flags_of, hindi_name, names_of
from fallback.printing.labels import CATEGORY, DRILL, VOID
from fallback.printing.layout import Layout, form_of, layout
from fallback.printing.layout.cells import TICK
from fallback.printing.papers.labels import BOX_SHEET, DAY_SHEET, NEW, OLD, REGISTER
from fallback.printing.papers.paper import content, journal, room, split
from fallback.slip import Slip, letters
from fallback.statement import TOKENS_A_PAGE, BoxStatement, DayStatement


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list of slips: the slip as it stands now, and whether it is void."""

    slip: Slip
    voided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySheet:
    """A clinic's day for the attendant of its room: a tick for everyone who came, 25 tokens a page.

    Each page has its statement with the text of its code. `entries` are the slips that are known, in any order; all
    other lines are left to the pen.
    """

    name: ClassVar[str] = "day-sheet"
    pages: Sequence[tuple[DayStatement, str]]
    desk: str
    entries: Sequence[Entry] = ()

    def contents(self, plan: Layout, hospital: Hospital) -> list[Content]:
        """A content for each statement."""
        known = {(entry.slip.visit.token_series, entry.slip.visit.token): entry for entry in self.entries}
        found = []
        for place, (day, digits) in enumerate(self.pages, 1):
            tokens = range(day.first, day.first + TOKENS_A_PAGE)
            queue = letters(day.token_series)
            values = _place(hospital, day.clinic, plan.language) | {
                "page": f"{place} / {len(self.pages)}",
                "day": said_day(day.day),
                "desk": self.desk,
                "tokens": f"{queue}-{tokens[0]} – {queue}-{tokens[-1]}",
            }
            rows = [
                {"token": f"{queue}-{token}", "reached": TICK}
                | _patient_of(known.get((day.token_series, token)), plan.language)
                for token in tokens
            ]
            found.append(content(plan, DAY_SHEET, values, codes={"qr": digits}, rows=rows, drill=day.drill))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxSheet:
    """What travels with a box of hospital copies. A count of 0 in the statement is a line to write on."""

    name: ClassVar[str] = "box-sheet"
    statement: BoxStatement
    digits: str
    desk: str

    def contents(self, plan: Layout, hospital: Hospital) -> list[Content]:
        """One page."""
        box = self.statement
        values = _place(hospital, box.clinic, plan.language) | {
            "day": said_day(box.day),
            "box": str(box.box),
            "count": grouped(box.count) if box.count else "",
            "desk": self.desk,
        }
        return [content(plan, BOX_SHEET, values, codes={"qr": self.digits}, drill=box.drill)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A clinic's register of a day. `head` is where the journal stood: chain, last line, its hash in hex."""

    name: ClassVar[str] = "register"
    clinic: int
    day: date
    entries: Sequence[Entry]
    head: tuple[str, int, str]
    drill: bool = False

    def contents(self, plan: Layout, hospital: Hospital) -> list[Content]:
        """As many pages as the slips need; one with empty lines when there is none."""
        values = _place(hospital, self.clinic, plan.language) | {
            "day": said_day(self.day),
            "slips": grouped(len(self.entries)),
            "journal": journal(*self.head),
        }
        leaves = split([_line(entry, plan.language) for entry in self.entries], room(plan))
        return [
            content(plan, REGISTER, values | {"page": f"{place} / {len(leaves)}"}, rows=rows, drill=self.drill)
            for place, rows in enumerate(leaves, 1)
        ]


def day_form(paper: DaySheet, hospital: Hospital) -> MarkForm:
    """Where a machine finds the ticks of a day sheet: `reached.1` to `reached.25`, from the sheet's first token on."""
    plan = layout(paper.name, hospital)
    return form_of(plan, plan.parts[0], paper.contents(plan, hospital)[0], hospital)


def _place(hospital: Hospital, number: int, language: str) -> dict[str, str]:
    """The clinic as it may stand on paper: of a discreet one its room alone."""
    clinic = hospital.clinic(number)
    return {
        "clinic": clinic_names(number, hospital).said(language),
        "room": clinic.room if clinic else "",
        "unit": clinic.unit if clinic and not clinic.discreet else "",
    }


def _patient_of(entry: Entry | None, language: str) -> dict[str, str]:
    """Who has a token; nothing where nobody is known."""
    if entry is None:
        return {}
    name = VOID.said(language) if entry.voided else names_of(entry.slip.patient, language)[0]
    return {"name": name, "number": entry.slip.number.grouped}


def _line(entry: Entry, language: str) -> dict[str, str]:
    slip, patient = entry.slip, entry.slip.patient
    returning = bool(slip.uhid or slip.patient_number)
    flags = ((VOID,) if entry.voided else ()) + flags_of(slip)
    return {
        "token": slip.token_text,
        "number": slip.number.grouped,
        "name": names_of(patient, language)[0],
        "name_hindi": hindi_name(patient),
        "age_sex": age_sex(patient),
        "guardian": HIDDEN if slip.sealed else patient.guardian,
        "mobile": HIDDEN if slip.sealed else patient.mobile[-4:],
        "visit": (OLD if returning else NEW).said(language),
        "category": HIDDEN if slip.sealed else CATEGORY[patient.category].said(language),
        "uhid": slip.uhid,
        "remarks": ", ".join(words.hindi if language == "hi" else words.english for words in flags if words != DRILL),
    }
