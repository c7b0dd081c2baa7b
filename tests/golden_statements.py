"""Makes golden vectors of statements: `python -m tests.golden_statements` adds those that the file lacks.

A vector that is there is never changed: paper with it may hang on a wall or lie in a box somewhere.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from fallback import payload
from fallback.keys import certify, hospital_id
from fallback.slip import SlipNumber
from fallback.statement import (
    BoxStatement,
    CertificateStatement,
    DayStatement,
    RootStatement,
    ShiftStatement,
    SignedByDesk,
    Statement,
)
from tests import golden_payloads

FILE = golden_payloads.FILE.with_name("payload-statements-1.json")
KEY = golden_payloads.KEY  # the root's and the desks' alike
HOSPITAL = hospital_id(KEY.public)
DAY = date(2026, 11, 23)
MOST = 2**32 - 1
SHIFT = ShiftStatement(
    hospital=HOSPITAL,
    drill=False,
    series=1,
    ordinal=3,
    opened=datetime(2026, 11, 23, 2, 30, tzinfo=UTC),
    closed=datetime(2026, 11, 23, 8, 45, 10, tzinfo=UTC),
    issued=312,
    first=124,
    last=435,
    voids=(SlipNumber(1, 130), SlipNumber(1, 207)),
    corrections=4,
    reprints=7,
    receipts=290,
    receipts_rupees=2900,
    refunded_rupees=20,
    exempt=18,
    later=4,
    opening_float=500,
    counted_cash=3380,
    head_sequence=4821,
    head=bytes.fromhex("89abcdef01234567"),
)
_SUMS = ("ordinal", "issued", "corrections", "reprints", "receipts", "receipts_rupees", "refunded_rupees", "exempt",
         "later", "opening_float", "counted_cash", "head_sequence")  # fmt: skip


def statements() -> dict[str, Statement]:
    """Every vector's statement, by its name."""
    made: dict[str, Statement] = {}
    names = {
        "plain": "Rajdhani General Hospital",
        "hindi": "राजधानी जनरल अस्पताल",
        "long": "All India Institute of Medical Sciences, Ansari Nagar, New Delhi 110029",
        "tamil": "அரசு பொது மருத்துவமனை",
    }
    for name, text in names.items():
        made[f"root-{name}"] = RootStatement(public=KEY.public, name=text)
    desks = {"plain": (1, "Counter 1"), "hindi": (12, "आपातकालीन खिड़की 2"), "largest": (999, "W" * 120)}
    for name, (series, text) in desks.items():
        made[f"certificate-{name}"] = _certificate(series, text, drill=False)
    made["certificate-drill"] = _certificate(2, "Counter 2", drill=True)
    made["shift-plain"] = SHIFT
    made["shift-drill"] = replace(SHIFT, drill=True)
    made["shift-without-voids"] = replace(SHIFT, voids=())
    made["shift-of-others-voids"] = replace(
        SHIFT,
        voids=(SlipNumber(0, 999_999), SlipNumber(1, 124), SlipNumber(1, 125), SlipNumber(7, 1), SlipNumber(999, 2)),
    )
    none: dict[str, Any] = dict.fromkeys(_SUMS, 0) | {"ordinal": 1}
    made["shift-empty"] = replace(SHIFT, **none, opened=None, closed=None, first=0, last=0, voids=())
    most: dict[str, Any] = dict.fromkeys(_SUMS, MOST) | {"hospital": MOST, "series": 999, "page": 255, "pages": 255}
    made["shift-largest"] = replace(
        SHIFT,
        **most,
        opened=datetime(2024, 1, 1, 0, 0, 1, tzinfo=UTC),
        closed=datetime(2041, 1, 4, 18, 48, 31, tzinfo=UTC),
        first=999_999,
        last=999_999,
        voids=tuple(SlipNumber(series, 999_999) for series in range(985, 1000)),
        head=b"\xff" * 8,
    )
    for page in payload.pages_of(replace(SHIFT, voids=tuple(SlipNumber(1, 124 + 2 * each) for each in range(80)))):
        made[f"shift-long-{page.page}"] = page
    day = DayStatement(hospital=HOSPITAL, drill=False, signer=1, clinic=7, day=DAY, token_series=1, first=26)
    made["day-plain"] = day
    made["day-drill"] = replace(day, drill=True)
    made["day-largest"] = replace(
        day, hospital=MOST, signer=999, clinic=255, day=date(2079, 6, 6), token_series=998, first=MOST
    )
    box = BoxStatement(hospital=HOSPITAL, drill=False, signer=1, clinic=7, day=DAY, box=2, count=120)
    made["box-plain"] = box
    made["box-by-hand"] = replace(box, count=0)
    made["box-largest"] = replace(
        box, hospital=MOST, drill=True, signer=999, clinic=255, day=date(2079, 6, 6), box=MOST, count=MOST
    )
    return made


def _certificate(series: int, name: str, *, drill: bool) -> CertificateStatement:
    return CertificateStatement(hospital=HOSPITAL, certificate=certify(KEY, series, name, KEY.public, drill=drill))


def encode(statement: Statement) -> bytes:
    """The signed bytes of any statement, by the golden key."""
    match statement:
        case RootStatement():
            return payload.encode_root(statement, KEY.sign)
        case CertificateStatement(hospital=hospital, certificate=certificate):
            return payload.encode_certificate(certificate, hospital)
    assert isinstance(statement, SignedByDesk)
    return payload.encode_statement(statement, KEY.sign)


def vector(statement: Statement) -> dict[str, Any]:
    """What a vector holds: the bytes, the digits, the digest, the record."""
    signed = encode(statement)
    return {
        "payload": signed.hex(),
        "digits": payload.to_digits(signed),
        "digest": payload.digest(signed).hex(),
        "record": statement.record(),
    }


def main() -> None:
    """Adds what is missing."""
    known: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known.setdefault("public", KEY.public.hex())
    known.setdefault("vectors", {})
    for name, statement in statements().items():
        known["vectors"].setdefault(name, vector(statement))
    FILE.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
