"""PINs: hashed with argon2id, few at a time, as long for a login that does not exist as for one that does."""

import os
import re
import secrets
import threading
from base64 import b64decode, b64encode
from functools import cache

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from fallback.errors import LoginBusy, PinTooWeak

LONGEST_PIN = 12
PATIENCE = 10.0  # seconds: a hundred clerks at once need about two

_PIN = re.compile(r"[0-9]{6,12}")
# Each takes 19 MiB and a core. Without a bound, logins alone could take the memory and the cores from the desks.
_AT_ONCE = threading.BoundedSemaphore(2)


def check_pin(pin: str) -> None:
    """Raises PinTooWeak for a PIN that is not 6 to 12 digits, or that everybody guesses first."""
    if not _PIN.fullmatch(pin) or _is_guessed(pin):
        raise PinTooWeak()


def new_pin() -> str:
    """A random PIN that nobody guesses first."""
    while True:
        pin = f"{secrets.randbelow(1_000_000):06d}"
        if len(set(pin)) > 2 and not _is_guessed(pin):
            return pin


def _is_guessed(pin: str) -> bool:
    return len(set(pin)) == 1 or pin in "012345678901234567890" or pin in "98765432109876543210"


def hash_pin(pin: str) -> str:
    """What is stored of a PIN."""
    salt = os.urandom(16)
    return f"{b64encode(salt).decode()}${b64encode(_hasher(salt).derive(pin.encode())).decode()}"


def is_pin(stored: str | None, pin: str) -> bool:
    """Whether a PIN is the stored one; False for None, after the same time. Raises LoginBusy."""
    salt, digest = (b64decode(part) for part in (stored or _nobodys()).split("$"))
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise LoginBusy()
    try:
        _hasher(salt).verify(pin[: LONGEST_PIN + 1].encode("utf-8", "replace"), digest)
    except InvalidKey:
        return False
    finally:
        _AT_ONCE.release()
    return stored is not None


@cache
def _nobodys() -> str:
    return hash_pin(secrets.token_hex(8))


def _hasher(salt: bytes) -> Argon2id:
    # OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
    return Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
