"""The words that are printed, English and Hindi side by side: paper is read by two people with two languages."""

from typing import NamedTuple

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


TITLES = {
    Kind.OPD: Words("OPD slip", "बाह्य रोगी पर्ची"),
    Kind.CASUALTY: Words("Casualty slip", "आपात विभाग पर्ची"),
    Kind.ADMISSION: Words("Admission slip", "भर्ती पर्ची"),
    Kind.TRANSFER: Words("Transfer slip", "स्थानांतरण पर्ची"),
    Kind.DISCHARGE: Words("Discharge slip", "छुट्टी पर्ची"),
    Kind.DEATH: Words("Death slip", "मृत्यु पर्ची"),
    Kind.VOID: Words("Void slip", "रद्द पर्ची"),
    Kind.PAD: Words("Blank slip", "कोरी पर्ची"),
    Kind.SHIFT: Words("Shift sheet", "शिफ्ट पत्रक"),
}
PATIENT_COPY = Words("Patient's copy", "रोगी की प्रति")
HOSPITAL_COPY = Words("Hospital's copy", "अस्पताल की प्रति")
KEEP = Words("Keep this slip and bring it every time", "यह पर्ची सँभालकर रखें और हर बार साथ लाएँ")
COLLECT = Words("Stays in the clinic's box", "विभाग के डिब्बे में जमा करें")
TEAR = Words("tear here", "यहाँ से फाड़ें")
CARD = Words("Registration card", "पंजीकरण कार्ड")
CARD_NUMBER = Words("Temporary number", "अस्थायी संख्या")
CARD_KEEP = Words("Bring this card on every visit", "हर बार यह कार्ड साथ लाएँ")
SAMPLE_LABEL = Words("Sample", "नमूना")
WRISTBAND = Words("Wristband", "कलाई पट्टी")
RECEIPT = Words("Receipt", "रसीद")
TOKEN_STUB = Words("Token", "टोकन")
REFERRAL = Words("Referral", "रेफ़रल पर्ची")
FEE_PURPOSE = Words("Registration fee", "पंजीकरण शुल्क")
FOLD = Words("fold", "मोड़ें")
DRILL = Words("DRILL", "अभ्यास")
VOID = Words("VOID", "रद्द")

SEX = {
    Sex.FEMALE: Words("Female", "महिला"),
    Sex.MALE: Words("Male", "पुरुष"),
    Sex.OTHER: Words("Other", "अन्य"),
    Sex.UNKNOWN: Words("Not known", "ज्ञात नहीं"),
}
AGE = {
    AgeUnit.YEARS: Words("years", "वर्ष"),
    AgeUnit.MONTHS: Words("months", "माह"),
    AgeUnit.DAYS: Words("days", "दिन"),
}
AGE_ONE = {AgeUnit.YEARS: "year", AgeUnit.MONTHS: "month", AgeUnit.DAYS: "day"}
RELATION = {
    Relation.FATHER: Words("Father", "पिता"),
    Relation.HUSBAND: Words("Husband", "पति"),
    Relation.MOTHER: Words("Mother", "माता"),
    Relation.WIFE: Words("Wife", "पत्नी"),
    Relation.SON: Words("Son", "पुत्र"),
    Relation.DAUGHTER: Words("Daughter", "पुत्री"),
    Relation.GUARDIAN: Words("Guardian", "अभिभावक"),
}
CATEGORY = {
    Category.GENERAL: Words("General", "सामान्य"),
    Category.BPL: Words("BPL", "बी.पी.एल."),
    Category.PMJAY: Words("PM-JAY", "आयुष्मान भारत"),
    Category.CGHS: Words("CGHS", "सी.जी.एच.एस."),
    Category.ECHS: Words("ECHS", "ई.सी.एच.एस."),
    Category.ESI: Words("ESI", "ई.एस.आई."),
    Category.SENIOR_CITIZEN: Words("Senior citizen", "वरिष्ठ नागरिक"),
    Category.DISABLED: Words("Disabled", "दिव्यांग"),
    Category.PREGNANT: Words("Pregnant", "गर्भवती"),
    Category.FREEDOM_FIGHTER: Words("Freedom fighter", "स्वतंत्रता सेनानी"),
    Category.STAFF: Words("Staff", "कर्मचारी"),
    Category.STUDENT: Words("Student", "विद्यार्थी"),
    Category.PRISONER: Words("Prisoner", "बंदी"),
    Category.OTHER: Words("Other", "अन्य"),
}
FEE_STATUS = {
    FeeStatus.PAID: Words("Paid", "भुगतान हुआ"),
    FeeStatus.EXEMPT: Words("Exempt", "छूट"),
    FeeStatus.LATER: Words("To be paid", "बाद में देय"),
}
PAID_BY = {
    Mode.CASH: Words("Cash", "नक़द"),
    Mode.UPI: Words("UPI", "यूपीआई"),
    Mode.CARD: Words("Card", "कार्ड"),
}
FREE = Words("Free", "निःशुल्क")
FIELDS = {
    "number": Words("Slip number", "पर्ची संख्या"),
    "issued": Words("Date and time", "दिनांक व समय"),
    "token": Words("Token", "टोकन"),
    "clinic": Words("Clinic", "विभाग"),
    "room": Words("Room", "कमरा"),
    "unit": Words("Unit", "यूनिट"),
    "report": Words("Come at", "आने का समय"),
    "name": Words("Name", "नाम"),
    "sex": Words("Age and sex", "आयु व लिंग"),
    "birth": Words("Date of birth, sex", "जन्म तिथि, लिंग"),
    "guardian": Words("Father / husband", "पिता / पति"),
    "mobile": Words("Mobile", "मोबाइल"),
    "address": Words("Address", "पता"),
    "category": Words("Category", "श्रेणी"),
    "scheme_id": Words("Scheme number", "योजना संख्या"),
    "abha": Words("ABHA number", "आभा संख्या"),
    "uhid": Words("UHID", "यू.एच.आई.डी."),
    "patient_number": Words("Temporary number", "अस्थायी संख्या"),
    "fee": Words("Fee", "शुल्क"),
    "receipt": Words("Receipt", "रसीद संख्या"),
    "booking": Words("Unverified booking", "बिना जाँची बुकिंग"),
    "medico_legal_number": Words("MLC number", "एम.एल.सी. संख्या"),
    "ward": Words("Ward", "वार्ड"),
    "bed": Words("Bed", "बिस्तर"),
    "ipd_number": Words("IPD number", "आई.पी.डी. संख्या"),
    "brought_by": Words("Brought by", "कौन लाया"),
    "found_at": Words("Found at", "कहाँ मिले"),
    "police_station": Words("Police station", "थाना"),
    "identification_marks": Words("Identification marks", "पहचान के निशान"),
    "previous": Words("Previous slip", "पिछली पर्ची"),
    "mother": Words("Mother's slip", "माता की पर्ची"),
    "desk": Words("Desk", "काउंटर"),
    "reason": Words("Reason", "कारण"),
    "day": Words("Date", "दिनांक"),
    "issued_to": Words("Issued to", "किसे दी"),
    "age_sex": Words("Age, sex", "आयु, लिंग"),
    "sample": Words("Sample", "नमूना"),
    "place": Words("Room", "कमरा"),
    "from": Words("From clinic", "किस विभाग से"),
    "purpose": Words("Received for", "किस मद में"),
    "amount": Words("Amount received", "प्राप्त राशि"),
    "amount_words": Words("In words", "शब्दों में"),
    "payment": Words("Paid by, reference", "कैसे दिया, संदर्भ"),
    "book": Words("Receipt book", "रसीद बुक संख्या"),
}
CUT_FIELDS = {
    "name_hindi": Words("Name in Hindi", "हिन्दी नाम"),
    "locality": Words("Locality", "मोहल्ला / गाँव"),
    "district": Words("District", "ज़िला"),
} | FIELDS
FLAGS = {
    "drill": DRILL,
    "emergency": Words("EMERGENCY", "आपातकाल"),
    "priority": Words("PRIORITY", "प्राथमिकता"),
    "medico_legal": Words("MLC", "मेडिको-लीगल"),
    "alias": Words("ALIAS", "छद्म नाम"),
    "sealed": Words("CONFIDENTIAL", "गोपनीय"),
    "provisional": Words("PROVISIONAL", "अनंतिम"),
    "brought_dead": Words("BROUGHT DEAD", "मृत लाए गए"),
    "corrected": Words("CORRECTED", "संशोधित"),
    "void": VOID,
}
