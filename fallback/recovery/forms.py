"""Which forms to look for around the codes of a page: a slip's hospital copy, a pad, a clinic's day sheet."""

from collections.abc import Callable
from functools import partial

from fallback import payload
from fallback.hospital import Hospital
from fallback.keys import PublicKeys
from fallback.marks import MarkForm
from fallback.payload import CodeOutcome
from fallback.printing.job import PrintedSlip
from fallback.printing.pads import pad_form
from fallback.printing.papers.clinics import DaySheet, day_form
from fallback.printing.slips import slip_form
from fallback.scanning import ReadPage, WantedForm
from fallback.slip import Kind, Slip
from fallback.statement import DayStatement


class PageForms:
    """The forms of one hospital's papers. Only a genuine code says which form it stands on.

    Where a form's boxes are depends on its layout and on the size of its QR, which the length of the text decides: so
    each is worked out once, and not for each of ten thousand slips.
    """

    def __init__(self, hospital: Hospital, keys: PublicKeys, *, drill: bool) -> None:
        self._hospital, self._keys, self._drill = hospital, keys, drill
        self._papers = dict.fromkeys((hospital.paper, *(printer.paper for printer in hospital.printers)))
        self._kept: dict[tuple[str, int], MarkForm | None] = {}

    def wanted(self, page: ReadPage) -> list[WantedForm]:
        """The forms to look for on a page, around every place of a code: both copies of a slip may lie on it."""
        around = ((place, self.around(code.text)) for place, code in enumerate(page.texts))
        return [WantedForm(place=place, forms=forms) for place, forms in around if forms]

    def around(self, text: str) -> tuple[MarkForm, ...]:
        """The forms on which a code with this text may stand, the likeliest first; none where nothing is filled in.

        Raises LayoutWrong where the hospital's own layout is wrong.
        """
        judged = payload.judge(text, self._keys)
        if judged.outcome is not CodeOutcome.GENUINE:
            return ()
        if judged.decoded is not None:
            return self._around_slip(judged.decoded.slip, text)
        day = judged.statement
        if not isinstance(day, DayStatement) or day.drill != self._drill:
            return ()
        sheet = DaySheet(pages=[(day, text)], desk="")
        form = self._form(DaySheet.name, text, partial(day_form, sheet, self._hospital))
        return (form,) if form else ()

    def _around_slip(self, slip: Slip, text: str) -> tuple[MarkForm, ...]:
        if slip.drill != self._drill or slip.kind in (Kind.VOID, Kind.SHIFT):
            return ()
        printed = PrintedSlip(slip=slip, digits=text)
        if slip.kind is Kind.PAD:
            forms = [self._form("pad", text, partial(pad_form, printed, self._hospital))]
        else:
            forms = [
                self._form(paper, text, partial(slip_form, printed, self._hospital, paper=paper))
                for paper in self._papers
            ]
        return tuple(dict.fromkeys(form for form in forms if form is not None))  # two papers may have the same

    def _form(self, name: str, text: str, draw: Callable[[], MarkForm | None]) -> MarkForm | None:
        if (name, len(text)) not in self._kept:
            self._kept[name, len(text)] = draw()
        return self._kept[name, len(text)]
