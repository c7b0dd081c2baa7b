"""ABHA: the number, the address, and the plain JSON in a card's or an app's QR, with all that real ones have in them.

NHA asks that nothing be checked more strictly than its platform does: a number that no rule of ours fits is taken, too.
"""

import json
import re
from collections.abc import Mapping

from fallback.errors import IdCardUnread, Sentence
from fallback.idcards import words
from fallback.idcards.card import CardKind, IdCard
from fallback.slip import digits_of

NUMBER_LENGTH = 14
_LONGEST = 4000  # signs of a code
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._-]{1,60}@(abdm|sbx|ndhm)", re.IGNORECASE)
_NUMBER_KEYS = ("hidn", "abhanumber", "healthidnumber")
_ADDRESS_KEYS = ("phr", "hid", "abhaaddress", "healthid")
_HALF = Sentence("only a part of it was scanned. Scan the card once more, and hold it still until it beeps.")


def looks_like_card(text: str) -> bool:
    """Whether a text begins as a card's JSON does, whole or not. Its keys are in small letters, or Caps Lock was on."""
    return text.startswith("{") and re.search(r'"\s*(hidn|phr|hid|abha)', text[:300]) is not None


def read_card(text: str) -> IdCard:
    """What a card's QR tells. Raises IdCardUnread."""
    told = _told(text)
    number = _first(told, _NUMBER_KEYS)
    address = _first(told, _ADDRESS_KEYS)
    digits = (digits_of(number[:40]) if number else None) or number_of_address(address)
    digits = digits if len(digits) == NUMBER_LENGTH else ""
    latin, hindi = words.name(told.get("name", ""))
    if not digits and not latin:
        raise IdCardUnread(why="neither a name nor an ABHA number stands in it. Ask, and type it in.")
    state_name = _first(told, ("statename", "state"))
    district = _first(told, ("districtname", "distname", "district"))
    state = words.state(told.get("statelgd", ""), state_name)
    born, year = words.birth(told.get("dob", "") or told.get("yob", ""))
    parts, pin = words.parted(told.get("address", ""), state_name, district)
    return IdCard(
        kind=CardKind.ABHA,
        name=latin,
        name_hindi=hindi,
        sex=words.sex(told.get("gender", "")),
        birth_date=born,
        birth_year=year,
        mobile=words.mobile(told.get("mobile", "")),
        abha=digits,
        luhn=not digits or luhn(digits),
        state=state,
        district=words.calm(words.place([district])),
        pin_code=words.pin_code(_first(told, ("pincode", "pin"))) or pin,
        locality=words.place(parts),
    )


def luhn(number: str) -> bool:
    """Whether the last digit fits by Luhn's rule (mod 10), as that of every real ABHA number seen does."""
    doubled = [int(sign) * (1 + at % 2) for at, sign in enumerate(reversed(number))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def is_address(text: str) -> bool:
    """Whether a text is an ABHA address, like sunita@abdm."""
    return _ADDRESS.fullmatch(text) is not None


def number_of_address(address: str) -> str:
    """The number in an address that is still the first one, `14digits@abdm`; "" for a chosen one."""
    before = digits_of(address.partition("@")[0][:40]) if is_address(address) else None
    return before if before and len(before) == NUMBER_LENGTH else ""


def _told(text: str) -> dict[str, str]:
    """The texts of a JSON object by their key, in small letters and without what stands between its words.

    A key with a space in it, one that is missing, a number where a text belongs, and "-" for nothing are all usual.
    """
    if len(text) > _LONGEST:
        raise IdCardUnread(why="it holds far more than a card does. Scan the card alone.")
    try:
        found, end = json.JSONDecoder(strict=False, parse_int=str, parse_float=str).raw_decode(text)
    except (ValueError, RecursionError) as wrong:
        raise IdCardUnread(why=_HALF) from wrong
    if text[end:].strip() not in ("", text[:end].strip()):
        raise IdCardUnread(why="two codes were scanned in one go. Scan the one you mean once more.")
    if not isinstance(found, Mapping):
        raise IdCardUnread(why=_HALF)
    plain = {re.sub(r"[^a-z]", "", str(key).casefold()): value for key, value in found.items()}
    texts = {key: value.strip() for key, value in plain.items() if isinstance(value, str)}
    return {
        key: value for key, value in texts.items() if value.casefold() not in ("", "-", "null", "none", "na", "n/a")
    }


def _first(told: Mapping[str, str], keys: tuple[str, ...]) -> str:
    return next((told[key] for key in keys if key in told), "")
