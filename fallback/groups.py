"""Secrets as people type them: groups of four signs of Crockford's base 32 and a check sign that tells a wrong group.

Scanners type them too: a code holds just this text.
"""

import hashlib
import re

from fallback.errors import CardMistyped, RecoveryKeyMistyped

KEY_SIZE = 32
CARD_SECRET_SIZE = 16
CARD_LIMIT = 999
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_MISREAD = str.maketrans("ILO", "110", " -\t\r\n.·")
_GROUPS = 13  # of four signs and a check sign: 260 bits, the last four are zero
_CARD_GROUPS = 7  # after the one with the number: 140 bits, the last twelve are zero
_CARD = re.compile(r"C[0-9]{3}[0-9A-Z]{36}")


def recovery_text(recovery_key: bytes) -> str:
    """Thirteen groups for the 32 bytes of a recovery key."""
    return _grouped(_signs(recovery_key, _GROUPS))


def read_recovery(typed: str) -> bytes | None:
    """The recovery key that was typed in any case, with any spaces; None: it is none.

    Raises RecoveryKeyMistyped when it looks like one, and a group is wrong.
    """
    signs = typed.upper().translate(_MISREAD)
    if len(signs) != 5 * _GROUPS or not set(signs) <= set(_ALPHABET):
        return None
    key, wrong = _read(signs, 1, KEY_SIZE)
    if key is None:
        raise RecoveryKeyMistyped(group=wrong)
    return key


def card_text(card: int, secret: bytes) -> str:
    """Eight groups for an enrolment card: C and its number (1 to 999), then its 16 bytes. Printed, and in its code."""
    if not 1 <= card <= CARD_LIMIT or len(secret) != CARD_SECRET_SIZE:
        raise ValueError("a card has a number from 1 to 999 and a secret of 16 bytes")
    return _grouped(f"C{card:03d}{_signs(secret, _CARD_GROUPS)}")


def read_card(typed: str) -> tuple[int, bytes] | None:
    """The number and the secret of the card whose text this is, in any case, with any spaces; None: it is no card's.

    Raises CardMistyped when it looks like a card's, and a group is wrong.
    """
    signs = typed.upper().translate(_MISREAD)
    if not _CARD.fullmatch(signs) or not set(signs) <= set(_ALPHABET):
        return None
    secret, wrong = _read(signs[5:], 2, CARD_SECRET_SIZE)
    number = int(signs[1:4])
    if signs[4] != _check_sign(1, signs[:4]) or number == 0:
        raise CardMistyped(group=1)
    if secret is None:
        raise CardMistyped(group=wrong)
    return number, secret


def _signs(secret: bytes, groups: int) -> str:
    bits = int.from_bytes(secret, "big") << 20 * groups - 8 * len(secret)
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(5 * (4 * groups - 1), -1, -5))


def _grouped(signs: str) -> str:
    groups = [signs[start : start + 4] for start in range(0, len(signs), 4)]
    return "-".join(group + _check_sign(place, group) for place, group in enumerate(groups, 1))


def _read(signs: str, first: int, size: int) -> tuple[bytes | None, int]:
    """The bytes of whole groups, the first of which has the place `first`; else None and the place of a wrong one."""
    bits, groups = 0, len(signs) // 5
    for place in range(groups):
        group = signs[5 * place : 5 * place + 5]
        if group[4] != _check_sign(first + place, group[:4]):
            return None, first + place
        for sign in group[:4]:
            bits = bits << 5 | _ALPHABET.index(sign)
    spare = 20 * groups - 8 * size
    if bits & (1 << spare) - 1:
        return None, first + groups - 1
    return (bits >> spare).to_bytes(size, "big"), 0


def _check_sign(group: int, signs: str) -> str:
    return _ALPHABET[hashlib.sha256(f"{group} {signs}".encode()).digest()[0] & 31]
