"""Forged and mutated codes of every kind, judged as the scans of the morning are; sealed identities that were changed.

Let in is a code that is judged genuine and is not, byte for byte, one that was signed, one that ends the judging with
anything but an outcome, and a sealed identity that opens though a bit of it, or its place, is another. The seeds are
the golden vectors; each worker first looks for mutations that reach lines of the decoder that none reached before
(sys.settrace) and keeps them, then it mutates all those at full speed.
"""

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.siege import Tried
from fallback import payload
from fallback.errors import ParchiError
from fallback.keys import Certificate, PublicKeys, SealingKey, SigningKey, certify, hospital_id
from fallback.payload.transport import MOST_BYTES
from fallback.slip import SlipNumber
from fallback.statement import RootStatement

_GOLDEN = Path(__file__).parent.parent.parent / "tests" / "golden"
_HOSPITAL = 0x5A17C0DE
_SIGNATURE = 64
_GUIDED = 0.02  # of the tries: tracing is slow
_TEXTS = 0.05  # of the tries mutate the digits, not the bytes
_DECODER = str(Path(payload.__file__).parent)
_ORDER = 2**252 + 27742317777372353535851937790883648493  # of the curve


class _Keys(PublicKeys):
    """The keys of the golden vectors, whose hospital is not their root's."""

    @property
    def hospital(self) -> int:
        return _HOSPITAL


def _vectors(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((_GOLDEN / name).read_text(encoding="utf-8"))
    return found


class Paper:
    """What a hospital and its desks signed, what an attacker signs with keys of their own, and what judges both."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        slips, statements = _vectors("payload-v1.json"), _vectors("payload-statements-1.json")
        vectors = [slips["vectors"], statements["vectors"], _vectors("payload-sealed-1.json")["vectors"]]
        self.issued = [bytes.fromhex(each["payload"]) for part in vectors for each in part.values()]
        self.signed = frozenset(self.issued)
        public = bytes.fromhex(slips["public"])
        drill = SigningKey.new()
        certificates = [
            Certificate(series=series, name="", public=public, drill=is_drill)
            for series in (*range(100), 998, 999) for is_drill in (False, True)
        ]  # fmt: skip
        certificates.append(Certificate(series=700, name="Drill", public=drill.public, drill=True))
        self.keys = _Keys(root=public, certificates=tuple(certificates))
        self._thief = Ed25519PrivateKey.generate()
        self.strange = self._made(drill)

    def sign(self, message: bytes) -> bytes:
        """The attacker's signature."""
        return self._thief.sign(message)

    def _made(self, drill: SigningKey) -> list[bytes]:
        """Our records under the attacker's key, another hospital's, an unknown desk's, and a drill's key for real."""
        public, made = self._thief.public_key().public_bytes_raw(), []
        for each in self.issued:
            made.append(each[:-_SIGNATURE] + self.sign(each[:-_SIGNATURE]))
            if payload.is_statement(each):
                continue
            slip = replace(payload.decode(each).slip, extension=b"", sealed=b"")
            for other, sign in (
                (replace(slip, hospital=hospital_id(public)), self.sign),
                (replace(slip, signer=555), self.sign),
                (replace(slip, signer=700, drill=False), drill.sign),
            ):
                try:
                    made.append(payload.encode(other, sign))
                except ParchiError:  # it is full already
                    continue
        thief = SigningKey(self._thief.private_bytes_raw())
        forged = certify(thief, 1, "Counter 1", public, drill=False)
        made.append(payload.encode_certificate(forged, _HOSPITAL))
        made.append(payload.encode_root(RootStatement(public=public, name="G. B. Pant"), self.sign))
        return made


def mutated(paper: Paper, pool: list[bytes]) -> bytes:
    """Signed bytes that somebody changed, by one of the ways in which codes get changed."""
    chance, signed = paper.chance, bytearray(paper.chance.choice(pool))
    match chance.randrange(12):
        case 0 | 1:
            signed[chance.randrange(len(signed))] ^= 1 << chance.randrange(8)
        case 2:
            for _ in range(chance.randint(2, 6)):
                signed[chance.randrange(len(signed))] = chance.getrandbits(8)
        case 3:  # the head, where versions, kinds and lengths are
            place = chance.randrange(min(24, len(signed)))
            signed[place] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.getrandbits(8)))
        case 4:
            place = chance.randrange(len(signed))
            signed[place:place] = chance.randbytes(chance.randint(1, 4))
        case 5:
            place = chance.randrange(len(signed))
            del signed[place : place + chance.randint(1, 8)]
        case 6:  # the signature of another paper
            signed[-_SIGNATURE:] = chance.choice(paper.issued)[-_SIGNATURE:]
        case 7:  # the beginning of one and the end of another
            other, place = chance.choice(pool), chance.randrange(len(signed))
            signed[place:] = other[min(place, len(other)) :]
        case 8:  # a changed record under the attacker's signature
            signed[chance.randrange(max(1, len(signed) - _SIGNATURE))] ^= 1 << chance.randrange(8)
            signed[-_SIGNATURE:] = paper.sign(bytes(signed[:-_SIGNATURE]))
        case 9:  # signatures that a careless check takes: zeros, small points, and the same one beyond the order
            half = (int.from_bytes(signed[-32:], "little") + _ORDER) % 2**256
            beyond = bytes(signed[-64:-32]) + half.to_bytes(32, "little")
            signed[-_SIGNATURE:] = chance.choice((bytes(64), b"\x01" + bytes(63), beyond, bytes(32) + signed[-32:]))
        case 10:
            signed[:] = chance.choice(paper.strange)
        case _:
            signed[:] = chance.randbytes(chance.randint(65, MOST_BYTES))
    return bytes(signed[: MOST_BYTES + 8]) or b"\x00"


def _mutated_text(paper: Paper, pool: list[bytes]) -> str:
    chance, text = paper.chance, list(payload.to_digits(paper.chance.choice(pool)))
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text))
        match chance.randrange(5):
            case 0:
                text[place] = chance.choice("0123456789")
            case 1:
                text.insert(place, chance.choice("0123456789 -०७٣"))
            case 2:
                del text[place]
            case 3:
                text[place] = chance.choice("\x00\n०９²⅕Ⅷ一a\u202e-\ud800")
            case _:
                text[place:place] = text[place : place + chance.randint(1, 600)]
    return "".join(text)


def judged(paper: Paper, text: str) -> tuple[str, bool]:
    """The outcome of a code, and whether it was let in."""
    try:
        found = payload.judge(text, paper.keys)
    except Exception as wrong:  # whatever it is: the queue would stop
        return f"broke: {type(wrong).__name__}", True
    if found.outcome is not payload.CodeOutcome.GENUINE:
        return found.outcome.value, False
    return found.outcome.value, payload.from_digits(text) not in paper.signed


class _Reach:
    """Lines of the decoder that were reached so far."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, int]] = set()
        self._now: set[tuple[str, int]] = set()

    def new(self, text: str, paper: Paper) -> tuple[str, bool, bool]:
        """Judges a code: its outcome, whether it was let in, whether it reached a line that nothing did before."""
        self._now = set()
        before = sys.gettrace()
        sys.settrace(self._enter)
        try:
            outcome, let_in = judged(paper, text)
        finally:
            sys.settrace(before)
        fresh = self._now - self.seen
        self.seen |= fresh
        return outcome, let_in, bool(fresh)

    def _enter(self, frame: FrameType, _event: str, _: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(_DECODER) else None

    def _line(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            self._now.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


def forge(count: int, seed: int) -> Tried:
    """So many forged codes, judged in this process."""
    paper, reach, told = Paper(seed), _Reach(), Tried("forged and mutated codes")
    pool = paper.issued + paper.strange
    right = sum(judged(paper, payload.to_digits(each)) == ("genuine", False) for each in paper.issued)
    if right < len(paper.issued) // 2:
        raise SystemExit(f"the judge takes {right} of {len(paper.issued)} golden vectors: there is nothing to forge")
    for each in pool:
        reach.new(payload.to_digits(each), paper)
    outcomes: Counter[str] = Counter()
    kept, guided = 0, int(count * _GUIDED)
    for turn in range(count):
        digits = paper.chance.random() < _TEXTS
        text = _mutated_text(paper, pool) if digits else payload.to_digits(mutated(paper, pool))
        if turn < guided:
            outcome, let_in, fresh = reach.new(text, paper)
            if fresh and (signed := _bytes(text)):
                pool.append(signed)
                kept += 1
        else:
            outcome, let_in = judged(paper, text)
        outcomes[outcome] += 1
        told.count(let_in=let_in, as_told=f"{outcome}: {text[:80]!r}")
    unsigned = outcomes["forged"] + outcomes["unknown_desk"] + outcomes["other_hospital"]
    told.beside = {
        "taken by a reader that checks no signature": unsigned, "the same as was signed": outcomes["genuine"],
        "kept for a new line": kept, "lines of the decoder reached": len(reach.seen),
    }  # fmt: skip
    return told


def _bytes(text: str) -> bytes:
    try:
        return payload.from_digits(text)
    except ParchiError:
        return b""


def sealed(count: int, seed: int) -> Tried:
    """Sealed identities with other bits, of another slip, of another hospital; and the forty bytes themselves."""
    told, chance = Tried("sealed identities mutated"), Random(seed)
    golden = _vectors("payload-sealed-1.json")
    key = SealingKey(bytes.fromhex(golden["secret"]))
    vectors = list(golden["vectors"].values())
    refused = 0
    for turn in range(count):
        vector = chance.choice(vectors)
        bits, number = bytearray.fromhex(vector["sealed"])[1:], SlipNumber.parse(vector["number"])
        hospital = _HOSPITAL
        match turn % 4:
            case 0:
                bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
            case 1:
                number = SlipNumber(number.series, number.serial % 999_999 + 1)
            case 2:
                hospital ^= 1 << chance.randrange(32)
            case _:
                bits = bytearray.fromhex(vector["plain"])
                bits[chance.randrange(len(bits))] ^= 1 << chance.randrange(8)
        try:
            if turn % 4 == 3:  # whoever has the key could seal anything: it must be read as it was packed, or refused
                let_in = payload.pack_identity(payload.unpack_identity(bytes(bits))) != bytes(bits)
            else:
                let_in = key.open(bytes(bits), payload.identity_context(hospital, number)) != b""
        except ParchiError:
            let_in = False
            refused += 1
        except Exception as wrong:
            told.count(let_in=True, as_told=f"broke: {type(wrong).__name__}")
            continue
        told.count(let_in=let_in, as_told=f"{turn % 4}: {vector['number']}")
    told.beside = {"refused": refused}
    return told
