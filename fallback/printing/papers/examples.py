"""Made-up sheets that are not one slip, for the preview of a layout, the gallery and the tests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle, islice

from fallback.keys import Certificate
from fallback.printing.examples import digits, empty, full, plain
from fallback.printing.papers import BoxSheet, DaySheet, DeskCard, Entry, PadCover, Paper, Poster, Register, ShiftSheet
from fallback.slip import SlipNumber
from fallback.statement import TOKENS_A_PAGE, BoxStatement, DayStatement, RootStatement, ShiftStatement

DAY = date(2026, 11, 23)
HEAD = bytes.fromhex("9c41d07e5b2a8f36c7e90d14a2b85f6310e4d7c98ba6f5321f0e8d7c6b5a4938")
DESK = Certificate(series=101, name="OPD 1", public=bytes(range(32)), drill=False, signature=bytes(64))
_ROOT = bytes(range(100, 132))
_HOSPITAL_ID = 0x1A2B3C4D
_A_PAGE = 35  # voids of one code, as `payload.pages_of` splits them


def shift(
    voids: int = 3, *, drill: bool = False, note: str = "Ten slips short of thermal paper: ask the store"
) -> ShiftSheet:
    """A shift with so many void slips."""
    numbers = tuple(SlipNumber(101, 123 + 7 * place) for place in range(voids))
    statement = ShiftStatement(
        hospital=_HOSPITAL_ID, drill=drill, series=101, ordinal=14,
        opened=datetime(2026, 11, 23, 2, 35, tzinfo=UTC), closed=datetime(2026, 11, 23, 8, 31, tzinfo=UTC),
        issued=1284, first=123, last=1416 + voids, corrections=9, reprints=17, receipts=1190, receipts_rupees=11_900,
        refunded_rupees=30, exempt=61, later=33, opening_float=500, counted_cash=12_365, head_sequence=2741,
        head=HEAD[:8],
    )  # fmt: skip
    chunks = [numbers[first : first + _A_PAGE] for first in range(0, max(voids, 1), _A_PAGE)]
    pages = [
        (replace(statement, voids=chunk, page=place, pages=len(chunks)), digits(290 + 6 * len(chunk), place))
        for place, chunk in enumerate(chunks, 1)
    ]
    return ShiftSheet(pages=pages, desk="OPD 1", clerk="Asha Rani", note=note, certificate=digits(302, 900))


def entries(count: int) -> list[Entry]:
    """So many slips of one clinic and day, one of them void."""
    found = []
    for place, printed in enumerate(islice(cycle((plain(), full(), empty(), plain(), plain())), count), 1):
        slip, visit = printed.slip, printed.slip.visit
        visit = replace(visit, clinic=7, token=place, token_series=101)
        found.append(Entry(replace(slip, number=SlipNumber(101, place), visit=visit, revision=0), voided=place == 4))
    return found


def day_sheet(pages: int = 1, known: int = 18, *, clinic: int = 7, drill: bool = False) -> DaySheet:
    """A clinic's day, of which so many slips are known."""
    statements = [
        DayStatement(
            hospital=_HOSPITAL_ID, drill=drill, signer=101, clinic=clinic, day=DAY, token_series=101,
            first=1 + TOKENS_A_PAGE * place,
        )
        for place in range(pages)
    ]  # fmt: skip
    coded = [(statement, digits(204, 40 + place)) for place, statement in enumerate(statements)]
    return DaySheet(pages=coded, desk="OPD 1", entries=entries(known))


def box(count: int = 143, *, drill: bool = False) -> BoxSheet:
    """A box of hospital copies."""
    statement = BoxStatement(hospital=_HOSPITAL_ID, drill=drill, signer=101, clinic=7, day=DAY, box=2, count=count)
    return BoxSheet(statement=statement, digits=digits(204, 50), desk="OPD 1")


def register(count: int = 31, *, drill: bool = False) -> Register:
    """A clinic's register of so many slips."""
    return Register(clinic=7, day=DAY, entries=entries(count), head=(2741, HEAD.hex()), drill=drill)


def poster(*, drill: bool = False) -> Poster:
    """The poster for the wall."""
    root = RootStatement(public=_ROOT, name="Sarvodaya Institute of Medical Sciences, New Delhi")
    return Poster(root=root, digits=digits(370, 60), drill=drill)


def desk_card(*, drill: bool = False) -> DeskCard:
    """A desk's card."""
    return DeskCard(certificate=replace(DESK, drill=drill), digits=digits(302, 70), hospital_id=_HOSPITAL_ID, day=DAY)


def pad_cover(count: int = 30, *, drill: bool = False) -> PadCover:
    """The cover of a pad of so many blanks."""
    return PadCover(
        numbers=[SlipNumber(101, 5000 + place) for place in range(1, count + 1)],
        certificate=replace(DESK, drill=drill), digits=digits(302, 70), issued_to="Ward 5, Sister Mary Kujur",
        by="meena", day=DAY,
    )  # fmt: skip


def papers(*, drill: bool = False) -> Mapping[str, Paper]:
    """One of each, by the name of its layout."""
    made: tuple[Paper, ...] = (
        shift(drill=drill), day_sheet(drill=drill), box(drill=drill), register(drill=drill), poster(drill=drill),
        desk_card(drill=drill), pad_cover(drill=drill),
    )  # fmt: skip
    return {paper.name: paper for paper in made}
