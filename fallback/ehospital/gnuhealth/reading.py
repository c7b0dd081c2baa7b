"""What GNU Health has of a slip: its visit, its person, what was typed by hand; compared exactly, field by field."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fallback import names
from fallback.ehospital import Found, Hold, asked
from fallback.ehospital.elements import in_words
from fallback.ehospital.gnuhealth import records
from fallback.ehospital.gnuhealth.wire import Tryton
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.slip import NUMBER_LENGTH, Slip

VISITS, PATIENTS, PARTIES = "gnuhealth.appointment", "gnuhealth.patient", "party.party"
_MOST = 500  # visits of one search
_TAKEN_BACK = ("user_cancelled", records.WITHDRAWN)


class Held(Exception):
    """This slip waits for a person, because of `why`, which holds no patient data."""

    def __init__(self, why: str, found: Found | None = None, hold: Hold = Hold.OTHER) -> None:
        super().__init__(why)
        self.why, self.found, self.hold = why, found or Found(patient="", encounter=""), hold


class Reading:
    """Reads one database, and writes nothing."""

    def __init__(self, wire: Tryton, hospital: Hospital) -> None:
        self._wire, self._hospital = wire, hospital
        self._specialities: dict[int, int | None] = {}

    def visits(self, slip: Slip, patient: int | None = None) -> list[dict[str, Any]]:
        """Visits under the slip's number, of all patients or of one: made by it, or typed by hand and linked to it.

        The number is compared exactly, here.
        """
        number = ["OR", ["name", "=", slip.number.text], ["comments", "like", f"%{records.mark(slip)}%"]]
        domain = [number] if patient is None else [["patient", "=", patient], number]
        return [each for each in self._read(domain) if records.bears(each, slip)]

    def one(self, found: Found) -> Mapping[str, Any]:
        """The visit of an id of theirs. Raises Held."""
        key = int(found.encounter) if found.encounter.isdecimal() else 0
        visits = self._read([["id", "=", key]])
        if len(visits) != 1 or visits[0]["id"] != key:
            raise Held(
                Sentence("The visit is not in the system under that number. Look for it there."), found, Hold.NOT_THERE
            )
        return visits[0]

    def _read(self, domain: list[Any]) -> list[dict[str, Any]]:
        found = self._wire.read(VISITS, domain, records.FIELDS, limit=_MOST)
        for each in found:
            whole = isinstance(each.get("patient"), int) and isinstance(records.party_of(each).get("id"), int)
            if each.get("patient") is not None and not whole:
                raise self._wire.odd(Sentence("its answer to a search cannot be read"))
        return found

    def party(self, slip: Slip) -> Mapping[str, Any] | None:
        """The party of a returning patient, None when there is none yet. Raises Held where a person must look."""
        ours = self._parties("code", records.code(slip, self._hospital))
        found = ours
        if slip.uhid:
            found = self._parties("ref", slip.uhid)
            if not found:
                why = Sentence("The system does not know the UHID. It may be older than the card: look there first.")
                raise Held(why, hold=Hold.UHID_MISSING)
            if ours and ours[0]["id"] != found[0]["id"]:
                raise Held(
                    Sentence(
                        "The system has this patient under the temporary number and not under the UHID. Join the two "
                        "there, then approve the slip again."
                    ),
                    hold=Hold.TWO_MATCHES,
                )
        if not found:
            return None
        if wrong := self.strangers(slip, found[0]):
            fields = in_words(wrong)
            why = Sentence("The number on the slip is another person's in the system: {fields}", fields=fields)
            raise Held(why, hold=Hold.UHID_ANOTHER)
        return found[0]

    def _parties(self, field: str, value: str) -> list[dict[str, Any]]:
        found = self._wire.read(PARTIES, [[field, "=", value]], [*records.PARTY, *records.BESIDE])
        return [each for each in found if each.get(field) == value]

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        """Visits of the same person, clinic and date without a number of ours: another telephone is another person."""
        if slip.visit_day is None:
            return ()
        day = datetime(slip.visit_day.year, slip.visit_day.month, slip.visit_day.day, tzinfo=UTC)
        domain: list[Any] = [
            ["appointment_date", ">=", day - timedelta(days=1, hours=6)],
            ["appointment_date", "<", day + timedelta(days=2)],
            ["state", "not in", list(_TAKEN_BACK)],
        ]
        if slip.uhid:
            domain.append(["patient.party.ref", "=", slip.uhid])
        else:
            domain.append(["patient.party.gender", "=", records.SEXES[slip.patient.sex]])
            if slip.patient.mobile:
                domain.append(["OR", ["patient.party.contact_mechanisms.value", "=", slip.patient.mobile],
                               ["patient.party.contact_mechanisms", "=", None]])  # fmt: skip
        clinic = self.speciality(slip)
        return tuple(
            found_of([each])
            for each in self._read(domain)
            if not is_ours(each)
            and each.get("speciality") in (None, clinic)
            and _same_name(slip, each)
            and not self.strangers(slip, records.party_of(each))
        )

    def made_by(self, slip: Slip, party: Mapping[str, Any]) -> bool:
        """Whether this slip made the party: the code names the slip itself, not a patient's first one."""
        return slip.patient_number is None and party.get("code") == records.code(slip, self._hospital)

    def strangers(self, slip: Slip, party: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields in which a party cannot be the slip's patient."""
        born = party.get("dob")
        name = f"{party.get('name') or ''} {party.get('lastname') or ''}"
        gender = records.GENDERS.get(str(party.get("gender")), "unknown")
        return asked.cannot_be(slip, gender, born.isoformat() if isinstance(born, date) else "", name)

    def compared(self, slip: Slip, visit: Mapping[str, Any], found: Found) -> None:
        """Compares a visit with the slip; of a patient whom another made, only that it can be the same person.

        Raises Held where they differ.
        """
        self.not_doubled(found)
        party = records.party_of(visit)
        wrong: tuple[str, ...] = ()
        if visit.get("name") == slip.number.text:
            sent = records.visit(slip, self._hospital, self.speciality(slip))
            wrong += tuple(f"appointment.{each}" for each in records.differences(sent, visit, records.VISIT))
        if self.made_by(slip, party):
            wrong += records.person_differences(slip, party)
        else:
            wrong += self.strangers(slip, party)
        if slip.uhid and party.get("ref") != slip.uhid:
            wrong += ("ref",)
        if wrong:
            fields = in_words(wrong, "party")
            why = Sentence("The system has the visit, but differs from the slip: {fields}", fields=fields)
            raise Held(why, found, Hold.DIFFERS)

    def not_doubled(self, found: Found) -> None:
        """Raises Held where the system has a visit twice."""
        if found.doubled:
            why = Sentence("The system has this slip's visit more than once. Remove one there by hand.")
            raise Held(why, found, Hold.TWO_MATCHES)

    def speciality(self, slip: Slip) -> int | None:
        """Their id of the slip's clinic, by its code or name; None where they have none."""
        clinic = self._hospital.clinic(slip.visit.clinic)
        if clinic is None:
            return None
        if clinic.number not in self._specialities:
            known = ["OR", ["code", "=", clinic.code], ["name", "=", clinic.name]]
            found = self._wire.read("gnuhealth.specialty", [known], ["code", "name"])
            self._specialities[clinic.number] = int(found[0]["id"]) if len(found) == 1 else None
        return self._specialities[clinic.number]


def found_of(visits: list[Any]) -> Found:
    """Where a visit stands, of all that are under its number."""
    patient = visits[0].get("patient")
    return Found(patient=str(patient or ""), encounter=str(visits[0]["id"]), doubled=len(visits) > 1)


def is_ours(visit: Mapping[str, Any]) -> bool:
    """Whether a visit has the number of any slip."""
    name = str(visit.get("name") or "")
    return (name.isdecimal() and len(name) == NUMBER_LENGTH) or records.MARK in str(visit.get("comments") or "")


def _same_name(slip: Slip, visit: Mapping[str, Any]) -> bool:
    party = records.party_of(visit)
    ours = set(names.name_key(f"{slip.patient.name} {slip.patient.name_hindi}").split())
    theirs = names.name_key(f"{party.get('name') or ''} {party.get('lastname') or ''}").split()
    return bool(ours and theirs) and (ours <= set(theirs) or set(theirs) <= ours)
