"""What people say of a second copy: what they call it, and that it is gone."""

from datetime import datetime

from fallback.errors import StickUnknown
from fallback.ledger import CopyStatus, Ledger
from fallback.ledger.facts import FactKind
from fallback.ledger.stick_id import StickId, label_of


def label_stick(ledger: Ledger, label: str, new: str, *, now: datetime) -> str:
    """Gives the plugged-in stick that is called `label` another label; returns it as it stands on the stick.

    Raises StickUnknown where none is plugged in under that label, or another has the new one; FieldWrong, and the
    disk's errors.
    """
    new = label_of(new)
    stick = _found(ledger, label, now)
    if stick.folder is None:
        raise StickUnknown(label=stick.label, why="it is not plugged in; plug it in first")
    if any(each.label == new for each in ledger.copies(now) if each.stick != stick.stick):
        raise StickUnknown(label=new, why="another stick is called that")
    StickId(stick.stick, new).write(stick.folder)
    ledger.write(lambda _: None)  # the copy is looked at again, and the journal told
    return new


def stick_is_gone(ledger: Ledger, label: str, reason: str, *, now: datetime, by: str = "") -> None:
    """Says that a stick is lost or worn out: nobody waits for it any more. Plugged in again, it counts again.

    Raises StickUnknown, also for one that is plugged in and follows.
    """
    stick = _found(ledger, label, now)
    if not stick.behind:
        raise StickUnknown(label=label, why="it is plugged in and up to date")
    content = {"sequence": stick.sequence, "stick": stick.stick, "label": stick.label, "gone": reason}
    ledger.write(lambda tx: tx.append(FactKind.COPY_BEHIND, content, by=by))


def _found(ledger: Ledger, label: str, now: datetime) -> CopyStatus:
    for each in ledger.copies(now):
        if each.stick and each.label == label.strip():
            return each
    raise StickUnknown(label=label[:20] if label.isprintable() else "?", why="no stick is called that")
