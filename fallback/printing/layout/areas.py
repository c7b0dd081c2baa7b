"""The boxes that a pen fills in: the doctor's area on the patient's copy, ticks and combs that a machine reads back."""

from collections.abc import Mapping

from fallback.hospital import Hospital
from fallback.printing.labels import AGE, CATEGORY, FIELDS, FLAGS, RELATION, SEX, Words, spoken
from fallback.printing.layout.model import Box
from fallback.printing.layout.pen import TICK_SIDE, Pen

VITALS = {
    "bp": (spoken("BP"), "mmHg"),
    "pulse": (spoken("Pulse"), "/min"),
    "temperature": (spoken("Temp."), "°C"),
    "weight": (spoken("Weight"), "kg"),
    "height": (spoken("Height"), "cm"),
    "oxygen": (spoken("SpO2"), "%"),
    "sugar": (spoken("Sugar"), "mg/dl"),
    "respiration": (spoken("Resp."), "/min"),
}
HISTORY = {
    "complaint": spoken("Complaint"),
    "examination": spoken("Examination"),
    "investigations": spoken("Investigations"),
    "diagnosis": spoken("Diagnosis"),
    "advice": spoken("Advice"),
    "allergy": spoken("Allergy"),
}
HISTORY_USUAL = (("complaint", 1.0), ("examination", 1.0), ("investigations", 1.0), ("diagnosis", 0.8))
MEDICINE = (
    (spoken("Medicine and dose"), 5.2),
    (spoken("Morning"), 1.0),
    (spoken("Noon"), 1.0),
    (spoken("Night"), 1.0),
    (spoken("Days"), 1.0),
)
OUTCOME = {
    "seen": spoken("Seen"),
    "not_seen": spoken("Not seen"),
    "admitted": spoken("Admitted to"),
    "referred": spoken("Referred to"),
    "investigations": spoken("Investigations asked"),
    "medico_legal": spoken("Medico-legal"),
}
URGENCY = {"urgent": spoken("Urgent"), "routine": spoken("Routine")}
BLANKS = {
    "name_latin": spoken("Name in capital letters"),
    "name_hindi": spoken("Name in Hindi"),
    "place": spoken("Village or street, district"),
    "when": spoken("Date and time"),
    "remark": spoken("Doctor's line"),
    "signature": spoken("Signature"),
    "doctor": spoken("Doctor's name and signature"),
    "follow_up": spoken("Come again on"),
    "ward": spoken("Ward"),
    "age": spoken("Age"),
    "days": spoken("Follow-up in days"),
    "pin_code": spoken("PIN code"),
}
BLANKS |= {name: words for name, words in FIELDS.items() if name not in BLANKS}
REGISTERED = {"name_latin": "name", "place": "locality"}  # what the registration calls what is written on these lines
_OTHER = spoken("Other")
# What boxes to tick may ask, and the answers. `clinic` has its own: the codes of hospital.toml.
TICKS: Mapping[str, Mapping[str, Words]] = {
    "outcome": OUTCOME,
    "urgency": URGENCY,
    "sex": {sex.value: words for sex, words in SEX.items()},
    "unit": {unit.value: words for unit, words in AGE.items()},
    "relation": {each.value: words for each, words in RELATION.items()},
    "category": {each.value: words for each, words in CATEGORY.items()},
    "flag": {name: FLAGS[name] for name in ("emergency", "medico_legal")},
    "clinic": {},
}


def choices(box: Box, hospital: Hospital) -> Mapping[str, Words]:
    """What the boxes of a row of ticks say, by the name that a machine gives each."""
    name = box.fields[0][0]
    if name == "clinic":
        known = {clinic.code: Words(clinic.shown, clinic.shown_hindi) for clinic in hospital.clinics}
        picked = [code for code in box.choices if code in known] or list(known)[: max(box.count, 1) - 1]
        return {code: known[code] for code in picked} | {"other": _OTHER}
    return {choice: TICKS[name][choice] for choice in box.choices}


def ticks(pen: Pen, box: Box) -> None:
    """Boxes to tick in columns, below their label where the box has room for one."""
    offered = choices(box, pen.hospital)
    name, size = box.fields[0][0], pen.label(box)
    lines = -(-len(offered) // box.columns)
    label = _TICK_LABELS.get(name)
    top = box.y
    if label is not None and box.height >= lines * 4.2 + 3.3:
        pen.caption(pen.said(label), box.x, box.y, box.width, size)
        top += 3.3
    step, down = box.width / box.columns, (box.bottom - top) / lines
    for place, (choice, words) in enumerate(offered.items()):
        line, column = divmod(place, box.columns)
        x, y = box.x + column * step, top + line * down + (down - TICK_SIDE) / 2
        pen.tick(f"{name}.{choice}", words, x, y, step - 1.5, size, high=down - 0.2)
        if name == "outcome" and choice in ("admitted", "referred"):
            wide = min(4.4 + pen.page.wide(pen.said(words), size) + 1.5, step - 2)
            pen.rule(x + wide, y + TICK_SIDE, x + step - 2.5, y + TICK_SIDE)


_TICK_LABELS = {
    "sex": spoken("Sex"),
    "category": FIELDS["category"],
    "clinic": FIELDS["clinic"],
}


def comb(pen: Pen, box: Box) -> None:
    """A label and boxes for one digit each: above them where the box is high, else on their left."""
    name, size = box.fields[0][0], pen.label(box)
    words = pen.said(BLANKS[name])
    if box.height >= 8:
        pen.caption(words, box.x, box.y, box.width, size)
        high = box.height - 3.2
        pen.comb(name, box.x, box.y + 3.2, box.count, min(5.0, box.width / box.count), high)
    else:
        side = 5.0
        room = box.width - side * box.count - 1.5
        pen.caption(words, box.x, box.y + box.height / 2 - size * 0.203, room, size)
        pen.comb(name, box.right - side * box.count, box.y, box.count, side, box.height)


_MAY_BE_KNOWN = ("name", "name_hindi")


def blank(pen: Pen, box: Box) -> None:
    """A label and a line to write on: the label above it where the box is high, else on its left."""
    words, size = pen.said(box.words), pen.label(box)
    if not words and box.fields:
        words = pen.said(BLANKS[box.fields[0][0]])
    if box.height >= 7.5:
        pen.caption(words, box.x, box.y + 0.4, box.width, size)
        pen.rule(box.x, box.bottom, box.right, box.bottom)
        known = pen.field(box.fields[0][0]).value if box.fields and box.fields[0][0] in _MAY_BE_KNOWN else ""
        if known:  # a set for somebody whom nobody knows has its name already
            pen.fill_in(known, box.x, box.y + 3.4, box.width, box.height - 4, largest=11, least=6, bold=True)
        return
    wide = pen.caption(words, box.x, box.bottom - size * 0.36, box.width * 0.7, size) if words else -1.5
    pen.rule(box.x + wide + 1.5, box.bottom, box.right, box.bottom)


def vitals(pen: Pen, box: Box) -> None:
    """A strip of boxes for what is measured."""
    size = pen.label(box)
    told = box.fields or (("bp", 1.3), ("pulse", 1), ("temperature", 1), ("weight", 1), ("oxygen", 1))
    room = box.width / sum(share for _, share in told)
    pen.frame(box.x, box.y, box.width, box.height)
    at = box.x
    for name, share in told:
        words, unit = VITALS[name]
        wide = room * share
        if at > box.x:
            pen.rule(at, box.y, at, box.bottom)
        pen.caption(pen.said(words), at + 1, box.y + 0.6, wide - 2, size)
        pen.say(unit, at + wide - 1, box.bottom - 1.1, size, align="right")
        at += wide


def history(pen: Pen, box: Box) -> None:
    """What the doctor asks and finds, one box below the other."""
    told = box.fields or HISTORY_USUAL
    pen.frame(box.x, box.y, box.width, box.height)
    step, at = box.height / sum(share for _, share in told), box.y
    for name, share in told:
        if at > box.y:
            pen.rule(box.x, at, box.right, at)
        pen.caption(pen.said(HISTORY[name]), box.x + 1, at + 0.6, box.width - 2, pen.label(box))
        at += step * share


def medicine_head(size: float) -> float:
    """The height in mm of the head of a grid of medicines, its labels being of a size (points)."""
    return 2 * _pitch(size) + 0.8


def _pitch(size: float) -> float:
    return max(3.0, size * 0.42)  # mm of the head's two lines: large print needs a higher head


def medicines(pen: Pen, box: Box) -> None:
    """A grid of medicines, dose and days; `count` lines."""
    size = pen.label(box)
    pitch, head = _pitch(size), medicine_head(size)
    pen.frame(box.x, box.y, box.width, box.height)
    unit, at = box.width / sum(share for _, share in MEDICINE), box.x
    for place, (words, share) in enumerate(MEDICINE):
        wide = unit * share
        if place == 0:
            pen.say("Rx", at + 1.2, box.y + 5.0, 12, bold=True)
            pen.caption(pen.said(words), at + 8, box.y + 2.4, wide - 9, size)
        else:
            pen.rule(at, box.y, at, box.bottom)
            if pen.layout.language == "both":
                pen.caption(words.hindi, at + 0.6, box.y + 0.7, wide - 1.2, size, align="centre")
                pen.caption(words.english, at + 0.6, box.y + 0.7 + pitch, wide - 1.2, size - 0.5, align="centre")
            else:
                pen.caption(pen.said(words), at + 0.6, box.y + 2.4, wide - 1.2, size, align="centre")
        at += wide
    lines = box.count if box.count > 1 else max(3, int((box.height - head) / 6.6))
    for line in range(lines):
        level = box.y + head + line * (box.height - head) / lines
        pen.rule(box.x, level, box.right, level, weight=0.4 if line == 0 else 0.2)
