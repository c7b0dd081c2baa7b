"""A layout as it will look: made-up slips and papers, from the plainest to the fullest, drawn by it."""

from collections.abc import Sequence
from itertools import islice

from fallback.printing import examples
from fallback.printing.content import Content
from fallback.printing.examples import HOSPITAL
from fallback.printing.layout import Layout, draw
from fallback.printing.papers import examples as papers
from fallback.printing.sheet import sheet
from fallback.printing.sheets import contents

_PAGES = 4  # of a sheet of many stickers one page is enough, of a list two


def preview(plan: Layout) -> bytes:
    """The PDF of a layout's examples. Raises CodeTooLong and its like never: the examples fit."""
    with sheet(*plan.page, f"{plan.file}: made-up examples") as page:
        draw(page, plan, _examples(plan), HOSPITAL)
        return page.finish()


def _examples(plan: Layout) -> Sequence[Content]:
    paper = papers.papers().get(plan.sheet)
    if paper is not None:
        return list(islice(paper.contents(plan, HOSPITAL), _PAGES))
    if plan.sheet == "pad":
        return [made for serial in (5001, 5002) for made in contents(examples.pad(serial), HOSPITAL, plan)]
    slips = [examples.plain(), examples.full(), examples.empty(), examples.drill()]
    if plan.sheet == "slip":
        slips.append(examples.void())
    tubes = (1, 2, 3) if plan.sheet == "label" else (1,)
    return [made for printed in slips for made in contents(printed, HOSPITAL, plan, tubes)]
