"""What all sheets that are not one slip have in common: how they are drawn, how their rows are split over pages."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol, TypeVar

from fallback.hospital import Hospital
from fallback.language import grouped
from fallback.printing.content import Content, Field
from fallback.printing.labels import DRILL, Words
from fallback.printing.layout import Layout, draw, layout
from fallback.printing.layout.kinds import SHEETS
from fallback.printing.papers.labels import PAPER_FIELDS
from fallback.printing.sheet import Box, sheet

T = TypeVar("T")
_SOLID = frozenset({
    "first", "last", "number", "opened", "closed", "fingerprint", "hospital_id", "token", "authority", "authority_2",
})  # fmt: skip


class Paper(Protocol):
    """A sheet as it is asked for: `name` is its layout's; `contents` are its pages, in the layout's language."""

    name: ClassVar[str]

    def contents(self, plan: Layout, hospital: Hospital, /) -> list[Content]:
        """One content a page; what a page has no room for goes on overleaf."""
        ...


def draw_paper(paper: Paper, hospital: Hospital) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it. Raises as `render_paper`."""
    plan = layout(paper.name, hospital)
    with sheet(*plan.page, f"{hospital.name}: {paper.name}") as page:
        draw(page, plan, paper.contents(plan, hospital), hospital)
        return page.finish(), tuple(page.boxes)


def render_paper(paper: Paper, hospital: Hospital) -> bytes:
    """The PDF of a sheet by the hospital's layout. Equal papers give equal bytes.

    Raises LayoutWrong, and CodeTooLong or CodeNotDigits for digits that are no code.
    """
    return draw_paper(paper, hospital)[0]


def render_book(papers: Sequence[Paper], hospital: Hospital) -> bytes:
    """Several sheets of one layout, one after the other in one PDF. Raises as `render_paper`."""
    plan = layout(papers[0].name, hospital)
    with sheet(*plan.page, f"{hospital.name}: {papers[0].name}") as page:
        draw(page, plan, [leaf for paper in papers for leaf in paper.contents(plan, hospital)], hospital)
        return page.finish()


def content(
    plan: Layout,
    title: Words,
    values: Mapping[str, str],
    *,
    codes: Mapping[str, str] = {},
    rows: Sequence[Mapping[str, str]] = (),
    drill: bool = False,
) -> Content:
    """A page with every field that its sheet may show; what has no value is a line to write on."""
    known = SHEETS[plan.sheet].fields | SHEETS[plan.sheet].columns
    fields = {name: Field(PAPER_FIELDS[name], values.get(name, ""), name in _SOLID) for name in known}
    return Content(title=title, fields=fields, codes=codes, rows=rows, drill=drill, flags=(DRILL,) if drill else ())


def columns(plan: Layout, stem: str) -> int:
    """How many columns `stem_1`, `stem_2` ... the layout's table has; at least 1."""
    names = [name for part in plan.parts for box in part.boxes if box.draw == "table" for name, _ in box.fields]
    return max(1, sum(name.startswith(f"{stem}_") for name in names))


def room(plan: Layout) -> int:
    """How many rows the layout's table has."""
    return next((box.count for part in plan.parts for box in part.boxes if box.draw == "table"), 1)


def split(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in pieces of a size, at least one piece."""
    return [items[first : first + size] for first in range(0, max(len(items), 1), size)]


def in_fours(digits: str) -> str:
    """Hex digits in groups of four, to be compared by eye: `9c41 d07e`."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def journal(chain: str, sequence: int, digest: str) -> str:
    """Where the journal stood: its chain, the number of its last line, and that line's hash or the beginning of it.

    Both in hex. It is what `journal verify --printed` takes, with its spaces.
    """
    return " · ".join(part for part in (in_fours(chain), grouped(sequence), in_fours(digest)) if part)
