"""Users and their PINs: who may enter."""

import os
import re
import secrets
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from fallback.downtime import Role, User
from fallback.errors import LoginRefused, LoginWrong, PinTooWeak
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind

_PIN = re.compile(r"[0-9]{6,12}")
_LOGIN = re.compile(r"[a-z][a-z0-9]{1,19}")


def set_user(ledger: Ledger, login: str, name: str, role: Role, pin: str = "", *, by: str = "") -> str:
    """Adds a user or gives one a new name, role and PIN; returns the PIN (a random one when none was given).

    Raises LoginWrong or PinTooWeak.
    """
    if not _LOGIN.fullmatch(login):
        raise LoginWrong()
    pin = pin or new_pin()
    content = user_content(login, name, role, pin)
    ledger.write(lambda tx: tx.append(FactKind.USER_SET, content, by=by))
    return pin


def log_in(ledger: Ledger, login: str, pin: str) -> User:
    """The user whose login and PIN these are; raises LoginRefused."""
    user = queries.user(ledger.db(), login.strip().lower())
    stored = user.pin_hash if user else _hash_pin("000000")  # as slow for an unknown login as for a wrong PIN
    if not _is_pin(stored, pin) or user is None or not user.active:
        raise LoginRefused()
    return user


def user_content(login: str, name: str, role: Role, pin: str) -> dict[str, object]:
    """The content of the fact that sets a user. Raises PinTooWeak."""
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1 or pin in "012345678901234567890" or pin in "98765432109876543210":
        raise PinTooWeak()
    return {"login": login, "name": name, "role": role.value, "pin_hash": _hash_pin(pin), "active": True}


def new_pin() -> str:
    """A random PIN that nobody guesses first."""
    while True:
        pin = f"{secrets.randbelow(1_000_000):06d}"
        if len(set(pin)) > 2 and pin not in "01234567890" and pin not in "9876543210":
            return pin


def _hash_pin(pin: str) -> str:
    salt = os.urandom(16)
    digest = _pin_hasher(salt).derive(pin.encode())
    return f"{b64encode(salt).decode()}${b64encode(digest).decode()}"


def _pin_hasher(salt: bytes) -> Argon2id:
    # OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
    return Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)


def _is_pin(stored: str, pin: str) -> bool:
    salt, digest = (b64decode(part) for part in stored.split("$"))
    try:
        _pin_hasher(salt).verify(pin.encode(), digest)
    except InvalidKey:
        return False
    return True
