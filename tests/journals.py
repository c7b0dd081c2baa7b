"""Journals for the tests, and the process that is killed: `python -m tests.journals load FOLDER COUNT [COPY]`."""

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.slip import Age, Patient, Slip, SlipNumber, Visit
from fallback.vault import Cost, Vault

PASSPHRASE = "monsoon ward seven"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
NAME = "Sunita Devi Kushwaha"
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def clock() -> Callable[[], datetime]:
    """A clock that goes on by a second each time it is asked."""
    ticks = iter(range(10_000_000))
    return lambda: START + timedelta(seconds=next(ticks))


@dataclass
class Clock:
    """A clock that stands still until it is moved on."""

    now: datetime = field(default_factory=lambda: datetime(2026, 12, 1, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def later(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def make(folder: Path) -> Ledger:
    """A ledger in a new folder with a new vault."""
    folder.mkdir(parents=True, exist_ok=True)
    vault, _ = Vault.create(folder, PASSPHRASE, cost=CHEAP)
    return Ledger.open(folder, vault, clock=clock())


def again(folder: Path) -> Ledger:
    """The ledger of a folder that has one."""
    return Ledger.open(folder, Vault.open(folder, PASSPHRASE), clock=clock())


def sibling(ledger: Ledger, folder: Path) -> Ledger:
    """Another desk's ledger with the same vault."""
    folder.mkdir(parents=True, exist_ok=True)
    header = Vault.header_file(ledger.vault.folder).read_bytes()
    Vault.header_file(folder).write_bytes(header)
    return again(folder)


def issue(series: int, name: str = NAME) -> Callable[[Transaction], SlipNumber]:
    """A job that issues a slip; its payload is not signed, which the ledger does not look at."""

    def job(tx: Transaction) -> SlipNumber:
        number = tx.take_number(series)
        token = tx.take_token(series, 7, tx.now.date().isoformat())
        slip = Slip(
            number=number,
            signer=series,
            issued=tx.now,
            patient=Patient(name=name, name_hindi="सुनीता देवी", age=Age(value=34)),
            visit=Visit(clinic=7, token=token, token_series=series),
        )
        payload = f"{number} {tx.now}".encode()
        content = {"slip": slip.record(), "digest": hashlib.sha256(payload).hexdigest(), "cut": []}
        tx.append(FactKind.SLIP_ISSUED, content, payload=payload, series=series, shift=f"{series:03d}.1", by="asha")
        return number

    return job


def note(text: str = "seen") -> Callable[[Transaction], Line]:
    """A job that writes one small fact."""
    content = {"picture": text, "decision": "foreign", "reason": text}
    return lambda tx: tx.append(FactKind.PAGE_DECIDED, content, by="asha")


def until(true: Callable[[], bool]) -> bool:
    """Waits for what another thread does by itself, with a limit that only a broken program meets."""
    waited = threading.Event()
    for _ in range(600):
        if true():
            return True
        waited.wait(0.05)
    return False


def _load(folder: Path, count: int, copy: Path | None) -> None:
    """Issues slips and says each number, at once, when it was acknowledged."""
    ledger = again(folder)
    ledger.copy_to(copy)
    for _ in range(count):
        number = ledger.write(issue(101))
        os.write(1, f"{number}\n".encode())
    ledger.close()


if __name__ == "__main__":
    _load(Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]) if len(sys.argv) > 4 else None)
