"""Sheets that are made of one slip: stickers and labels for tubes, wristbands, receipts, tokens, referrals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fallback.errors import FieldWrong, Sentence
from fallback.hospital import Hospital
from fallback.language import rupees
from fallback.printing import labels
from fallback.printing.content import Content, Field
from fallback.printing.fields import names_of
from fallback.printing.job import PrintedSlip
from fallback.printing.labels import FEE_STATUS, FIELDS, FLAGS, PAID_BY, Words
from fallback.printing.layout import Layout, draw, layout
from fallback.printing.money import rupees_in_words
from fallback.printing.sheet import Box, sheet
from fallback.printing.slips import content
from fallback.slip import TUBES_LIMIT, FeeStatus, Sample

# What each kind of sheet is called; None: what the slip is called.
_TITLES: Mapping[str, Words | None] = {
    "slip": None,
    "pad": None,
    "card": labels.CARD,
    "label": labels.SAMPLE_LABEL,
    "wristband": labels.WRISTBAND,
    "receipt": labels.RECEIPT,
    "token": labels.TOKEN_STUB,
    "referral": labels.REFERRAL,
}
# What passes through strange hands does not say that somebody is hidden: the alias hides, and the mark would point.
_UNMARKED = frozenset({"label", "wristband", "token", "receipt", "card"})
# On a tube there is room for what must be seen at once; how often the slip was corrected is not among it.
_ON_TUBES = frozenset(FLAGS[name] for name in ("drill", "void", "emergency", "medico_legal", "alias"))


def draw_sheet(
    name: str,
    slips: Sequence[PrintedSlip],
    hospital: Hospital,
    *,
    tubes: Sequence[int] = (1,),
    skip: int = 0,
    language: str = "",
) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it (what the tests look at). Raises as `render_sheet`."""
    plan = layout(name, hospital)
    if plan.sheet not in _TITLES:
        raise ValueError(f"{name} is not made of slips")
    if not slips:
        raise ValueError("there is no slip to draw")
    if language:
        plan = replace(plan, language=language)
    places = max(part.repeat[0] * part.repeat[1] for part in plan.parts)
    if places == 1:
        skip = 0  # single labels come off a roll: there is none to begin at
    if not 0 <= skip < places:
        raise FieldWrong(
            field="skip", why=Sentence("The sheet has {places} stickers: begin at one of them.", places=places)
        )
    drawn: list[Content | None] = [None] * skip
    for printed in slips:
        drawn += contents(printed, hospital, plan, tubes)
    with sheet(*plan.page, f"{hospital.name}: {slips[0].slip.number}") as page:
        draw(page, plan, drawn, hospital)
        return page.finish(), tuple(page.boxes)


def render_sheet(
    name: str,
    slips: Sequence[PrintedSlip],
    hospital: Hospital,
    *,
    tubes: Sequence[int] = (1,),
    skip: int = 0,
    language: str = "",
) -> bytes:
    """A sheet for each slip, or on stickers and labels one for each of its `tubes` (1 to 99), as one PDF.

    `name` is a layout's. `skip` stickers of the first page are used up already. `language` is both, en or hi; "" is
    the layout's own. Two tubes of one patient must never have the same number: who prints more says where to go on.
    Raises LayoutUnknown, LayoutWrong, FieldWrong for a tube or a sticker that there is not, CodeTooLong, CodeNotDigits.
    """
    return draw_sheet(name, slips, hospital, tubes=tubes, skip=skip, language=language)[0]


def contents(printed: PrintedSlip, hospital: Hospital, plan: Layout, tubes: Sequence[int] = (1,)) -> list[Content]:
    """What a slip says on a sheet of a layout: one content, of stickers and labels one a tube. Raises FieldWrong."""
    plain = content(printed, hospital, plan, _TITLES[plan.sheet])
    if plan.sheet in _UNMARKED:
        plain = replace(plain, flags=tuple(word for word in plain.flags if word != FLAGS["sealed"]))
    match plan.sheet:
        case "label":
            return [_label(plain, printed, plan.language, tube) for tube in tubes]
        case "wristband":
            return [_band(_with(plain, _names(printed, plan.language)), printed)]
        case "receipt":
            return [_with(plain, _money(printed, plan.language))]
        case "referral":
            return [_with(plain, {"from": plain.fields["clinic"].value.replace("\n", " · ")})]
        case _:
            return [plain]


def _with(plain: Content, values: Mapping[str, str]) -> Content:
    fields = {name: Field(FIELDS.get(name, FIELDS["name"]), value) for name, value in values.items()}
    return replace(plain, fields={**plain.fields, **fields})


def _band(plain: Content, printed: PrintedSlip) -> Content:
    """A wristband; in a ward the number of the admission stands where there is no UHID."""
    slip = printed.slip
    if slip.uhid or not slip.visit.ipd_number:
        return plain
    return replace(plain, fields={**plain.fields, "uhid": Field(FIELDS["ipd_number"], slip.visit.ipd_number)})


def _label(plain: Content, printed: PrintedSlip, language: str, tube: int) -> Content:
    if not 0 < tube <= TUBES_LIMIT:
        raise FieldWrong(field="tubes", why=Sentence("Tubes have numbers from 1 to {limit}.", limit=TUBES_LIMIT))
    sample = Sample(printed.slip.number, tube)
    room = plain.fields["room"].value
    named = FIELDS["room"].said("hi" if language == "hi" else "en")  # no room for both
    more = {"sample": sample.grouped, "place": f"{named} {room}" if room else ""}
    found = _with(plain, _names(printed, language) | more)
    flags = tuple(word for word in plain.flags if word in _ON_TUBES)
    return replace(found, codes={"bars": sample.text}, flags=flags)


def _names(printed: PrintedSlip, language: str) -> dict[str, str]:
    return dict(zip(("name", "name_hindi"), names_of(printed.slip.patient, language), strict=True))


def _money(printed: PrintedSlip, language: str) -> dict[str, str]:
    """What was received, and how: nothing, where the fee is exempt or is still to be paid."""
    visit, paid = printed.slip.visit, printed.payment
    amount = visit.fee if paid or visit.fee_status is FeeStatus.PAID else 0
    words = rupees_in_words(amount)
    how = {"payment": "", "book": ""}
    if paid is not None:  # the slip's own words are of the day it was issued: the fee may have been paid since
        status = FEE_STATUS[FeeStatus.PAID].said(language)
        mode = PAID_BY[paid.mode].said(language)
        how = {"fee": f"₹{visit.fee} · {status}", "book": paid.book}
        how["payment"] = f"{mode} · {paid.reference}" if paid.reference else mode
    return how | {
        "purpose": labels.FEE_PURPOSE.said(language),
        "amount": rupees(amount),
        "amount_words": words.said(language),
    }
