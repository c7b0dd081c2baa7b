"""The words of the sheets that are not one slip: what their titles, fields and rows are called in both languages."""

from collections.abc import Mapping

from fallback.printing.labels import FIELDS, Words

SHIFT_SHEET = Words("Shift sheet", "शिफ्ट पत्रक")
DAY_SHEET = Words("Clinic day sheet", "विभाग का दिन पत्रक")
BOX_SHEET = Words("Box sheet", "डिब्बा पत्रक")
REGISTER = Words("Department register", "विभाग का रजिस्टर")
POSTER = Words("When the computers are down", "कंप्यूटर बंद हों तो")
DESK_CARD = Words("Desk card", "काउंटर कार्ड")
PAD_COVER = Words("Pad of blank slips", "कोरी पर्चियों की गड्डी")

NEW = Words("New", "नया")
OLD = Words("Old", "पुराना")
NONE = Words("none", "कोई नहीं")
_NOTHING = Words("", "")
_USED = Words("Used", "काम आई")
_SPOILED = Words("Spoiled", "ख़राब")
_UNUSED = Words("Unused", "बची")
_NUMBER = FIELDS["number"]

PAPER_FIELDS: Mapping[str, Words] = (
    FIELDS
    | {
        "page": Words("Page", "पृष्ठ"),
        "remarks": Words("Remarks", "टिप्पणी"),
        # the shift
        "shift": Words("Shift", "शिफ्ट"),
        "clerk": Words("Clerk", "क्लर्क"),
        "opened": Words("Opened", "शुरू"),
        "closed": Words("Closed", "बंद"),
        "first": Words("First number", "पहली संख्या"),
        "last": Words("Last number", "अंतिम संख्या"),
        "issued": Words("Slips issued", "जारी पर्चियाँ"),
        "others": Words("In between, not slips", "बीच की, पर्ची नहीं"),
        "voids": Words("Void", "रद्द"),
        "corrections": Words("Corrected", "सुधार"),
        "reprints": Words("Reprinted", "दोबारा छपी"),
        "receipts": Words("Receipts", "रसीदें"),
        "taken": Words("Fees received", "शुल्क मिला"),
        "exempt": Words("Exempt", "माफ़"),
        "later": Words("To be paid later", "बाद में देय"),
        "refunded": Words("Refunded", "लौटाया"),
        "opening_float": Words("Opening float", "शुरू की रक़म"),
        "due": Words("Should be there", "होना चाहिए"),
        "counted_cash": Words("Counted", "गिना गया"),
        "difference": Words("Difference", "अंतर"),
        "journal": Words("Journal: its last line and that line's hash", "रोज़नामचा: अंतिम पंक्ति और उसका हैश"),
        "note": Words("Note for the next shift", "अगली शिफ्ट के लिए टिप्पणी"),
        "void_1": Words("Void slips", "रद्द पर्चियाँ"),
        # the clinic's day, box and register
        "tokens": Words("Tokens", "टोकन"),
        "reached": Words("Came", "आए"),
        "box": Words("Box", "डिब्बा"),
        "count": Words("Slips in it", "पर्चियाँ"),
        "slips": Words("Slips", "पर्चियाँ"),
        "name_hindi": Words("Name in Hindi", "नाम हिन्दी में"),
        "mobile": Words("Mobile, last four", "मोबाइल के अंतिम चार"),
        "visit": Words("New, old", "नया, पुराना"),
        # keys
        "hospital_id": Words("Hospital id", "अस्पताल की पहचान"),
        "hospital": Words("Hospital", "अस्पताल"),
        "series": Words("Series", "शृंखला"),
        "letters": Words("Its tokens begin with", "टोकन का अक्षर"),
        "fingerprint": Words("Fingerprint of its key", "कुंजी की छाप"),
        # the pad
        "by": Words("Given out by", "किसने दी"),
        "number_1": _NUMBER,
        "number_2": _NUMBER,
        "used_1": _USED,
        "used_2": _USED,
        "spoiled_1": _SPOILED,
        "spoiled_2": _SPOILED,
        "unused_1": _UNUSED,
        "unused_2": _UNUSED,
    }
    | {f"void_{place}": _NOTHING for place in range(2, 7)}
)

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
        ("Scanned pages", "स्कैन किए पन्ने"),
        ("Proof", "प्रमाण"),
        ("Desk · day", "काउंटर · दिन"),
        ("Desk", "काउंटर"),
        ("Clinic", "विभाग"),
        ("All", "कुल"),
        ("issued", "जारी"),
        ("imported", "आयात"),
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
