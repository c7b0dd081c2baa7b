"""A reader of every signed code that has only docs/payload.md to go by: it imports nothing of Parchi.

It does not check what a strict reader refuses; it shows that the page is enough to get a box of paper back.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

KINDS = ["opd", "casualty", "admission", "transfer", "discharge", "death", "void", "pad", "shift"]
FLAGS = ["drill", "alias", "emergency", "medico_legal", "provisional"]
SEXES = ["female", "male", "other", "unknown"]
CATEGORIES = ["general", "bpl", "pmjay", "cghs", "echs", "esi", "senior_citizen", "disabled", "pregnant",
              "freedom_fighter", "staff", "student", "prisoner", "other"]  # fmt: skip
FEES = ["paid", "exempt", "later"]
UNITS = ["years", "months", "days"]
RELATIONS = ["father", "husband", "mother", "wife", "son", "daughter", "guardian"]
CUT = ["reason", "locality", "guardian", "district", "name_hindi", "name"]
TEXTS = [
    "booking",
    "medico_legal_number",
    "scheme_id",
    "name",
    "name_hindi",
    "guardian",
    "district",
    "locality",
    "reason",
]
MORE_CUT = ["identification_marks", "found_at", "brought_by", "police_station"]
SHIFTED = "0123456789'/()&#:;+_@*!?\"%=[]<>$"
LATIN = {0: " ", 29: ",", 30: ".", 31: "-"}
PLACES = {0x00: " ", 0x04: ".", 0x3A: "-", 0x3B: "\u200d", 0x55: "\u200c", 0x56: ",", 0x57: "(", 0x73: ")", 0x74: "/",
          0x75: "'"} | {0x76 + digit: str(digit) for digit in range(10)}  # fmt: skip


class Bits:
    """The message, bit by bit."""

    def __init__(self, message: bytes) -> None:
        self.row = "".join(f"{byte:08b}" for byte in message)

    def take(self, count: int) -> int:
        """So many bits as a number."""
        taken, self.row = self.row[:count], self.row[count:]
        return int(taken or "0", 2)

    def count(self) -> int:
        """A *count*."""
        value = place = 0
        more = 1
        while more:
            more = self.take(1)
            value += self.take(4) << place
            place += 4
        return value

    def data(self) -> bytes:
        """A *count* of bytes, the bytes."""
        return bytes(self.take(8) for _ in range(self.count()))

    def text(self) -> str:
        """A *text*."""
        coding = self.take(2)
        if coding == 2:
            return self.data().decode()
        if coding == 1:
            codes = [self.take(7) for _ in range(self.count())]
            return "".join(PLACES.get(code, chr(0x0900 + code)) for code in codes)
        capitals, text, flip = self.take(1), "", False
        codes = [self.take(5) for _ in range(self.count())]
        while codes:
            code = codes.pop(0)
            if code == 27:
                flip = True
            elif 1 <= code <= 26:
                capital = bool(capitals) or not text or not (text[-1].isascii() and text[-1].isalpha())
                text += chr((64 if capital != flip else 96) + code)
                flip = False
            else:
                text += SHIFTED[codes.pop(0)] if code == 28 else LATIN[code]
        return text

    def digits(self, length: int, width: int, less: int = 0) -> str:
        """*digits* of a length."""
        return self.text() if self.take(1) else str(self.take(width) + less).zfill(length)

    def number(self) -> str:
        """A slip number with its check digits."""
        body = f"{self.take(10):03d}{self.take(20):06d}"
        return f"{body}{98 - int(body) * 100 % 97:02d}"

    def day(self) -> str:
        """A day."""
        return (date(1900, 1, 1) + timedelta(days=self.take(16))).isoformat()

    def moment(self) -> str | None:
        """A moment, as Indian time."""
        seconds = self.take(29)
        moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        return moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat() if seconds else None

    def minute(self) -> str:
        """A time of the day."""
        minute = self.take(11)
        return f"{minute // 60:02d}:{minute % 60:02d}"

    def voids(self) -> list[str]:
        """Slip numbers, each with its check digits."""
        found, series = [], 0
        for _ in range(self.take(6)):
            series = self.take(10) if self.take(1) else series
            body = f"{series:03d}{self.take(20):06d}"
            found.append(f"{body}{98 - int(body) * 100 % 97:02d}")
        return found

    def uhid(self) -> str:
        """A UHID."""
        if self.take(1):
            return self.text()
        length = self.take(4)
        return str(self.take((10**length - 1).bit_length())).zfill(length)

    def age(self) -> dict[str, Any]:
        """An age and its unit."""
        unit = UNITS[self.take(2)]
        return {"age": self.take(7), "age_unit": unit}


PARTS: list[tuple[str, Callable[[Bits], Any], Any]] = [
    ("signer", lambda bits: bits.take(10), None),
    ("patient_number", Bits.number, None),
    ("uhid", Bits.uhid, ""),
    ("previous", Bits.number, None),
    ("mother", Bits.number, None),
    ("birth_date", Bits.day, None),
    ("age", Bits.age, {"age": None, "age_unit": None}),
    ("relation", lambda bits: RELATIONS[bits.take(3)], None),
    ("mobile", lambda bits: bits.digits(10, 32, 6_000_000_000), ""),
    ("abha", lambda bits: bits.digits(14, 47), ""),
    ("state", lambda bits: bits.take(6), 0),
    ("pin_code", lambda bits: bits.digits(6, 20), ""),
    ("token", Bits.count, 0),
    ("token_series", lambda bits: bits.take(10), None),
    ("fee", Bits.count, 0),
    *((name, Bits.text, "") for name in TEXTS),
    ("sealed", lambda bits: bits.data().hex(), ""),
    ("extension", lambda bits: bits.data().hex(), ""),
]


MORE: list[tuple[str, Callable[[Bits], Any], Any]] = [
    ("ward", lambda bits: bits.take(8), 0),
    ("bed", Bits.text, ""),
    ("unit", Bits.text, ""),
    ("ipd_number", Bits.text, ""),
    ("brought_by", Bits.text, ""),
    ("found_at", Bits.text, ""),
    ("police_station", Bits.text, ""),
    ("brought_dead", lambda bits: True, False),
    ("in_bed", lambda bits: True, False),
    ("admitted_on", Bits.day, ""),
    ("birth_time", Bits.minute, ""),
    ("birth_order", lambda bits: bits.take(4), 0),
    ("identification_marks", Bits.text, ""),
    ("day", Bits.day, ""),
]


def opened(digits: str) -> tuple[bytes, bytes]:
    """Message and signature of a QR's digits."""
    count = (len(digits) - 1) * 332193 // 100000 // 8
    signed = int(digits[1:]).to_bytes(count, "big")
    return signed[:-64], signed[-64:]


def read(digits: str) -> tuple[dict[str, Any], list[str], str]:
    """A slip's record, the names of its cut texts and its digest in hex, from the digits of a QR."""
    message, _signature = opened(digits)
    bits = Bits(message)
    assert bits.take(4) == 1, "another version"
    record: dict[str, Any] = {"kind": KINDS[bits.take(5)]}
    record |= {flag: bool(bits.take(1)) for flag in FLAGS}
    is_cut, _reserved = bits.take(1), bits.take(1)
    record["hospital"] = f"{bits.take(32):08x}"
    record["number"] = bits.number()
    record["revision"] = bits.take(4)
    record["replaces"] = f"{bits.take(32):08x}" if record["revision"] else ""
    record["issued"] = bits.moment()
    record["sex"] = SEXES[bits.take(2)]
    record["category"] = CATEGORIES[bits.take(5)]
    record["clinic"] = bits.take(8)
    record["fee_status"] = FEES[bits.take(2)]
    present = [bits.take(1) for _ in PARTS]
    cut = [name for name in CUT if bits.take(1)] if is_cut else []
    for (name, take, absent), there in zip(PARTS, present, strict=True):
        value = take(bits) if there else absent
        record |= value if isinstance(value, dict) else {name: value}
    series = int(record["number"][:3])
    record["signer"] = series if record["signer"] is None else record["signer"]
    if record["token_series"] is None:
        record["token_series"] = series if record["token"] else 0
    more_cut: list[str] = []
    block = bytes.fromhex(record["extension"])
    bits, present = Bits(block), [0] * len(MORE)
    if block[:1] == b"\x01":
        _form, is_cut = bits.take(8), bits.take(1)
        present = [bits.take(1) for _ in MORE]
        more_cut = [name for name in MORE_CUT if bits.take(1)] if is_cut else []
    for (name, take, absent), there in zip(MORE, present, strict=True):
        record[name] = take(bits) if there else absent
    record["extension"] = block[-(len(bits.row) // 8) :].hex() if len(bits.row) >= 8 else ""
    cut = [name for name in [*CUT[:4], *MORE_CUT, *CUT[4:]] if name in cut + more_cut]
    for name in cut:
        record[name] += "…"
    return record, cut, hashlib.sha256(message).hexdigest()


SHARED: list[tuple[str, Callable[[Bits], Any]]] = [
    ("hospital", lambda bits: f"{bits.take(32):08x}"),
    ("drill", lambda bits: bool(bits.take(1))),
]
PUBLIC = ("public", lambda bits: f"{bits.take(256):064x}")
SHEET = [*SHARED, ("signer", lambda bits: bits.take(10)), ("clinic", lambda bits: bits.take(8)), ("day", Bits.day)]
STATEMENTS: list[tuple[str, list[tuple[str, Callable[[Bits], Any]]]]] = [
    ("root", [PUBLIC, ("name", Bits.text)]),
    ("certificate", [*SHARED, ("series", lambda bits: bits.take(10)), PUBLIC, ("name", Bits.text)]),
    (
        "shift",
        [
            *SHARED,
            ("series", lambda bits: bits.take(10)),
            ("ordinal", Bits.count),
            ("page", lambda bits: bits.take(8)),
            ("pages", lambda bits: bits.take(8)),
            ("opened", Bits.moment),
            ("closed", Bits.moment),
            ("issued", Bits.count),
            ("first", lambda bits: bits.take(20)),
            ("last", lambda bits: bits.take(20)),
            ("corrections", Bits.count),
            ("reprints", Bits.count),
            ("receipts", Bits.count),
            ("receipts_rupees", Bits.count),
            ("refunded_rupees", Bits.count),
            ("exempt", Bits.count),
            ("later", Bits.count),
            ("opening_float", Bits.count),
            ("counted_cash", Bits.count),
            ("head_sequence", Bits.count),
            ("head", lambda bits: f"{bits.take(64):016x}"),
            ("voids", Bits.voids),
        ],
    ),
    ("day", [*SHEET, ("token_series", lambda bits: bits.take(10)), ("first", Bits.count)]),
    ("box", [*SHEET, ("box", Bits.count), ("count", Bits.count)]),
]


def read_statement(digits: str) -> tuple[dict[str, Any], bytes, str]:
    """A statement's record, the bytes that its signature is over, and its digest in hex, from the digits of a QR."""
    message, signature = opened(digits)
    bits = Bits(message)
    assert bits.take(4) == 15, "a slip"
    name, parts = STATEMENTS[bits.take(4)]
    assert bits.take(4) == 1, "another format"
    record: dict[str, Any] = {"type": name} | {part: take(bits) for part, take in parts}
    signed = message
    if name == "root":
        record["hospital"] = hashlib.sha256(bytes.fromhex(record["public"])).hexdigest()[:8]
    if name == "certificate":
        record["signature"] = signature.hex()
        body = [record["series"], record["name"], record["public"], record["drill"]]
        signed = b"Parchi certificate 1\n" + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return record, signed, hashlib.sha256(message).hexdigest()
