"""The end: visits of which nobody will ever say whether they were seen, and the account, signed while nothing is left.

A closed account is not locked. What comes after it, a late slip or a repair, shows it as changed: it is signed anew.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from fallback.disk import write_file
from fallback.episode import Seen
from fallback.errors import AccountNotClosed, AccountNotReady, FieldWrong, SealBroken, Sentence
from fallback.hospital import Hospital
from fallback.keys import Sign
from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, after
from fallback.ledger.queries.after import AccountEnd
from fallback.reconcile import Account, Bucket
from fallback.recovery.account import account_of, account_record, message
from fallback.recovery.sheets import outcomes
from fallback.slip import SlipNumber

DAYS = 14  # a visit waits so long for its paper before it is closed as unknown
FOLDER = "accounts"
_PURPOSE = "account"
_PORTION = 500


class State(StrEnum):
    """How an account stands."""

    OPEN = "open"
    READY = "ready"  # nothing is left, and nobody has signed it
    CLOSED = "closed"
    CHANGED = "changed"  # something came after it was signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How an account stands, what is left to do before it can be signed, and how it was signed before."""

    state: State
    left: tuple[Sentence, ...]
    end: AccountEnd


def closing(
    db: Database,
    target: str,
    stages: Mapping[str, int] | None = None,
    account_now: Callable[[], Account] | None = None,
) -> Closing:
    """How the account of a target stands. `stages` are how many slips stand where, from whoever has counted them: while
    they say that something is left, the account itself is not worked out, which takes seconds with 150,000 slips; or
    it is asked of whoever keeps it.
    """
    end = after.account_end(db, target)
    if stages is not None and (left := _not_over(stages, after.open_repairs(db, target))):
        return Closing(state=State.CHANGED if end.closed else State.OPEN, left=tuple(left), end=end)
    account = account_now() if account_now else account_of(db, target)
    left = _left(account)
    if end.closed:
        same = end.content.get("figures") == figures(account)
        return Closing(state=State.CLOSED if same else State.CHANGED, left=tuple(left), end=end)
    return Closing(state=State.OPEN if left else State.READY, left=tuple(left), end=end)


def _not_over(stages: Mapping[str, int], repairs: int) -> list[Sentence]:
    waiting = sum(stages.get(each, 0) for each in ("read", "matched", "ready", "approved", "sending"))
    return _said(waiting=waiting, held=stages.get("held", 0), failed=stages.get("failed", 0), repairs=repairs)


def _left(account: Account) -> list[Sentence]:
    counts = account.total.counts
    return _said(
        waiting=counts[Bucket.WAITING],
        held=counts[Bucket.HELD],
        failed=counts[Bucket.FAILED],
        gaps=len(account.unexplained),
        repairs=account.repairs,
    )


def _said(*, waiting: int, held: int, failed: int, repairs: int, gaps: int = 0) -> list[Sentence]:
    found = (
        (
            waiting,
            Sentence(
                "1 slip waits for the import" if waiting == 1 else "{count} slips wait for the import", count=waiting
            ),
        ),
        (
            held,
            Sentence(
                "1 slip is held: a person decides" if held == 1 else "{count} slips are held: a person decides",
                count=held,
            ),
        ),
        (
            failed,
            Sentence(
                "1 slip was refused by the system" if failed == 1 else "{count} slips were refused by the system",
                count=failed,
            ),
        ),
        (
            gaps,
            Sentence(
                "1 number is missing, and nobody has said why"
                if gaps == 1
                else "{count} numbers are missing, and nobody has said why",
                count=gaps,
            ),
        ),
        (
            repairs,
            Sentence(
                "1 repair is not confirmed by the system"
                if repairs == 1
                else "{count} repairs are not confirmed by the system",
                count=repairs,
            ),
        ),
    )
    return [words for count, words in found if count]


def figures(account: Account) -> str:
    """The SHA-256 (hex) of all that the account says: equal as long as nothing came after."""
    return hashlib.sha256(json.dumps(account.record(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def close_account(
    ledger: Ledger, hospital: Hospital, target: str, note: str, *, now: datetime, by: str, signer: str, sign: Sign
) -> dict[str, Any]:
    """Signs the account and writes down that it is closed; the signed record is kept sealed in the data folder.

    Raises AccountNotReady while anything is left to do, and FieldWrong without a note.
    """
    if not note.strip():
        raise FieldWrong(field="note", why="Write something here: it is kept with your name.")
    db = ledger.db()
    account = account_of(db, target)
    if left := _left(account):
        raise AccountNotReady(why=left[0] if len(left) == 1 else _joined(left))
    record = account_record(ledger, account, hospital, target=target, now=now, signer=signer, sign=sign)
    digest = hashlib.sha256(message(record)).hexdigest()
    file = _file(ledger, digest)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    write_file(file, ledger.vault.seal(_PURPOSE, json.dumps(record, ensure_ascii=False).encode()))
    content = {
        "target": target,
        "sha256": digest,
        "heads": record["heads"],
        "note": note,
        "figures": figures(account),
    }
    ledger.write(lambda tx: tx.append(FactKind.ACCOUNT_CLOSED, content, by=by))
    return record


def _joined(left: Sequence[Sentence]) -> Sentence:
    """Several sentences as one that can be said in another language: the first two, and how many more."""
    return Sentence("{first}; and {count} more points", first=left[0], count=len(left) - 1)


def closed_record(ledger: Ledger, target: str) -> dict[str, Any] | None:
    """The record that was signed last; None where there is none, or it lies on another computer."""
    end = after.account_end(ledger.db(), target)
    try:
        sealed = _file(ledger, str(end.content.get("sha256", "-"))).read_bytes()
        record: dict[str, Any] = json.loads(ledger.vault.unseal(_PURPOSE, sealed))
    except (OSError, SealBroken, ValueError):
        return None
    return record


def reopen_account(ledger: Ledger, target: str, reason: str, *, by: str) -> None:
    """Opens a closed account again. Raises AccountNotClosed, and FieldWrong without a reason."""
    if not reason.strip():
        raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")

    def job(tx: Transaction) -> None:
        if not after.account_end(tx.db, target).closed:
            raise AccountNotClosed()
        tx.append(FactKind.ACCOUNT_REOPENED, {"target": target, "reason": reason}, by=by)

    ledger.write(job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaid:
    """Visits of a clinic's day of which nobody says whether the patient was seen."""

    clinic: int
    day: str
    count: int


def last_day(today: date, days: int) -> str:
    """The last day (ISO) whose visits have waited long enough."""
    return (today - timedelta(days=days)).isoformat()


def unsaid(db: Database, until: str) -> list[Unsaid]:
    """The visits up to a day that may be closed as unknown, by clinic and day. A day sheet may tell of some of them."""
    return [Unsaid(clinic=at[0], day=at[1], count=count) for at, count in after.unsaid(db, until).items()]


def close_visits(
    ledger: Ledger, until: str, reason: str, *, by: str, clinic: int = 0, day: str = ""
) -> tuple[int, int]:
    """Closes visits as *unknown*: nobody knows whether the patient was seen. Never *finished*: nothing is sent of it.

    Returns how many were closed, and how many were left because somebody says something of them after all: a day
    sheet's tick, or two who contradict each other. Evidence that turns up later counts as ever. Raises FieldWrong.
    """
    if not reason.strip():
        raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")
    db = ledger.db()
    said = outcomes(db)
    numbers = after.unsaid_numbers(db, until, clinic, day)
    silent = [
        each for each in numbers if each not in said or (said[each].seen is Seen.UNKNOWN and not said[each].needs_eyes)
    ]
    for start in range(0, len(silent), _PORTION):
        portion = silent[start : start + _PORTION]

        def job(tx: Transaction, portion: Sequence[str] = portion) -> None:
            for number in portion:
                series = SlipNumber.parse(number).series
                tx.append(FactKind.OUTCOME_CLOSED, {"number": number, "reason": reason}, series=series, by=by)

        ledger.write(job)
    return len(silent), len(numbers) - len(silent)


def _file(ledger: Ledger, digest: str) -> Path:
    return ledger.vault.folder / FOLDER / f"{digest[:32]}.parchi"
