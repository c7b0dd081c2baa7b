"""FHIR R4: one slip, one transaction with conditional creates; looked for after a lost reply, read back, compared."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fallback.ehospital import Abilities, Acknowledgement, Found, Hold, Outcome, TargetIdentity
from fallback.ehospital.elements import in_words
from fallback.ehospital.fhir.answers import made_by_transaction, was_created
from fallback.ehospital.fhir.changes import link, update, withdraw
from fallback.ehospital.fhir.compare import items
from fallback.ehospital.fhir.confirm import confirm
from fallback.ehospital.fhir.papers import papers, provenance
from fallback.ehospital.fhir.persons import known_patient, typed_by_hand
from fallback.ehospital.fhir.resources import CLASSES, Resource, search_token, transaction
from fallback.ehospital.fhir.shapes import faults
from fallback.ehospital.fhir.stays import ward_unknown
from fallback.ehospital.fhir.system import Held, System
from fallback.ehospital.fhir.wire import PAUSES, Wire
from fallback.errors import ParchiError, Sentence, TargetNotAllowed
from fallback.hospital import Hospital, Target
from fallback.language.fields import LABELS
from fallback.needs import is_told
from fallback.slip import Slip

_CHANGES = ("date", "meta", "text")  # of a capability statement: they say nothing about who speaks
_UNLINK = (
    Sentence("Open the visit (Encounter) with the slip's number and set its subject to the right Patient."),
    Sentence("Move what was written under that visit since (orders, results, notes) to the right Patient, one by one."),
    Sentence("If the wrong Patient was made by this slip and has nothing else, set it inactive; never delete it."),
    Sentence("Write the slip's temporary number onto the right Patient, and take it off the wrong one."),
)


class FhirConnector:
    """A FHIR R4 server. Sends drill slips to systems marked as test systems only."""

    def __init__(
        self,
        target: Target,
        hospital: Hospital,
        token: str = "",
        *,
        authority: Path | None = None,
        picture: Callable[[str], bytes] | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`token` is the bearer token, never logged; `picture` gives a page's picture by its SHA-256 (hex); `timeout`
        and `pauses` (between attempts) are in seconds. Raises TargetNotFhir for an address or a token that is none.
        """
        self._target, self._hospital = target, hospital
        self._wire = Wire(target.url, token, authority=authority, timeout=timeout, pauses=pauses, sleep=sleep)
        self._system = System(self._wire, target, hospital, picture=picture, now=now)
        self._looked_at: tuple[Slip, str] | None = None

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    @property
    def abilities(self) -> Abilities:
        """What this way can do: everything, with nobody before it."""
        return Abilities(unlink=_UNLINK)

    def close(self) -> None:
        """Lets go of the connection."""
        self._wire.close()

    def identify(self) -> TargetIdentity:
        """What the server's capability statement says, the key that it shows, and the hospital that it has.

        Raises TargetUnreachable, TargetBusy, TargetRefuses, TargetChanged or TargetNotFhir.
        """
        reply = self._wire.get("metadata")
        statement = dict(reply.body)
        if reply.status != 200 or statement.get("resourceType") != "CapabilityStatement":
            raise self._wire.not_fhir(why="it has no capability statement at /metadata")
        if not str(statement.get("fhirVersion", "")).startswith("4.0"):
            raise self._wire.not_fhir(why="it speaks another version of FHIR than 4.0")
        told = [each.get("code") for one in items(statement, "rest") for each in items(one, "interaction")]
        self._system.batches = "batch" in told
        software = statement.get("software")
        named = software if isinstance(software, Mapping) else {}
        for name in _CHANGES:
            statement.pop(name, None)
        text = json.dumps(statement, sort_keys=True, separators=(",", ":"))
        return TargetIdentity(
            url=self._wire.url,
            software=f"{named.get('name', '?')} {named.get('version', '')}".strip(),
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
            certificate=self._wire.certificate,
            organisation=self._organisation(),
        )

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be sent as it is; "" when it can."""
        if self._looked_at is None or self._looked_at[0] != slip:  # a run asks several times in a row
            self._looked_at = slip, self._objection(slip)
        return self._looked_at[1]

    def _objection(self, slip: Slip) -> str:
        if slip.kind not in CLASSES:
            return Sentence("A slip of the kind {kind} is no visit of its own. Enter it by hand.", kind=slip.kind.value)
        if not slip.patient.name and not slip.patient.name_hindi:
            return Sentence("The system wants a name and the slip has none. Correct the slip.")
        for need in sorted(self._target.needed):
            if not is_told(slip.patient, need):
                why = "The system needs what the slip does not have: {field}. Correct the slip."
                return Sentence(why, field=LABELS[need])
        if slip.visit.clinic and self._hospital.clinic(slip.visit.clinic) is None:
            return Sentence("hospital.toml has no clinic {number}. Add it again.", number=slip.visit.clinic)
        if ward := ward_unknown(slip, self._hospital):
            return Sentence("hospital.toml has no ward {number}. Add it again.", number=ward)
        if wrong := faults(self.preview(slip)):
            why = "It would not have the form that FHIR asks for: {fields}. Correct the slip."
            return Sentence(why, fields=in_words(wrong))
        return ""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """The transaction that a new slip would be sent as, without the pictures."""
        at = self._system.now().isoformat(timespec="seconds")
        beside: Callable[[str, str], list[Resource]] = lambda _patient, visit: [  # noqa: E731
            provenance(slip, self._hospital, visit, at=at)
        ]
        return transaction(slip, self._hospital, papers=beside)

    def find(self, slip: Slip) -> Found | None:
        """The slip's visit, by its number. Raises as `identify`."""
        return self._system.find(slip)

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        """Visits of the same person, clinic and date that are there without our number. Raises as `identify`.

        The person is looked for by UHID and temporary number; a new one by mobile, among those whom the hospital's own
        staff made. Without either nobody is found.
        """
        try:
            return typed_by_hand(self._system, slip)
        except Held:
            return ()  # a record that nobody can work with: sending the slip says so, and holds it

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        """Puts our number onto a visit that a person says is this slip's, and creates nothing."""
        return self._answer(lambda: link(self._system, slip, found))

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        """Reads a visit that is there back and compares it with the slip. What goes beside it and is missing, is put
        there.
        """
        return self._answer(lambda: confirm(self._system, slip, found))

    def send(self, slip: Slip) -> Acknowledgement:
        """Creates what is not there yet, and reads it back."""
        return self._answer(lambda: self._send(slip))

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """Changes what this slip made for an earlier revision, or before more was known of the visit."""
        return self._answer(lambda: update(self._system, slip, before))

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """Marks the visit of a voided slip as entered in error; its patient stays."""
        return self._answer(lambda: withdraw(self._system, slip))

    def _answer(self, act: Callable[[], Acknowledgement]) -> Acknowledgement:
        try:
            return act()
        except Held as held:
            found = held.found or Found(patient="", encounter="")
            return Acknowledgement(
                outcome=Outcome.HELD,
                patient=found.patient,
                encounter=found.encounter,
                reason=held.why,
                hold=held.hold,
            )
        except ParchiError as error:
            return Acknowledgement(outcome=Outcome.UNREACHABLE, reason=str(error), error=error)

    def _send(self, slip: Slip) -> Acknowledgement:
        if slip.drill and not self._target.test:
            raise TargetNotAllowed(url=self._wire.url, why="it is not marked as a test system")
        if why := self.objection(slip):
            raise Held(why, hold=Hold.LACKS)
        system = self._system
        known = known_patient(system, slip)
        mother = "" if known else system.mother(slip)
        bundle = transaction(
            slip,
            self._hospital,
            known=known,
            mother=mother,
            papers=lambda who, visit: papers(system, slip, who, visit),
        )
        reply = system.create(bundle, lambda: system.find(slip))
        if isinstance(reply, Found):
            return confirm(system, slip, reply)
        if reply.status == 412:
            why = (
                "The system has two records that match this slip and cannot choose (412). Join them there, then "
                "approve the slip again."
            )
            raise Held(why, hold=Hold.TWO_MATCHES)
        if reply.status == 409:
            why = "Somebody works on the same records in the system (409). Look there, then approve it again."
            raise Held(why, hold=Hold.CHANGED_THERE)
        if refusal := system.refusal(reply):
            return refusal
        made = made_by_transaction(reply, len(bundle["entry"]))
        found = Found(patient=made.get("Patient", known), encounter=made["Encounter"]) if made else system.find(slip)
        if found is None:
            why = "The system says that it took the slip, but does not have it. Ask its maker before going on."
            raise Held(why, hold=Hold.NOT_THERE)
        created = was_created(reply, "Encounter")
        return confirm(system, slip, found, created=created, own=was_created(reply, "Patient"))

    def _organisation(self) -> str:
        """The identifier of the hospital that the system has: the one of hospital.toml, else whichever it has alone."""
        wanted = self._target.organisation
        if not wanted:
            return ""
        of, _, value = wanted.rpartition("|")
        token = search_token(of, value) if of else value
        found, _ = self._system.search("Organization", {"identifier": token})
        numbers = [
            (str(each.get("system", "")), each.get("value")) for one in found for each in items(one, "identifier")
        ]
        if any(value == there and of in ("", system) for system, there in numbers):
            return wanted
        everybody, more = self._system.search("Organization", {})
        alone = items(everybody[0], "identifier") if len(everybody) == 1 and not more else []
        return "|".join(str(alone[0].get(part, "")) for part in ("system", "value")).strip("|") if alone else ""
