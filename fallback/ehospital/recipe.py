"""A recipe: how a hospital's own registration page is searched, filled and read, as a TOML file says it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from fallback.ehospital.recipe_values import DATES, NAMES, placeholders
from fallback.errors import RecipeWrong, Sentence
from fallback.toml_lines import Place
from fallback.toml_table import Tables, document_of

PORTS = (1024, 65_535)
USUAL_PORT = 9222
WAIT, LONGEST_WAIT = 20, 300  # seconds
MOST_TABS = 40
ENDS = ("", "enter", "tab")
_ACTS = ("open", "press", "double", "type", "key")
_KEYS = ("Enter", "Tab", "Escape", "Alt+N", "Control+S", "Control+F")
_FIELD = {"name", "hook", "value", "kind", "codes", "date", "needed", "on", "tabs", "beep", "back", "halt"}
_KINDS = ("text", "choice", "tick", "shown")
T = TypeVar("T")
_TABLES = {"page", "search", "form", "field", "submit", "visit", "typed", "beep"}


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that a page shows: an element found by a CSS selector whose text has what `says` looks for."""

    css: str
    says: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do on a page: `open` an address, `press` or `double` click, `type` a value, strike a `key`."""

    what: str
    at: Mark
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of the form, in the order in which Tab goes through it.

    `value` is what stands in it, with names of recipe_values in braces. `kind` is text, choice, tick, or shown: not
    filled, only compared. `codes` are the form's words for ours, `date` how it writes a day. `needed`: a slip without
    it cannot go. `on` is the form it stands on: new (a new patient's), visit (a known one's) or both. `back` is its
    selector on the record that a search opens, "-" where the page turns it into something else: then nothing is
    compared. For the scanner `tabs` are how many times Tab is struck after it; `beep` False: it is passed by; `halt`:
    the page asks its server after it, and wipes what is typed meanwhile: the code ends here, and another goes on.
    """

    name: str
    hook: str
    value: str
    kind: str = "text"
    codes: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    needed: bool = False
    on: str = "both"
    tabs: int = 1
    back: str = ""
    beep: bool = True
    halt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A search: what to do, what the page shows when there is nobody, and each of those whom it shows.

    `opens`: a click, or a double one, on somebody shown; then the page shows `opened`. `date` and `says` are of a
    search for visits that were typed by hand: how a day is written there, and what else must stand beside it.
    """

    acts: tuple[Act, ...]
    none: Mark
    hit: str
    opens: str = "press"
    opened: Mark | None = None
    date: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Where the page shows the number that it gave, "url" for its address; the pattern's group is the number."""

    at: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form to fill: how to reach it, what it shows when it is ready.

    `look` is of a known patient's visit: who it is for is searched and opened first. `here`: the acts begin where the
    search for our number ended, not on the first page.
    """

    acts: tuple[Act, ...]
    ready: Mark
    look: Look | None = None
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All of it. `mine` is the name of the field that carries our slip number, "" only where the hospital said in
    writing (`without_number`) that its system has no place for it.

    `start` is a page's path under the system's address, `ready` what it shows to somebody logged in; any of `stops`
    means that the operator is needed. `organisation` is where the page names the hospital. `unlink` are the system's
    own steps to take a visit off a wrong patient. `before` is typed first by the scanner, `end` last.
    """

    name: str
    port: int
    start: str
    ready: Mark
    stops: tuple[Mark, ...]
    organisation: str
    ignores: tuple[str, ...]
    wait: int
    mine: str
    without_number: str
    search: Look
    form: Form
    fields: tuple[Field, ...]
    submit: tuple[Act, ...]
    done: Mark
    refused: Mark | None
    number: Number
    visit: Form | None
    typed: Look | None
    unlink: tuple[str, ...]
    before: int
    end: str

    def on(self, form: str) -> tuple[Field, ...]:
        """The fields of a form: "new" or "visit"."""
        return tuple(each for each in self.fields if each.on in (form, "both"))


def load(path: Path) -> Recipe:
    """The recipe of a file. Raises RecipeWrong with the line, the key and what to do."""
    document, tables = document_of(path, RecipeWrong)
    return RecipeTables(tables.path, tables.lines, tables.wrong).recipe(document)


class RecipeTables(Tables):
    """Turns a file's tables into a recipe."""

    __slots__ = ()

    def recipe(self, document: dict[str, Any]) -> Recipe:
        """The whole document."""
        self.only((), document, _TABLES)
        page, submit, beep = (self.table(document, each) for each in ("page", "submit", "beep"))
        keys = {
            "name",
            "port",
            "start",
            "ready",
            "stops",
            "organisation",
            "ignores",
            "wait",
            "without_number",
            "unlink",
        }
        self.only(("page",), page, keys)
        self.only(("submit",), submit, {"acts", "done", "refused", "number", "pattern"})
        self.only(("beep",), beep, {"before", "end"})
        fields = self.fields(document.get("field"))
        mine = next((each.name for each in fields if placeholders(each.value) == ("number",)), "")
        without = self.text(("page", "without_number"), page["without_number"]) if "without_number" in page else ""
        if not mine and not without:
            self.fail(
                ("field",),
                "No field carries our slip number ({number}), and without it nobody can tell later what was sent. Name "
                "one; where the page has none, the hospital says so in writing: without_number = who, and when.",
            )
        return Recipe(
            name=self.need(("page",), page, "name", self.text),
            port=self.whole(*PORTS)(("page", "port"), page.get("port", USUAL_PORT)),
            start=self.need(("page",), page, "start", self.path_),
            ready=self.need(("page",), page, "ready", self.mark),
            stops=self.list_of(("page", "stops"), page.get("stops", []), self.mark),
            organisation=self.text(("page", "organisation"), page["organisation"]) if "organisation" in page else "",
            ignores=self.list_of(("page", "ignores"), page.get("ignores", []), self.text),
            wait=self.whole(1, LONGEST_WAIT)(("page", "wait"), page.get("wait", WAIT)),
            mine=mine,
            without_number=without,
            search=self.look(document, "search"),
            form=self.form(document, "form"),
            fields=fields,
            submit=self.need(("submit",), submit, "acts", self.acts),
            done=self.need(("submit",), submit, "done", self.mark),
            refused=self.mark(("submit", "refused"), submit["refused"]) if "refused" in submit else None,
            number=Number(
                at=self.need(("submit",), submit, "number", self.text),
                pattern=self.need(("submit",), submit, "pattern", self.grouped),
            ),
            visit=self.form(document, "visit") if "visit" in document else None,
            typed=self.look(document, "typed") if "typed" in document else None,
            unlink=self.list_of(("page", "unlink"), page.get("unlink", []), self.text),
            before=self.whole(0, MOST_TABS)(("beep", "before"), beep.get("before", 0)),
            end=self.one_of(ENDS)(("beep", "end"), beep.get("end", "")),
        )

    def table(self, document: dict[str, Any], name: str) -> dict[str, Any]:
        """A table that must be there, save [beep]."""
        if name not in document and name != "beep":
            self.fail((name,), "The table is missing. Copy it from the example recipe.")
        found = document.get(name, {})
        if not isinstance(found, dict):
            self.fail((name,), "A table was expected here. Copy its shape from the example file.")
        return found

    def look(self, document: dict[str, Any], name: str) -> Look:
        """A search."""
        table = self.table(document, name)
        typed = name == "typed"
        own = {"typed": {"date", "says"}, "visit": {"then", "ready"}}.get(name, set())
        self.only((name,), table, {"acts", "none", "hit", "opens", "opened"} | own)
        opened = None if typed and "opened" not in table else self.need((name,), table, "opened", self.mark)
        return Look(
            acts=self.need((name,), table, "acts", self.acts),
            none=self.need((name,), table, "none", self.mark),
            hit=self.need((name,), table, "hit", self.text),
            opens=self.one_of(("press", "double"))((name, "opens"), table.get("opens", "press")),
            opened=opened,
            date=self.need((name,), table, "date", self.day) if typed else "",
            says=self.value((name, "says"), table.get("says", "")) if typed else "",
        )

    def form(self, document: dict[str, Any], name: str) -> Form:
        """A form that is filled; before a visit's the patient is searched."""
        table = self.table(document, name)
        look = self.look(document, name) if name == "visit" else None
        if look is None:
            self.only((name,), table, {"acts", "ready", "here"})
        return Form(
            acts=self.need((name,), table, "then" if look else "acts", self.acts),
            ready=self.need((name,), table, "ready", self.mark),
            look=look,
            here=look is None and self.flag((name, "here"), table.get("here", False)),
        )

    def fields(self, found: object) -> tuple[Field, ...]:
        """All [[field]] tables."""
        if not isinstance(found, list) or not found:
            self.fail(("field",), "The form's fields are written as tables [[field]], in the order in which Tab goes.")
        made: list[Field] = []
        for index, table in enumerate(found):
            at: Place = ("field", index)
            self.only(at, table, _FIELD)
            name = self.need(at, table, "name", self.text)
            if any(each.name == name for each in made):
                self.fail((*at, "name"), "Another [[field]] has this name already. Give this one another name.")
            kind = self.one_of(_KINDS)((*at, "kind"), table.get("kind", "text"))
            value = self.need(at, table, "value", self.value)
            date = self.day((*at, "date"), table["date"]) if "date" in table else ""
            names = placeholders(value)
            if any(each in DATES for each in names) != bool(date):
                self.fail(
                    (*at, "date"),
                    'A day needs the way in which the form writes it, like "%d/%m/%Y"; nothing else does.',
                )
            codes = self.codes((*at, "codes"), table.get("codes", {}))
            if codes and len(names) != 1:
                self.fail((*at, "codes"), "The form's own words stand for one value: write one name in braces.")
            made.append(
                Field(
                    name=name,
                    hook=self.need(at, table, "hook", self.text),
                    value=value,
                    kind=kind,
                    codes=codes,
                    date=date,
                    needed=self.flag((*at, "needed"), table.get("needed", False)),
                    on=self.one_of(("both", "new", "visit"))((*at, "on"), table.get("on", "both")),
                    tabs=self.whole(0, MOST_TABS)((*at, "tabs"), table.get("tabs", 1)),
                    back=self.text((*at, "back"), table["back"]) if "back" in table else "",
                    beep=self.flag((*at, "beep"), table.get("beep", kind != "shown")),
                    halt=self.flag((*at, "halt"), table.get("halt", False)),
                )
            )
        return tuple(made)

    def codes(self, at: Place, value: object) -> Mapping[str, str]:
        """The form's own words for ours."""
        if not isinstance(value, dict):
            self.fail(at, "A table was expected here. Copy its shape from the example file.")
        return {name: self.text((*at, name), word) for name, word in value.items()}

    def acts(self, at: Place, value: object) -> tuple[Act, ...]:
        """A list of things to do, each an inline table."""
        return self.list_of(at, value, self.act)

    def act(self, at: Place, value: object) -> Act:
        """One of them."""
        table = self.only(at, value, {*_ACTS, "says", "value"})
        what = next((each for each in _ACTS if each in table), "")
        if sum(each in table for each in _ACTS) != 1 or ("value" in table) != (what == "type"):
            self.fail(at, Sentence("One of these was expected, in quotation marks: {names}.", names=", ".join(_ACTS)))
        target = table[what]
        match what:
            case "open":
                return Act(what=what, at=Mark(""), value=self.value(at, self.path_(at, target)))
            case "key":
                return Act(what=what, at=Mark(""), value=self.one_of(_KEYS)(at, target))
            case _:
                mark = self.mark(at, {"at": target} | ({"says": table["says"]} if "says" in table else {}))
                return Act(what=what, at=mark, value=self.value(at, table.get("value", "")))

    def mark(self, at: Place, value: object) -> Mark:
        """A selector, or `{ at = selector, says = pattern }`."""
        if isinstance(value, str):
            return Mark(self.text(at, value))
        table = self.only(at, value, {"at", "says"})
        says = self.pattern((*at, "says"), table["says"]) if "says" in table else None
        return Mark(self.need(at, table, "at", self.text), says)

    def pattern(self, at: Place, value: object) -> re.Pattern[str]:
        """A regular expression, looked for without regard to capitals."""
        try:
            return re.compile(self.text(at, value), re.IGNORECASE)
        except re.error as wrong:
            self.fail(at, Sentence("This is no regular expression ({reason}).", reason=wrong))

    def grouped(self, at: Place, value: object) -> re.Pattern[str]:
        """A regular expression with one group: the number."""
        found = self.pattern(at, value)
        if found.groups != 1:
            self.fail(at, 'The number stands in brackets, like "UHID: ([0-9]+)".')
        return found

    def value(self, at: Place, value: object) -> str:
        """A text with names in braces."""
        if not isinstance(value, str) or (value and not value.isprintable()):
            self.fail(at, 'A text in quotation marks was expected, like "Room 12".')
        try:
            unknown = [each for each in placeholders(value) if each not in NAMES]
        except ValueError:
            self.fail(at, "A brace is not closed, or holds no name.")
        if unknown:
            self.fail(at, Sentence("The key is unknown. Known here are: {names}.", names=", ".join(sorted(NAMES))))
        return value

    def day(self, at: Place, value: object) -> str:
        """How a day is written."""
        text = self.text(at, value)
        if not re.fullmatch(r"(?:%[dmYbHMI p]|[ /.:,-])+", text) or "%Y" not in text:
            self.fail(at, 'The way in which the page writes a day was expected, like "%d/%m/%Y".')
        return text

    def path_(self, at: Place, value: object) -> str:
        """A path under the system's own address; nothing leads elsewhere."""
        text = self.text(at, value)
        if not text.startswith("/") or text.startswith("//") or "\\" in text:
            self.fail(at, 'A path under the address of the system was expected, like "/registration".')
        return text

    def list_of(self, at: Place, value: object, check: Callable[[Place, object], T]) -> tuple[T, ...]:
        """A list, each checked."""
        if not isinstance(value, list):
            self.fail(at, "A list in square brackets was expected.")
        return tuple(check((*at, index), each) for index, each in enumerate(value))
