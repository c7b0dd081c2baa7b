"""A ward that had no machine: it registered made-up patients on numbered pads, with a pen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from PIL import Image

from fallback import frontdesk, payload
from fallback.frontdesk.counter import Counter
from fallback.hospital import Hospital
from fallback.ledger import queries
from fallback.marks import MarkForm
from fallback.printing import PrintedSlip
from fallback.printing.layout import layout
from fallback.printing.pads import pad_form
from fallback.rehearsal.clinic import MM, Boxes, Prints, fill_in
from fallback.rehearsal.pen import BLACK, Stroke, mark
from fallback.rehearsal.people import Person, people
from fallback.slip import SlipNumber

_WRITTEN = ("name", "guardian", "locality")
_RELATIONS = ("father", "husband", "mother")
_LETTER = 3.6  # mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Pad:
    """One blank and who was written on it; `place` counts the blanks from 0, in the order of printing."""

    number: SlipNumber
    person: Person
    pdf: bytes
    place: int
    form: MarkForm
    at: tuple[float, float]
    boxes: Boxes

    def picture(self, rng: Random) -> Image.Image:
        """The slip, written on and torn out of the pad: its stub went home with the patient."""
        page = Prints.whole(self.pdf, 2 + self.place // 2)  # behind the cover, two on a page
        fill_in(page, self.form, self.boxes, rng, self.at)
        for line in self.form.lines:
            if line.name in _WRITTEN:
                left, _, right, bottom = line.area
                letters = min(len(getattr(self.person, line.name)), int((right - left) / _LETTER) - 2)
                for letter in range(letters):
                    x, y = left + self.at[0] + _LETTER * (letter + 1), bottom + self.at[1] - 1
                    mark(page, (x, y - 4, x + 3, y), Stroke.DIGIT, BLACK, rng, MM)
        left, top = (round(side * MM) for side in self.at)
        return page.crop((left, top, left + round(self.form.width * MM), top + round(self.form.height * MM)))


def patients(rng: Random, hospital: Hospital, day: date) -> list[Person]:
    """Three made-up patients as a nurse writes them on a pad: an age, and nothing that a pad has no place for."""
    told = [each for each in people(rng, hospital, 40, today=day) if each.age and each.relation in _RELATIONS]
    return [replace(each, abha="", scheme_id="", uhid="", category="general") for each in told[:3]]


def fill_pads(
    counter: Counter, people: Sequence[Person], *, series: int, spare: int
) -> tuple[list[Pad], list[SlipNumber]]:
    """Prints blanks and fills one in for each person; the `spare` ones come back empty, and are declared unused."""
    numbers, pdf = frontdesk.print_pads(
        counter, series=series, count=len(people) + spare, issued_to="Ward 4", by="meena"
    )
    pads = written(counter, people, numbers, pdf)
    unused = numbers[len(people) :]
    frontdesk.declare(counter, unused, "unused", "came back empty", by="meena")
    return pads, unused


def written(counter: Counter, people: Sequence[Person], numbers: Sequence[SlipNumber], pdf: bytes) -> list[Pad]:
    """The blanks of a printed pad with these people written on them, one on each from the first on."""
    part = next(part for part in layout("pad", counter.hospital).parts if part.name == "slip")
    pads = []
    for place, person in enumerate(people):
        form = pad_form(_blank(counter, numbers[place]), counter.hospital)
        pads.append(
            Pad(
                number=numbers[place],
                person=person,
                pdf=pdf,
                place=place,
                form=form,
                at=(part.x or 0.0, part.y + part.step[1] * (place % part.repeat[1])),
                boxes=_boxes(form, person),
            )
        )
    return pads


def _blank(counter: Counter, number: SlipNumber) -> PrintedSlip:
    signed = queries.pad_payload(counter.ledger.db(), number)
    if signed is None:
        raise ValueError(f"no pad was printed with {number}")
    return PrintedSlip(
        slip=payload.decode(signed).slip,
        digits=payload.to_digits(signed),
        reprint=None,
        card=False,
        receipt="",
        desk_name="",
    )


def _boxes(form: MarkForm, person: Person) -> dict[str, bool]:
    """What the nurse ticks and writes into the combs."""
    names = {box.name for box in form.boxes}

    def tick(question: str, answer: str) -> str:
        return f"{question}.{answer}" if f"{question}.{answer}" in names else f"{question}.other"

    said = {tick("sex", person.sex), tick("clinic", person.clinic), tick("category", person.category)}
    said |= {f"unit.{person.age_unit}", f"relation.{person.relation}"}
    for comb, digits in (("age", person.age), ("mobile", person.mobile), ("pin_code", person.pin_code)):
        said |= {f"{comb}.{place}" for place in range(1, len(digits) + 1)}
    return {name: name in said for name in names}
