"""The words of the sheets that are not one slip: what their titles, fields and rows are called in both languages."""

from collections.abc import Mapping

from fallback.keys import HospitalKey
from fallback.printing.labels import FIELDS, Words, spoken
from fallback.printing.papers.duty_labels import DUTY_FIELDS

SHIFT_SHEET = spoken("Shift sheet")
DAY_SHEET = spoken("Clinic day sheet")
BOX_SHEET = spoken("Box sheet")
REGISTER = spoken("Department register")
POSTER = spoken("When the computers are down")
DESK_CARD = spoken("Desk card")
ENROLMENT_CARD = spoken("Enrolment card")
KEY_SHEET = spoken("A key of the hospital")
PAD_COVER = spoken("Pad of blank slips")
PRACTICE = spoken("Practice certificate")

ROUND_SHEET = spoken("Round of the ward")
CENSUS = spoken("Ward census")
TOTAL = spoken("All wards")

NEW = spoken("New")
OLD = spoken("Old")
NONE = spoken("none")
_NOTHING = Words("", "")
_USED = spoken("Used")
_SPOILED = spoken("Spoiled")
_UNUSED = spoken("Unused")
_NUMBER = FIELDS["number"]

PAPER_FIELDS: Mapping[str, Words] = (
    FIELDS
    | {
        "page": spoken("Page"),
        "remarks": spoken("Remarks"),
        # the shift
        "shift": spoken("Shift"),
        "clerk": spoken("Clerk"),
        "opened": spoken("Opened"),
        "closed": spoken("Closed"),
        "first": spoken("First number"),
        "last": spoken("Last number"),
        "issued": spoken("Slips issued"),
        "others": spoken("In between, not slips"),
        "voids": spoken("Void"),
        "corrections": spoken("Corrected"),
        "reprints": spoken("Reprinted"),
        "receipts": spoken("Receipts"),
        "taken": spoken("Fees received"),
        "exempt": spoken("Exempt"),
        "later": spoken("To be paid later"),
        "refunded": spoken("Refunded"),
        "opening_float": spoken("Opening float"),
        "due": spoken("Should be there"),
        "counted_cash": spoken("Counted"),
        "difference": spoken("Difference"),
        "cash": spoken("Cash, less refunds"),
        "upi": spoken("UPI"),
        "cards": spoken("Card"),
        "banked": spoken("Banked from the drawer"),
        "waived": spoken("Not asked of the exempt"),
        "opening_notes": spoken("Opening float by denomination"),
        "counted_notes": spoken("Counted by denomination"),
        "journal": spoken("Journal: chain, last line, that line's hash"),
        "note": spoken("Note for the next shift"),
        "copy_1": spoken("Second copy (stick): complete until, line of the journal, who takes it away"),
        "signed_1": spoken("Taken over: signature"),
        "void_1": spoken("Void slips"),
        # the clinic's day, box and register
        "tokens": spoken("Tokens"),
        "reached": spoken("Came"),
        "box": spoken("Box"),
        "count": spoken("Slips in it"),
        "slips": spoken("Slips"),
        "name_hindi": spoken("Name in Hindi"),
        "mobile": spoken("Mobile, last four"),
        "visit": spoken("New, old"),
        # wards
        "made": spoken("As known at"),
        "until": spoken("Until"),
        "beds": spoken("Beds"),
        "free": spoken("Vacant"),
        "before": spoken("Yesterday"),
        "admitted": spoken("Admitted"),
        "moved_in": spoken("Moved in"),
        "moved_out": spoken("Moved out"),
        "discharged": spoken("Discharged"),
        "lama": spoken("Left against advice"),
        "absconded": spoken("Absconded"),
        "died": spoken("Died"),
        "now": spoken("Lie there now"),
        "since": spoken("Admitted on"),
        # keys
        "hospital_id": spoken("Hospital id"),
        "authority": spoken("Fingerprint, SHA-256"),
        "authority_2": Words("", ""),
        "hospital": spoken("Hospital"),
        "series": spoken("Series"),
        "letters": spoken("Its tokens begin with"),
        "fingerprint": spoken("Fingerprint of its key"),
        "card_1": spoken("Its groups, in one line with the next"),
        "card_2": Words("", ""),
        "key_name": spoken("Which key"),
        "part": spoken("Part"),
        "groups": spoken("The same in signs"),
        "use": spoken("How it is used"),
        "word_1": spoken("Words, down the columns"),
        # practice
        "people": spoken("Who practised"),
        "counter": spoken("Counter"),
        "minutes": spoken("Minutes"),
        "score": spoken("Done of what was due"),
        "steps": spoken("Steps"),
        "mark": spoken("Mark"),
        "scene": spoken("Scene"),
        "done": spoken("Done"),
        "asked": spoken("To be done"),
        "vouched": spoken("Supervisor: name and signature"),
        # the pad
        "by": spoken("Given out by"),
        "number_1": _NUMBER,
        "number_2": _NUMBER,
        "used_1": _USED,
        "used_2": _USED,
        "spoiled_1": _SPOILED,
        "spoiled_2": _SPOILED,
        "unused_1": _UNUSED,
        "unused_2": _UNUSED,
    }
    | {f"{stem}_{place}": _NOTHING for stem in ("copy", "signed") for place in (2, 3)}
    | {f"void_{place}": _NOTHING for place in range(2, 7)}
    | {"word_2": _NOTHING, "word_3": _NOTHING}
    | DUTY_FIELDS
)

# What a key is called on its sheet, and what is done with it.
KEYS: Mapping[HospitalKey, Words] = {
    HospitalKey.RECOVERY: spoken("Recovery key"),
    HospitalKey.ROOT: spoken("Hospital's root key"),
    HospitalKey.SUPERVISORS: spoken("Supervisors' key"),
}
KEY_USES: Mapping[HospitalKey, Words] = {
    HospitalKey.RECOVERY: spoken("When Parchi asks for the passphrase: scan the code, or type the words."),
    HospitalKey.ROOT: spoken(
        "key put-back root: scan the code, or type the words. It then enrols desks and signs accounts."
    ),
    HospitalKey.SUPERVISORS: spoken(
        "key put-back supervisors: scan the code, or type the words. It then opens protected identities."
    ),
}
WHOLE = spoken("whole: this sheet alone is enough")

# The account's titles, columns and states, by their English.
ACCOUNT: Mapping[str, Words] = {
    english: Words(english, hindi)
    for english, hindi in (
        ("account of the downtime", "कंप्यूटर बंद रहने का लेखा"),
        ("CLOSED", "बंद"),
        ("OPEN", "खुला"),
        ("Every number that was handed out is accounted for.", "दी गई हर संख्या का हिसाब मिल गया है।"),
        ("Registrations", "पंजीकरण"),
        ("Hospital copies", "अस्पताल की प्रतियाँ"),
        ("Missing numbers", "गुम संख्याएँ"),
        ("What contradicts itself", "जो आपस में टकराता है"),
        ("Where", "कहाँ"),
        ("done twice at counters", "काउंटरों पर दो बार हुआ"),
        ("CONFLICT: one card, used in several places", "टकराव: एक कार्ड कई जगह काम में लिया गया"),
        ("CONFLICT: one number, several contents", "टकराव: एक संख्या, कई पर्चियाँ"),
        ("revoked", "वापस लिया गया"),
        ("Scanned pages", "स्कैन किए पन्ने"),
        ("Proof", "प्रमाण"),
        ("Desk · day", "काउंटर · दिन"),
        ("Desk", "काउंटर"),
        ("Clinic", "विभाग"),
        ("All", "कुल"),
        ("issued", "जारी"),
        ("imported", "आयात"),
        ("on return", "लौटने पर"),
        ("voided", "रद्द"),
        ("spoiled", "ख़राब"),
        ("unused", "बची"),
        ("held", "रोकी"),
        ("failed", "विफल"),
        ("waiting", "बाक़ी"),
        ("missing", "गुम"),
        ("printed", "छपी"),
        ("back", "लौटी"),
        ("not back", "नहीं लौटी"),
        ("Number", "संख्या"),
        ("Last known before it", "इससे पहले की अंतिम जानकारी"),
        ("Reason", "कारण"),
        ("nobody has said", "किसी ने नहीं बताया"),
        ("Outcome", "परिणाम"),
        ("Pages", "पन्ने"),
        ("still need a person", "किसी को देखना है"),
        ("What", "क्या"),
        ("Value", "मान"),
        ("Who was seen", "किन्हें देखा गया"),
        ("Visits", "विज़िट"),
        ("visits, void ones left out", "विज़िट, रद्द छोड़कर"),
        ("seen", "देखे गए"),
        ("said by the nurse", "नर्स ने बताया"),
        ("said by the day sheet", "दिन पत्रक से"),
        ("said by the hospital copy", "अस्पताल की प्रति से"),
        ("not seen", "नहीं देखे गए"),
        ("nobody says", "किसी ने नहीं बताया"),
        ("of these contradictory", "इनमें आपस में विरोधी"),
        ("closed as unknown", "‘पता नहीं’ कहकर बंद"),
        ("admitted", "भर्ती"),
        ("referred", "रेफ़र"),
        ("investigations asked", "जाँच लिखी"),
        ("medico-legal", "मेडिको-लीगल"),
        ("Sheets that came back", "लौटे हुए पत्रक"),
        ("Sheet", "पत्रक"),
        ("said", "पत्रक पर"),
        ("found", "मिला"),
        ("difference", "अंतर"),
        ("to be looked at", "देखना बाक़ी"),
        ("box", "डिब्बा"),
        ("day", "दिन"),
        ("shift", "शिफ्ट"),
        ("copies in the boxes", "डिब्बों में प्रतियाँ"),
        ("ticked tokens that have a slip", "निशान वाले टोकन जिनकी पर्ची है"),
        ("ticked tokens whose copy is back", "निशान वाले टोकन जिनकी प्रति लौटी"),
        ("slips issued", "जारी पर्चियाँ"),
        ("void slips", "रद्द पर्चियाँ"),
        ("first number", "पहली संख्या"),
        ("last number", "अंतिम संख्या"),
        ("receipts", "रसीदें"),
        ("fees received, ₹", "मिला शुल्क, ₹"),
        ("figures that agree", "आँकड़े जो मिलते हैं"),
        ("figures that differ, or are not said", "आँकड़े जो नहीं मिलते, या लिखे नहीं"),
        ("not said", "नहीं लिखा"),
    )
}
