"""A closed system through its own registration page, in the browser in which the operator has logged in."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from fallback.authority import public_key_digest
from fallback.ehospital import Abilities, Acknowledgement, Found, Hold, Outcome, TargetIdentity
from fallback.ehospital.recipe import Field, Recipe, load
from fallback.ehospital.recipe_values import NAMES, filled, holds, is_ours, values
from fallback.ehospital.webform.browser import Browser
from fallback.ehospital.webform.page import RegistrationPage, Told, written
from fallback.errors import OperatorNeeded, PageOdd, ParchiError, RecipeMissing, Sentence, TargetNotAllowed
from fallback.hospital import Hospital, Target
from fallback.slip import NUMBER_LENGTH, Kind, Slip

PORTS = 8  # browsers that may work at once: the recipe's port and those after it
_KINDS = (Kind.OPD, Kind.CASUALTY, Kind.ADMISSION)
_TWICE = Sentence("The system has this slip's visit more than once. Remove one there by hand.")
_GONE = Sentence("The visit is no longer in the system. Look for it there before anything is sent again.")
_DAY = timedelta(days=1)


class _Held(Exception):
    """This slip waits for a person, because of `why`, which holds no patient data."""

    def __init__(self, why: str, hold: Hold = Hold.OTHER, *, patient: str = "") -> None:
        super().__init__(why)
        self.why, self.hold, self.patient = why, hold, patient


class WebFormConnector:
    """A registration page that a recipe knows. The operator has logged in; what only a person can do stops the run."""

    def __init__(
        self,
        target: Target,
        hospital: Hospital,
        *,
        keep: Callable[[bytes], str] | None = None,
        browse: Callable[[Recipe], Browser] | None = None,
    ) -> None:
        """`keep` stores a picture of the page as evidence and gives its SHA-256; `browse` opens the browser.

        Raises RecipeMissing or RecipeWrong; the browser is asked for with the first act that needs it.
        """
        if not target.file:
            raise RecipeMissing(target=target.name)
        self._recipe = load(Path(target.file))
        self._target, self._hospital, self._keep = target, hospital, keep
        self._page = RegistrationPage(
            self._recipe,
            browse
            or (lambda recipe: Browser(target.url, range(recipe.port, recipe.port + PORTS), ignores=recipe.ignores)),
        )

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    @property
    def abilities(self) -> Abilities:
        """It finds and creates; what became of the visit, changes and voids are for the operator's hands."""
        told = [each.value for each in self._recipe.fields]
        return Abilities(
            finds=bool(self._recipe.mine),
            updates=False,
            withdraws=False,
            outcome=any("{seen}" in each for each in told),
            back_dates=any("{visit_date}" in each for each in told),
            operator=True,
            unlink=tuple(Sentence(each) for each in self._recipe.unlink),
        )

    def close(self) -> None:
        """Lets go of the tab; it stays open."""
        self._page.close()

    def identify(self) -> TargetIdentity:
        """What the page shows of itself, and which fields its form has. Raises BrowserAway, OperatorNeeded, PageOdd."""
        browser, recipe = self._page.start(), self._recipe
        organisation = " ".join(browser.texts(recipe.organisation)[:1]) if recipe.organisation else ""
        nobody = dict.fromkeys(NAMES, "") | {"number": "0" * NUMBER_LENGTH}
        if recipe.mine and self._page.look(recipe.search, nobody):
            raise PageOdd(why="a search for a number that nobody has shows somebody", hook=recipe.search.hit)
        self._page.reach(recipe.form)
        said = [recipe.name, self._target.url, *browser.form()]
        self._page.start()
        certificate = browser.certificate()
        return TargetIdentity(
            url=self._target.url,
            software=recipe.name,
            fingerprint=hashlib.sha256(json.dumps(said).encode()).hexdigest(),
            certificate=public_key_digest(certificate) if certificate else "",
            organisation=" ".join(organisation.split()),
        )

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be typed as it is; "" when it can."""
        if slip.kind not in _KINDS:
            return Sentence("A slip of the kind {kind} is no visit of its own. Enter it by hand.", kind=slip.kind.value)
        if _is_known(slip) and self._recipe.visit is None:
            return Sentence(
                "The patient is in the system already, and the recipe has no form for a known patient's visit. Enter "
                "it by hand."
            )
        told = self._told(slip)
        for each in self._fields(slip):
            try:
                text = written(each, told)
            except KeyError:
                return Sentence("The recipe has no word of the form's for this: {field}.", field=each.name)
            if each.needed and not text:
                why = "The system needs what the slip does not have: {field}. Correct the slip."
                return Sentence(why, field=each.name)
        return ""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """What would be typed into which field."""
        told = self._told(slip)
        form = "visit" if _is_known(slip) else "new"
        return {"form": form} | {each.name: written(each, told) for each in self._fields(slip)}

    def find(self, slip: Slip) -> Found | None:
        """The slip's visit, by its number, from a page that was opened anew. Raises as `identify`."""
        if not self._recipe.mine:
            return None
        shown = self._page.look(self._recipe.search, self._told(slip), slip.number.text)
        if not shown:
            return None
        own = [text for text in shown if holds(text, slip.number.text)]
        if not own and len(shown) > 1:
            raise PageOdd(why="a search for one number shows several others", hook=self._recipe.search.hit)
        return _visit(slip, doubled=len(own) > 1)

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        """Visits of this person about that day that somebody typed, where the recipe says how to look for them."""
        look = self._recipe.typed
        if look is None or slip.visit_day is None:
            return ()
        told = self._told(slip)
        days = [(slip.visit_day + _DAY * each).strftime(look.date) for each in (-1, 0, 1)]
        beside = filled(look.says, told).casefold()
        return tuple(
            Found(patient=self._page.number_in(text), encounter="")
            for text in self._page.look(look, told)
            if not is_ours(text) and any(day in text for day in days) and beside in " ".join(text.split()).casefold()
        )

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        """Whether a person has written our number onto the visit by now: an old record is changed by hand only."""

        def look() -> Acknowledgement:
            if self._recipe.mine and (own := self.find(slip)) is not None and not own.doubled:
                return Acknowledgement(
                    outcome=Outcome.ALREADY_THERE, patient=found.patient, encounter=slip.number.text, uhid=found.patient
                )
            raise _Held(
                Sentence(
                    "Open that visit in the system and write the slip's number into this field: {field}. Then approve "
                    "the slip again: it is found there.",
                    field=self._recipe.mine or "?",
                ),
                Hold.TYPED_BY_HAND,
            )

        return self._answer(look)

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        """Opens the visit and compares every field that the page shows with the slip."""
        return self._answer(lambda: self._confirm(slip, found))

    def send(self, slip: Slip) -> Acknowledgement:
        """Looks first, fills, reads back, saves, reads the number, and looks once more."""
        return self._answer(lambda: self._send(slip))

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """Nothing where the page would show the same; else a person changes it there, and this compares."""

        def look() -> Acknowledgement:
            if self.preview(slip) == self.preview(before):
                return Acknowledgement(outcome=Outcome.ALREADY_THERE)
            if (found := self.find(slip)) is None:
                raise _Held(_GONE)
            try:
                return self._confirm(slip, found)
            except _Held as held:
                fields = ", ".join(self._changed(slip, before))
                why = "Change this in the system by hand, then approve the slip again: {fields}"
                raise _Held(Sentence(why, fields=fields), held.hold) from held

        return self._answer(look)

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """A voided slip's visit is taken back by hand; this sees whether it is gone."""

        def look() -> Acknowledgement:
            if self._recipe.mine and self.find(slip) is None:
                return Acknowledgement(outcome=Outcome.ALREADY_THERE)
            raise _Held(why="The slip is void. Take its visit back in the system by hand, then approve the slip again.")

        return self._answer(look)

    # --- one slip

    def _send(self, slip: Slip) -> Acknowledgement:
        if slip.drill and not self._target.test:
            raise TargetNotAllowed(url=self._target.url, why="it is not marked as a test system")
        if (found := self.find(slip)) is not None:
            return self._confirm(slip, found)
        told, fields = self._told(slip), self._fields(slip)
        self._reach(slip, told)
        mine = next((each for each in fields if each.name == self._recipe.mine), None)
        if mine is not None and self._page.browser.value(mine.hook):
            raise OperatorNeeded(why="the form that was opened is not empty: it shows another record")
        if wrong := self._page.differing([each for each in fields if each.kind == "shown"], told):
            self._page.start()
            other = Sentence("The number on the slip is another person's in the system: {fields}", fields=wrong)
            raise _Held(other, Hold.UHID_ANOTHER)
        if wrong := self._page.fill([each for each in fields if each.kind != "shown"], told):
            self._page.start()
            lost = Sentence("The page did not keep what was typed, and nothing was saved: {fields}", fields=wrong)
            raise _Held(lost, Hold.DIFFERS)
        saved = self._page.save(told)
        if saved.refused:
            self._page.start()
            reason = Sentence("The system refused the slip: {words}", words=saved.refused)
            return Acknowledgement(outcome=Outcome.FAILED, reason=reason)
        if not self._recipe.mine:
            return self._there(slip, saved.number, created=True)
        return self._confirm(slip, _visit(slip), created=True, number=saved.number)

    def _reach(self, slip: Slip, told: Told) -> None:
        """Opens the empty form, or of a known patient the form for a visit. Raises _Held for one who is not there."""
        visit = self._recipe.visit if _is_known(slip) else None
        if visit is None or visit.look is None:
            if not (self._recipe.form.here and self._recipe.mine):  # else the search for our number has led there
                self._page.start()
            self._page.reach(self._recipe.form)
            return
        shown, key = self._page.look(visit.look, told), str(told["person"])
        own = [at for at, text in enumerate(shown) if holds(text, key)] or list(range(len(shown)))
        if not own:
            why = "The system does not have the patient under the number on the slip. Look there; nothing was typed."
            raise _Held(why, Hold.UHID_MISSING)
        if len(own) > 1 and len({self._page.number_in(shown[at]) for at in own}) > 1:
            why = "The system has two patients with the slip's number. Join them there, then approve it again."
            raise _Held(why, Hold.TWO_MATCHES)
        self._page.unfold(visit.look, own[0])
        self._page.reach(visit)

    def _confirm(self, slip: Slip, found: Found, *, created: bool = False, number: str = "") -> Acknowledgement:
        if found.doubled:
            raise _Held(_TWICE, Hold.TWO_MATCHES)
        told, search = self._told(slip), self._recipe.search
        shown = self._page.look(search, told, slip.number.text)
        own = [at for at, text in enumerate(shown) if holds(text, slip.number.text)]
        if not shown and created:
            why = "The system says that it took the slip, but does not have it. Ask its maker before going on."
            raise _Held(why, Hold.NOT_THERE)
        if len(own) > 1:
            raise _Held(_TWICE, Hold.TWO_MATCHES)
        if not own and len(shown) != 1:
            raise _Held(_GONE)
        self._page.unfold(search, own[0] if own else 0)
        there = [each for each in self._fields(slip) if each.kind != "shown"]
        wrong, here = self._page.differing(there, told, back=True), self._page.number()
        if number and here and number != here:
            raise _Held(why="The system shows another number than it gave. Look at both there.", hold=Hold.DIFFERS)
        if wrong:
            why = Sentence("The system has the visit, but differs from the slip: {fields}", fields=wrong)
            raise _Held(why, Hold.DIFFERS, patient=number or here)
        return self._there(slip, number or here, created=created)

    def _there(self, slip: Slip, number: str, *, created: bool) -> Acknowledgement:
        return Acknowledgement(
            outcome=Outcome.CREATED if created else Outcome.ALREADY_THERE,
            patient=number,
            encounter=slip.number.text,
            uhid=number if re.fullmatch(self._hospital.uhid_pattern, number) else "",
            created=created and not _is_known(slip),
            evidence=self._keep(self._page.browser.picture()) if self._keep else "",
        )

    def _answer(self, act: Callable[[], Acknowledgement]) -> Acknowledgement:
        try:
            return act()
        except _Held as held:
            return Acknowledgement(outcome=Outcome.HELD, patient=held.patient, reason=held.why, hold=held.hold)
        except ParchiError as error:
            return Acknowledgement(outcome=Outcome.UNREACHABLE, reason=str(error), error=error)

    # --- the slip's values

    def _told(self, slip: Slip) -> Told:
        return values(slip, self._hospital)

    def _fields(self, slip: Slip) -> tuple[Field, ...]:
        return self._recipe.on("visit" if _is_known(slip) else "new")

    def _changed(self, slip: Slip, before: Slip) -> list[str]:
        now, then = self.preview(slip), self.preview(before)
        return [name for name in now if name != "form" and now[name] != then.get(name)]


def _visit(slip: Slip, *, doubled: bool = False) -> Found:
    """A visit that the page has: it has no id there but our number."""
    return Found(patient="", encounter=slip.number.text, doubled=doubled)


def _is_known(slip: Slip) -> bool:
    """Whether the system has the patient already: by the UHID, or by a slip that was imported before."""
    return bool(slip.uhid or slip.patient_number)
