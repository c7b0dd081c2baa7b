"""What the parts of a system's records are called in a hospital: nobody in a records office knows `Patient.telecom`."""

from collections.abc import Iterable, Mapping

ELEMENT_LABELS: Mapping[str, str] = {
    "Patient.identifier": "UHID or temporary number",
    "Patient.name": "Name",
    "Patient.gender": "Sex",
    "Patient.telecom": "Mobile number",
    "Patient.birthDate": "Age or date of birth",
    "Patient.address": "Address",
    "Patient.contact": "Guardian",
    "Patient.link": "Mother",
    "Patient.deceased": "Date of death",
    "Encounter.identifier": "Slip number",
    "Encounter.status": "State of the visit",
    "Encounter.class": "Kind of visit",
    "Encounter.subject": "Patient of the visit",
    "Encounter.reference": "Patient of the visit",
    "Encounter.serviceType": "Clinic",
    "Encounter.priority": "Urgency",
    "Encounter.period": "Date and time of the visit",
    "Encounter.appointment": "Appointment",
    "Encounter.serviceProvider": "Hospital",
    "Encounter.location": "Ward and bed",
    "Encounter.hospitalization": "Admission or referral",
    "Encounter.extension": "Memo of fee and receipt and follow-up",
    "Patient": "Patient",
    "Encounter": "Visit",
    # whatever differs in what goes beside a visit, a person looks at the whole of it
    "Provenance": "Who registered the visit",
    "DocumentReference": "Picture of the page",
    "Binary": "Picture of the page",
    "Bundle": "Document of the consultation",
    "Composition": "Document of the consultation",
    "Organization": "Hospital",
    # GNU Health's own
    "party.name": "Name",
    "party.lastname": "Name",
    "party.gender": "Sex",
    "party.dob": "Age or date of birth",
    "party.est_dob": "Age or date of birth",
    "party.est_years": "Age or date of birth",
    "party.code": "UHID or temporary number",
    "party.ref": "UHID",
    "party.contact_mechanisms": "Mobile number",
    "party.addresses": "Address",
    "appointment.name": "Slip number",
    "appointment.appointment_date": "Date and time of the visit",
    "appointment.state": "State of the visit",
    "appointment.urgency": "Urgency",
    "appointment.appointment_type": "Kind of visit",
    "appointment.visit_type": "Kind of visit",
    "appointment.speciality": "Clinic",
    "appointment.comments": "Memo of fee and receipt and follow-up",
}


def in_words(elements: Iterable[str], kind: str = "") -> str:
    """The words for elements as `Patient.telecom` (or `telecom` of a kind), each once; one that has none stays."""
    found = []
    for each in elements:
        name = each if "." in each or not kind else f"{kind}.{each}"
        found.append(ELEMENT_LABELS.get(name) or ELEMENT_LABELS.get(name.partition(".")[0]) or name)
    return ", ".join(dict.fromkeys(found))
