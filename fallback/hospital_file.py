"""Reads hospital.toml: every table, key and value is checked, and what is wrong is named with its line."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Never, TypeVar
from urllib.parse import urlsplit

from fallback.errors import HospitalFileWrong, Sentence
from fallback.hospital import Clinic, Fee, Hospital, Target
from fallback.toml_lines import Place, line_of_syntax_error, lines_of

SIZE_LIMIT = 1_000_000  # bytes; the example of 50 clinics has 16,000
TEXT_LIMIT = 120  # letters of a name or an address: what fits on a slip
RUPEES_LIMIT = 100_000
CLINICS_LIMIT = 255
STATES = 38  # the last code in the Local Government Directory, 2026
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

T = TypeVar("T")

PAPERS = ("a4", "a5")
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_TARGET = re.compile(r"[a-z][a-z0-9-]{0,30}")


def load(path: Path) -> Hospital:
    """The hospital that a file describes. Raises HospitalFileWrong with the file, the line, the key and what to do."""
    text = _text(path)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise _wrong(path, 1, "[", why="Brackets are nested too deep. Start again from the example file.") from None
    except ValueError as error:  # tomllib.TOMLDecodeError is one; a number of 5,000 digits is a bare ValueError
        why = Sentence("The line is not written as TOML ({reason}). Look for a missing quote or bracket.", reason=error)
        raise _wrong(path, line_of_syntax_error(str(error), text), "TOML", why) from None
    return _Reader(path, lines_of(text)).hospital(document)


def _wrong(path: Path, line: int, key: str, why: str) -> HospitalFileWrong:
    return HospitalFileWrong(file=path.name, line=line, key=key, why=why)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        why = "The file cannot be read ({reason}). Check its place and its permissions."
        raise _wrong(path, 1, "file", Sentence(why, reason=error.strerror)) from None
    if len(raw) > SIZE_LIMIT:
        raise _wrong(path, 1, "file", why="The file is larger than 1 MB: it cannot be a hospital's file.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _wrong(
            path, line, "file", why="The file is not UTF-8 text. Save it again with the encoding UTF-8."
        ) from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """One file's tables, read with the place of each value at hand, so that a complaint can name its line."""

    path: Path
    lines: Mapping[Place, int]

    def fail(self, place: Place, why: str) -> Never:
        """Raises HospitalFileWrong for a place in the file."""
        known = next((place[:size] for size in range(len(place), 0, -1) if place[:size] in self.lines), ())
        names = [str(part) for part in place if isinstance(part, str)]
        raise _wrong(self.path, self.lines.get(known, 1), ".".join(names) or "file", why)

    def hospital(self, document: dict[str, Any]) -> Hospital:
        """The whole document."""
        self.only((), document, {"hospital", "clinic", "target"})
        if not isinstance(document.get("hospital"), dict):
            self.fail(("hospital",), "The table [hospital] is missing. Copy it from the example file.")
        at: Place = ("hospital",)
        table = document["hospital"]
        texts = ("name", "name_hindi", "address", "address_hindi", "phone", "district")
        systems = ("uhid_system", "slip_system", "patient_system")
        self.only(at, table, {*texts, *systems, "uhid_pattern", "state", "fees", "paper"})
        fees = self.fees((*at, "fees"), table["fees"]) if "fees" in table else ()
        uris: dict[str, str] = {}
        for name in systems:
            uri = self.need(at, table, name, self.uri)
            if uri in uris.values():
                self.fail((*at, name), "Another of the three systems has this address. Each needs its own address.")
            uris[name] = uri
        return Hospital(
            **{name: self.need(at, table, name, self.text) for name in texts},
            **uris,
            uhid_pattern=self.need(at, table, "uhid_pattern", self.pattern),
            state=self.need(at, table, "state", self.whole(1, STATES)),
            clinics=self.clinics(document.get("clinic"), fees),
            targets=self.targets(document.get("target", [])),
            paper=self.paper((*at, "paper"), table.get("paper", PAPERS[0])),
        )

    def clinics(self, tables: object, fees: tuple[Fee, ...]) -> tuple[Clinic, ...]:
        """All [[clinic]] tables; `fees` hold for a clinic that states none."""
        if not isinstance(tables, list) or not tables:
            self.fail(("clinic",), "There is no [[clinic]] table. A hospital has at least one clinic.")
        texts = ("name", "name_hindi", "room", "unit")
        clinics: list[Clinic] = []
        for index, table in enumerate(tables):
            at: Place = ("clinic", index)
            self.only(at, table, {*texts, "number", "code", "weekdays", "fees", "casualty"})
            if "fees" not in table and not fees:
                self.fail((*at, "fees"), "The key is missing, and [hospital] has no fees that hold for all clinics.")
            clinic = Clinic(
                number=self.need(at, table, "number", self.whole(1, CLINICS_LIMIT)),
                code=self.need(at, table, "code", self.code),
                **{name: self.need(at, table, name, self.text) for name in texts},
                weekdays=self.need(at, table, "weekdays", self.weekdays),
                fees=self.fees((*at, "fees"), table["fees"]) if "fees" in table else fees,
                casualty=self.flag((*at, "casualty"), table.get("casualty", False)),
            )
            for earlier in clinics:
                if earlier.number == clinic.number:
                    why = "Clinic {code} has the number {number} already. A number belongs to one clinic for ever."
                    self.fail((*at, "number"), Sentence(why, code=earlier.code, number=clinic.number))
                if earlier.code == clinic.code:
                    why = "Clinic number {number} has the code {code} already. Give this one another code."
                    self.fail((*at, "code"), Sentence(why, code=clinic.code, number=earlier.number))
            clinics.append(clinic)
        return tuple(clinics)

    def targets(self, tables: object) -> tuple[Target, ...]:
        """All [[target]] tables."""
        if not isinstance(tables, list):
            self.fail(("target",), "A hospital system is written as a table [[target]].")
        targets: list[Target] = []
        for index, table in enumerate(tables):
            at: Place = ("target", index)
            self.only(at, table, {"name", "url", "test"})
            name = self.need(at, table, "name", self.target_name)
            if any(target.name == name for target in targets):
                self.fail((*at, "name"), "Another [[target]] has this name already. Give this one another name.")
            url, test = self.need(at, table, "url", self.url), self.need(at, table, "test", self.flag)
            targets.append(Target(name=name, url=url, test=test))
        return tuple(targets)

    def only(self, at: Place, table: object, known: set[str]) -> None:
        """Refuses anything but a table with these keys."""
        if not isinstance(table, dict):
            self.fail(at, "A table was expected here. Copy its shape from the example file.")
        for name in table:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                if near:
                    self.fail((*at, name), Sentence("The key is unknown. Did you mean {near}?", near=near[0]))
                names = ", ".join(sorted(known))
                self.fail((*at, name), Sentence("The key is unknown. Known here are: {names}.", names=names))

    def need(self, at: Place, table: dict[str, Any], name: str, check: Callable[[Place, object], T]) -> T:
        """The checked value of a key that must be there."""
        if name not in table:
            self.fail((*at, name), "The key is missing in this table. Add it, as in the example file.")
        return check((*at, name), table[name])

    def text(self, at: Place, value: object) -> str:
        """A text of one line, never empty."""
        if not isinstance(value, str):
            self.fail(at, 'A text in quotation marks was expected, like "Room 12".')
        if not value.strip() or value != value.strip() or not value.isprintable():
            self.fail(at, "The text is empty, has blanks at an end, or holds a sign that does not print.")
        if len(value) > TEXT_LIMIT:
            self.fail(at, Sentence("The text is longer than {limit} letters. Shorten it.", limit=TEXT_LIMIT))
        return value

    def whole(self, low: int, high: int) -> Callable[[Place, object], int]:
        """A check for a whole number within bounds, both included."""

        def check(at: Place, value: object) -> int:
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                self.fail(at, Sentence("A whole number from {low} to {high} was expected.", low=low, high=high))
            return value

        return check

    def flag(self, at: Place, value: object) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.fail(at, "Either true or false was expected, without quotation marks.")
        return value

    def paper(self, at: Place, value: object) -> str:
        """What slips are printed on."""
        if not isinstance(value, str) or value not in PAPERS:
            self.fail(at, 'Either "a4" (one sheet, torn across) or "a5" (a sheet for each copy) was expected.')
        return value

    def code(self, at: Place, value: object) -> str:
        """What clerks type to choose the clinic."""
        if not isinstance(value, str) or not _CODE.fullmatch(value):
            self.fail(at, 'A code has 2 to 8 capital letters or digits and begins with a letter, like "ENT".')
        return value

    def target_name(self, at: Place, value: object) -> str:
        """What the command line calls a hospital system."""
        if not isinstance(value, str) or not _TARGET.fullmatch(value):
            self.fail(at, 'A name of small letters, digits and hyphens was expected, like "test-server".')
        return value

    def weekdays(self, at: Place, value: object) -> frozenset[int]:
        """ISO weekdays from a list like ["mon", "thu"]."""
        if not isinstance(value, list) or not value:
            self.fail(at, 'A list of days was expected, like ["mon", "thu"].')
        for day in value:
            if day not in WEEKDAYS:
                why = "{day} is not a day. Use {names}."
                self.fail(at, Sentence(why, day=_short(day), names=", ".join(WEEKDAYS)))
        if len(set(value)) != len(value):
            self.fail(at, "A day stands there twice.")
        return frozenset(WEEKDAYS.index(day) + 1 for day in value)

    def fees(self, at: Place, value: object) -> tuple[Fee, ...]:
        """Dated fees, from a list like [{ from = 2022-11-01, rupees = 0 }], oldest first."""
        if not isinstance(value, list) or not value:
            self.fail(at, "A list of dated fees was expected, like [{ from = 2022-11-01, rupees = 0 }].")
        fees: list[Fee] = []
        for index, table in enumerate(value):
            row: Place = (*at, index)
            self.only(row, table, {"from", "rupees"})
            since = self.need(row, table, "from", self.day)
            rupees = self.need(row, table, "rupees", self.whole(0, RUPEES_LIMIT))
            if fees and fees[-1].since >= since:
                self.fail((*row, "from"), "The dates must rise from one fee to the next, and no date stands twice.")
            fees.append(Fee(since=since, rupees=rupees))
        return tuple(fees)

    def day(self, at: Place, value: object) -> date:
        """A date without a time."""
        if not isinstance(value, date) or isinstance(value, datetime):
            self.fail(at, "A date without quotation marks was expected, year first, like 2022-11-01.")
        return value

    def pattern(self, at: Place, value: object) -> str:
        """A regular expression that a whole UHID matches."""
        pattern = self.text(at, value)
        try:
            compiled = re.compile(pattern, re.ASCII)
        except (re.error, OverflowError, RecursionError) as error:
            self.fail(at, Sentence("The pattern is not a regular expression ({reason}).", reason=error))
        if compiled.fullmatch(""):
            self.fail(at, "A pattern for a UHID was expected that an empty text does not match, like '[1-9][0-9]{8}'.")
        return pattern

    def uri(self, at: Place, value: object) -> str:
        """The URI under which numbers are filed; nobody ever opens it."""
        text = self.text(at, value)
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        named = parts.scheme in {"http", "https"} and parts.netloc
        if not (named or (parts.scheme == "urn" and parts.path)) or re.search(r"\s", text):
            self.fail(at, 'An address was expected, like "https://hospital.example/uhid".')
        return text

    def url(self, at: Place, value: object) -> str:
        """Where a hospital system answers."""
        text = self.uri(at, value)
        try:
            parts = urlsplit(text)
            good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.username
        except ValueError:
            good = False
        if not good or "?" in text or "#" in text:
            self.fail(at, 'A server was expected, like "https://his.hospital.example/fhir", without a password in it.')
        return text.rstrip("/")


def _short(value: object) -> str:
    """A value as it may stand in a sentence."""
    text = value if isinstance(value, str) and value.isprintable() else repr(value)
    return text[:20]
