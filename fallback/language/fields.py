"""What the fields of the record are called in a sentence: `pin_code` is the PIN code."""

from collections.abc import Mapping

LABELS: Mapping[str, str] = {
    "name": "Name",
    "name_hindi": "Name in Hindi",
    "sex": "Sex",
    "birth_date": "Date of birth",
    "age": "Age",
    "age_unit": "Unit of age",
    "guardian": "Father, husband or guardian",
    "relation": "Relation",
    "mobile": "Mobile number",
    "abha": "ABHA number",
    "state": "State",
    "district": "District",
    "pin_code": "PIN code",
    "locality": "House, street, village",
    "category": "Category",
    "scheme_id": "Scheme number",
    "clinic": "Clinic",
    "fee": "Fee",
    "fee_status": "Fee status",
    "booking": "Booking number",
    "medico_legal_number": "Medico-legal number",
    "uhid": "UHID",
    "number": "Slip number",
    "patient_number": "Temporary number",
    "previous": "Earlier slip",
    "mother": "Mother's slip",
    "reason": "Reason",
}
