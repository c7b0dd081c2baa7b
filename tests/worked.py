"""What the tests of the worklist start from: pages as recovery accepts them, and what one person reads on a pad."""

from typing import Any

from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.recovery import Item
from fallback.slip import Slip, SlipNumber

FIELDS = {
    "name": "Sunita Devi",
    "sex": "female",
    "age": "34",
    "age_unit": "years",
    "guardian": "Ram Prasad",
    "relation": "husband",
    "mobile": "9810000001",
    "clinic": "MED",
    "day": "2026-11-23",
}
IDENTITY = {name: text for name, text in FIELDS.items() if name not in ("clinic", "day")}


def accept(ledger: Ledger, *pages: dict[str, Any]) -> None:
    """Pages as recovery accepts them, by what they hold."""

    def job(tx: Transaction) -> None:
        for page in pages:
            told = {"batch": "box 1", "file": "box.pdf", "page": 1, "problem": "", "suggested": "", "forms": []}
            tx.append(FactKind.PAGE_ACCEPTED, told | {"codes": []} | page, by="meena")

    ledger.write(job)


def page(picture: str, outcome: str, *codes: tuple[str, SlipNumber | str], **more: Any) -> dict[str, Any]:
    read = [{"outcome": judged, "number": str(number), "digest": ""} for judged, number in codes]
    return {"picture": picture, "outcome": outcome, "codes": read} | more


def pad_page(picture: str, *blanks: Slip, **more: Any) -> dict[str, Any]:
    return page(picture, "pad", *(("genuine", blank.number) for blank in blanks), **more)


def ticks(*boxes: str, sure: bool = True, form: str = "slip.hospital", place: int = 0, **states: str) -> dict[str, Any]:
    marks = dict.fromkeys(boxes, "ticked") | {name.replace("__", "."): state for name, state in states.items()}
    return {"place": place, "form": form, "sure": sure, "marks": marks}


def facts(ledger: Ledger) -> list[str]:
    return [line.fact.value for line in ledger.lines()]


def got(item: Item | None) -> Item:
    assert item is not None
    return item
