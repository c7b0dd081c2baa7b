"""The papers of a stick: pads, poster and runbook as PDF, and the note that says in both languages what to do."""

from datetime import datetime

from fallback import enrolment, frontdesk
from fallback.enrolment import Installation
from fallback.errors import NoDeskSigns
from fallback.frontdesk import Counter
from fallback.hospital import Hospital
from fallback.language import LANGUAGES, format_date
from fallback.ledger import queries
from fallback.printing import runbook
from fallback.slip import INDIA, SlipNumber

_READ_ME = """\
PARCHI - {hospital}   ({id}){drill}
made {day}, version {version}

The hospital's computers are dead? This stick starts a registration desk on any PC that still works.
It needs no network, no installer, no administrator.

  1. Hand out the pads that lie at the counters. They are good at once, by pen.
  2. Put this stick into a PC. Windows: double-click START. Linux: open START.sh (or type: sh START.sh).
  3. Name the desk and scan a sealed enrolment card. The card is in its envelope, never on this stick.
  4. The first slip comes out within ten minutes. More desks: the same stick, another card.

VERIFY looks at every byte of this stick. Without our program:
  Linux     sha256sum -c SHA256SUMS
  Windows   certutil -hashfile FILE SHA256, beside the line of SHA256SUMS
What does not fit is not used: take the other stick, and keep this one for the IT staff.

papers/ holds the runbook and the poster, and pads. Print each pads file ONCE: a number on two papers must be
sorted out by hand. Nothing on this stick is a key, and what is secret is encrypted.

--------------------------------------------------------------------------------------------------------------
पर्ची - {hospital_hindi}   ({id}){drill}

अस्पताल के कंप्यूटर बंद हैं? यह पेन ड्राइव किसी भी चालू PC पर पंजीकरण शुरू करती है।
नेटवर्क, इंस्टॉल या एडमिनिस्ट्रेटर की ज़रूरत नहीं।

  1. काउंटर पर रखे पैड बाँटना शुरू करें। वे अभी से चलते हैं, पेन से भरें।
  2. यह पेन ड्राइव PC में लगाएँ। Windows: START पर दो बार क्लिक करें। Linux: START.sh खोलें (या लिखें: sh START.sh)।
  3. काउंटर का नाम लिखें और सीलबंद कार्ड स्कैन करें। कार्ड लिफ़ाफ़े में है, इस पेन ड्राइव पर कभी नहीं।
  4. दस मिनट में पहली पर्ची निकलती है। और काउंटर: यही पेन ड्राइव, दूसरा कार्ड।

VERIFY इस पेन ड्राइव की हर फ़ाइल जाँचता है। जो मेल न खाए उसे काम में न लें: दूसरी पेन ड्राइव लें, और यह IT वालों के लिए रख दें।
papers/ में कार्य-पुस्तिका, पोस्टर और पैड हैं। पैड की हर फ़ाइल एक ही बार छापें: एक नंबर दो काग़ज़ों पर हो तो हाथ से सुलझाना पड़ता है।
"""


def is_pads(place: str) -> bool:
    """Whether a file of a stick is a pad: its numbers are taken, and an older stick's are kept."""
    return place.startswith("papers/pads-") and place.endswith(".pdf")


def poster(counter: Counter, installation: Installation) -> bytes:
    """The poster for the wall, as PDF. Raises SecretMissing where the root's key is not here."""
    known = enrolment.known_certificate(installation.vault, installation.folder)
    return frontdesk.poster(
        counter, installation.root, installation.sign_as_hospital, known.fingerprint if known else ""
    )


def runbooks(hospital: Hospital) -> dict[str, bytes]:
    """The runbook in each language, as PDF, by its place. Raises the disk's errors."""
    return {f"papers/runbook-{language}.pdf": runbook.render(language, hospital) for language in LANGUAGES}


def pad_desk(counter: Counter, installation: Installation) -> int:
    """The series of the first desk here that may sign pads. Raises NoDeskSigns."""
    usable = (each.series for each in queries.desks(counter.ledger.db()) if installation.may_issue(each.series))
    found = next(usable, None)
    if found is None:
        raise NoDeskSigns()
    return found


def pads(counter: Counter, series: int, count: int, now: datetime) -> tuple[list[SlipNumber], str, bytes]:
    """Takes numbers for blanks; returns them, their file's place on the stick, and the PDF. Raises as `print_pads`."""
    day = now.astimezone(INDIA).date()
    numbers, pdf = frontdesk.print_pads(counter, series=series, count=count, issued_to=f"Stick {format_date(day)}")
    return numbers, f"papers/pads-{numbers[0].text}-{numbers[-1].text}.pdf", pdf


def read_me(counter: Counter, version: str, now: datetime) -> bytes:
    """The note beside START, as Windows' and everybody's plain editor shows it."""
    text = _READ_ME.format(
        hospital=counter.hospital.name, hospital_hindi=counter.hospital.name_hindi, id=f"{counter.hospital_id:08x}",
        drill="   DRILL / अभ्यास" if counter.drill else "", day=format_date(now.astimezone(INDIA).date()),
        version=version,
    )  # fmt: skip
    return text.replace("\n", "\r\n").encode("utf-8-sig")
