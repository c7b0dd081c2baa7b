"""Beep-to-type: a slip as the keys that a hand scanner types into the system's own form."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallback.ehospital import Abilities
from fallback.ehospital.no_run import NoRun
from fallback.ehospital.recipe import Field, Recipe, load
from fallback.ehospital.recipe_values import in_ascii, values
from fallback.ehospital.webform.page import written
from fallback.errors import RecipeMissing, Sentence, TypedByScanner
from fallback.hospital import Hospital, Target
from fallback.slip import Kind, Slip

TAB, ENTER = "\t", "\r"
ENDS: Mapping[str, str] = {"": "", "tab": TAB, "enter": ENTER}
LONGEST = 600  # signs that a code on a screen holds and a hand scanner reads at arm's length
TEST = "Asha-Rani 0123456789 /:.,@"  # every sign that another keyboard layout turns into something else
TEST_END = "OK"  # what stands behind the Tab of the test code
_KINDS = (Kind.OPD, Kind.CASUALTY, Kind.ADMISSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What is typed into one field, what is struck after it to come to the next, and whether the page rests then."""

    field: str
    text: str
    after: str
    halt: bool = False


class BeepConnector(NoRun):
    """The way in that no program can go: it says what is typed, and a person with a scanner types it."""

    instead = TypedByScanner

    def __init__(self, target: Target, hospital: Hospital) -> None:
        """Raises RecipeMissing or RecipeWrong."""
        if not target.file:
            raise RecipeMissing(target=target.name)
        self._recipe: Recipe = load(Path(target.file))
        self._target, self._hospital = target, hospital

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    @property
    def abilities(self) -> Abilities:
        """It can do nothing by itself; the visit carries the true day where the form has a field for it."""
        dated = any("{visit_date}" in each.value for each in self._recipe.fields)
        unlink = tuple(Sentence(each) for each in self._recipe.unlink)
        return Abilities(
            finds=False, updates=False, withdraws=False, outcome=False, back_dates=dated, operator=True, unlink=unlink
        )

    @property
    def mine(self) -> str:
        """The name of the field that carries our slip number, "" where the form has none."""
        return self._recipe.mine

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be typed as it is; "" when it can."""
        if slip.kind not in _KINDS:
            return Sentence("A slip of the kind {kind} is no visit of its own. Enter it by hand.", kind=slip.kind.value)
        told = values(slip, self._hospital)
        for each in self._fields(slip):
            try:
                text = written(each, told)
            except KeyError:
                return Sentence("The recipe has no word of the form's for this: {field}.", field=each.name)
            if each.needed and not in_ascii(text):
                why = "The system needs what the slip does not have: {field}. Correct the slip."
                return Sentence(why, field=each.name)
        if any(len(code) > LONGEST for code in self.codes(slip)):
            return Sentence("The slip is too long for one code. Type it by hand.")
        return ""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """What would be typed into which field."""
        return {each.field: each.text for each in self.keys(slip)}

    def keys(self, slip: Slip) -> tuple[Keys, ...]:
        """What the scanner types, field by field."""
        told = values(slip, self._hospital)
        fields = self._fields(slip)
        return tuple(
            Keys(
                field=each.name,
                text=in_ascii(written(each, told)) if each.beep else "",
                after=TAB * each.tabs if at < len(fields) else ENDS[self._recipe.end],
                halt=each.halt,
            )
            for at, each in enumerate(fields, 1)
        )

    def codes(self, slip: Slip) -> tuple[str, ...]:
        """All of it, as one text for each code: plain ASCII, Tab and Enter, as all else differs by scanner. A code ends
        where the page must come to rest.
        """
        found = [TAB * self._recipe.before]
        for each in self.keys(slip):
            found[-1] += each.text + each.after
            if each.halt:
                found.append("")
        return tuple(each for each in found if each)

    def _fields(self, slip: Slip) -> tuple[Field, ...]:
        known = bool(slip.uhid or slip.patient_number)
        return tuple(each for each in self._recipe.on("visit" if known else "new") if each.kind != "shown")
