"""All second copies together: one deadline for an answer, a name for each stick, and the journal's word on each."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from fallback.ledger.copy import DEADLINE, CopyStatus, SecondCopy
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.slip import letters
from fallback.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStick:
    """What this installation's chain said last of a stick: since `at` it follows, or lags behind line `held`."""

    stick: str
    label: str
    held: int
    follows: bool
    gone: bool
    at: datetime


def known_sticks(db: Database, chain: str) -> dict[str, KnownStick]:
    """Every stick that a chain ever told of, by its id, in the order of their labels; also those that are gone."""
    rows = db.execute("SELECT id, label, held, follows, gone <> '', at FROM stick WHERE chain = ?", (chain,)).fetchall()
    found = [
        KnownStick(stick=row[0], label=row[1], held=row[2], follows=bool(row[3]), gone=bool(row[4]),
                   at=datetime.fromisoformat(row[5]))
        for row in rows
    ]  # fmt: skip
    return {each.stick: each for each in sorted(found, key=lambda each: (len(each.label), each.label, each.stick))}


class Copies:
    """The folders that follow the journal. What one of them does, or does not, never keeps another from following."""

    def __init__(
        self,
        folders: Sequence[Path],
        vault: Vault,
        chain: str,
        connect: Callable[[], Database],
        changed: Callable[[], None],
        *,
        deadline: float | None = None,
    ) -> None:
        self.deadline = DEADLINE if deadline is None else deadline
        self._chain = chain
        self._naming = threading.Lock()
        self._given: set[str] = set()
        self._each = [SecondCopy(folder, vault, chain, connect, changed, self._label) for folder in folders]

    def follow(self, within: float | None = None) -> None:
        """Waits until all that is committed is in every copy that answers: all of them together get one deadline, or
        `within` seconds."""
        until = time.monotonic() + (self.deadline if within is None else within)
        for copy, asked in [(copy, copy.ask()) for copy in self._each]:
            copy.wait(asked, until)

    def status(self) -> tuple[CopyStatus, ...]:
        """How each folder stands at this moment."""
        return tuple(copy.status() for copy in self._each)

    def following(self) -> frozenset[tuple[str, str]]:
        """The id and label of every stick that has everything, and of which the answers wait."""
        return frozenset((each.stick, each.label) for each in self.status() if each.stick and not each.behind)

    def lost(self) -> list[tuple[Path, list[Line]]]:
        """The lines of our own chain that only a copy still has, by its folder."""
        found = [(copy.status().folder, copy.lost()) for copy in self._each]
        return [(folder, lines) for folder, lines in found if folder and lines]

    def stop(self) -> None:
        """Ends the threads; one that hangs in its stick is left alone and ends when the stick lets go."""
        until = time.monotonic() + self.deadline
        for copy in self._each:
            copy.stop()
        for copy in self._each:
            copy.join(until)

    def _label(self, db: Database) -> str:
        """The first letter that no stick of ours has. Two new sticks that come at once do not get the same."""
        with self._naming:
            taken = self._given | {each.label for each in known_sticks(db, self._chain).values()}
            place = 1
            while (label := letters(place)) in taken:
                place += 1
            self._given.add(label)
            return label


def tell(
    db: Database, chain: str, attached: Sequence[CopyStatus], append: Callable[[FactKind, dict[str, object]], object]
) -> None:
    """Makes the journal's word on each stick that of this moment: what it says already is not said again.

    A stick that is not here any more holds what it held when it was last seen, at the least.
    """
    known, here = known_sticks(db, chain), _by_stick(attached)
    for stick, last in known.items():
        now = here.get(stick)
        if stick and last.follows and (now is None or now.behind):
            held = max(last.held, now.sequence if now else 0)
            append(FactKind.COPY_BEHIND, {"sequence": held, "stick": stick, "label": last.label})
    for stick, now in here.items():
        before = known.get(stick)
        if not now.behind and (before is None or not before.follows or before.label != now.label):
            append(FactKind.COPY_CAUGHT_UP, {"sequence": now.sequence, "stick": stick, "label": now.label})
    if not here and not known:
        append(FactKind.COPY_BEHIND, {"sequence": 0, "stick": "", "label": ""})


def all_sticks(db: Database, chain: str, attached: Sequence[CopyStatus], now: datetime) -> tuple[CopyStatus, ...]:
    """Every stick that is known and not gone, plugged in or not, by label; then folders that never had one.

    A stick's age is by the wall clock where only the journal knows it.
    """
    known, here = known_sticks(db, chain), _by_stick(attached)
    found: dict[str, CopyStatus] = {}
    for stick, last in known.items():
        if not stick or (last.gone and stick not in here):
            continue
        age = max(0.0, (now.astimezone(UTC) - last.at).total_seconds())
        status = here.pop(stick, None)
        if status is None:
            status = CopyStatus(
                folder=None, age_seconds=age, behind=True, sequence=last.held, stick=stick, label=last.label
            )
        elif status.behind and status.age_seconds is None and not last.follows:
            status = replace(status, age_seconds=age, sequence=max(status.sequence, last.held))
        found[stick] = status
    return (*found.values(), *here.values(), *(each for each in attached if not each.stick))


def _by_stick(attached: Sequence[CopyStatus]) -> dict[str, CopyStatus]:
    """The sticks that were seen in the folders; of one that went from one folder to another, where it follows now."""
    return {each.stick: each for each in sorted(attached, key=lambda each: not each.behind) if each.stick}
