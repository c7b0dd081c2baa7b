"""The one box: what was typed or scanned, and what it leads to."""

import re
from dataclasses import dataclass

from fallback import names, payload
from fallback.errors import CodeNotGenuine, FieldWrong, PayloadWrong, SlipIsVoid, SlipNumberWrong, SlipUnknown
from fallback.hospital import Hospital
from fallback.keys import PublicKeys
from fallback.ledger import queries
from fallback.ledger.queries import Database, SlipRow
from fallback.payload import CodeOutcome, Decoded
from fallback.slip import NUMBER_LENGTH, Kind, Sample, SlipNumber, digits_of

MOST = 20  # candidates on one screen
_LONGEST = 1200  # signs: a QR has at most 512 digits
_MOBILE = re.compile(r"[6-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Help:
    """A question mark: the page of keys."""


@dataclass(frozen=True, slots=True)
class Known:
    """A slip that this ledger holds: the form for the patient's next visit."""

    number: SlipNumber


@dataclass(frozen=True, slots=True)
class Blank:
    """A numbered blank slip that nobody has filled in yet."""

    number: SlipNumber


@dataclass(frozen=True, slots=True)
class Paper:
    """A genuine slip that this ledger never saw: its record comes from the paper alone."""

    decoded: Decoded


@dataclass(frozen=True, slots=True)
class Candidates:
    """People who may be meant; always a list, for families share a phone and strangers a name."""

    rows: tuple[SlipRow, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody is known by this; `field` is where it belongs in a new registration."""

    field: str
    value: str


Found = Help | Known | Blank | Paper | Candidates | Nobody


def look(db: Database, hospital: Hospital, keys: PublicKeys, typed: str) -> Found:
    """What was meant. Raises SlipNumberWrong, SlipUnknown, SlipIsVoid, CodeNotGenuine, PayloadWrong or FieldWrong."""
    wanted = typed.strip()
    if wanted in ("?", "？"):
        return Help()
    if not wanted or len(wanted) > _LONGEST:
        why = "Type or scan a slip number, a UHID, a mobile number or a name."
        raise FieldWrong(field="typed", why=why)
    digits = digits_of(wanted)
    if digits is None:
        return _uhid(db, hospital, wanted.upper()) or _named(db, wanted)
    if payload.looks_like_payload(digits):
        return _code(db, payload.judge(digits, keys))
    if len(digits) == NUMBER_LENGTH:
        return _number(db, SlipNumber.parse(digits))
    number = _on_sticker(digits)
    if number and (queries.slip(db, number) or not _is_uhid(hospital, digits)):
        return _number(db, number)
    if found := _uhid(db, hospital, digits):
        return found
    if _MOBILE.fullmatch(digits):
        return _candidates(queries.find_slips(db, digits, MOST)) or Nobody("mobile", digits)
    match len(digits):
        case 14:
            return Nobody("abha", digits)
        case 12:
            why = "Twelve digits look like an Aadhaar number. It is never needed here: search by name or mobile."
        case _:
            why = "This number is no slip number (11 digits), no mobile (10 digits) and no UHID. Read it again."
    raise FieldWrong(field="typed", why=why)


def _code(db: Database, judged: payload.Judged) -> Found:
    match judged.outcome:
        case CodeOutcome.GENUINE if judged.decoded is not None:
            slip = judged.decoded.slip
            if slip.kind is Kind.PAD or queries.slip(db, slip.number):
                return _number(db, slip.number)
            if slip.kind is Kind.VOID:
                raise SlipIsVoid(number=slip.number.grouped)
            return Paper(judged.decoded)
        case CodeOutcome.GENUINE:
            raise PayloadWrong(why="it belongs to a poster, a desk's card or a list, not to a patient")
        case CodeOutcome.FORGED:
            raise CodeNotGenuine(why="its signature is not that of the desk it names")
        case CodeOutcome.UNKNOWN_DESK:
            raise CodeNotGenuine(why="it was signed by a desk that this hospital never enrolled")
        case CodeOutcome.OTHER_HOSPITAL:
            raise CodeNotGenuine(why="it belongs to another hospital, or to a drill")
        case CodeOutcome.WRONG_VERSION:
            raise PayloadWrong(why="it was printed by a newer version of this program")
        case _:
            raise PayloadWrong(why="it is damaged, or was not scanned whole")


def _number(db: Database, number: SlipNumber) -> Found:
    row = queries.slip(db, number)
    if row and row.slip.kind is not Kind.PAD:
        return Known(number)
    if queries.pad_payload(db, number) is None:
        raise SlipUnknown(number=number.grouped)
    return Blank(number)


def _on_sticker(digits: str) -> SlipNumber | None:
    """The slip number of a laboratory's sticker; None for other digits."""
    try:
        return Sample.parse(digits).number
    except SlipNumberWrong:
        return None


def _is_uhid(hospital: Hospital, wanted: str) -> bool:
    return len(wanted) <= 40 and re.fullmatch(hospital.uhid_pattern, wanted, re.ASCII) is not None


def _uhid(db: Database, hospital: Hospital, wanted: str) -> Found | None:
    if not _is_uhid(hospital, wanted):
        return None
    visits = [row for row in queries.visits_of(db, f"uhid:{wanted}") if not row.voided]
    return Known(visits[-1].slip.number) if visits else Nobody("uhid", wanted)


def _named(db: Database, wanted: str) -> Found:
    name = names.check_text("typed", wanted, script="any")
    hindi = any(names.is_devanagari(sign) for sign in name)
    rows = queries.find_slips(db, name, MOST)
    if hindi:
        rows += queries.find_slips(db, names.to_latin(name), MOST)
    return _candidates(rows) or Nobody("name_hindi" if hindi else "name", name)


def _candidates(rows: list[SlipRow]) -> Candidates | None:
    """Each person once, by the newest slip that is not void."""
    people = {row.slip.person: row for row in reversed(rows) if not row.voided}
    return Candidates(tuple(reversed(people.values()))[:MOST]) if people else None
