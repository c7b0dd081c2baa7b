"""The code of a test sheet: as long as a slip's, of one hospital and one day, so that an old sheet proves nothing."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256

from fallback import wedge
from fallback.slip import digits_of

LENGTH = 240  # digits: an ordinary slip's, so that printer and scanner are tried at their work
_MARK = "9000"  # no payload, no slip number and no code of the printer test begins like this
_DRAWN = 6
_HEAD = len(_MARK) + 8 + _DRAWN


def sheet_code(root: bytes, day: date, chance: Callable[[int], int]) -> str:
    """The digits of a new test sheet; `chance(n)` is a number from 0 to n - 1, so that no two sheets are alike."""
    head = f"{_MARK}{day:%Y%m%d}{chance(10**_DRAWN):0{_DRAWN}d}"
    return head + _rest(root, head)


def proves(typed: str, root: bytes, day: date) -> str | None:
    """What keyboard a scan of the day's sheet came through, "" for the right one; None where it is no such scan."""
    text = wedge.cleaned(typed[: 4 * LENGTH])
    if _is_ours(text, root, day):
        return ""
    guesses = (guess.keyboard for guess in wedge.undone(text) if _is_ours(wedge.cleaned(guess.text), root, day))
    return next(guesses, None)


def _is_ours(text: str, root: bytes, day: date) -> bool:
    digits = digits_of(text) or ""
    head = digits[:_HEAD]
    return (
        len(digits) == LENGTH and head.startswith(f"{_MARK}{day:%Y%m%d}") and digits == head + _rest(root, head)
    )  # fmt: skip


def _rest(root: bytes, head: str) -> str:
    """Digits that follow from the first ones: what was read is what was printed."""
    found, step = "", 0
    while len(found) < LENGTH - _HEAD:
        found += str(int.from_bytes(sha256(b"test sheet 1" + root + f"{head} {step}".encode()).digest(), "big"))
        step += 1
    return found[: LENGTH - _HEAD]
