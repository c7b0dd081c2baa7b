"""What the tests of review start from: words of the matcher as it writes them, and an index that is a dict."""

from dataclasses import dataclass, field
from typing import Any

from fallback.errors import ParchiError
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.patients import IndexedPatient
from fallback.person import Person
from fallback.slip import SlipNumber

INDEX = "1b2c3d4e5f607182"


def content_of(ledger: Ledger, number: SlipNumber) -> str:
    row = queries.slip(ledger.db(), number)
    assert row is not None
    return row.content


def matched(ledger: Ledger, number: SlipNumber, outcome: str = "ask", to: str = "", **more: Any) -> None:
    """The matcher's word on a slip."""
    told = {
        "number": number.text,
        "digest": content_of(ledger, number),
        "index": INDEX,
        "outcome": outcome,
        "to": to,
        "chance": 0.6 if outcome == "ask" else 0.999,
        "reasons": [],
        "others": [],
        "sample": False,
    }
    ledger.write(lambda tx: tx.append(FactKind.SLIP_MATCHED, told | more))


@dataclass
class FakeIndex:
    """An index by UHID: everybody of it is a candidate, whoever asks. `trouble` is raised instead."""

    people: dict[str, Person] = field(default_factory=dict)
    here: bool = True
    trouble: ParchiError | None = None

    def candidates(self, _asked: Person) -> list[tuple[IndexedPatient, Person]]:
        if self.trouble is not None:
            raise self.trouble
        return [(IndexedPatient(uhid=uhid, name=each.name), each) for uhid, each in self.people.items()]

    def status(self) -> Any:
        return type("Status", (), {"index": INDEX})()
