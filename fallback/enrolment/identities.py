"""Confidential identities: opened one by one, for a reason, and journalled before anybody sees them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fallback import payload
from fallback.enrolment.installation import Installation
from fallback.errors import (
    IdentityBroken,
    IdentityElsewhere,
    NotConfidential,
    PayloadWrong,
    SealBroken,
    SlipUnknown,
    SupervisorsWord,
)
from fallback.identity import Identity
from fallback.keys import SealingKey
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, SlipRow, identities
from fallback.ledger.queries.logins import is_supervisor
from fallback.ledger.writer import Transaction
from fallback.slip import Slip, SlipNumber

IDENTITY, ALIAS = "identity", "alias"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An identity as it is shown once. `home` is the slip that it is sealed in; `reasons` are sealed corrections'."""

    number: SlipNumber
    home: SlipNumber
    identity: Identity
    reasons: tuple[str, ...] = field(default=(), repr=False)


def open_identity(installation: Installation, number: SlipNumber, reason: str, *, by: str, allowed_by: str) -> Opened:
    """Who the patient of a sealed slip is, for a supervisor's eyes; that it was opened is durable before it returns.

    `by` asked, `allowed_by` is the supervisor who said yes, perhaps the same. Raises SlipUnknown, NotConfidential,
    IdentityElsewhere, IdentityBroken, SupervisorsWord, and PassphraseNeeded or SecretMissing without the key.
    """
    if not reason:
        raise ValueError("an identity is opened for a reason")
    _needs_supervisor(installation.ledger, allowed_by)
    found = read_identity(installation.ledger.db(), number, installation.supervisors_key())
    _tell(installation.ledger, number, reason, by, allowed_by)
    return found


def read_identity(db: Database, number: SlipNumber, key: SealingKey) -> Opened:
    """Opens a sealed slip with a key in hand and writes nothing: whoever shows it journals it first.

    Raises SlipUnknown, NotConfidential, IdentityElsewhere or IdentityBroken.
    """
    slip = _needs_sealed(db, number).slip
    first = _home(db, slip)
    identity, rests = _open(db, first, key)
    reasons = tuple(rest["reason"] for rest in rests if rest.get("reason"))
    return Opened(number=number, home=first.number, identity=identity, reasons=reasons)


def opens_what_is_sealed(db: Database, key: SealingKey) -> bool:
    """Whether a key opens an identity of this ledger, or there is none that could prove it wrong."""
    numbers = [row.slip.number for row in queries.slips(db) if payload.sealed_in(row.slip)]
    for number in numbers:
        try:
            read_identity(db, number, key)
        except IdentityBroken:
            continue
        return True
    return not numbers


def release_identity(installation: Installation, number: SlipNumber, sent_as: str, reason: str, *, by: str) -> None:
    """Lets a confidential patient's slips into the hospital system: as `identity`, or under the `alias`.

    It stands for this sealed identity alone: one that is typed anew is held again. Raises SlipUnknown, NotConfidential,
    IdentityElsewhere and SupervisorsWord.
    """
    if sent_as not in (IDENTITY, ALIAS) or not reason:
        raise ValueError("a release says as whom, and why")
    _needs_supervisor(installation.ledger, by)

    def job(tx: Transaction) -> None:
        first = _home(tx.db, _needs_sealed(tx.db, number).slip)
        content = {"number": first.number.text, "seal": payload.seal_id(first), "sent_as": sent_as, "reason": reason}
        tx.append(FactKind.IDENTITY_RELEASED, content, series=first.number.series, by=by)

    installation.ledger.write(job)


def for_import(installation: Installation, *, by: str) -> Callable[[Slip], Slip]:
    """What an import calls for a slip that is released as its identity: the slip with the patient's own name.

    It is in memory only, and each is journalled before it goes on. Raises as `open_identity`, when called.
    """
    known: dict[tuple[SlipNumber, bytes], Identity] = {}

    def reveal(slip: Slip) -> Slip:
        mark = (slip.number, slip.sealed)
        if mark not in known:
            db = installation.ledger.db()
            identity, _rests = _open(db, _home(db, slip), installation.supervisors_key())
            _tell(installation.ledger, slip.number, "sent into the hospital system", by, "")
            known[mark] = identity
        return known[mark].on(slip)

    return reveal


def _home(db: Database, slip: Slip) -> Slip:
    """The slip in which a sealed slip's identity is: itself, or the patient's first as it stands. IdentityElsewhere."""
    home = payload.home_of(slip)
    if home == slip.number:
        return slip
    row = queries.slip(db, home)
    if row is None or not row.slip.sealed:
        raise IdentityElsewhere(number=slip.number.grouped, first=home.grouped)
    return row.slip


def _open(db: Database, slip: Slip, key: SealingKey) -> tuple[Identity, list[dict[str, str]]]:
    """The identity that a slip itself carries, with what the journal has besides: the first rest is its own."""
    try:
        plain = key.open(payload.sealed_in(slip), payload.identity_context(slip.hospital, slip.number))
        identity = payload.unpack_identity(plain)
        context = payload.rest_context(slip)
        sealed_rests = identities.rests(db, slip.number, slip.sealed.hex())
        rests = [payload.unpack_rest(key.open(rest, context)) for rest in sealed_rests]
        told = {name: text for rest in rests for name, text in rest.items() if name != "reason"}
        identity = identity.with_rest(told)
        identity.patient  # noqa: B018 - a rest that cannot be read as a patient is found here
    except (SealBroken, PayloadWrong, ValueError) as wrong:
        raise IdentityBroken(number=slip.number.grouped) from wrong
    return identity, rests


def _needs_sealed(db: Database, number: SlipNumber) -> SlipRow:
    row = queries.slip(db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    if not row.slip.sealed:
        raise NotConfidential(number=number.grouped)
    return row


def _needs_supervisor(ledger: Ledger, login: str) -> None:
    if not is_supervisor(ledger.db(), login):
        raise SupervisorsWord()


def _tell(ledger: Ledger, number: SlipNumber, reason: str, by: str, allowed_by: str) -> None:
    content = {"number": number.text, "reason": reason, "allowed_by": allowed_by}
    ledger.write(lambda tx: tx.append(FactKind.IDENTITY_OPENED, content, series=number.series, by=by))
