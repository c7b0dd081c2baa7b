"""Desks: each has a series of numbers of its own and a key certified by the root, on one machine."""

from fallback.downtime import Desk
from fallback.enrolment.installation import Installation, write_keys
from fallback.enrolment.private import load_secret, store_secret
from fallback.errors import DeskNotUsable, SeriesUnknown, SeriesUsedUp
from fallback.keys import Certificate, HospitalKey, SigningKey, certify, hospital_id
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import cards
from fallback.ledger.writer import Transaction
from fallback.payload import encode_certificate
from fallback.slip import SERIES_LIMIT


def enrol_desk(installation: Installation, name: str, *, by: str = "") -> Desk:
    """Gives a desk a series of its own and a key, certified by the root at once: it needs no card.

    Raises SeriesUsedUp, PayloadTooLong for a name that the code of the desk's card cannot hold, PassphraseNeeded, and
    SecretMissing when the root's key is not here.
    """
    root = SigningKey(load_secret(installation.vault, installation.folder, HospitalKey.ROOT))
    key = SigningKey.new()

    def job(tx: Transaction) -> int:
        series = cards.next_series(tx.db)
        if series > SERIES_LIMIT:
            raise SeriesUsedUp(series=SERIES_LIMIT)
        certificate = certify(root, series, name, key.public, drill=installation.drill)
        encode_certificate(certificate, hospital_id(installation.root))  # a desk without a card could not be verified
        enrol(installation, tx, name, certificate, key, by=by)
        return series

    series = installation.ledger.write(job)
    write_keys(installation)
    return Desk(series=series, name=name)


def enrol(
    installation: Installation, tx: Transaction, name: str, certificate: Certificate, key: SigningKey, *, by: str
) -> None:
    """The enrolment itself, inside the caller's transaction: the desk's key here, and the fact with this machine."""
    series = certificate.series
    store_secret(installation.vault, installation.folder, f"desk-{series:03d}", key.secret)
    content = {"series": series, "name": name, "certificate": certificate.record()}
    content["machine"] = installation.seat.machine.fingerprint
    tx.append(FactKind.DESK_ENROLLED, content, series=series, by=by)


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


def revoke(installation: Installation, series: int, reason: str, *, by: str = "") -> bool:
    """Says that a desk's key or a card is in strange hands, or lost: it issues and enrols nothing more.

    What the journal knows by now stays valid; anything else that the key signed waits for a person. The card's slot is
    taken out of the vault's header where the whole vault is open: returns whether it was. An old copy of the header
    still opens with the card. Again it takes the slot out, if it was left. Raises SeriesUnknown.
    """

    def job(tx: Transaction) -> None:
        known = queries.desk(tx.db, series) is not None or cards.card(tx.db, series) is not None
        if not known:
            raise SeriesUnknown(series=series)
        if not cards.is_revoked(tx.db, series):
            tx.append(FactKind.DESK_REVOKED, {"series": series, "reason": reason}, series=series, by=by)
        if installation.vault.whole:
            installation.vault.drop_card(series)

    installation.ledger.write(job)
    return installation.vault.whole
