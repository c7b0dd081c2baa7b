"""The one box: what was typed or scanned, and what it leads to."""

import re
from dataclasses import dataclass

from fallback import names, payload, wedge
from fallback.errors import (
    CodeNotGenuine,
    FieldWrong,
    IdCardUnread,
    Sentence,
    SlipIsVoid,
    SlipNumberWrong,
    SlipUnknown,
)
from fallback.hospital import Hospital
from fallback.idcards import NO_SIGNERS, IdCard, Signers, aadhaar, abha
from fallback.keys import PublicKeys
from fallback.ledger import queries
from fallback.ledger.queries import Database, SlipRow
from fallback.ledger.queries.idcards import abha_slips
from fallback.payload import CodeOutcome, Decoded
from fallback.slip import NUMBER_LENGTH, TUBE_LENGTH, Kind, Sample, SlipNumber, digits_of

MOST = 20  # candidates on one screen
_LONGEST = 8200  # signs: the largest QR there is holds 7,089 digits
_LONGEST_TYPED = 200  # signs that a person types; more are a scan, or a page that was pasted
_MOBILE = re.compile(r"[6-9][0-9]{9}")
_BOOKING = re.compile(r"(?=.*[0-9])[A-Z0-9][A-Z0-9/-]{3,29}")
_TAIL = re.compile(r"(.{1,200}?[^\d])(\d{11,})", re.DOTALL)
_HEAD = re.compile(r"(\d{11,})([^\d].{0,200})", re.DOTALL)
_ROWS = tuple(
    sorted({len(payload.to_digits(bytes(size))) for size in range(payload.MOST_BYTES + 1)} - {0}, reverse=True)
)
_READABLE = (NUMBER_LENGTH, NUMBER_LENGTH + TUBE_LENGTH, *(row for row in _ROWS if row > 100))
_PAGE = Sentence(
    "This is a whole page of text, not one code. Type or scan a slip number, a UHID, a mobile number or a name."
)
_TWO = Sentence("Two codes were scanned in one go. Scan the one you mean once more.")
_UNREAD = (CodeOutcome.DAMAGED, CodeOutcome.FOREIGN, CodeOutcome.WRONG_VERSION)


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
class Card:
    """A patient's own card, ABHA or Aadhaar: a new registration that begins with what stands in it."""

    card: IdCard


@dataclass(frozen=True, slots=True)
class Candidates:
    """People who may be meant; always a list, for families share a phone and strangers a name."""

    rows: tuple[SlipRow, ...]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody is known by this; `field` is where it belongs in a new registration."""

    field: str
    value: str


Found = Help | Known | Blank | Paper | Card | Candidates | Nobody


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and the keyboard that was wrong and put right ("": none was)."""

    found: Found
    keyboard: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """The one box of a hospital. `signers` are UIDAI's certificates, where it has them."""

    db: Database
    hospital: Hospital
    keys: PublicKeys
    signers: Signers = NO_SIGNERS

    def look(self, typed: str) -> Looked:
        """What was meant.

        Raises SlipNumberWrong, SlipUnknown, SlipIsVoid, CodeNotGenuine, IdCardUnread or FieldWrong.
        """
        wanted = wedge.cleaned(typed[: _LONGEST + 1])
        if wanted in ("?", "？"):
            return Looked(Help())
        if not wanted:
            raise _wrong(why="Type or scan a slip number, a UHID, a mobile number or a name.")
        if len(typed) > _LONGEST:
            raise _wrong(why=_PAGE)
        digits = digits_of(wanted)
        if digits is not None:
            return Looked(self._digits(digits))
        return self._text(wanted)

    def _digits(self, digits: str) -> Found:
        half = len(digits) // 2
        if len(digits) >= 2 * NUMBER_LENGTH and digits[:half] == digits[half:]:
            digits = digits[:half]  # the same code, scanned twice before anybody looked up
        if payload.looks_like_payload(digits):
            judged = payload.judge(digits, self.keys)
            if judged.outcome not in _UNREAD:
                return self._code(judged)
            return self._together(digits) or self._code(judged)
        if len(digits) == NUMBER_LENGTH:
            return self._number_or_mobile(digits)
        number = _on_sticker(digits)
        if number and (queries.slip(self.db, number) or not self._is_uhid(digits)):
            return self._number(number)
        if found := self._uhid(digits):
            return found
        if _MOBILE.fullmatch(digits):
            return self._mobile(digits)
        if len(digits) == abha.NUMBER_LENGTH:
            return self._abha(digits)
        if aadhaar.looks_like_secure_qr(digits):
            return self._aadhaar(digits)
        if len(digits) >= 2 * NUMBER_LENGTH and (both := self._together(digits)):
            return both
        why = "This number is no slip number (11 digits), no mobile (10 digits) and no UHID. Read it again."
        raise _wrong(why=wedge.of_digits(digits) or why)

    def _aadhaar(self, digits: str) -> Found:
        try:
            return Card(aadhaar.read_card(digits, self.signers))
        except IdCardUnread:
            if both := self._together(digits):  # slips that ran together are as long
                return both
            raise

    def _text(self, wanted: str) -> Looked:
        if wanted.startswith("+") and (digits := digits_of(wanted[1:])) and _is_abroad(digits):
            return Looked(self._mobile(digits[2:]))
        start = wanted.find("{")
        if start >= 0 and abha.looks_like_card(wanted[start:]):
            if self._is_ours(wanted[:start].strip()):
                raise _wrong(why=_TWO)
            return Looked(Card(abha.read_card(wanted[start:])))
        if aadhaar.is_old_qr(wanted):
            why = (
                "This is an old Aadhaar QR, which holds the whole Aadhaar number: nothing of it was taken or kept. "
                "Scan the large QR of a newer Aadhaar, or ask and type."
            )
            raise IdCardUnread(why=why)
        if found := self._uhid(wanted.upper()):
            return Looked(found)
        for parts in (_TAIL.fullmatch(wanted), _HEAD.fullmatch(wanted)):  # begun to type, then scanned, or the reverse
            digits = next((part for part in parts.groups() if part.isdecimal()), "") if parts else ""
            if digits and self._is_ours(digits):
                return Looked(self._digits(digits_of(digits) or ""))
        for guess in wedge.undone(wanted):
            if self._is_code(guess.text):
                return Looked(self.look(guess.text).found, guess.keyboard)
        return Looked(self._words(wanted))

    def _words(self, wanted: str) -> Found:
        if abha.is_address(wanted):
            if digits := abha.number_of_address(wanted):
                return self._abha(digits)
            why = (
                "An ABHA address tells who somebody is only with the internet. Scan the ABHA card's QR, or type the "
                "ABHA number."
            )
            raise _wrong(why=why)
        if wedge.seems_garbled(wanted):
            why = (
                "The scanner typed signs that make no sense: this computer's keyboard is set to another language, or "
                "Caps Lock is on. Set it to English, and scan again."
            )
            raise _wrong(why=wedge.of_text(wanted) or why)
        if strange := wedge.of_text(wanted):
            raise _wrong(why=strange)
        if len(wanted) > _LONGEST_TYPED:
            raise _wrong(why=_PAGE)
        if _BOOKING.fullmatch(wanted.upper()):
            return Nobody("booking", wanted.upper())
        return self._named(wanted)

    def _is_code(self, text: str) -> bool:
        """Whether a guess is surely a code: check digits, a signature or its shape say so, not its length alone."""
        digits = digits_of(text)
        if digits is not None:
            return self._is_ours(digits) or (aadhaar.looks_like_secure_qr(digits) and _reads(digits))
        return abha.looks_like_card(text)

    def _is_ours(self, digits: str) -> bool:
        digits = digits_of(digits) or ""
        if len(digits) == NUMBER_LENGTH:
            return _is_slip(digits)
        return _on_sticker(digits) is not None or (
            payload.looks_like_payload(digits) and payload.judge(digits, self.keys).outcome not in _UNREAD
        )

    def _together(self, digits: str) -> Found | None:
        """Codes that ran together: one slip's bars and QR are one; of several slips nobody knows which is meant."""
        codes = wedge.pieces(digits, _READABLE, self._is_ours)
        if not codes:
            return None
        judged = [payload.judge(code, self.keys) for code in codes]
        if len({each.number for each in judged}) > 1:
            raise _wrong(why=_TWO)
        best = max(codes, key=len)
        return self._digits(best)

    def _code(self, judged: payload.Judged) -> Found:
        match judged.outcome:
            case CodeOutcome.GENUINE if judged.decoded is not None:
                slip = judged.decoded.slip
                if slip.kind is Kind.PAD or queries.slip(self.db, slip.number):
                    return self._number(slip.number)
                if slip.kind is Kind.VOID:
                    raise SlipIsVoid(number=slip.number.grouped)
                return Paper(judged.decoded)
            case CodeOutcome.GENUINE:
                raise _wrong(
                    why="This code belongs to a poster, a desk's card or a list, not to a patient. Scan the slip."
                )
            case CodeOutcome.FORGED:
                raise CodeNotGenuine(why="its signature is not that of the desk it names")
            case CodeOutcome.UNKNOWN_DESK:
                raise CodeNotGenuine(why="it was signed by a desk that this hospital never enrolled")
            case CodeOutcome.OTHER_HOSPITAL:
                raise CodeNotGenuine(why="it belongs to another hospital, or to a drill")
            case CodeOutcome.WRONG_VERSION:
                raise _wrong(why="This slip was printed by a newer Parchi. Type the 11 digits beside its code.")
            case _:
                why = (
                    "This code could not be read as a slip: it is damaged, or was not scanned whole. Scan it once "
                    "more, or type the 11 digits beside it."
                )
                raise _wrong(why=why)

    def _number_or_mobile(self, digits: str) -> Found:
        if not _is_slip(digits) and digits.startswith("0") and _MOBILE.fullmatch(digits[1:]):
            return self._mobile(digits[1:])
        return self._number(SlipNumber.parse(digits))

    def _number(self, number: SlipNumber) -> Found:
        row = queries.slip(self.db, number)
        if row and row.slip.kind is not Kind.PAD:
            return Known(number)
        if queries.pad_payload(self.db, number) is None:
            raise SlipUnknown(number=number.grouped)
        return Blank(number)

    def _is_uhid(self, wanted: str) -> bool:
        """Whether a text may be a UHID. Without a digit it is a name, whatever letters a hospital's UHIDs may have."""
        fits = len(wanted) <= 40 and any(sign.isdigit() for sign in wanted)
        return fits and re.fullmatch(self.hospital.uhid_pattern, wanted, re.ASCII) is not None

    def _uhid(self, wanted: str) -> Found | None:
        if not self._is_uhid(wanted):
            return None
        visits = [row for row in queries.visits_of(self.db, f"uhid:{wanted}") if not row.voided]
        return Known(visits[-1].slip.number) if visits else Nobody("uhid", wanted)

    def _mobile(self, digits: str) -> Found:
        return _candidates(queries.find_slips(self.db, digits, MOST)) or Nobody("mobile", digits)

    def _abha(self, digits: str) -> Found:
        return _candidates(abha_slips(self.db, digits)) or Nobody("abha", digits)

    def _named(self, wanted: str) -> Found:
        name = names.check_text("typed", wanted, script="any")
        hindi = any(names.is_devanagari(sign) for sign in name)
        rows = queries.find_slips(self.db, name, MOST)
        if hindi:
            rows += queries.find_slips(self.db, names.to_latin(name), MOST)
        return _candidates(rows) or Nobody("name_hindi" if hindi else "name", name)


def shown_again(typed: str) -> str:
    """What may stand in the box again after a failure: never an Aadhaar's code or number, never a whole page."""
    digits = digits_of(typed[: _LONGEST + 1].strip()) or ""
    if len(typed) > _LONGEST_TYPED or len(digits) in (12, 16) or aadhaar.is_old_qr(typed):
        return ""
    return typed


def keyboard_warning(keyboard: str) -> Sentence:
    """What is said of a keyboard that was wrong; empty when none was."""
    if keyboard == wedge.CAPS:
        return Sentence("Caps Lock is on at this computer. The scan was put right; press Caps Lock once.")
    if keyboard == wedge.BY_HAND:
        return Sentence("")
    why = "This computer's keyboard is set to {keyboard}. The scan was put right; set the keyboard to English (US)."
    return Sentence(why, keyboard=keyboard)


def _wrong(*, why: str) -> FieldWrong:
    return FieldWrong(field="typed", why=why)


def _is_slip(digits: str) -> bool:
    try:
        SlipNumber.parse(digits)
    except SlipNumberWrong:
        return False
    return True


def _on_sticker(digits: str) -> SlipNumber | None:
    """The slip number of a laboratory's sticker; None for other digits."""
    try:
        return Sample.parse(digits).number
    except SlipNumberWrong:
        return None


def _is_abroad(digits: str) -> bool:
    return digits.startswith("91") and _MOBILE.fullmatch(digits[2:]) is not None


def _reads(digits: str) -> bool:
    try:
        aadhaar.read_card(digits, NO_SIGNERS)
    except IdCardUnread:
        return False
    return True


def _candidates(rows: list[SlipRow]) -> Candidates | None:
    """Each person once, by the newest slip that is not void."""
    people = {row.slip.person: row for row in reversed(rows) if not row.voided}
    return Candidates(tuple(reversed(people.values()))[:MOST]) if people else None
