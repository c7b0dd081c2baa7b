"""Two journals held against each other, fact by fact, whichever carrier each comes from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from fallback.custody.salvage import SLIPS
from fallback.errors import CopyForeign
from fallback.ledger import Carrier, Line, lines_of
from fallback.ledger.carrier import DATABASE_NAME
from fallback.ledger.facts import FactKind
from fallback.slip import Kind, SlipNumber
from fallback.vault import Vault, header_key_id

# What a machine writes of its own keeping: each journal has its own, and none of it is lost with another's.
_KEEPING = (FactKind.CHAIN_MERGED, FactKind.COPY_BEHIND, FactKind.COPY_CAUGHT_UP)
_SHOWN = 100


@dataclass(slots=True)
class Count:
    """Of one kind of fact: how many both have alike, only the other, only this one, and how many contradict."""

    same: int = 0
    missing_here: int = 0
    missing_there: int = 0
    different: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A fact that is not the same: `standing` is missing_here, missing_there or different, `place` a slip's number and
    revision, or a chain and a line's sequence.
    """

    kind: str
    standing: str
    place: str


@dataclass(slots=True)
class CompareReport:
    """What two journals have alike, by kind of fact. A slip is the same where its payload is, in whatever chain and
    whatever carrier; every other fact where its line is.

    `paper`: the two have no chain in common, so one was rebuilt from paper, and only what paper carries was compared.
    `differences` are the first hundred.
    """

    kinds: dict[str, Count] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    paper: bool = False

    @property
    def equal(self) -> bool:
        """Whether nothing is missing and nothing differs."""
        return not any(each.missing_here or each.missing_there or each.different for each in self.kinds.values())

    def count(self, kind: str, standing: str, place: str) -> None:
        """Counts one fact."""
        found = self.kinds.setdefault(kind, Count())
        setattr(found, standing, getattr(found, standing) + 1)
        if standing != "same" and len(self.differences) < _SHOWN:
            self.differences.append(Difference(kind=kind, standing=standing, place=place))


def compare(here: Iterable[Line], there: Iterable[Line]) -> CompareReport:
    """Holds the facts of one journal against those of another. Raises LineWrong for a carrier that is damaged."""
    mine, theirs = _Facts(here), _Facts(there)
    report = CompareReport(paper=not mine.chains & theirs.chains)
    for place in sorted(mine.slips.keys() | theirs.slips.keys()):
        _slips(report, place, mine, theirs)
    if report.paper:
        return report
    for (chain, sequence), (kind, _hash) in sorted((mine.lines | theirs.lines).items()):
        if kind in _KEEPING and not (chain in mine.chains and chain in theirs.chains):
            continue
        ours, other = mine.lines.get((chain, sequence)), theirs.lines.get((chain, sequence))
        standing = "missing_here" if ours is None else "missing_there" if other is None else ""
        report.count(kind, standing or ("same" if ours == other else "different"), f"{chain} {sequence}")
    return report


def read_other(path: Path, vault: Vault, secret: Callable[[], str]) -> Iterable[Line]:
    """The lines of another data folder, a copy or an export. `secret` is asked for where another vault sealed them.

    Raises CopyForeign, and what opening a vault and a journal raises.
    """
    home = path if path.is_dir() else path.parent
    if not path.exists():
        raise CopyForeign(file=path, why="there is no such file")
    header = Vault.header_file(home)
    opened = vault if not header.exists() or header_key_id(header) == vault.key_id else Vault.open(home, secret())
    return lines_of(home, opened) if path.is_dir() and (home / DATABASE_NAME).exists() else Carrier(path, opened)


class _Facts:
    """The facts of a journal: slips by number and revision, all others by their place in a chain."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.chains: set[str] = set()
        self.slips: dict[str, dict[str, str]] = {}  # the digests of the payloads, each with its kind
        self.lines: dict[tuple[str, int], tuple[str, bytes]] = {}
        self.void_told: set[str] = set()
        for line in lines:
            self.chains.add(line.chain)
            for place, identity, kind in _payloads(line):
                self.slips.setdefault(place, {})[identity] = kind
            if line.fact not in SLIPS:
                self.lines[line.chain, line.sequence] = (line.fact.value, line.hash)
            if line.fact is FactKind.STATEMENT_READ:
                self.void_told.update(line.content["statement"].get("voids", ()))


def _slips(report: CompareReport, place: str, mine: _Facts, theirs: _Facts) -> None:
    ours, other = mine.slips.get(place, {}), theirs.slips.get(place, {})
    for identity in ours.keys() & other.keys():
        report.count(ours[identity], "same", place)
    only_ours = [ours[identity] for identity in ours.keys() - other.keys()]
    only_other = [other[identity] for identity in other.keys() - ours.keys()]
    while only_ours and only_other:  # one number and revision, two contents
        report.count(only_ours.pop(), "different", place)
        only_other.pop()
    number = place.partition(" ")[0]
    for kinds, told, standing in (
        (only_ours, theirs.void_told, "missing_there"),
        (only_other, mine.void_told, "missing_here"),
    ):
        for kind in kinds:  # of a void that has no paper of its own the shift's signed sheet tells
            report.count(kind, "same" if kind == FactKind.SLIP_VOIDED and number in told else standing, place)


def _payloads(line: Line) -> Iterator[tuple[str, str, str]]:
    """What a line has of slips: for each its number and revision, its payload's digest in hex, its kind of fact."""
    content: dict[str, Any] = line.content
    if line.fact in SLIPS:
        slip = content["slip"]
        kind = FactKind.SLIP_REVISED if slip["revision"] else FactKind.SLIP_ISSUED
        kind = {Kind.VOID.value: FactKind.SLIP_VOIDED, Kind.PAD.value: FactKind.PADS_PRINTED}.get(slip["kind"], kind)
        yield f"{slip['number']} {slip['revision']}", sha256(line.payload).hexdigest(), kind.value
    elif line.fact is FactKind.PADS_PRINTED:
        for offset, payload in enumerate(content["payloads"]):
            number = SlipNumber(content["series"], content["first"] + offset)
            yield f"{number.text} 0", sha256(bytes.fromhex(payload)).hexdigest(), line.fact.value
