"""Desks: each has a series of numbers of its own and a key certified by the root."""

from fallback.downtime import Desk
from fallback.enrolment.installation import Installation, write_keys
from fallback.enrolment.private import load_secret, store_secret
from fallback.errors import DeskNotUsable, SeriesUsedUp
from fallback.keys import SigningKey, certify, hospital_id
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.payload import encode_certificate
from fallback.slip import SERIES_LIMIT


def enrol_desk(installation: Installation, name: str) -> Desk:
    """Gives a desk a series of its own and a key certified by the root.

    Raises SeriesUsedUp, and PayloadTooLong for a name that the code of the desk's card cannot hold.
    """
    root = SigningKey(load_secret(installation.vault, installation.folder, "root"))
    key = SigningKey.new()

    def job(tx: Transaction) -> int:
        series = max((each.series for each in queries.desks(tx.db)), default=0) + 1
        if series > SERIES_LIMIT:
            raise SeriesUsedUp(series=SERIES_LIMIT)
        certificate = certify(root, series, name, key.public, drill=installation.drill)
        encode_certificate(certificate, hospital_id(installation.root))  # a desk without a card could not be verified
        store_secret(installation.vault, installation.folder, f"desk-{series:03d}", key.secret)
        content = {"series": series, "name": name, "certificate": certificate.record()}
        tx.append(FactKind.DESK_ENROLLED, content, series=series)
        return series

    series = installation.ledger.write(job)
    write_keys(installation)
    return Desk(series=series, name=name)


def retire_desk(installation: Installation, series: int, reason: str, login: str = "") -> None:
    """Ends a desk: what it signed stays genuine, it signs nothing more. Raises DeskNotUsable."""

    def job(tx: Transaction) -> None:
        desk = queries.desk(tx.db, series)
        if desk is None or desk.retired:
            raise DeskNotUsable(series=series, why="it is retired" if desk else "it was never enrolled")
        if queries.open_shift(tx.db, series=series):
            raise DeskNotUsable(series=series, why="a shift is open there; close it first")
        tx.append(FactKind.DESK_RETIRED, {"series": series, "reason": reason}, series=series, by=login)

    installation.ledger.write(job)
