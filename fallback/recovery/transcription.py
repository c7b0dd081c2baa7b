"""Pads that were filled in by pen: what two people read on one, compared field by field, until both agree.

Nothing of it is a slip yet: what is agreed is handed to the front desk, which signs it (`frontdesk.transcribe_pad`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from fallback import names
from fallback.errors import FieldWrong, PageNotOpen, SamePerson, Sentence
from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, FormRow, work as asked
from fallback.ledger.queries.work import EntryRow
from fallback.slip import TEXT_LIMIT, SlipNumber, digits_of

# What must not be wrong, for it says who somebody is: read by two people.
IDENTITY = (
    "alias", "name", "name_hindi", "sex", "age", "age_unit", "birth_date", "relation", "guardian", "mobile", "uhid",
)  # fmt: skip
FIELDS = (
    *IDENTITY, "locality", "district", "state", "pin_code", "clinic", "category", "scheme_id", "fee_status", "abha",
    "booking", "medico_legal_number", "emergency", "medico_legal", "day", "time",
)  # fmt: skip
_GROUPS = {"sex": "sex", "unit": "age_unit", "relation": "relation", "category": "category", "clinic": "clinic"}
_FLAGS = ("emergency", "medico_legal")
_COMBS = ("age", "mobile", "pin_code")
_AGE = re.compile(r"(\d{1,3})\s*([ymd]?)[a-z]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefill:
    """What a machine read on a pad, as texts of the registration's form, to be confirmed.

    `machine` are the fields that were read surely, `doubtful` those where ink was seen and nothing is filled in.
    `inked` names of each comb the places that hold ink, from 1: which digit it is, nobody has guessed.
    """

    fields: Mapping[str, str]
    machine: frozenset[str]
    doubtful: frozenset[str]
    inked: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What was entered of a blank, and not taken back."""

    number: SlipNumber
    first: EntryRow
    second: EntryRow | None = None
    chosen: EntryRow | None = None

    @property
    def differences(self) -> tuple[str, ...]:
        """The fields in which the two readings differ; none while there is one."""
        return compare(self.first.fields, self.second.fields) if self.second else ()

    @property
    def ready(self) -> bool:
        """Whether two people agree, or the second chose."""
        return self.second is not None and (self.chosen is not None or not self.differences)

    @property
    def agreed(self) -> dict[str, str]:
        """All fields as they are to be registered; those without a text are left out."""
        told = dict(self.first.fields) | dict(self.chosen.fields if self.chosen else {})
        return {name: text for name, text in told.items() if text}

    @property
    def checked_by(self) -> str:
        """The login that read it the second time, or chose; "" while nobody has."""
        last = self.chosen or self.second
        return last.login if last else ""


def prefill(forms: Sequence[FormRow], place: int | None = None) -> Prefill:
    """What the boxes of a pad say, of the form at a place or of all. Two ticks where one belongs say nothing."""
    fields: dict[str, str] = {}
    machine: set[str] = set()
    doubtful: set[str] = set()
    inked: dict[str, list[int]] = {}
    for form in forms:
        if place is not None and form.place != place:
            continue
        groups: dict[str, dict[str, str]] = {}
        for box, state in form.marks.items():
            group, _, choice = box.partition(".")
            groups.setdefault(group, {})[choice] = state if form.sure else "doubtful"
        for group, choices in groups.items():
            if group in _COMBS:
                inked[group] = sorted(int(each) for each in choices if each.isdecimal())
            for name, value, state in _read(group, choices):
                if state != "ticked":
                    doubtful.add(name)
                elif value:
                    fields[name] = value
                    machine.add(name)
    return Prefill(
        fields=fields,
        machine=frozenset(machine),
        doubtful=frozenset(doubtful),
        inked={name: tuple(places) for name, places in inked.items()},
    )


def _read(group: str, choices: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Field, text and state of a group of boxes."""
    if group == "flag":
        return [(choice, "y", state) for choice, state in choices.items() if choice in _FLAGS]
    if group not in _GROUPS:
        return []
    (choice, state), *more = choices.items()
    other = group == "clinic" and choice == "other"  # its name stands on the line above, for a person to read
    return [(_GROUPS[group], "" if other else choice, "doubtful" if more else state)]


def enter_first(ledger: Ledger, picture: str, number: SlipNumber, fields: Mapping[str, str], *, by: str) -> None:
    """Journals the first reading of a blank: all fields of FIELDS that stand on it, as texts; `day` is an ISO date.

    The same again by the same login changes nothing. Raises FieldWrong, and PageNotOpen when somebody else was first.
    """
    told = _texts(fields, FIELDS)
    _needs_day(told)

    def job(tx: Transaction) -> None:
        known = _open(tx, picture, number)
        if known is None:
            _append(tx, picture, number, "first", told, by)
        elif (known.first.login, known.first.fields) != (by, told):
            raise PageNotOpen()

    ledger.write(job)


def enter_second(
    ledger: Ledger, picture: str, number: SlipNumber, fields: Mapping[str, str], *, by: str
) -> tuple[str, ...]:
    """Journals the second reading, of IDENTITY alone; returns the fields that differ from the first, none when agreed.

    Raises FieldWrong, SamePerson for the login that was first, and PageNotOpen when there is no first reading, or a
    second by somebody else.
    """
    told = _texts(fields, IDENTITY)

    def job(tx: Transaction) -> tuple[str, ...]:
        known = _needs_first(_open(tx, picture, number), by)
        if known.second is None:
            _append(tx, picture, number, "second", told, by)
        elif known.chosen or (known.second.login, known.second.fields) != (by, told):
            raise PageNotOpen()
        return compare(known.first.fields, told)

    return ledger.write(job)


def choose(ledger: Ledger, picture: str, number: SlipNumber, choices: Mapping[str, str], *, by: str) -> None:
    """Journals, for each field that differs, which reading is right: `first` or `second`.

    Raises FieldWrong for a field without a choice, SamePerson for the login that was first, and PageNotOpen when there
    is nothing to choose.
    """

    def job(tx: Transaction) -> None:
        known = _needs_first(_open(tx, picture, number), by)
        if known.second is None or known.ready:
            raise PageNotOpen()
        readings = {"first": known.first.fields, "second": known.second.fields}
        told = {name: known.first.fields.get(name, "") for name in IDENTITY}
        for name in known.differences:
            if choices.get(name) not in readings:
                raise FieldWrong(field=name, why="Choose which of the two stands on the paper.")
            for part in ("age", "age_unit") if name == "age" else (name,):
                told[part] = readings[choices[name]].get(part, "")
        _append(tx, picture, number, "chosen", told, by)

    ledger.write(job)


def entries(db: Database, number: SlipNumber) -> Entries | None:
    """What was entered of a blank; None while nothing was, or all of it was taken back."""
    return entries_of(number, asked.entries(db, number))


def entries_of(number: SlipNumber, rows: Sequence[EntryRow]) -> Entries | None:
    """The entries of a blank from their rows; None without any."""
    found = {row.step: row for row in rows}
    if "first" not in found:
        return None
    return Entries(number=number, first=found["first"], second=found.get("second"), chosen=found.get("chosen"))


def compare(first: Mapping[str, str], second: Mapping[str, str]) -> tuple[str, ...]:
    """The fields of IDENTITY in which two readings differ; `age` stands for the age with its unit.

    Case, spaces, full stops, the script of digits and how a date is written make no difference. Two who call a patient
    unidentified need not agree on a name.
    """
    unidentified = bool(first.get("alias")) and bool(second.get("alias"))
    left, right = _said(first), _said(second)
    ignored = ("name", "name_hindi") if unidentified else ()
    return tuple(name for name in left if name not in ignored and left[name] != right[name])


def _said(fields: Mapping[str, str]) -> dict[str, object]:
    """Each field of IDENTITY as what it means."""
    said: dict[str, object] = {}
    for name in IDENTITY:
        text = names.normalise(fields.get(name, ""))
        if name == "age":
            said[name] = _age(text, fields.get("age_unit", ""))
        elif name != "age_unit":
            said[name] = _MEANING.get(name, _words)(text)
    said["alias"] = bool(fields.get("alias"))
    return said


def _words(text: str) -> object:
    return " ".join(text.casefold().replace(".", " ").split())


def _age(text: str, unit: str) -> object:
    told = _AGE.fullmatch(text)
    return (int(told[1]), told[2].casefold() or unit[:1] or "y") if told else _words(text)


def _date(text: str) -> object:
    parts = re.findall(r"\d+", text)
    if len(parts) == 1 and len(parts[0]) == 8:
        parts = [parts[0][:2], parts[0][2:4], parts[0][4:]]
    return tuple(int(part) for part in parts)


def _mobile(text: str) -> object:
    digits = digits_of(text.removeprefix("+")) or text
    long = {12: "91", 11: "0"}.get(len(digits), "")
    return digits.removeprefix(long)


def _code(text: str) -> object:
    return (digits_of(text) or text).replace(" ", "").upper()


_MEANING: Mapping[str, Callable[[str], object]] = {"birth_date": _date, "mobile": _mobile, "uhid": _code}


def _texts(fields: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    told = {name: names.normalise(fields[name]) for name in wanted if fields.get(name)}
    for name, text in told.items():
        if len(text) > TEXT_LIMIT:
            why = "The text has {count} letters; at most {limit} are taken. Shorten it."
            raise FieldWrong(field=name, why=Sentence(why, count=len(text), limit=TEXT_LIMIT))
    return {name: text for name, text in told.items() if text}


def _needs_day(told: Mapping[str, str]) -> None:
    try:
        date.fromisoformat(told.get("day", ""))
    except ValueError as wrong:
        raise FieldWrong(field="day", why="Write the day that stands on the paper, as day-month-year.") from wrong
    try:
        time.fromisoformat(told.get("time") or "00:00")
    except ValueError as wrong:
        raise FieldWrong(
            field="time", why="Write the time as hours and minutes, like 09:30, or leave it empty."
        ) from wrong


def _open(tx: Transaction, picture: str, number: SlipNumber) -> Entries | None:
    """What was entered so far. Raises PageNotOpen when the page does not hold this blank, or needs nobody."""
    if number not in asked.blanks_on(tx.db, picture):
        raise PageNotOpen()
    return entries(tx.db, number)


def _needs_first(known: Entries | None, by: str) -> Entries:
    if known is None:
        raise PageNotOpen()
    if known.first.login == by:
        raise SamePerson(number=known.number.grouped)
    return known


def _append(tx: Transaction, picture: str, number: SlipNumber, step: str, fields: Mapping[str, str], by: str) -> None:
    content = {"picture": picture, "number": number.text, "step": step, "fields": dict(fields)}
    tx.append(FactKind.PAD_ENTERED, content, series=number.series, by=by)
