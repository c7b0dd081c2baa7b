"""A certificate's text: who practised what, in a code that a hand-held scanner types. It counts once, by its mark.

The text is capital letters, digits and hyphens: PREFIX, then base32 of raw deflate of a JSON list, then a check sum. It
is not signed: a drill knows no key of the hospital. Whoever takes it in vouches for it with their login.
"""

import json
import zlib
from base64 import b32decode, b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from fallback.errors import PracticeCodeLong, PracticeCodeWrong
from fallback.practice.scenes import Scene

PREFIX = "PARCHI-PRACTICE-"
PASSED = 80  # per cent of the steps: below it a drill is practised again
LONGEST = 311  # signs of a QR that a slip's printer draws sharply
_VERSION = 1
_CHECK, _MARK = 5, 8  # bytes
_MOST = 4096  # bytes of a list: more is not ours
_MOST_MINUTES, _MOST_STEPS = 24 * 60, 99
_LETTERS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A practice that was measured: its scenes as steps done and steps due, its mark in hex, whole minutes."""

    mark: str
    day: date
    counter: str
    people: tuple[str, ...]
    scenes: Mapping[Scene, tuple[int, int]]
    minutes: int

    @property
    def score(self) -> int:
        """Steps done of steps due, in whole per cent, never rounded up."""
        done, due = (sum(each[part] for each in self.scenes.values()) for part in (0, 1))
        return 100 * done // due if due else 0

    @property
    def passed(self) -> bool:
        """Whether it counts."""
        return self.score >= PASSED


def write(certificate: Certificate) -> str:
    """The text of a certificate. Raises PracticeCodeLong when the names do not fit into a code."""
    scenes = list(Scene)
    told = [[scenes.index(scene), *counts] for scene, counts in certificate.scenes.items()]
    people = list(certificate.people)
    values = [_VERSION, certificate.day.toordinal(), certificate.counter, people, told, certificate.minutes]
    packed = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    squeezer = zlib.compressobj(9, wbits=-15)
    body = bytes.fromhex(certificate.mark) + squeezer.compress(packed) + squeezer.flush()
    text = PREFIX + b32encode(body + check_sum(body)).decode().rstrip("=")
    if len(text) > LONGEST:
        raise PracticeCodeLong()
    return text


def read(typed: str) -> Certificate:
    """The certificate of a text, scanned or typed. Raises PracticeCodeWrong, for whatever else it may be."""
    text = "".join(typed.split()).upper()
    try:
        if not text.startswith(PREFIX) or len(text) > LONGEST:
            raise PracticeCodeWrong()
        letters = text.removeprefix(PREFIX)
        body = b32decode(letters + "=" * (-len(letters) % 8))
        body, check = body[:-_CHECK], body[-_CHECK:]
        if check_sum(body) != check:
            raise PracticeCodeWrong()
        opener = zlib.decompressobj(wbits=-15)
        packed = opener.decompress(body[_MARK:], _MOST)
        return _certificate(body[:_MARK].hex(), json.loads(packed))
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError, zlib.error) as wrong:
        raise PracticeCodeWrong() from wrong


def _certificate(mark: str, values: object) -> Certificate:
    if not isinstance(values, list) or len(values) != 6 or values[0] != _VERSION:
        raise ValueError("not a list of ours")
    _, day, counter, people, told, minutes = values
    numbers = [day, minutes, *(count for each in told for count in each)]
    if not all(type(each) is int and each >= 0 for each in numbers) or minutes > _MOST_MINUTES:
        raise ValueError("a number that cannot be")
    texts = [counter, *people]
    if not people or not all(isinstance(each, str) and 0 < len(each) <= _LETTERS for each in texts):
        raise ValueError("a text that cannot be")
    if not all(each.isprintable() for each in texts):
        raise ValueError("a sign that cannot be")
    scenes = {list(Scene)[place]: (done, due) for place, done, due in told}
    if not scenes or any(not 0 <= done <= due <= _MOST_STEPS or due == 0 for done, due in scenes.values()):
        raise ValueError("more was done than was due")
    return Certificate(
        mark=mark, day=date.fromordinal(day), counter=counter, people=tuple(people), scenes=scenes, minutes=minutes
    )


def check_sum(body: bytes) -> bytes:
    """What stands behind a certificate's bytes, so that a misread sign is noticed; it is no signature."""
    return sha256(b"parchi practice" + body).digest()[:_CHECK]
