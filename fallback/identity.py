"""Who a confidential patient is: what is sealed for the supervisors, and stands nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self

from fallback.slip import Age, Category, Patient, Relation, Sex, Slip

# What goes with an identity into the journal, sealed, and has no room in a slip's code.
REST = (
    "name_hindi", "guardian", "relation", "locality", "district", "state", "pin_code", "category", "abha", "scheme_id",
    "birth_time", "birth_order", "identification_marks", "brought_by", "found_at", "booking", "patient_number",
    "previous", "mother", "reason",
)  # fmt: skip
CAME = ("brought_by", "found_at")  # what a visit tells of where somebody came from, and with whom


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A confidential patient as told at the desk. `birth_date` or `age`, never both; an age is of the day of issue.

    `rest` has those of REST that were told, as texts: only the journal carries it, a paper alone does not.
    """

    name: str
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    age: Age | None = None
    mobile: str = ""
    uhid: str = ""
    rest: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return "Identity(...)"  # a traceback or a log must not tell

    @classmethod
    def of(cls, patient: Patient, uhid: str = "", **rest: str) -> Self:
        """What is to be sealed of a patient; `rest` are the visit's parts of REST."""
        told = {
            "name_hindi": patient.name_hindi,
            "guardian": patient.guardian,
            "relation": patient.relation.value if patient.relation else "",
            "locality": patient.locality,
            "district": patient.district,
            "state": str(patient.state or ""),
            "pin_code": patient.pin_code,
            "category": patient.category.value,
            "abha": patient.abha,
            "scheme_id": patient.scheme_id,
            "birth_time": patient.birth_time,
            "birth_order": str(patient.birth_order or ""),
            "identification_marks": patient.identification_marks,
        }
        return cls(
            name=patient.name,
            sex=patient.sex,
            birth_date=patient.birth_date,
            age=patient.age,
            mobile=patient.mobile,
            uhid=uhid,
            rest={name: text for name, text in (told | rest).items() if text},
        )

    def with_rest(self, rest: Mapping[str, str]) -> Self:
        """The same person, with what the journal has besides."""
        return replace(self, rest=dict(rest))

    def on(self, slip: Slip) -> Slip:
        """A slip as it would read if nothing were hidden: never to be written, only shown or sent."""
        booking = self.rest.get("booking", "") if slip.sealed and not slip.patient_number else ""
        came: dict[str, Any] = {name: getattr(slip.visit, name) or self.rest.get(name, "") for name in CAME}
        visit = replace(slip.visit, booking=slip.visit.booking or booking, **came)
        return replace(slip, patient=self.patient, uhid=self.uhid, visit=visit)

    @property
    def patient(self) -> Patient:
        """The identity as a patient. Raises ValueError for a rest that Parchi did not write."""
        rest = self.rest
        return Patient(
            name=self.name,
            name_hindi=rest.get("name_hindi", ""),
            sex=self.sex,
            birth_date=self.birth_date,
            age=self.age,
            guardian=rest.get("guardian", ""),
            relation=Relation(rest["relation"]) if rest.get("relation") else None,
            mobile=self.mobile,
            abha=rest.get("abha", ""),
            state=int(rest.get("state") or 0),
            district=rest.get("district", ""),
            pin_code=rest.get("pin_code", ""),
            locality=rest.get("locality", ""),
            category=Category(rest.get("category") or Category.GENERAL),
            scheme_id=rest.get("scheme_id", ""),
            birth_time=rest.get("birth_time", ""),
            birth_order=int(rest.get("birth_order") or 0),
            identification_marks=rest.get("identification_marks", ""),
        )
