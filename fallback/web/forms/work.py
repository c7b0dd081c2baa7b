"""The worklist's forms: what is said of a page, and what its doubtful boxes say."""

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, StringField

from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed

_WORDS = ("ticked", "empty", "doubtful")


class DecideForm(Typed):
    """What became of a page; `certain`: a number that nobody is known to have issued does stand there."""

    decision = StringField(LABELS["decision"])
    reason = StringField(LABELS["reason"])
    number = StringField(LABELS["number"])
    marks = StringField(LABELS["marks"])
    certain = BooleanField()


def box_field(place: int, box: str) -> str:
    """The name under which a box, or a comb by its stem, is answered."""
    return f"box-{place}-{box}"


def is_comb(box: str) -> bool:
    """Whether digits are asked for, instead of a tick: combs are asked by their stem."""
    return "." not in box


def answers(typed: Mapping[str, str], doubtful: Mapping[int, Sequence[str]]) -> dict[int, dict[str, str]]:
    """What was answered, by form and box; a box without an answer is left out, for `decide_page` to ask for it."""
    found: dict[int, dict[str, str]] = {}
    for place, boxes in doubtful.items():
        for box in boxes:
            name = box_field(place, box)
            digits = typed.get(f"{name}-digits", "").strip()[:12] if is_comb(box) else ""
            word = digits or typed.get(name, "")
            if word and (digits or word in _WORDS):
                found.setdefault(place, {})[box] = word
    return found
