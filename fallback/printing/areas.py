"""The areas that are filled by pen: the doctor's on the patient's copy, the outcome on the hospital's; and a void's."""

from fallback.printing.labels import FIELDS, VOID, Words
from fallback.printing.parts import GUTTER, box, caption, comb
from fallback.printing.sheet import Sheet

VITALS = (
    (Words("BP", "रक्तचाप"), "mmHg", 1.3),
    (Words("Pulse", "नाड़ी"), "/min", 1.0),
    (Words("Temp.", "ताप"), "°C", 1.0),
    (Words("Weight", "वज़न"), "kg", 1.0),
    (Words("SpO2", "ऑक्सीजन"), "%", 1.0),
)
NOTES = (
    (Words("Complaint", "शिकायत"), 1.0),
    (Words("Examination", "जाँच"), 1.0),
    (Words("Investigations", "परीक्षण"), 1.0),
    (Words("Diagnosis", "निदान"), 0.8),
)
MEDICINE = (
    (Words("Medicine and dose", "दवा व मात्रा"), 5.2),
    (Words("Morning", "सुबह"), 1.0),
    (Words("Noon", "दोपहर"), 1.0),
    (Words("Night", "रात"), 1.0),
    (Words("Days", "दिन"), 1.0),
)
FOLLOW_UP = Words("Come again on", "फिर आएँ")
DOCTOR = Words("Doctor's name and signature", "चिकित्सक का नाम व हस्ताक्षर")
OUTCOMES = (
    Words("Seen", "देखा"),
    Words("Not seen", "नहीं देखा"),
    Words("Admitted", "भर्ती"),
    Words("Referred", "रेफ़र"),
)
DAYS = Words("Follow-up in days", "कितने दिन बाद")
REMARK = Words("Doctor's line", "चिकित्सक की टिप्पणी")
SIGNATURE = Words("Signature", "हस्ताक्षर")


def _strip(sheet: Sheet, x: float, y: float, width: float, height: float, label: float) -> None:
    room = width / sum(share for _, _, share in VITALS)
    sheet.frame(x, y, width, height, weight=0.4)
    at = x
    for words, unit, share in VITALS:
        wide = room * share
        if at > x:
            sheet.rule(at, y, at, y + height, weight=0.3)
        caption(sheet, words.both, at + 1, y + 0.6, wide - 2, label)
        sheet.say(unit, at + wide - 1, y + height - 1.1, label, align="right")
        at += wide


def clinical(sheet: Sheet, x: float, y: float, width: float, bottom: float, *, label: float = 7.0) -> None:
    """The doctor's area: vitals, complaint, examination, investigations, diagnosis, medicines, when to come again."""
    vitals, foot = 8.5, 9.0
    _strip(sheet, x, y, width, vitals, label)
    top, low = y + vitals, bottom - foot
    left = width * 0.37
    sheet.frame(x, top, width, low - top, weight=0.4)
    sheet.rule(x + left, top, x + left, low, weight=0.4)
    step = (low - top) / sum(share for _, share in NOTES)
    at = top
    for words, share in NOTES:
        if at > top:
            sheet.rule(x, at, x + left, at, weight=0.3)
        caption(sheet, words.both, x + 1, at + 0.6, left - 2, label)
        at += step * share
    _medicines(sheet, x + left, top, width - left, low, label)
    wide = sheet.say(FOLLOW_UP.both, x, bottom - 1.2, label)
    sheet.rule(x + wide + 2, bottom - 0.6, x + left - GUTTER, bottom - 0.6, weight=0.3)
    wide = sheet.wide(DOCTOR.both, label)
    sheet.say(DOCTOR.both, x + left + 1, bottom - 1.2, label)
    sheet.rule(x + left + wide + 3, bottom - 0.6, x + width, bottom - 0.6, weight=0.3)


def _medicines(sheet: Sheet, x: float, y: float, width: float, bottom: float, label: float) -> None:
    head = 6.8
    unit = width / sum(share for _, share in MEDICINE)
    at = x
    for place, (words, share) in enumerate(MEDICINE):
        wide = unit * share
        if place:
            sheet.rule(at, y, at, bottom, weight=0.3)
            caption(sheet, words.hindi, at + 0.6, y + 0.7, wide - 1.2, label, align="centre")
            caption(sheet, words.english, at + 0.6, y + 3.7, wide - 1.2, label - 0.5, align="centre")
        else:
            sheet.say("Rx", at + 1.2, y + 5.0, 12, bold=True)
            caption(sheet, words.both, at + 8, y + 2.4, wide - 9, label)
        at += wide
    lines = max(3, int((bottom - y - head) / 6.6))
    step = (bottom - y - head) / lines
    for line in range(lines):
        level = y + head + line * step
        sheet.rule(x, level, x + width, level, weight=0.4 if line == 0 else 0.2)


def outcome(sheet: Sheet, x: float, y: float, width: float, bottom: float, *, label: float = 7.0) -> None:
    """What became of the patient in the clinic: boxes to tick, days as a comb, lines for the doctor."""
    sheet.frame(x, y, width, bottom - y, weight=0.6)
    left, room, at, level = x + 2, width - 4, x + 2, y + 1.9
    days = sheet.wide(DAYS.both, label) + 2 + 15
    gap = (room - days - sum(4.4 + sheet.wide(words.both, label) for words in OUTCOMES)) / len(OUTCOMES)
    if gap >= 2:
        for words in OUTCOMES:
            at += box(sheet, at, level, words, size=label) + gap
    else:
        for words in OUTCOMES:
            box(sheet, at, level, words, size=label, width=room / len(OUTCOMES) - 2)
            at += room / len(OUTCOMES)
        at, level = left, level + 7.5
    at += sheet.say(DAYS.both, at, level + 1.7 + label * 0.107, label) + 2
    comb(sheet, at, level - 1.0, 3, side=5, height=5.4)
    line = bottom - 1.6
    sign, end = sheet.wide(SIGNATURE.both, label), left + room - 34
    more = int((line - level - 12) / 9)
    for place in range(1, more + 1):
        sheet.rule(left, line - 9 * place, left + room, line - 9 * place, weight=0.3)
    first = line - 9 * more
    after = left + sheet.say(REMARK.both, left, first - 0.4, label) + 2
    sheet.rule(left if more else after, line, end - sign - 5, line, weight=0.3)
    sheet.say(SIGNATURE.both, end - sign - 2, line - 0.4, label)
    sheet.rule(end, line, left + room, line, weight=0.3)


def void(sheet: Sheet, reason: str, x: float, y: float, width: float, bottom: float) -> None:
    """What a void slip has in place of the area to write on: that it is void, and why."""
    sheet.frame(x, y, width, bottom - y, weight=1.2)
    top, high = y + 1.5, bottom - y - 3
    left, room = x + width * 0.36, width * 0.64 - 3
    sheet.fill_in(
        VOID.both, x + 3, top, width * 0.34 - 3, high, largest=38, smallest=10, bold=True, stand="middle", one_line=True
    )
    text = f"{FIELDS['reason'].both}: {reason}"
    sheet.fill_in(text, left, top, room, high, largest=12, smallest=5.5, stand="middle")
