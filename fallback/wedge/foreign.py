"""Codes that are no patient's: what each is, in a sentence, so that the clerk knows what was scanned."""

import re

from fallback.errors import Sentence

_WEB = Sentence("This is a web address, no patient. Nothing was opened. Scan the slip, or type a name or mobile.")
_SHARE = Sentence(
    "This is the QR of Scan and Share, which works only with the internet. Scan the patient's ABHA card, or ask and "
    "type."
)
_PAYS = Sentence("This is a QR for payments (UPI), no patient. Scan the slip.")
_TICKET = Sentence("This is a boarding pass or ticket, no patient's card. Scan the slip.")
_PHONE = Sentence(
    "This code holds a contact, a message or a Wi-Fi network, no patient. Scan the slip, or type a name or mobile."
)
_GOODS = Sentence("This is the barcode of goods or of a medicine, no slip. Scan the slip's own code.")
_SIGNED = Sentence(
    "This is a signed certificate or an invoice, which Parchi does not read. Scan the slip, or type a name or mobile."
)
_PART = Sentence(
    "This is no whole code: a part is missing, or two ran together. Scan once more, slowly, one code at a time; or "
    "type the 11 digits of the slip."
)
_OTHER = Sentence(
    "This code belongs to another program and holds no patient for Parchi. Scan the slip, or type a name or mobile."
)
_AADHAAR = Sentence("Twelve digits look like an Aadhaar number. It is never needed here: search by name or mobile.")
_VIRTUAL = Sentence(
    "Sixteen digits look like an Aadhaar's virtual number or a bank card. Neither is needed here, and none is kept."
)
_CARD = Sentence(
    "This is the number of a PAN card or a driving licence, which Parchi does not keep. Search by name or mobile."
)

_TEXTS = (
    (re.compile(r"(?=.*(share-profile|hip-id=))(https?://|www\.)", re.IGNORECASE), _SHARE),
    (re.compile(r"(https?://|www\.)\S", re.IGNORECASE), _WEB),
    (re.compile(r"upi://", re.IGNORECASE), _PAYS),
    (re.compile(r"(BEGIN:V|MECARD:|WIFI:|tel:|sms|mailto:|geo:)", re.IGNORECASE), _PHONE),
    (re.compile(r"M[1-4][A-Z/ .'-]{15,22}[A-Z0-9]{5,7} ?"), _TICKET),
    (re.compile(r"(eyJ[\w-]{10,}\.|shc:/|HC1:|PK\x03\x04)"), _SIGNED),
    (re.compile(r"\(01\)[0-9]{14}|01[0-9]{14}(17|10|21)[0-9A-Z]{3,}"), _GOODS),
    (re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]\Z", re.IGNORECASE), _CARD),
    (re.compile(r"[A-Z]{2}[ -]?[0-9]{2}[ -]?(19|20)[0-9]{9}\Z", re.IGNORECASE), _CARD),
    (re.compile(r"[<{\[]"), _OTHER),
    (re.compile(r"[a-z][a-z0-9+.-]{2,20}:\S+", re.IGNORECASE), _OTHER),
    (re.compile(r"[A-Za-z0-9+/=_.$%*|~^-]{40,}"), _OTHER),
)  # fmt: skip
_LONG = 15  # digits: more are no number of ours, and no other that a hospital asks for


def of_text(text: str) -> Sentence | None:
    """What a text is that is no name; None when nothing is known of it."""
    return next((sentence for begins, sentence in _TEXTS if begins.match(text)), None)


def of_digits(digits: str) -> Sentence | None:
    """What a row of ASCII digits is that is no number of ours; None when nothing is known of it."""
    match len(digits):
        case 8 | 13 if _is_ean(digits):
            return _GOODS
        case 12:
            return _AADHAAR
        case 16:
            return _VIRTUAL
        case length if length >= _LONG:
            return _PART
    return None


def _is_ean(digits: str) -> bool:
    """By the check digit of EAN-8 and EAN-13."""
    weighed = sum(int(sign) * (3 if at % 2 else 1) for at, sign in enumerate(reversed(digits)))
    return weighed % 10 == 0
