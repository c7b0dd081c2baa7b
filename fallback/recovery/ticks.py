"""What is ticked around the codes of a page, as its fact keeps it, and when a person must look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fallback.ledger import queries
from fallback.ledger.queries import Database
from fallback.marks import MarkState
from fallback.outcome import Evidence, outcome_of
from fallback.scanning import ReadPage

# What a form is evidence of, by its boxes. A pad's are none by themselves: they are for who types it in.
_EVIDENCE = {"outcome": Evidence.COPY, "reached": Evidence.DAY_SHEET}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTicks:
    """A form around the code at `place` of its page (an outcome's Witness). `marks` names the boxes that are not empty.

    `evidence` is "" of a form whose ticks say nothing of a visit; `sure` as in MarkReading.
    """

    place: int
    form: str
    evidence: str
    sure: bool
    marks: dict[str, str]

    @property
    def doubtful(self) -> bool:
        """Whether a person must look, for nothing is guessed. What a comb holds is always for a person to read."""
        if not self.evidence:
            return False
        says = outcome_of([self])
        return says.needs_eyes or says.days_unread

    def is_new(self, db: Database, digest: str) -> bool:
        """Whether it shows a form, or ink in a box, that no earlier page with this code did (its digest in hex).

        A box that was unclear before, or of which a person told, is new only where it is ticked clearly now.
        """
        before = queries.forms_around(db, digest, self.form)
        known = {(box, state) for each in before for box, state in each.marks.items()}
        unclear = {box for box, _ in known}
        return not before or any(
            (box, state) not in known and (state == MarkState.TICKED or box not in unclear)
            for box, state in self.marks.items()
        )

    def content(self) -> dict[str, Any]:
        """As PAGE_ACCEPTED has it."""
        return {"place": self.place, "form": self.form, "sure": self.sure, "marks": self.marks}


def ticks_of(page: ReadPage, texts: Sequence[str]) -> list[ReadTicks]:
    """The forms that were read on a page, by the place of their code among `texts`, the page's codes, each once.

    A form that lies there twice (a reprint beside the first print) says what both say; where they differ is doubt.
    """
    found: list[ReadTicks] = []
    for place, text in enumerate(texts):
        readings = [each.reading for each in page.forms if page.texts[each.place].text == text]
        if not readings:
            continue
        states: dict[str, set[MarkState]] = {}
        for mark in (mark for reading in readings for mark in reading.marks):
            states.setdefault(mark.name, set()).add(mark.state)
        said = {box: each.pop() if len(each) == 1 else MarkState.DOUBTFUL for box, each in states.items()}
        groups = {box.partition(".")[0] for box in said}
        found.append(
            ReadTicks(
                place=place,
                form=readings[0].form.name,
                evidence=next((evidence for group, evidence in _EVIDENCE.items() if group in groups), ""),
                sure=all(reading.sure for reading in readings),
                marks={box: state.value for box, state in said.items() if state is not MarkState.EMPTY},
            )
        )
    return found
