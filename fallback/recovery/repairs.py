"""A wrong merge that was found after sending: a repair order for each system, open until it is confirmed there."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fallback.ehospital import Connector, Found
from fallback.ehospital.ways import connect
from fallback.errors import FieldWrong, ParchiError, RepairNotThere, RepairUnknown
from fallback.hospital import Hospital
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Delivery, after
from fallback.ledger.queries.after import Repair
from fallback.recovery.episodes import sent_as
from fallback.slip import Slip, SlipNumber

NEW = ""  # as the right person: one whom the system does not have yet


def open(
    tx: Transaction,
    number: SlipNumber,
    *,
    right: str,
    reason: str,
    by: str,
    steps: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Writes a repair order for each system that may have the slip under another person than `right`, in the caller's
    transaction: `uhid:`, a slip number, or NEW. Returns how many; none where it was never sent.

    `steps` are a system's own steps to take a visit off a patient, by its name. An order that is open and says the same
    is not written again.
    """
    written = 0
    for target in after.sent_to(tx.db, number):
        delivery = queries.delivery(tx.db, number, target)
        if delivery is None or _is(delivery, right):
            continue
        before = after.repair(tx.db, number, target)
        if before is not None and before.open and before.right == right:
            continue
        content = {
            "number": number.text,
            "target": target,
            "wrong": _person(delivery),
            "right": right,
            "reason": reason,
            "sent": _sent(delivery),
            "steps": [str(step) for step in (steps or {}).get(target, ())],
        }
        tx.append(FactKind.REPAIR_OPENED, content, series=number.series, by=by)
        written += 1
    return written


def tell(ledger: Ledger, number: SlipNumber, target: str, who: str, note: str = "", *, by: str) -> None:
    """Writes down who was told of an open repair: the ward, the laboratory, the patient. Raises RepairUnknown."""
    _text("who", who)

    def job(tx: Transaction) -> None:
        needs_open(tx.db, number, target)
        content = {"number": number.text, "target": target, "who": who, "note": note}
        tx.append(FactKind.REPAIR_TOLD, content, series=number.series, by=by)

    ledger.write(job)


def close(
    ledger: Ledger,
    number: SlipNumber,
    target: str,
    note: str,
    *,
    uhid: str,
    by: str,
    pattern: str = "",
    connector: Connector | None = None,
) -> None:
    """A person confirms that the visit stands under the right patient there, whose `uhid` the system shows; it fits the
    hospital's `pattern` where that is told. With a `connector` the system is asked, too. The cross-walk says so from
    now on.

    Raises RepairUnknown, FieldWrong for a UHID that is the wrong patient's still, RepairNotThere where the system says
    otherwise, and what `connector.find` raises.
    """
    _text("proof", note)
    if uhid and pattern and not re.fullmatch(pattern, uhid, re.ASCII):
        raise FieldWrong(field="uhid", why="This is not a UHID of this hospital. Type it as it stands on the card.")
    order = needs_open(ledger.db(), number, target)
    row = queries.slip(ledger.db(), number)
    found = _found(connector, sent_as(ledger.db(), row), order) if connector is not None and row is not None else None

    def job(tx: Transaction) -> None:
        order = needs_open(tx.db, number, target)
        sealed = row is not None and bool(row.slip.sealed)
        if not uhid and not sealed:
            raise FieldWrong(field="uhid", why="Write the UHID under which the visit stands now.")
        if uhid and f"uhid:{uhid}" == order.wrong:
            raise FieldWrong(field="uhid", why="This is the wrong patient still: take the visit off them first.")
        if order.right.startswith("uhid:") and uhid and f"uhid:{uhid}" != order.right:
            raise FieldWrong(field="uhid", why="The order names another patient as the right one. Look at it again.")
        content: dict[str, Any] = {"number": number.text, "target": target, "note": note, "uhid": uhid}
        content |= {"patient": found.patient if found else "", "revision": row.revision if row else 0}
        tx.append(FactKind.REPAIR_CLOSED, content, series=number.series, by=by)

    ledger.write(job)


def _found(connector: Connector, slip: Slip, order: Repair) -> Found | None:
    """What the system says of the visit; None for a way that cannot look."""
    if not connector.abilities.finds:
        return None
    found = connector.find(slip)
    if found is None:
        raise RepairNotThere(target=order.target, why="it has no visit with this slip's number")
    if found.doubled:
        raise RepairNotThere(target=order.target, why="it has several visits with this slip's number")
    if found.patient and found.patient == order.sent.get("patient"):
        raise RepairNotThere(target=order.target, why="the visit stands under the patient to whom it was sent")
    return found


def steps_of(hospital: Hospital, target: str) -> tuple[str, ...]:
    """A system's own steps to take a visit off a patient, as its way in tells them; none where it tells none."""
    named = next((each for each in hospital.targets if each.name == target), None)
    if named is None:
        return ()
    try:
        connector = connect(named, hospital)
    except ParchiError:  # a recipe that is gone: the order is printed all the same
        return ()
    try:
        return tuple(connector.abilities.unlink)
    finally:
        connector.close()


def needs_open(db: queries.Database, number: SlipNumber, target: str) -> Repair:
    """The open repair of a slip at a target. Raises RepairUnknown."""
    order = after.repair(db, number, target)
    if order is None or not order.open:
        raise RepairUnknown(number=number.grouped)
    return order


def _is(delivery: Delivery, right: str) -> bool:
    return bool(delivery.uhid) and right == f"uhid:{delivery.uhid}"


def _person(delivery: Delivery) -> str:
    return f"uhid:{delivery.uhid}" if delivery.uhid else delivery.patient


def _sent(delivery: Delivery) -> dict[str, Any]:
    """What the system has of the slip, by its own ids: whoever repairs it finds it by them."""
    return {
        "revision": delivery.revision,
        "stage": delivery.stage,
        "patient": delivery.patient,
        "encounter": delivery.encounter,
        "uhid": delivery.uhid,
        "at": delivery.at,
        "told": delivery.told,
    }


def _text(field: str, text: str) -> None:
    if not text.strip():
        raise FieldWrong(field=field, why="Write something here: it is kept with your name.")
