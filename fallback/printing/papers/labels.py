"""The words of the sheets that are not one slip: what their titles, fields and rows are called in both languages."""

from collections.abc import Mapping

from fallback.keys import HospitalKey
from fallback.printing.labels import FIELDS, Words
from fallback.printing.papers.duty_labels import DUTY_FIELDS

SHIFT_SHEET = Words("Shift sheet", "शिफ्ट पत्रक")
DAY_SHEET = Words("Clinic day sheet", "विभाग का दिन पत्रक")
BOX_SHEET = Words("Box sheet", "डिब्बा पत्रक")
REGISTER = Words("Department register", "विभाग का रजिस्टर")
POSTER = Words("When the computers are down", "कंप्यूटर बंद हों तो")
DESK_CARD = Words("Desk card", "काउंटर कार्ड")
ENROLMENT_CARD = Words("Enrolment card", "काउंटर जोड़ने का कार्ड")
KEY_SHEET = Words("A key of the hospital", "अस्पताल की कुंजी")
PAD_COVER = Words("Pad of blank slips", "कोरी पर्चियों की गड्डी")

ROUND_SHEET = Words("Round of the ward", "वार्ड का राउंड पत्रक")
CENSUS = Words("Ward census", "वार्ड गणना")
TOTAL = Words("All wards", "सभी वार्ड")

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
        "cash": Words("Cash, less refunds", "नक़द, लौटाकर"),
        "upi": Words("UPI", "यूपीआई"),
        "cards": Words("Card", "कार्ड"),
        "banked": Words("Banked from the drawer", "दराज़ से बैंक में"),
        "waived": Words("Not asked of the exempt", "छूट की रक़म"),
        "opening_notes": Words("Opening float by denomination", "शुरू की रक़म: नोट और सिक्के"),
        "counted_notes": Words("Counted by denomination", "गिनती: नोट और सिक्के"),
        "journal": Words("Journal: chain, last line, that line's hash", "रोज़नामचा: शृंखला, अंतिम पंक्ति, उसका हैश"),
        "note": Words("Note for the next shift", "अगली शिफ्ट के लिए टिप्पणी"),
        "copy_1": Words(
            "Second copy (stick): complete until, line of the journal, who takes it away",
            "दूसरी प्रति (स्टिक): कब तक पूरी, रोज़नामचे की पंक्ति, कौन ले जाता है",
        ),
        "signed_1": Words("Taken over: signature", "ले लिया: हस्ताक्षर"),
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
        # wards
        "made": Words("As known at", "इस समय तक की जानकारी"),
        "until": Words("Until", "कब तक"),
        "beds": Words("Beds", "बिस्तर"),
        "free": Words("Free", "ख़ाली"),
        "before": Words("Yesterday", "कल के"),
        "admitted": Words("Admitted", "भर्ती"),
        "moved_in": Words("Moved in", "दूसरे वार्ड से आए"),
        "moved_out": Words("Moved out", "दूसरे वार्ड गए"),
        "discharged": Words("Discharged", "छुट्टी"),
        "lama": Words("Left against advice", "सलाह के विरुद्ध गए"),
        "absconded": Words("Absconded", "बिना बताए गए"),
        "died": Words("Died", "मृत्यु"),
        "now": Words("Lie there now", "अब भर्ती"),
        "since": Words("Admitted on", "कब से भर्ती"),
        # keys
        "hospital_id": Words("Hospital id", "अस्पताल की पहचान"),
        "authority": Words("Fingerprint, SHA-256", "फ़िंगरप्रिंट, SHA-256"),
        "authority_2": Words("", ""),
        "hospital": Words("Hospital", "अस्पताल"),
        "series": Words("Series", "शृंखला"),
        "letters": Words("Its tokens begin with", "टोकन का अक्षर"),
        "fingerprint": Words("Fingerprint of its key", "कुंजी की छाप"),
        "card_1": Words("Its groups, in one line with the next", "इसके समूह, अगली पंक्ति के साथ"),
        "card_2": Words("", ""),
        "key_name": Words("Which key", "कौन-सी कुंजी"),
        "part": Words("Part", "भाग"),
        "groups": Words("The same in signs", "वही चिह्नों में"),
        "use": Words("How it is used", "कैसे काम आती है"),
        "word_1": Words("Words, down the columns", "शब्द, ऊपर से नीचे"),
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
    | {f"{stem}_{place}": _NOTHING for stem in ("copy", "signed") for place in (2, 3)}
    | {f"void_{place}": _NOTHING for place in range(2, 7)}
    | {"word_2": _NOTHING, "word_3": _NOTHING}
    | DUTY_FIELDS
)

# What a key is called on its sheet, and what is done with it.
KEYS: Mapping[HospitalKey, Words] = {
    HospitalKey.RECOVERY: Words("Recovery key", "रिकवरी कुंजी"),
    HospitalKey.ROOT: Words("Hospital's root key", "अस्पताल की मूल कुंजी"),
    HospitalKey.SUPERVISORS: Words("Supervisors' key", "सुपरवाइज़रों की कुंजी"),
}
KEY_USES: Mapping[HospitalKey, Words] = {
    HospitalKey.RECOVERY: Words(
        "When Parchi asks for the passphrase: scan the code, or type the words.",
        "जब पर्ची पासफ़्रेज़ माँगे: कोड स्कैन करें, या शब्द लिखें।",
    ),
    HospitalKey.ROOT: Words(
        "key put-back root: scan the code, or type the words. It then enrols desks and signs accounts.",
        "key put-back root: कोड स्कैन करें, या शब्द लिखें। तब काउंटर जुड़ेंगे और लेखे पर हस्ताक्षर होंगे।",
    ),
    HospitalKey.SUPERVISORS: Words(
        "key put-back supervisors: scan the code, or type the words. It then opens protected identities.",
        "key put-back supervisors: कोड स्कैन करें, या शब्द लिखें। तब गोपनीय पहचान खुलेगी।",
    ),
}
WHOLE = Words("whole: this sheet alone is enough", "पूरी: यही पत्रक काफ़ी है")

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
