"""One registration page in the operator's browser, by its recipe: opened, searched, filled, read back, saved."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fallback.ehospital.recipe import Field, Form, Look, Mark, Recipe
from fallback.ehospital.recipe_values import alike, filled, holds
from fallback.ehospital.webform.browser import SURE, Browser
from fallback.errors import OperatorNeeded, PageOdd

_WORDS = 300  # letters of what a page says
_LATE = 2.0  # seconds after which an address that has no number yet will have none
_ISO = "%Y-%m-%d"
Told = Mapping[str, str | date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a page answered when its form was saved: the number that it gave, or in `refused` why it did not."""

    number: str = ""
    refused: str = ""


def written(field: Field, told: Told) -> str:
    """What stands in a field for a slip. Raises KeyError for a value that the form has no word for."""
    return filled(field.value, told, day=field.date, codes=field.codes)


class RegistrationPage:
    """The page. What only a person can do raises OperatorNeeded; what the recipe does not know raises PageOdd."""

    def __init__(self, recipe: Recipe, browse: Callable[[Recipe], Browser]) -> None:
        self._recipe, self._browse = recipe, browse
        self._open: Browser | None = None

    def close(self) -> None:
        """Lets go of the tab; it stays open."""
        if self._open is not None:
            self._open.close()
            self._open = None

    @property
    def browser(self) -> Browser:
        """The tab, where it was left. Raises BrowserAway, or OperatorNeeded where somebody led it elsewhere."""
        if self._open is None:
            self._open = self._browse(self._recipe)
        if not self._open.inside:
            raise OperatorNeeded(why="the tab has left the system")
        return self._open

    def start(self) -> Browser:
        """The page from which everything begins, opened anew: an old one shows what was true before."""
        browser = self.browser
        browser.open(self._recipe.start)
        if self._first([self._recipe.ready]) < 0:
            raise OperatorNeeded(why="the first page does not show what somebody logged in sees")
        return browser

    def reach(self, form: Form) -> None:
        """Opens a form: from the first page, or from the patient's own, where a search has led."""
        self.browser.do(form.acts, lambda text: text)
        if self._first([form.ready]) < 0:
            raise OperatorNeeded(why="the form does not open")

    def look(self, look: Look, told: Told, wanted: str = "") -> list[str]:
        """The texts of all whom a search shows, none only where the page itself says that there is nobody.

        A slow page shows what it showed before for a while: the answer counts when it stays, says one thing, and with
        several shown one has the `wanted` number, or has had all the time that the recipe gives it.
        """
        browser = self.start()
        if browser.shown(look.none):
            raise PageOdd(why="the sign for nobody stands there before anything was searched", hook=look.none.css)
        browser.do(look.acts, lambda text: filled(text, told, day=_ISO))
        end, before = time.monotonic() + self._recipe.wait, None
        while True:
            browser.quiet(SURE)
            if self._first([Mark(look.hit), look.none]) < 0:
                raise OperatorNeeded(why="the search shows neither somebody nor that there is nobody")
            nobody, shown = browser.shown(look.none), browser.texts(look.hit)
            clear = nobody != bool(shown) and (
                len(shown) < 2 or not wanted or any(holds(each, wanted) for each in shown)
            )
            late = time.monotonic() > end
            if (clear and before == shown) or late:
                break
            before = shown
        if nobody == bool(shown):
            raise OperatorNeeded(why="the search shows somebody, and that there is nobody")
        for act in look.acts:
            left = browser.texts(act.at.css) if act.what == "type" and "{" in act.value else []
            if left and not alike(left[0], filled(act.value, told, day=_ISO)):
                raise PageOdd(why="the search box does not hold what was typed into it", hook=act.at.css)
        return shown

    def unfold(self, look: Look, at: int) -> None:
        """Opens one of those whom a search shows."""
        self.browser.press(Mark(look.hit), at=at, times=2 if look.opens == "double" else 1)
        if look.opened is None or self._first([look.opened]) < 0:
            raise OperatorNeeded(why="the visit that was found does not open")
        self.browser.quiet()

    def fill(self, fields: Sequence[Field], told: Told) -> str:
        """Fills fields and reads each back, once more where the page wiped one; the names of what differs still."""
        browser = self.browser
        wrong = ""
        for _attempt in range(2):
            for each in fields:
                text = written(each, told)
                if text and not alike(browser.value(each.hook), text):
                    _put(browser, each, text)
            browser.quiet(SURE)
            wrong = self.differing(fields, told)
            if not wrong:
                break
        return wrong

    def differing(self, fields: Sequence[Field], told: Told, *, back: bool = False) -> str:
        """The names of the fields that do not show what the slip says; `back`: on the record that a search opened.

        What the slip does not tell is the page's own: a district that it fills by itself is no difference.
        """
        wrong = []
        for each in fields:
            text = written(each, told)
            if not text or each.back == "-":
                continue
            shown = self.browser.value((back and each.back) or each.hook)
            if not (bool(shown) if each.kind == "tick" else alike(shown, text)):
                wrong.append(each.name)
        return ", ".join(wrong)

    def save(self, told: Told) -> Saved:
        """Saves the form. Raises OperatorNeeded where the page says neither that it did nor why not."""
        recipe, browser = self._recipe, self.browser
        browser.do(recipe.submit, lambda text: filled(text, told, day=_ISO))
        place = self._first([recipe.done, *([recipe.refused] if recipe.refused else [])])
        said = browser.said()
        if place == 0:
            return Saved(number=self.number())
        if place == 1 or said:
            shown = browser.texts(recipe.refused.css) if recipe.refused else []
            return Saved(refused=" ".join(" ".join([*shown, said]).split())[:_WORDS] or "it gave no reason")
        raise OperatorNeeded(why="after saving, the page says neither that it is done nor that it refuses")

    def number(self) -> str:
        """The number that the page shows, "" where it does not come to show one."""
        where, browser = self._recipe.number, self.browser

        def look() -> str:
            texts = [browser.address] if where.at == "url" else browser.texts(where.at)
            return next((each for text in texts if (each := self.number_in(text))), "")

        return str(browser.wait_for(look, _LATE))

    def number_in(self, text: str) -> str:
        """The number in a text."""
        found = self._recipe.number.pattern.search(" ".join(text.split()))
        return found[1] if found and found[1] else ""

    def _first(self, marks: list[Mark]) -> int:
        """Which of these the page comes to show first, -1 for none; it may show instead that a person is needed."""
        stops = list(self._recipe.stops)
        place = self.browser.first_shown([*stops, *marks], self._recipe.wait)
        if 0 <= place < len(stops):
            raise OperatorNeeded(why="it asks for a login, a captcha, or something else that only a person knows")
        return place - len(stops) if place >= 0 else -1


def _put(browser: Browser, field: Field, text: str) -> None:
    match field.kind:
        case "tick":
            browser.tick(field.hook, bool(text))
        case "choice":
            browser.choose(field.hook, text)
        case _:
            browser.type(field.hook, text)
