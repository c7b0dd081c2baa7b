"""What a damaged copy still gives: each chain up to its damage, and every slip after it as if its paper were read."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fallback.errors import LineWrong
from fallback.ledger import Carrier, Ledger, Line, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.slip import SlipNumber

SLIPS = (FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED, FactKind.SLIP_VOIDED, FactKind.SLIP_READ)
_PORTION = 100


@dataclass(slots=True)
class Salvage:
    """The lines of a copy: `whole` are those that hold together, `beyond` those after a gap in their chain, `damaged`
    counts the ones that nothing opens.
    """

    whole: list[Line] = field(default_factory=list)
    beyond: list[Line] = field(default_factory=list)
    damaged: int = 0


def salvage(carrier: Carrier) -> Salvage:
    """Reads a copy to its end, whatever is damaged in it. Raises CopyForeign."""
    found, ends = Salvage(), dict[str, Line]()
    for line in carrier.read():
        if isinstance(line, LineWrong):
            found.damaged += 1
            continue
        before = ends.get(line.chain)
        first = before is None and line.sequence == 1
        if first or (before and line.sequence == before.sequence + 1 and line.previous == before.hash):
            ends[line.chain] = line
            found.whole.append(line)
        else:
            found.beyond.append(line)
    return found


def take_slips(ledger: Ledger, lines: Iterable[Line]) -> int:
    """Takes the slips of lines that no chain reaches any more, as a scan would; returns how many were not known."""
    slips = [line for line in lines if line.fact in SLIPS]

    def job(tx: Transaction, portion: list[Line]) -> int:
        new = 0
        for line in portion:
            number, content = SlipNumber.parse(line.content["slip"]["number"]), line.content
            if content["digest"] in queries.digests(tx.db, number):
                continue
            told = {"slip": content["slip"], "digest": content["digest"], "cut": content.get("cut", [])}
            tx.append(FactKind.SLIP_READ, told, payload=line.payload, series=number.series, by=line.by)
            new += 1
        return new

    portions = [slips[start : start + _PORTION] for start in range(0, len(slips), _PORTION)]
    return sum(ledger.write(lambda tx, each=each: job(tx, each)) for each in portions)  # type: ignore[misc]
