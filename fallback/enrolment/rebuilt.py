"""A data folder for what only paper still has: the hospital's public keys as paper proves them, and no private one."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fallback.downtime import Role
from fallback.enrolment.installation import FIRST_LOGIN, Installation, fresh, write_keys
from fallback.enrolment.pins import new_pin
from fallback.enrolment.seating import seat_of
from fallback.enrolment.users import user_content
from fallback.keys import PublicKeys
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.machine import state_folder
from fallback.vault import Cost

_REASON = "rebuilt from paper: what it issued is not known to its end"


def make_from_paper(
    folder: Path,
    passphrase: str,
    keys: PublicKeys,
    *,
    clock: Callable[[], datetime],
    cost: Cost | None = None,
    state: Path | None = None,
) -> tuple[Installation, str, str]:
    """Makes an installation that verifies and takes in what a hospital's desks signed, under a vault of its own.

    Every desk is retired there: paper does not say which numbers it gave out last, and none may be given out twice. The
    root's key can be put back from its parts; new desks are enrolled then. Returns it with the printed recovery key and
    the first supervisor's PIN. Raises FolderTaken.
    """
    vault, recovery_key, ledger = fresh(folder, passphrase, clock=clock, cost=cost)
    seat = seat_of(ledger, state or state_folder())
    drill = bool(keys.certificates) and all(each.drill for each in keys.certificates)
    pin = new_pin()

    def job(tx: Transaction) -> None:
        made = {"hospital": f"{keys.hospital:08x}", "root": keys.root.hex(), "drill": drill}
        tx.append(FactKind.INSTALLATION_MADE, made)
        tx.append(FactKind.USER_SET, user_content(FIRST_LOGIN, "Supervisor", Role.SUPERVISOR, pin, temporary=True))
        for each in keys.certificates:
            desk = {"series": each.series, "name": each.name, "certificate": each.record(), "machine": ""}
            tx.append(FactKind.DESK_ENROLLED, desk, series=each.series)
            tx.append(FactKind.DESK_RETIRED, {"series": each.series, "reason": _REASON}, series=each.series)

    ledger.write(job)
    installation = Installation(folder, vault, ledger, keys.root, drill, seat)
    write_keys(installation)
    return installation, recovery_key, pin
