"""Made-up sheets that are not one slip, for the preview of a layout, the gallery and the tests."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice

from fallback.keys import Certificate, HospitalKey
from fallback.money import Cash, Mode, ModeSum
from fallback.printing.examples import digits, empty, full, plain
from fallback.printing.labels import spoken
from fallback.printing.papers import (
    BedRow,
    BoxSheet,
    Certificate63,
    DaySheet,
    DeskCard,
    EnrolmentCards,
    Entry,
    IncidentSheet,
    KeySheet,
    PadCover,
    Paper,
    PersonalDataSheet,
    Poster,
    PracticeCertificate,
    Register,
    RoundSheet,
    ShiftSheet,
    WardCensus,
)
from fallback.slip import SlipNumber
from fallback.statement import TOKENS_A_PAGE, BoxStatement, DayStatement, RootStatement, ShiftStatement

DAY = date(2026, 11, 23)
HEAD = bytes.fromhex("9c41d07e5b2a8f36c7e90d14a2b85f6310e4d7c98ba6f5321f0e8d7c6b5a4938")
CHAIN = "1f0c8ab2d3e4f560"
DESK = Certificate(series=101, name="OPD 1", public=bytes(range(32)), drill=False, signature=bytes(64))
_ROOT = bytes(range(100, 132))
_HOSPITAL_ID = 0x1A2B3C4D
_WORDS = ("academic", "building", "campus", "daisy", "easel", "findings", "glance", "headset", "iris", "junction")
_NOTICED = datetime(2026, 11, 23, 1, 40, tzinfo=UTC)
_KNOWN = {
    "sector": "Health",
    "occurred": "23-11-2026 07:05 IST or before",
    "description": "The e-Hospital servers do not answer",
    "downtime": "23-11-2026 07:05 IST · 23-11-2026 01:35 UTC",
    "desks": "desks: 2; computers: 1\n101 OPD 1: computer 9c41 d07e 5b2a 8f36\n102 OPD 2: computer 9c41 d07e 5b2a 8f36",
    "holdings": "1,416 slips of 1,388 patients, 3 void; 620 pictures of pages; 90 blank slips",
    "sealed": "Journal, copies, pictures: encrypted (AES-256), opened by the hospital's passphrase",
    "revoked": "none",
    "looked": "none",
    "copies": "STICK A: up to line 2,741; STICK B: swapped 23-11-2026 14:01",
    "head": "1f0c 8ab2 d3e4 f560 · 2,741 · 9c41 d07e 5b2a 8f36 c7e9 0d14 a2b8 5f63",
    "verified": "23-11-2026 07:10: 2,741 lines, every hash fits",
    "logs": "20-11-2026 to 23-11-2026, files: 4 · 10e4 d7c9 8ba6 f532 1f0e 8d7c 6b5a 4938",
    "refused": "logins: 3; host names: 1; from 10.4.0.77",
    "clock": "0 (told by a person 23-11-2026 08:05)",
}
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
        refunded_rupees=30, exempt=61, later=33, opening_float=500, counted_cash=5_315, head_sequence=2741,
        head=HEAD[:8],
    )  # fmt: skip
    chunks = [numbers[first : first + _A_PAGE] for first in range(0, max(voids, 1), _A_PAGE)]
    pages = [
        (replace(statement, voids=chunk, page=place, pages=len(chunks)), digits(290 + 6 * len(chunk), place))
        for place, chunk in enumerate(chunks, 1)
    ]
    return ShiftSheet(
        pages=pages,
        desk="OPD 1",
        clerk="Asha Rani",
        note=note,
        copies=[
            ("A", datetime(2026, 11, 23, 8, 31, tzinfo=UTC), 2741),
            ("B", datetime(2026, 11, 23, 2, 33, tzinfo=UTC), 1398),
        ],
        carrier="Ram Singh",
        modes=[
            ModeSum(mode=Mode.CASH, receipts=985, rupees=9_850, refunded=30),
            ModeSum(mode=Mode.UPI, receipts=180, rupees=1_800),
            ModeSum(mode=Mode.CARD, receipts=25, rupees=250),
        ],
        banked=5_000,
        waived=610,
        opening=Cash.of([(100, 3), (50, 2), (20, 2), (10, 5), (5, 1), (2, 2), (1, 1)]),
        counted=Cash.of([(500, 6), (200, 4), (100, 9), (50, 7), (20, 6), (10, 13), (5, 3)]),
        certificate=digits(302, 900),
        chain=CHAIN,
        hash=HEAD.hex(),
    )


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
    return Register(clinic=7, day=DAY, entries=entries(count), head=(CHAIN, 2741, HEAD.hex()), drill=drill)


def poster(*, drill: bool = False) -> Poster:
    """The poster for the wall."""
    root = RootStatement(public=_ROOT, name="Sarvodaya Institute of Medical Sciences, New Delhi")
    authority = " ".join(_ROOT.hex()[at : at + 4] for at in range(0, 64, 4))
    return Poster(root=root, digits=digits(370, 60), authority=authority, drill=drill)


def desk_card(*, drill: bool = False) -> DeskCard:
    """A desk's card."""
    return DeskCard(certificate=replace(DESK, drill=drill), digits=digits(302, 70), hospital_id=_HOSPITAL_ID, day=DAY)


def cards(count: int = 1, *, drill: bool = False) -> EnrolmentCards:
    """Enrolment cards, which open nothing."""
    made = [(number, f"C{number:03d}X-" + "-".join(["0PARC"] * 7)) for number in range(1, count + 1)]
    return EnrolmentCards(cards=made, hospital_id=_HOSPITAL_ID, day=DAY, drill=drill)


def key_sheet(*, drill: bool = False) -> KeySheet:
    """A key's two sheets, which open nothing: long words of the right list, in no order that is a key's."""
    words = [_WORDS[place % len(_WORDS)] for place in range(33)]
    made = [" ".join(words[place:] + words[:place]) for place in range(2)]
    return KeySheet(key=HospitalKey.ROOT, parts=made, needed=2, hospital_id=_HOSPITAL_ID, day=DAY, drill=drill)


def incident(*, drill: bool = False) -> IncidentSheet:
    """The report to CERT-In, as the journal fills it in."""
    return IncidentSheet(noticed=_NOTICED, due=_NOTICED + timedelta(hours=6), made=_NOTICED, known=_KNOWN, drill=drill)


def personal_data(*, drill: bool = False) -> PersonalDataSheet:
    """The report to the Data Protection Board."""
    due = _NOTICED + timedelta(hours=72)
    return PersonalDataSheet(noticed=_NOTICED, due=due, made=_NOTICED, known=_KNOWN, drill=drill)


def certificate(*, drill: bool = False) -> Certificate63:
    """The certificate for an export of the journal."""
    return Certificate63(
        hash=HEAD.hex(), make_model="Dell Inc. Latitude 3420", serial="7XK2M93", device_id="MAC 8c:04:ba:12:9e:f0",
        more="Sealed export of the registration journal, file journal.parchi; hash report enclosed", drill=drill,
    )  # fmt: skip


def round_sheet(beds: int = 30, *, drill: bool = False) -> RoundSheet:
    """A ward's round: some who are known, the other beds for a pen."""
    known = {2: full, 5: plain}
    rows = [BedRow(bed=str(bed), slip=known[bed]().slip if bed in known else None) for bed in range(1, beds + 1)]
    return RoundSheet(ward=2, at=_NOTICED, beds=rows, drill=drill)


def census(*, drill: bool = False) -> WardCensus:
    """A day's census of the wards."""
    names = ("before", "admitted", "moved_in", "moved_out", "discharged", "lama", "absconded", "died", "now")
    rows = ((28, 4, 1, 2, 3, 0, 0, 1, 27), (30, 2, 0, 1, 5, 1, 1, 0, 24), (9, 1, 2, 0, 0, 0, 0, 2, 10))
    wards = [
        (ward, beds, dict(zip(names, row, strict=True)))
        for ward, beds, row in zip((1, 2, 6), (30, 30, 10), rows, strict=True)
    ]
    whole = {name: sum(counts[name] for _, _, counts in wards) for name in names}
    head = (CHAIN, 2741, HEAD.hex())
    return WardCensus(day=DAY, until=_NOTICED, wards=wards, total=(70, whole), head=head, drill=drill)


def pad_cover(count: int = 30, *, drill: bool = False) -> PadCover:
    """The cover of a pad of so many blanks."""
    return PadCover(
        numbers=[SlipNumber(101, 5000 + place) for place in range(1, count + 1)],
        certificate=replace(DESK, drill=drill), digits=digits(302, 70), issued_to="Ward 5, Sister Mary Kujur",
        by="meena", day=DAY,
    )  # fmt: skip


def practice(*, drill: bool = False) -> PracticeCertificate:
    """The certificate of a drill's five scenes, by two people."""
    text = "PARCHI-PRACTICE-" + ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 8)[:230]
    scenes = (("The computers are down", 2, 2), ("Surge", 2, 2), ("The printer dies", 1, 2), ("Power cut", 2, 2))
    return PracticeCertificate(
        people=("Asha Rani", "Ravi Das"), counter="Counter 3", day=DAY, minutes=6, score=88,
        scenes=[(spoken(name), done, due) for name, done, due in scenes], mark="9c41d07e5b2a8f36", text=text,
        drill=drill,
    )  # fmt: skip


def papers(*, drill: bool = False) -> Mapping[str, Paper]:
    """One of each, by the name of its layout."""
    made: tuple[Paper, ...] = (
        shift(drill=drill), day_sheet(drill=drill), box(drill=drill), register(drill=drill), poster(drill=drill),
        desk_card(drill=drill), cards(drill=drill), key_sheet(drill=drill), pad_cover(drill=drill),
        round_sheet(drill=drill), census(drill=drill), incident(drill=drill), personal_data(drill=drill),
        certificate(drill=drill), practice(drill=drill),
    )  # fmt: skip
    return {paper.name: paper for paper in made}
