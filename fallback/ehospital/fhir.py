"""FHIR R4: one slip, one transaction with conditional creates; looked for after a lost reply, read back, compared."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fallback.ehospital import Acknowledgement, Found, Outcome, TargetIdentity, fhir_resources as resources
from fallback.ehospital.fhir_answers import ID, made_by_transaction, subject_of, version_of, was_created
from fallback.ehospital.fhir_compare import differences, made_by, merged, strangers, values
from fallback.ehospital.fhir_resources import Resource
from fallback.ehospital.fhir_stays import ward_unknown
from fallback.ehospital.fhir_wire import PAUSES, Reply, Transient, Wire
from fallback.errors import ParchiError, Sentence, TargetNotAllowed
from fallback.hospital import Hospital, Target
from fallback.language.fields import LABELS
from fallback.needs import is_told
from fallback.slip import Slip

_MOST_MATCHES = 50
_GONE = (404, 410)
_CHANGES = ("date", "meta", "text")  # of a capability statement: they say nothing about who speaks


class _Held(Exception):
    """This slip waits for a person, because of `why`, which holds no patient data."""

    def __init__(self, why: str, found: Found | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.found = found


class FhirConnector:
    """A FHIR R4 server. Sends drill slips to systems marked as test systems only."""

    def __init__(
        self,
        target: Target,
        hospital: Hospital,
        token: str = "",
        *,
        authority: Path | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`token` is the bearer token, never logged; `timeout` and `pauses` (between attempts) are in seconds.

        Raises TargetNotFhir for an address or a token that is none.
        """
        self._target, self._hospital = target, hospital
        self._wire = Wire(target.url, token, authority=authority, timeout=timeout, pauses=pauses, sleep=sleep)

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    def close(self) -> None:
        """Lets go of the connection."""
        self._wire.close()

    def identify(self) -> TargetIdentity:
        """What the server's capability statement says. Raises TargetUnreachable, TargetRefuses or TargetNotFhir."""
        reply = self._wire.get("metadata")
        statement = dict(reply.body)
        if reply.status != 200 or statement.get("resourceType") != "CapabilityStatement":
            raise self._wire.not_fhir(why="it has no capability statement at /metadata")
        if not str(statement.get("fhirVersion", "")).startswith("4.0"):
            raise self._wire.not_fhir(why="it speaks another version of FHIR than 4.0")
        software = statement.get("software")
        named = software if isinstance(software, Mapping) else {}
        for name in _CHANGES:
            statement.pop(name, None)
        text = json.dumps(statement, sort_keys=True, separators=(",", ":"))
        return TargetIdentity(
            url=self._wire.url,
            software=f"{named.get('name', '?')} {named.get('version', '')}".strip(),
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
        )

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be sent as it is; "" when it can."""
        if slip.kind not in resources.CLASSES:
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
        return ""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """The transaction that a new slip would be sent as."""
        return resources.transaction(slip, self._hospital)

    def find(self, slip: Slip) -> Found | None:
        """The slip's visit, by its number. Raises as `identify`."""
        found = self._search("Encounter", self._hospital.slip_system, slip.number.text)
        if not found:
            return None
        return Found(patient=subject_of(found[0]), encounter=str(found[0].get("id", "")), doubled=len(found) > 1)

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        """Reads a visit that is there back and compares it with the slip."""
        return self._answer(lambda: self._confirm(slip, found))

    def send(self, slip: Slip) -> Acknowledgement:
        """Creates what is not there yet, and reads it back."""
        return self._answer(lambda: self._send(slip))

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """Changes what this slip made for an earlier revision."""
        return self._answer(lambda: self._update(slip, before))

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """Marks the visit of a voided slip as entered in error; its patient stays."""
        return self._answer(lambda: self._withdraw(slip))

    def _answer(self, act: Callable[[], Acknowledgement]) -> Acknowledgement:
        try:
            return act()
        except _Held as held:
            found = held.found or Found(patient="", encounter="")
            return Acknowledgement(
                outcome=Outcome.HELD, patient=found.patient, encounter=found.encounter, reason=held.why
            )
        except ParchiError as error:
            return Acknowledgement(outcome=Outcome.UNREACHABLE, reason=str(error), error=error)

    # --- sending

    def _send(self, slip: Slip) -> Acknowledgement:
        if slip.drill and not self._target.test:
            raise TargetNotAllowed(url=self._wire.url, why="it is not marked as a test system")
        known = self._known_patient(slip)
        mother = "" if known else self._mother(slip)
        bundle = resources.transaction(slip, self._hospital, known=known, mother=mother)
        reply = self._post(bundle, lambda: self.find(slip))
        if isinstance(reply, Found):
            return self._confirm(slip, reply)
        if reply.status == 412:
            raise _Held(
                why="The system has two records that match this slip and cannot choose (412). Join them there, then "
                "approve the slip again."
            )
        if reply.status == 409:
            raise _Held(
                why="Somebody works on the same records in the system (409). Look there, then approve it again."
            )
        if refusal := self._refusal(reply):
            return refusal
        made = made_by_transaction(reply, len(bundle["entry"]))
        found = Found(patient=made.get("Patient", known), encounter=made["Encounter"]) if made else self.find(slip)
        if found is None:
            raise _Held(
                why="The system says that it took the slip, but does not have it. Ask its maker before going on."
            )
        new = [kind for kind in ("Patient", "Encounter") if was_created(reply, kind)]
        return self._confirm(slip, found, created="Encounter" in new, own="Patient" in new)

    def _post(self, bundle: Resource, look: Callable[[], Found | None]) -> Reply | Found:
        """Sends a transaction until there is an answer; before each repetition looks whether it was done already."""
        for pause in (*self._wire.pauses(), None):
            try:
                reply = self._wire.once("POST", "", resource=bundle)
                if reply.status != 409 or pause is None:
                    return reply
            except Transient as failed:
                if pause is None:
                    raise self._wire.unreachable(failed.why) from failed
            self._wire.pause(pause)
            if found := look():
                return found
        raise AssertionError("the last attempt returns or raises")

    def _refusal(self, reply: Reply) -> Acknowledgement | None:
        """FAILED with the target's words where it refuses this slip; None where it took it."""
        if reply.status < 300 and reply.body.get("type") == "transaction-response":
            return None
        if reply.status < 300 or reply.status in (404, 405, 501):
            raise self._wire.not_fhir(why="it takes no transactions at its base address")
        words = reply.words or "it gave no reason"
        reason = Sentence("The system refused the slip ({status}): {words}", status=reply.status, words=words)
        return Acknowledgement(outcome=Outcome.FAILED, reason=reason)

    def _known_patient(self, slip: Slip) -> str:
        """The target's id of a returning patient, "" when there is none yet. Raises _Held where a person must look."""
        if not slip.uhid and not slip.patient_number:
            return ""
        by_key = self._one(*resources.person_key(slip, self._hospital))
        if slip.uhid:
            by_number = self._one(self._hospital.patient_system, resources.temporary_number(slip))
            if by_number and by_number.get("id") != (by_key or {}).get("id"):
                raise _Held(
                    why="The system has this patient under the temporary number and not under the UHID. Join the two "
                    "there, then approve the slip again."
                )
        if by_key is None:
            return ""
        if wrong := strangers(slip, by_key):
            fields = ", ".join(wrong)
            raise _Held(Sentence("The number on the slip is another person's in the system: {fields}", fields=fields))
        return _checked_id(by_key)

    def _one(self, system: str, value: str) -> Mapping[str, Any] | None:
        found = self._search("Patient", system, value)
        if len(found) > 1:
            raise _Held(
                why="The system has two patients with the slip's number. Join them there, then approve it again."
            )
        return found[0] if found else None

    def _mother(self, slip: Slip) -> str:
        if slip.mother is None:
            return ""
        found = self._search("Encounter", self._hospital.slip_system, slip.mother.text)
        if len(found) != 1 or not subject_of(found[0]):
            raise _Held(
                why="The mother's slip is not in the system. Import it first, then approve the newborn's again."
            )
        return subject_of(found[0])

    # --- changing

    def _update(self, slip: Slip, before: Slip) -> Acknowledgement:
        if (slip.uhid, slip.person) != (before.uhid, before.person):
            raise _Held(why="The correction says that it is another patient. Change it in the system by hand.")
        found, visit, patient = self._own(slip)
        changes: list[tuple[Resource, str]] = []
        subject = f"Patient/{found.patient}"
        for current, old, new in (
            (visit, *(resources.encounter(each, self._hospital, subject) for each in (before, slip))),
            (patient, *(resources.patient(each, self._hospital) for each in (before, slip))),
        ):
            if not differences(new, current) or not differences(new, old):
                continue
            if not made_by(slip, self._hospital, current):
                fields = ", ".join(differences(new, old))
                raise _Held(Sentence("The correction changes what another slip made: {fields}", fields=fields), found)
            if since := differences(old, current):
                raise _Held(Sentence("It was changed in the system since: {fields}", fields=", ".join(since)), found)
            changes.append((merged(current, old, new), version_of(current)))
        return self._replace(changes, found) or self._confirm(slip, found)

    def _withdraw(self, slip: Slip) -> Acknowledgement:
        if self.find(slip) is None:
            return Acknowledgement(outcome=Outcome.ALREADY_THERE)
        found, visit, _ = self._own(slip)
        gone = Acknowledgement(outcome=Outcome.CREATED, patient=found.patient, encounter=found.encounter)
        if visit.get("status") == resources.WITHDRAWN:
            return gone
        if visit.get("status") != resources.status_of(slip) or not made_by(slip, self._hospital, visit):
            raise _Held(
                why="The slip is void, but the visit was changed in the system. Take it back there by hand.",
                found=found,
            )
        refusal = self._replace([(dict(visit) | {"status": resources.WITHDRAWN}, version_of(visit))], found)
        if refusal is None and self._read("Encounter", found.encounter, found).get("status") != resources.WITHDRAWN:
            raise _Held(
                why="The slip is void and the system did not take its visit back. Take it back by hand.", found=found
            )
        return refusal or gone

    def _own(self, slip: Slip) -> tuple[Found, Mapping[str, Any], Mapping[str, Any]]:
        found = self.find(slip)
        if found is None:
            raise _Held(why="The visit is no longer in the system. Look for it there before anything is sent again.")
        if found.doubled:
            raise _Held(why="The system has this slip's visit more than once. Remove one there by hand.", found=found)
        return found, self._read("Encounter", found.encounter, found), self._read("Patient", found.patient, found)

    def _replace(self, changes: list[tuple[Resource, str]], found: Found) -> Acknowledgement | None:
        """Puts changed resources, each at the version that was read, so repeating is safe; None when that is done."""
        if not changes:
            return None
        reply = self._wire.patiently(lambda: self._wire.once("POST", "", resource=resources.replacement(changes)))
        if reply.status in (409, 412):
            raise _Held(
                why="It was changed in the system at the same moment. Look there, then approve it again.", found=found
            )
        return self._refusal(reply)

    # --- reading back

    def _confirm(self, slip: Slip, found: Found, *, created: bool = False, own: bool = False) -> Acknowledgement:
        """Compares both resources with the slip; of a patient whom another made, only that it can be the same person.

        `created`: this slip made the visit just now; `own`: and the patient.
        """
        if found.doubled:
            raise _Held(why="The system has this slip's visit more than once. Remove one there by hand.", found=found)
        visit = self._read("Encounter", found.encounter, found)
        there = subject_of(visit)
        if not there or (found.patient and there != found.patient):
            raise _Held(why="The system has filed this visit under another patient. Look at both there.", found=found)
        found = Found(patient=there, encounter=found.encounter)
        patient = self._read("Patient", there, found)
        wrong = differences(resources.encounter(slip, self._hospital, f"Patient/{there}"), visit)
        own = own or made_by(slip, self._hospital, patient)
        if own:
            mother = self._mother(slip)
            wrong += differences(resources.patient(slip, self._hospital, mother=mother), patient)
        else:
            system, value = resources.person_key(slip, self._hospital)
            wrong += () if value in values(patient, system) else ("Patient.identifier",)
            wrong += strangers(slip, patient)
        if wrong:
            fields = ", ".join(wrong)
            raise _Held(Sentence("The system has the visit, but differs from the slip: {fields}", fields=fields), found)
        return Acknowledgement(
            outcome=Outcome.CREATED if created else Outcome.ALREADY_THERE,
            patient=there,
            encounter=found.encounter,
            uhid=next(iter(values(patient, self._hospital.uhid_system)), ""),
            created=own,
        )

    def _read(self, kind: str, key: str, found: Found) -> Mapping[str, Any]:
        """One resource by its id. Raises _Held when it is not there: a system may say that it took what it lost."""
        reply = self._wire.get(f"{kind}/{key}") if ID.fullmatch(key) else None
        if reply is not None and reply.status == 200 and reply.body.get("resourceType") == kind:
            return reply.body
        if reply is None or reply.status in _GONE or reply.status < 300:
            raise _Held(
                Sentence("The system says that it took the slip, but its {kind} is not there.", kind=kind), found
            )
        raise self._wire.not_fhir(
            Sentence("reading a {kind} is answered with {status}", kind=kind, status=reply.status)
        )

    def _search(self, kind: str, system: str, value: str) -> list[Mapping[str, Any]]:
        """The resources with exactly this identifier; some systems' own search is by part of it."""
        token = resources.search_token(system, value)
        reply = self._wire.search(kind, {"identifier": token, "_count": str(_MOST_MATCHES)})
        if reply.status != 200 or reply.body.get("type") != "searchset":
            raise self._wire.not_fhir(Sentence("searching is answered with {status}", status=reply.status))
        entries = reply.body.get("entry", [])
        found = [
            entry["resource"]
            for entry in (entries if isinstance(entries, list) else [])
            if isinstance(entry, Mapping) and isinstance(entry.get("resource"), Mapping)
        ]
        exact = [each for each in found if each.get("resourceType") == kind and value in values(each, system)]
        if len(found) >= _MOST_MATCHES and len(exact) < 2:
            raise self._wire.not_fhir(why="searching by an identifier finds everything")
        return exact


def _checked_id(resource: Mapping[str, Any]) -> str:
    key = str(resource.get("id", ""))
    if not ID.fullmatch(key):
        raise _Held(why="The system answered with a record that has no usable id. Ask its maker before going on.")
    return key
