"""The words that are printed, English and Hindi side by side: paper is read by two people with two languages."""

from typing import NamedTuple

from fallback.language import translate
from fallback.money import Mode
from fallback.slip import AgeUnit, Category, FeeStatus, Kind, Relation, Sex


class Words(NamedTuple):
    """One thing in both languages."""

    english: str
    hindi: str

    @property
    def both(self) -> str:
        """`English · हिन्दी`."""
        return " · ".join(dict.fromkeys(word for word in self if word))

    def said(self, language: str) -> str:
        """In a sheet's language: `en`, `hi`, or `both`."""
        return self.english if language == "en" else self.hindi if language == "hi" else self.both


def spoken(english: str) -> Words:
    """A text of ours with the catalogue's Hindi: screens and paper say the same."""
    return Words(english, translate(english, "hi"))


TITLES = {
    Kind.OPD: spoken("OPD slip"),
    Kind.CASUALTY: spoken("Casualty slip"),
    Kind.ADMISSION: spoken("Admission slip"),
    Kind.TRANSFER: spoken("Transfer slip"),
    Kind.DISCHARGE: spoken("Discharge slip"),
    Kind.DEATH: spoken("Death slip"),
    Kind.VOID: spoken("Void slip"),
    Kind.PAD: spoken("Blank slip"),
    Kind.SHIFT: spoken("Shift sheet"),
}
PATIENT_COPY = spoken("Patient's copy")
HOSPITAL_COPY = spoken("Hospital's copy")
KEEP = spoken("Keep this slip and bring it every time")
COLLECT = spoken("Stays in the clinic's box")
TEAR = spoken("tear here")
CARD = spoken("Registration card")
CARD_NUMBER = spoken("Temporary number")
CARD_KEEP = spoken("Bring this card on every visit")
SAMPLE_LABEL = spoken("Sample")
WRISTBAND = spoken("Wristband")
RECEIPT = spoken("Receipt")
TOKEN_STUB = spoken("Token")
REFERRAL = spoken("Referral")
FEE_PURPOSE = spoken("Registration fee")
FOLD = spoken("fold")
DRILL = spoken("DRILL")
VOID = spoken("VOID")

SEX = {
    Sex.FEMALE: spoken("Female"),
    Sex.MALE: spoken("Male"),
    Sex.OTHER: spoken("Other"),
    Sex.UNKNOWN: spoken("Not known"),
}
AGE = {
    AgeUnit.YEARS: spoken("years"),
    AgeUnit.MONTHS: spoken("months"),
    AgeUnit.DAYS: spoken("days"),
}
AGE_ONE = {AgeUnit.YEARS: "year", AgeUnit.MONTHS: "month", AgeUnit.DAYS: "day"}
RELATION = {
    Relation.FATHER: spoken("Father"),
    Relation.HUSBAND: spoken("Husband"),
    Relation.MOTHER: spoken("Mother"),
    Relation.WIFE: spoken("Wife"),
    Relation.SON: spoken("Son"),
    Relation.DAUGHTER: spoken("Daughter"),
    Relation.GUARDIAN: spoken("Guardian"),
}
CATEGORY = {
    Category.GENERAL: spoken("General"),
    Category.BPL: spoken("BPL"),
    Category.PMJAY: spoken("PM-JAY"),
    Category.CGHS: spoken("CGHS"),
    Category.ECHS: spoken("ECHS"),
    Category.ESI: spoken("ESI"),
    Category.SENIOR_CITIZEN: spoken("Senior citizen"),
    Category.DISABLED: spoken("Disabled"),
    Category.PREGNANT: spoken("Pregnant"),
    Category.FREEDOM_FIGHTER: spoken("Freedom fighter"),
    Category.STAFF: spoken("Staff"),
    Category.STUDENT: spoken("Student"),
    Category.PRISONER: spoken("Prisoner"),
    Category.OTHER: spoken("Other"),
}
FEE_STATUS = {
    FeeStatus.PAID: spoken("Paid"),
    FeeStatus.EXEMPT: spoken("Exempt"),
    FeeStatus.LATER: spoken("To be paid"),
}
PAID_BY = {
    Mode.CASH: spoken("Cash"),
    Mode.UPI: spoken("UPI"),
    Mode.CARD: spoken("Card"),
}
FREE = spoken("Free")
FIELDS = {
    "number": spoken("Slip number"),
    "issued": spoken("Date and time"),
    "token": spoken("Token"),
    "clinic": spoken("Clinic"),
    "room": spoken("Room"),
    "unit": spoken("Unit"),
    "report": spoken("Come at"),
    "name": spoken("Name"),
    "sex": spoken("Age and sex"),
    "birth": spoken("Date of birth, sex"),
    "guardian": spoken("Father / husband"),
    "mobile": spoken("Mobile"),
    "address": spoken("Address"),
    "category": spoken("Category"),
    "scheme_id": spoken("Scheme number"),
    "abha": spoken("ABHA number"),
    "uhid": spoken("UHID"),
    "patient_number": spoken("Temporary number"),
    "fee": spoken("Fee"),
    "receipt": spoken("Receipt"),
    "booking": spoken("Unverified booking"),
    "medico_legal_number": spoken("MLC number"),
    "ward": spoken("Ward"),
    "bed": spoken("Bed"),
    "ipd_number": spoken("IPD number"),
    "brought_by": spoken("Brought by"),
    "found_at": spoken("Found at"),
    "police_station": spoken("Police station"),
    "identification_marks": spoken("Identification marks"),
    "previous": spoken("Previous slip"),
    "mother": spoken("Mother's slip"),
    "desk": spoken("Desk"),
    "reason": spoken("Reason"),
    "day": spoken("Date"),
    "issued_to": spoken("Issued to"),
    "age_sex": spoken("Age, sex"),
    "sample": spoken("Sample"),
    "place": spoken("Room"),
    "from": spoken("From clinic"),
    "purpose": spoken("Received for"),
    "amount": spoken("Amount received"),
    "amount_words": spoken("In words"),
    "payment": spoken("Paid by, reference"),
    "book": spoken("Receipt book"),
}
CUT_FIELDS = {
    "name_hindi": spoken("Name in Hindi"),
    "locality": spoken("Locality"),
    "district": spoken("District"),
} | FIELDS
FLAGS = {
    "drill": DRILL,
    "emergency": spoken("EMERGENCY"),
    "priority": spoken("PRIORITY"),
    "medico_legal": spoken("MLC"),
    "alias": spoken("ALIAS"),
    "sealed": spoken("CONFIDENTIAL"),
    "provisional": spoken("PROVISIONAL"),
    "brought_dead": spoken("BROUGHT DEAD"),
    "corrected": spoken("CORRECTED"),
    "void": VOID,
}
