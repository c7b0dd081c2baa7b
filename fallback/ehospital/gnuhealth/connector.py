"""GNU Health 5 by its own JSON-RPC: one slip, one party, one appointment; what it keeps unique keeps us safe."""

import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fallback.ehospital import Abilities, Acknowledgement, Found, Hold, Outcome, TargetIdentity, asked
from fallback.ehospital.elements import in_words
from fallback.ehospital.gnuhealth import records
from fallback.ehospital.gnuhealth.reading import PARTIES, PATIENTS, VISITS, Held, Reading, found_of, is_ours
from fallback.ehospital.gnuhealth.wire import PAUSES, Refused, Tryton
from fallback.ehospital.line import Transient
from fallback.errors import ParchiError, Sentence, TargetNotAllowed
from fallback.hospital import Hospital, Target
from fallback.slip import Slip

_SAME_SECOND = 1.1  # seconds: some databases write the time of a change to the second only


class GnuHealthConnector:
    """GNU Health on Tryton. Sends drill slips to systems marked as test systems only.

    A party's code and a patient's party are unique there, an appointment is not. So a new patient is made together with
    the visit, and a visit of a patient who is there only if nobody changed that patient since we looked.
    """

    def __init__(
        self,
        target: Target,
        hospital: Hospital,
        password: str = "",
        *,
        authority: Path | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`password` is of `target.login`; `timeout` and `pauses` are in seconds. Raises as Tryton does."""
        self._target, self._hospital = target, hospital
        self._wire = Tryton(
            target.url,
            target.database,
            target.login,
            password,
            authority=authority,
            timeout=timeout,
            pauses=pauses,
            sleep=sleep,
        )
        self._reading = Reading(self._wire, hospital)

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    @property
    def abilities(self) -> Abilities:
        """It can do all; nothing that is sent makes a bill there."""
        steps = (
            Sentence("In GNU Health, open Health, Appointments and search the slip number."),
            Sentence(
                "Choose the right patient in the field Patient and save. If it was seen: move its evaluation too."
            ),
            Sentence("If the wrong patient was made by this slip and has no other visit, clear Active there."),
        )
        return Abilities(apart=2 * _SAME_SECOND, unlink=steps)

    def close(self) -> None:
        """Lets go of the connection."""
        self._wire.close()

    def identify(self) -> TargetIdentity:
        """What the server, its modules and its institutions say, to a login that may register. Raises ParchiError."""
        version = self._wire.version()
        modules = self._wire.read("ir.module", [["state", "=", "activated"]], ["name", "version"], limit=500)
        found = {str(each["name"]): str(each.get("version", "")) for each in modules}
        if "health" not in found:
            raise self._wire.odd(Sentence("it has no GNU Health"))
        self._may_register()
        codes = [str(each.get("code") or "") for each in self._wire.read("gnuhealth.institution", [], ["code"])]
        known = self._target.organisation in codes
        told = "\n".join([self._target.database, version, *(f"{name} {found[name]}" for name in sorted(found))])
        return TargetIdentity(
            url=self._wire.url,
            software=f"GNU Health {found['health']} on Tryton {version}",
            fingerprint=hashlib.sha256(told.encode()).hexdigest(),
            certificate=self._wire.certificate,
            organisation=self._target.organisation if known else codes[0] if len(codes) == 1 else "",
        )

    def _may_register(self) -> None:
        """Raises TargetLoginRefused for a login that may not: a party would be made, and then no patient."""
        models = [PARTIES, PATIENTS, VISITS]
        found = self._wire.patiently(lambda: self._wire.call("model.ir.model.access.get_access", models))
        rights = [found.get(model) if isinstance(found, Mapping) else None for model in models]
        if not all(isinstance(each, Mapping) and each.get("create") and each.get("write") for each in rights):
            raise self._wire.refused()

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be sent as it is; "" when it can."""
        return asked.objection(slip, self._target, self._hospital, records.KINDS)

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """The records that a new slip would be sent as."""
        told = {PARTIES: records.party(slip, self._hospital), VISITS: records.visit(slip, self._hospital, None)}
        return {kind: {name: _shown(value) for name, value in each.items()} for kind, each in told.items()}

    def find(self, slip: Slip) -> Found | None:
        """The slip's visit, by its number, compared exactly. Raises as `identify`."""
        found = self._reading.visits(slip)
        return found_of(found) if found else None

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        """Visits of the same person, clinic and date without a number of ours. Raises as `identify`."""
        return self._reading.typed(slip)

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        """Writes our number into the visit's comments, and creates nothing."""
        return self._answer(lambda: self._repeated(lambda: self._link(slip, found)))

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        """Reads a visit that is there back and compares it with the slip."""
        return self._answer(lambda: self._confirm(slip, found))

    def send(self, slip: Slip) -> Acknowledgement:
        """Creates what is not there yet, and reads it back. After a lost answer all of it is looked at again."""
        looks = iter([bool(slip.uhid or slip.patient_number)])
        return self._answer(lambda: self._repeated(lambda: self._send(slip, look=next(looks, True))))

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """Changes what this slip made for an earlier revision."""
        return self._answer(lambda: self._update(slip, before))

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """Cancels the appointment of a voided slip; its patient stays."""
        return self._answer(lambda: self._withdraw(slip))

    def _answer(self, act: Callable[[], Acknowledgement]) -> Acknowledgement:
        try:
            return act()
        except Held as held:
            return Acknowledgement(
                outcome=Outcome.HELD,
                patient=held.found.patient,
                encounter=held.found.encounter,
                reason=held.why,
                hold=held.hold,
            )
        except Refused as refused:
            reason = Sentence("The system refused the slip ({status}): {words}", status="RPC", words=refused.words)
            return Acknowledgement(outcome=Outcome.FAILED, reason=reason)
        except ParchiError as error:
            return Acknowledgement(outcome=Outcome.UNREACHABLE, reason=str(error), error=error)

    def _repeated(self, act: Callable[[], Acknowledgement]) -> Acknowledgement:
        """An act that begins with a look, repeated after a lost answer, or when somebody else was there first."""
        for pause in (*self._wire.pauses, None):
            try:
                return act()
            except Transient as lost:
                if pause is None:
                    raise self._wire.unreachable(lost.why) from lost
            except Refused as refused:
                if not refused.changed:
                    raise
                if pause is None:
                    raise Held(
                        Sentence("Somebody works on the same records in the system. Look there, then approve it again.")
                    ) from refused
            self._wire.pause(pause)
        raise AssertionError("the last attempt returns or raises")

    # --- sending

    def _send(self, slip: Slip, *, look: bool) -> Acknowledgement:
        """Without a look at first where the slip says that the patient is new: one who is there makes the code refused,
        which changes nothing, and then we look.
        """
        if slip.drill and not self._target.test:
            raise TargetNotAllowed(url=self._wire.url, why="it is not marked as a test system")
        party = self._reading.party(slip) if look else None
        new = party is None
        key = self._made(PARTIES, records.party(slip, self._hospital)) if party is None else int(party["id"])
        visit = records.visit(slip, self._hospital, self._reading.speciality(slip))
        patients = [] if new else self._wire.read(PATIENTS, [["party", "=", key]], ["_timestamp"])
        if not patients:
            patient = self._made(PATIENTS, {"party": key, "appointments": [["create", [visit]]]})
            return self._read_back(slip, patient, created=True)
        patient, since = int(patients[0]["id"]), str(patients[0].get("_timestamp"))
        if self._reading.visits(slip, patient):
            return self._read_back(slip, patient)
        self._wait_out(since)
        self._write(PATIENTS, patient, since, {"appointments": [["create", [visit]]]})
        return self._read_back(slip, patient, created=True)

    def _made(self, model: str, values: Mapping[str, Any]) -> int:
        """Creates a record of which there can be one only. One that was there already counts as a change there."""
        try:
            (key,) = self._wire.call(f"model.{model}.create", [values])
        except Refused as refused:
            unique = {PARTIES: ["code", "=", values.get("code")], PATIENTS: ["party", "=", values.get("party")]}
            there = self._wire.read(model, [unique[model]], ["id"])
            raise Refused(refused.words, changed=bool(there)) from refused
        except (TypeError, ValueError) as wrong:
            raise self._wire.odd(Sentence("it does not say what it made")) from wrong
        return int(key)

    def _wait_out(self, since: str) -> None:
        """Waits until a change would bear another time than the one that we read: else nobody could tell the two."""
        now = self._wire.server_time
        if now is None or now - float(since) < _SAME_SECOND:
            self._wire.pause(_SAME_SECOND)

    def _write(self, model: str, key: int, since: str, values: Mapping[str, Any]) -> None:
        """Changes a record only if nobody changed it since it was read."""
        self._wire.call(f"model.{model}.write", [key], values, context={"_timestamp": {f"{model},{key}": since}})

    # --- changing

    def _update(self, slip: Slip, before: Slip) -> Acknowledgement:
        if (slip.uhid, slip.person) != (before.uhid, before.person):
            raise Held(Sentence("The correction says that it is another patient. Change it in the system by hand."))
        return self._repeated(lambda: self._change(slip, before))

    def _change(self, slip: Slip, before: Slip) -> Acknowledgement:
        visit, found = self._own(slip)
        speciality = [self._reading.speciality(each) for each in (before, slip)]
        old, new = (
            records.visit(each, self._hospital, code) for each, code in zip((before, slip), speciality, strict=True)
        )
        changed = {name: new[name] for name in records.VISIT if new[name] != old[name]}
        if changed and not records.is_as(new, old, visit):
            if since := records.differences(old, visit, records.VISIT):
                raise self._changed(in_words(since, "appointment"), found)
            if "comments" in changed:
                changed["comments"] = records.comments_with(visit, old, new)
            self._write(VISITS, int(found.encounter), str(visit["_timestamp"]), changed)
        self._change_person(slip, before, visit, found)
        return self._read_back(slip)

    def _change_person(self, slip: Slip, before: Slip, visit: Mapping[str, Any], found: Found) -> None:
        party = records.party_of(visit)
        changes = records.person_changes(slip, before, party)
        if not changes:
            return
        if not self._reading.made_by(slip, party):
            fields = in_words(sorted(changes), "party")
            why = Sentence(
                "The correction changes what this slip did not make: {fields}. "
                "Put it right there, then approve the slip once more.",
                fields=fields,
            )
            raise Held(why, found)
        if since := records.differences(records.person(before), party, records.PARTY):
            raise self._changed(in_words(since, "party"), found)
        self._write(PARTIES, int(party["id"]), str(party["_timestamp"]), changes)

    def _withdraw(self, slip: Slip) -> Acknowledgement:
        if self.find(slip) is None:
            return Acknowledgement(outcome=Outcome.ALREADY_THERE)
        return self._repeated(lambda: self._cancel(slip))

    def _cancel(self, slip: Slip) -> Acknowledgement:
        visit, found = self._own(slip)
        gone = Acknowledgement(outcome=Outcome.CREATED, patient=found.patient, encounter=found.encounter)
        if visit.get("state") == records.WITHDRAWN:
            return gone
        if visit.get("state") != records.status(slip):
            raise Held(
                Sentence("The slip is void, but the visit was changed in the system. Take it back there by hand."),
                found,
                Hold.CHANGED_THERE,
            )
        self._write(VISITS, int(found.encounter), str(visit["_timestamp"]), {"state": records.WITHDRAWN})
        return gone

    def _link(self, slip: Slip, found: Found) -> Acknowledgement:
        visit = self._reading.one(found)
        if wrong := self._reading.strangers(slip, records.party_of(visit)):
            fields = in_words(wrong)
            raise Held(Sentence("The visit is another person's: {fields}", fields=fields), found, Hold.UHID_ANOTHER)
        if not records.bears(visit, slip):
            if is_ours(visit):
                raise Held(Sentence("The visit has another slip's number already. Look at both there."), found)
            text = "\n".join(each for each in (str(visit.get("comments") or "").strip(), records.mark(slip)) if each)
            self._write(VISITS, int(found.encounter), str(visit["_timestamp"]), {"comments": text})
        now = self._reading.one(found)
        return self._told(found_of([now]), now, created=False)

    # --- reading back

    def _own(self, slip: Slip) -> tuple[Mapping[str, Any], Found]:
        """The one visit that this slip made. Raises Held for all else."""
        visits = self._reading.visits(slip)
        if not visits:
            raise Held(
                Sentence("The visit is no longer in the system. Look for it there before anything is sent again."),
                hold=Hold.NOT_THERE,
            )
        found = found_of(visits)
        self._reading.not_doubled(found)
        if visits[0].get("name") != slip.number.text:
            raise Held(
                Sentence("The visit was typed by hand and only linked to the slip. Change it there by hand."), found
            )
        return visits[0], found

    def _read_back(self, slip: Slip, patient: int | None = None, *, created: bool = False) -> Acknowledgement:
        """Looks for the visit, of a patient or of all, and compares it. Raises Held."""
        visits = self._reading.visits(slip, patient)
        if not visits:
            raise Held(
                Sentence("The system says that it took the slip, but does not have it. Ask its maker before going on."),
                hold=Hold.NOT_THERE,
            )
        return self._compared(slip, visits[0], found_of(visits), created=created)

    def _confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        visit = self._reading.one(found)
        there = found_of([visit])
        if found.patient and found.patient != there.patient:
            why = Sentence("The system has filed this visit under another patient. Look at both there.")
            raise Held(why, found, Hold.DIFFERS)
        return self._compared(
            slip, visit, Found(patient=there.patient, encounter=there.encounter, doubled=found.doubled)
        )

    def _compared(
        self, slip: Slip, visit: Mapping[str, Any], found: Found, *, created: bool = False
    ) -> Acknowledgement:
        self._reading.compared(slip, visit, found)
        own = self._reading.made_by(slip, records.party_of(visit))
        return self._told(found, visit, created=created, own=own)

    @staticmethod
    def _told(found: Found, visit: Mapping[str, Any], *, created: bool, own: bool = False) -> Acknowledgement:
        return Acknowledgement(
            outcome=Outcome.CREATED if created else Outcome.ALREADY_THERE,
            patient=found.patient,
            encounter=found.encounter,
            uhid=str(records.party_of(visit).get("ref") or ""),
            created=own,
        )

    def _changed(self, fields: str, found: Found) -> Held:
        why = Sentence("It was changed in the system since: {fields}", fields=fields)
        return Held(why, found, Hold.CHANGED_THERE)


def _shown(value: Any) -> Any:
    """A value as JSON has it."""
    return value.isoformat() if isinstance(value, date) else value
