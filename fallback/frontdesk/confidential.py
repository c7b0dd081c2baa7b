"""A confidential patient at the desk: the identity is sealed before anything is written, an alias stands in its place.

The desk can seal and cannot open. So a patient's later slips, and corrections that leave the identity as it is, carry
on what is sealed already: a correction the same bytes, a later slip a mark that they are in the patient's first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fallback import names, payload
from fallback.errors import CannotSeal, FieldWrong
from fallback.frontdesk.registration import Registration
from fallback.identity import CAME, Identity
from fallback.keys import seal_to
from fallback.ledger import queries
from fallback.ledger.queries import identities
from fallback.ledger.writer import Transaction
from fallback.slip import Patient, Slip, SlipNumber

_NOT_TOLD: dict[str, Any] = dict.fromkeys(CAME, "")  # who brought them, and from where, tells who they are
_OTHER_ALIASES = 8  # tries for one that nobody has here


@dataclass(frozen=True, slots=True, kw_only=True)
class Concealed:
    """A registration as it may be written down, with the slip's sealed field, and what the journal seals besides."""

    registration: Registration
    sealed: bytes = b""
    rest: bytes = b""

    @property
    def content(self) -> dict[str, str]:
        """What the journal's line gets of it."""
        return {"sealed_rest": self.rest.hex()} if self.rest else {}


def conceal(tx: Transaction, registration: Registration, hospital: int, number: SlipNumber) -> Concealed:
    """A new slip's registration, without what may stand only inside the seal; any other one as it is.

    Whoever was confidential stays so: what is typed of them anew is sealed, too. Raises CannotSeal, and FieldWrong for
    an identity that is too long, or a page that was changed on its way.
    """
    if registration.confidential:
        return _seal(tx, registration, hospital, number, _new_alias(tx, number))
    earlier = next(
        (
            row
            for each in (registration.patient_number, registration.previous)
            if each and (row := queries.slip(tx.db, each))
        ),
        None,
    )
    if earlier is None and not registration.kept:
        return Concealed(registration=registration)
    if earlier is not None and not earlier.slip.sealed:
        if registration.kept:
            raise _changed()
        return Concealed(registration=registration)
    if not registration.kept:
        return _seal(tx, registration, hospital, number, _new_alias(tx, number))
    # Only the paper is known: what it says of the patient is the alias, and nothing that was typed besides goes on.
    told = registration.patient
    patient = earlier.slip.patient if earlier else Patient(name=told.name, sex=told.sex)
    home = payload.home_of(earlier.slip) if earlier else registration.patient_number
    if home is None:
        raise _changed()
    kept = replace(registration, patient=patient, patient_number=home, uhid="", mother=None, booking="", **_NOT_TOLD)
    came = {name: getattr(registration, name) for name in CAME if getattr(registration, name)}
    slip = Slip(number=number, hospital=hospital, sealed=payload.ELSEWHERE)
    return Concealed(registration=kept, sealed=slip.sealed, rest=_rest(tx, came, slip) if came else b"")


def conceal_again(
    tx: Transaction, registration: Registration, hospital: int, old: Slip, reason: str
) -> tuple[Concealed, str]:
    """A correction's registration, and its reason as it may be written down: of a confidential patient it is sealed.

    The identity stays as it was unless it is typed anew. Raises CannotSeal, and FieldWrong for a slip on which the name
    stood in the open, or whose identity is sealed in another.
    """
    if not old.sealed:
        if registration.confidential:
            why = (
                "This patient's name stands on paper and in the journal already. Void the slip, take the paper back, "
                "and register the patient anew as confidential."
            )
            raise FieldWrong(field="confidential", why=why)
        return Concealed(registration=registration), reason
    if registration.confidential or not registration.kept:
        if not payload.sealed_in(old):
            why = "The identity is sealed in this patient's first slip. Correct that one."
            raise FieldWrong(field="confidential", why=why)
        return _seal(tx, registration, hospital, old.number, old.patient.name, reason=reason), ""
    kept = replace(
        registration,
        patient=old.patient,
        patient_number=old.patient_number,
        previous=old.previous,
        uhid="",
        mother=None,
        booking="",
        **_NOT_TOLD,
    )
    came = {name: getattr(registration, name) for name in CAME}
    return Concealed(registration=kept, sealed=old.sealed, rest=_rest(tx, {"reason": reason} | came, old)), ""


def _seal(
    tx: Transaction, registration: Registration, hospital: int, number: SlipNumber, alias: str, *, reason: str = ""
) -> Concealed:
    others = {
        "booking": registration.booking,
        "patient_number": registration.patient_number.text if registration.patient_number else "",
        "previous": registration.previous.text if registration.previous else "",
        "mother": registration.mother.text if registration.mother else "",
        "reason": reason,
    } | {name: getattr(registration, name) for name in CAME}
    identity = Identity.of(registration.patient, registration.uhid, **others)
    key = _key(tx)
    plain = payload.pack_identity(identity)
    sealed = payload.in_slip(seal_to(key, plain, payload.identity_context(hospital, number)))
    shown = replace(
        registration,
        patient=Patient(name=alias, sex=registration.patient.sex),
        patient_number=None,
        previous=None,
        mother=None,
        uhid="",
        booking="",
        **_NOT_TOLD,
    )
    slip = Slip(number=number, hospital=hospital, sealed=sealed)
    return Concealed(registration=shown, sealed=sealed, rest=_rest(tx, identity.rest, slip))


def _rest(tx: Transaction, rest: Mapping[str, str], slip: Slip) -> bytes:
    return seal_to(_key(tx), payload.pack_rest(rest), payload.rest_context(slip))


def _key(tx: Transaction) -> bytes:
    key = queries.supervisors(tx.db)
    if not key:
        raise CannotSeal()
    return key


def _new_alias(tx: Transaction, number: SlipNumber) -> str:
    """An alias that no other slip here has; when all that are tried are in use, the number tells them apart."""
    tries = [names.confidential_alias(f"{number.text} {turn}") for turn in range(_OTHER_ALIASES)]
    return next((alias for alias in tries if not identities.is_name_taken(tx.db, alias)), tries[0])


def _changed() -> FieldWrong:
    return FieldWrong(field="name", why="This page was changed on its way. Start again from the one box.")
