"""The words of a card made fit for a form: names, sexes, dates, states as issuers write them."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from fallback import names
from fallback.errors import FieldWrong
from fallback.slip import TEXT_LIMIT, Sex, digits_of
from fallback.states import STATES

_SEXES = {
    "m": Sex.MALE, "male": Sex.MALE, "f": Sex.FEMALE, "female": Sex.FEMALE,
    "o": Sex.OTHER, "other": Sex.OTHER, "others": Sex.OTHER, "t": Sex.OTHER, "transgender": Sex.OTHER,
}  # fmt: skip
_DATE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_YEAR = re.compile(r"(1[89]|20)\d\d")
_PIN = re.compile(r"(?<!\d)([1-9]\d{2}) ?(\d{3})(?!\d)\W*$")
# What cards still call them, or spell so.
_OLD_NAMES = {
    "orissa": 21, "uttaranchal": 5, "pondicherry": 34, "nctofdelhi": 7, "newdelhi": 7, "thegovernmentofnctofdelhi": 7,
    "nationalcapitalterritoryofdelhi": 7, "chattisgarh": 22, "tamilnadu": 33, "jammukashmir": 1, "telengana": 36,
    "andamannicobar": 35, "andamanandnicobar": 35, "dadraandnagarhaveli": 38, "damananddiu": 38, "dadranagarhaveli": 38,
    "damandiu": 38, "thedadraandnagarhavelianddamananddiu": 38, "maharastra": 27, "up": 9, "mp": 23,
}  # fmt: skip


def sex(told: str) -> Sex | None:
    """A sex by its letter or word, in English; None for all else."""
    return _SEXES.get(told.strip().casefold())


def birth(told: str) -> tuple[date | None, int]:
    """A birth date, or a year alone, however a card writes it; (None, 0) for all else."""
    told = told.strip()
    if _YEAR.fullmatch(told):
        return None, int(told)
    if found := _DATE.fullmatch(told):
        day, month, year = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        try:
            return date(int(year), int(month), int(day)), 0
        except ValueError:
            pass
    return None, 0


def state(code: str, *called: str) -> int:
    """The LGD code of a state by its code or one of its names; 0 for all else."""
    digits = digits_of(code.strip())
    if digits and len(digits) <= 2 and int(digits) in STATES:
        return int(digits)
    for name in (code, *called):
        plain = _letters(name)
        for each in STATES.values():
            if plain and plain in (_letters(each.name), _letters(each.name_hindi)):
                return each.code
        if plain in _OLD_NAMES:
            return _OLD_NAMES[plain]
    return 0


def name(told: str) -> tuple[str, str]:
    """A name in Latin letters and, where it was told in Hindi, in those; signs that no name has are left out."""
    kept = _fit(told, lambda sign: sign.isalpha() or names.is_devanagari(sign) or sign in " .'-")
    if any(map(names.is_devanagari, kept)):
        return _taken("name", names.to_latin(kept), "latin"), _taken("name_hindi", kept, "hindi")
    return _taken("name", calm(kept), "latin"), ""


def calm(text: str) -> str:
    """Words that shout, as many cards print them, in the letters that people write: SUNITA DEVI is Sunita Devi."""
    return text.title() if text.isupper() else text


def person(told: str) -> str:
    """The name of somebody else, in either script."""
    latin, hindi = name(told)
    return hindi or latin


def place(parts: Iterable[str]) -> str:
    """Parts of an address as one text: each once, as many as a field takes."""
    found: list[str] = []
    for part in parts:
        kept = _taken("locality", _fit(part, lambda sign: " " <= sign <= "~" or sign.isalpha()).strip(" ,"), "address")
        if kept and kept.casefold() not in (each.casefold() for each in found):
            if len(", ".join([*found, kept])) > TEXT_LIMIT:
                break
            found.append(kept)
    return ", ".join(found)


def pin_code(told: str) -> str:
    """A PIN code's six digits; "" for all else."""
    digits = digits_of(told.strip()) or ""
    return digits if re.fullmatch(r"[1-9][0-9]{5}", digits) else ""


def mobile(told: str) -> str:
    """A mobile's ten digits; "" for all else, as for one that the card masks."""
    digits = digits_of(told.strip().removeprefix("+")[:20]) or ""
    digits = digits[2:] if len(digits) == 12 and digits.startswith("91") else digits
    return digits if re.fullmatch(r"[6-9][0-9]{9}", digits) else ""


def parted(address: str, *known: str) -> tuple[list[str], str]:
    """An address in one text: its parts without the PIN code at its end and without what is `known`; the PIN code."""
    found = _PIN.search(address)
    if found:
        address = address[: found.start()]
    told = {_letters(each) for each in known if each}
    parts = [part.strip(" -.") for part in re.split(r"[,\n;]+", address)]
    return [part for part in parts if part and _letters(part) not in told], found[1] + found[2] if found else ""


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold().replace("&", "and")
    return "".join(sign for sign in plain if sign.isalnum() or names.is_devanagari(sign))


def _fit(text: str, fits: Callable[[str], bool]) -> str:
    return "".join(sign if fits(sign) else " " for sign in names.normalise(text[:500]))


def _taken(field: str, text: str, script: str) -> str:
    """What the form would take, cut at a word where it is too long; "" where it would not."""
    text = names.normalise(text)
    if len(text) > TEXT_LIMIT:
        text = text[: TEXT_LIMIT + 1].rpartition(" ")[0] or text[:TEXT_LIMIT]
    try:
        return names.check_text(field, text, script=script)
    except FieldWrong:
        return ""
