"""Facts about pages and slips, as the records room's acts write them, for the tests of views and of what reads them."""

import hashlib
from typing import Any

from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from fallback.slip import Category, Kind, Patient, Slip, SlipNumber, Visit
from tests.journals import START

ONE, TWO, THREE = (hashlib.sha256(name.encode()).hexdigest() for name in ("one", "two", "three"))
NUMBERS = [SlipNumber(1, serial).text for serial in range(1, 5)]

# What a slip says that makes it a case for the police, or may: each alone keeps its pictures.
GRAVE: dict[str, dict[str, Any]] = {
    "flag": {"medico_legal": True},
    "number": {"visit": Visit(clinic=1, medico_legal_number="MLC/7")},
    "casualty": {"kind": Kind.CASUALTY},
    "death": {"kind": Kind.DEATH},
    "emergency": {"emergency": True},
    "unknown person": {"alias": True},
    "sealed": {"sealed": b"x"},
    "custody": {"patient": Patient(name="A", category=Category.PRISONER)},
}


def tell(ledger: Ledger, fact: FactKind, by: str = "ravi", **content: Any) -> None:
    ledger.write(lambda tx: tx.append(fact, content, by=by))


def store(ledger: Ledger, batch: str, *pages: tuple[int, str], file: str = "box.pdf") -> None:
    tell(ledger, FactKind.PAGES_STORED, batch=batch, file=file, pages=[list(page) for page in pages])


def accept(
    ledger: Ledger, picture: str, outcome: str, *numbers: str, batch: str = "b", page: int = 1, **more: Any
) -> None:
    codes = [{"outcome": "genuine", "number": number, "digest": f"d{number}"} for number in numbers]
    content: dict[str, Any] = {"batch": batch, "file": "box.pdf", "page": page, "picture": picture, "outcome": outcome}
    tell(ledger, FactKind.PAGE_ACCEPTED, **{**content, "codes": codes, "problem": "", **more})


def decide(ledger: Ledger, picture: str, decision: str, **more: Any) -> None:
    tell(ledger, FactKind.PAGE_DECIDED, picture=picture, decision=decision, reason="looked", **more)


def slip(ledger: Ledger, serial: int, revision: int = 0, fact: FactKind = FactKind.SLIP_ISSUED, **more: Any) -> str:
    """A slip in the journal; its payload is not signed, which the ledger does not look at."""
    told: dict[str, Any] = {"issued": START, "patient": Patient(name="Sunita Devi"), "visit": Visit(clinic=1)}
    before = (
        hashlib.sha256(f"{serial} {revision - 1} {FactKind.SLIP_ISSUED}".encode()).digest()[:4] if revision else b""
    )
    made = Slip(number=SlipNumber(1, serial), revision=revision, replaces=before, **(told | more))
    signed = f"{serial} {revision} {fact}".encode()
    content = {"slip": made.record(), "digest": hashlib.sha256(signed).hexdigest(), "cut": []}
    ledger.write(lambda tx: tx.append(fact, content, payload=signed, series=1, shift="001.1", by="asha"))
    return made.number.text


def deliver(ledger: Ledger, fact: FactKind, number: str, revision: int = 0, target: str = "his") -> None:
    tell(
        ledger, fact, number=number, revision=revision, target=target, patient="p", encounter="e", uhid="", created=True
    )
