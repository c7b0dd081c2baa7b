"""Counters without a link: a slip read by its paper alone, done once; what two did unknowingly shows at the merge."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback import custody, enrolment, frontdesk, hospital_file, payload
from fallback.enrolment import Installation
from fallback.errors import (
    CodeNotGenuine,
    DeskNotMet,
    DoneAlready,
    FieldWrong,
    HospitalFileWrong,
    NotDone,
    PayloadWrong,
    SlipIsVoid,
    SlipNumberWrong,
)
from fallback.frontdesk import Counter, Issued
from fallback.hospital import USUAL_COUNTERS, ServiceCounter
from fallback.keys import PublicKeys
from fallback.ledger import MergeReport, queries
from fallback.ledger.queries import services
from fallback.slip import Sample, SlipNumber
from tests import factories

LABORATORY = USUAL_COUNTERS[0]
TAKEN = LABORATORY.what[0]
KEYS = PublicKeys(root=bytes(32))  # nobody's: where only a number is read no key is asked


def issue(counter: Counter, name: str = "Sunita Devi", **more: Any) -> Issued:
    shift = queries.open_shift(counter.ledger.db()) or frontdesk.open_shift(counter, series=1, login="asha")
    return frontdesk.register(counter, shift.key, factories.registration(name, **more), form=name)


def code(issued: Issued) -> str:
    return payload.to_digits(issued.row.payload)


def sibling(made: Installation, folder: Path) -> Installation:
    """What a laptop at the laboratory is: restored from an export, without a desk, without a downtime of its own."""
    export = folder / "copy"
    export.mkdir(parents=True)
    custody.export(made.ledger, export)
    custody.restore(export, folder / "data", factories.PASSPHRASE, clock=factories.clock(), state=folder / "state")
    return enrolment.open_installation(
        folder / "data", factories.PASSPHRASE, clock=factories.clock(), state=folder / "state"
    )


def taken_home(made: Installation, other: Installation, folder: Path) -> MergeReport:
    file = folder / f"{other.ledger.chain}.parchi"
    custody.export(other.ledger, file)
    return custody.merge(made.ledger, file)


@pytest.fixture
def laboratory(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    made = sibling(installation, tmp_path / "laboratory")
    yield made
    made.close()


def test_a_slip_is_read_by_its_paper_alone_where_no_journal_has_it(
    counter: Counter, laboratory: Installation, installation: Installation
) -> None:
    slip = issue(counter)
    there = factories.counter(laboratory)
    assert queries.slip(laboratory.ledger.db(), slip.row.slip.number) is None
    found = frontdesk.read_slip(there, laboratory.keys(), code(slip), by="lata")
    assert (found.number, found.digest) == (slip.row.slip.number, slip.row.content)
    row = queries.slip(laboratory.ledger.db(), found.number)
    assert row is not None
    assert (row.slip.patient.name, row.journalled) == ("Sunita Devi", False)
    assert services.known_until(laboratory.ledger.db(), found.number)[0] is False
    assert services.known_until(installation.ledger.db(), found.number) == (True, None)
    before = laboratory.ledger.head()
    frontdesk.read_slip(there, laboratory.keys(), code(slip), by="lata")
    assert laboratory.ledger.head() == before, "read again, nothing new is written"


def test_status_is_as_of_the_last_line_of_the_slips_own_desk(
    counter: Counter, laboratory: Installation, tmp_path: Path
) -> None:
    slip = issue(counter)
    own, until = services.known_until(laboratory.ledger.db(), slip.row.slip.number)
    assert not own
    assert until is not None
    custody.export(counter.ledger, tmp_path / "later.parchi")
    custody.merge(laboratory.ledger, tmp_path / "later.parchi")
    later = services.known_until(laboratory.ledger.db(), slip.row.slip.number)[1]
    assert later is not None
    assert later > until
    assert services.known_until(laboratory.ledger.db(), SlipNumber(77, 1)) == (False, None)


def test_numbers_and_stickers_are_read_too(counter: Counter) -> None:
    number = issue(counter).row.slip.number
    for typed in (number.text, number.grouped, Sample(number, 51).text, "००१०००००११४"):
        assert frontdesk.read_slip(counter, KEYS, typed, by="lata").number == number
    for wrong in ("", "Sunita", "1" * 2000, "00100000115", "12"):
        with pytest.raises((FieldWrong, SlipNumberWrong)):
            frontdesk.read_slip(counter, KEYS, wrong, by="lata")


def test_what_is_not_genuine_is_told_and_not_taken(
    counter: Counter, laboratory: Installation, installation: Installation, tmp_path: Path
) -> None:
    there, before = factories.counter(laboratory), laboratory.ledger.head()
    whole = code(issue(counter))
    with pytest.raises(PayloadWrong):
        frontdesk.read_slip(there, laboratory.keys(), whole[:-9], by="lata")
    signed = bytearray(payload.from_digits(whole))
    signed[20] ^= 1
    with pytest.raises((CodeNotGenuine, PayloadWrong)):
        frontdesk.read_slip(there, laboratory.keys(), payload.to_digits(bytes(signed)), by="lata")
    other = factories.installation(tmp_path / "other")
    with pytest.raises(CodeNotGenuine):
        frontdesk.read_slip(there, laboratory.keys(), code(issue(factories.counter(other))), by="lata")
    other.close()
    assert laboratory.ledger.head() == before


def test_a_new_desk_that_the_laboratory_never_met_is_no_forgery(
    counter: Counter, laboratory: Installation, installation: Installation, tmp_path: Path
) -> None:
    enrolment.enrol_desk(installation, "Counter 3")
    shift = frontdesk.open_shift(counter, series=3, login="asha")
    slip = frontdesk.register(counter, shift.key, factories.registration(), form="x")
    there = factories.counter(laboratory)
    with pytest.raises(DeskNotMet):
        frontdesk.read_slip(there, laboratory.keys(), code(slip), by="lata")
    custody.export(installation.ledger, tmp_path / "desks.parchi")
    custody.merge(laboratory.ledger, tmp_path / "desks.parchi")
    assert frontdesk.read_slip(there, laboratory.keys(), code(slip), by="lata").number == slip.row.slip.number


def test_done_once_warned_once_more_and_taken_back(counter: Counter) -> None:
    number = issue(counter).row.slip.number
    frontdesk.do(counter, number, LABORATORY, TAKEN, by="lata")
    with pytest.raises(DoneAlready, match="by lata"):
        frontdesk.do(counter, number, LABORATORY, TAKEN, by="mala")
    frontdesk.do(counter, number, LABORATORY, TAKEN, by="mala", again=True)
    db = counter.ledger.db()
    assert services.twice(db) == [], "whoever did it knew of the first"
    assert services.counts(db, LABORATORY.name, "2026-11-23") == {TAKEN: 2}
    frontdesk.undo(counter, number, LABORATORY, TAKEN, "the tube broke", by="mala")
    frontdesk.undo(counter, number, LABORATORY, TAKEN, "the other, too", by="mala")
    with pytest.raises(NotDone):
        frontdesk.undo(counter, number, LABORATORY, TAKEN, "again", by="mala")
    assert services.standing(services.of_slip(db, number)) == {}
    frontdesk.do(counter, number, LABORATORY, TAKEN, by="lata")
    unaware = db.execute("SELECT unaware FROM service_sum").fetchone()[0]
    assert unaware == 1, "so a counter that does not know of it makes two"
    with pytest.raises(FieldWrong):
        frontdesk.do(counter, number, LABORATORY, "Operation", by="lata")


def test_nothing_is_done_for_a_void_slip(counter: Counter) -> None:
    slip = issue(counter)
    frontdesk.void(counter, slip.row.shift, slip.row.slip.number, "registered twice")
    with pytest.raises(SlipIsVoid):
        frontdesk.do(counter, slip.row.slip.number, LABORATORY, TAKEN, by="lata")


def test_a_void_paper_voids_the_slip_also_where_only_the_paper_tells(
    counter: Counter, laboratory: Installation
) -> None:
    slip = issue(counter)
    there = factories.counter(laboratory)
    frontdesk.read_slip(there, laboratory.keys(), code(slip), by="lata")
    void = frontdesk.void(counter, slip.row.shift, slip.row.slip.number, "registered twice")
    frontdesk.read_slip(there, laboratory.keys(), code(void), by="lata")
    with pytest.raises(SlipIsVoid):
        frontdesk.do(there, slip.row.slip.number, LABORATORY, TAKEN, by="lata")


def test_a_blank_that_was_filled_in_by_pen_is_served_like_any_slip(counter: Counter, laboratory: Installation) -> None:
    (number, *_), _ = frontdesk.print_pads(counter, series=1, count=2, issued_to="Ward 4", by="meena")
    blank = queries.pad_payload(counter.ledger.db(), number)
    assert blank is not None
    for place in (counter, factories.counter(laboratory)):
        found = frontdesk.read_slip(place, laboratory.keys(), payload.to_digits(blank), by="lata")
        frontdesk.do(place, found.number, LABORATORY, TAKEN, paper=found.digest, by="lata")
        (row,) = services.of_slip(place.ledger.db(), number)
        assert row.digest == payload.digest(blank).hex()


def test_two_done_facts_surface_when_the_journals_meet_in_either_order(
    counter: Counter, laboratory: Installation, installation: Installation, tmp_path: Path
) -> None:
    """Two laboratories that cannot see each other each take a sample of the same patient; the desk merges both."""
    slip = issue(counter)
    number, ward = slip.row.slip.number, sibling(installation, tmp_path / "ward")
    for place, login in ((laboratory, "lata"), (ward, "mala")):
        there = factories.counter(place)
        found = frontdesk.read_slip(there, place.keys(), code(slip), by=login)
        frontdesk.do(there, found.number, LABORATORY, TAKEN, paper=found.digest, by=login)
        assert services.twice(place.ledger.db()) == []
    for other in (ward, laboratory):
        taken_home(installation, other, tmp_path)
    db = installation.ledger.db()
    (twice,) = services.twice(db)
    assert (twice.number, twice.counter, twice.what, twice.unknown) == (number, LABORATORY.name, TAKEN, False)
    assert {row.login for row in twice.rows} == {"lata", "mala"}
    taken_home(laboratory, installation, tmp_path)
    assert services.twice(laboratory.ledger.db()) == services.twice(db), "whoever merges in whatever order"
    row = queries.slip(db, number)
    assert row is not None
    assert row.journalled
    assert not row.conflict
    frontdesk.undo(counter, number, LABORATORY, TAKEN, "one of two", by="meena")
    assert services.twice(db) == []
    assert len(services.standing(services.of_slip(db, number))) == 1
    assert installation.ledger.rebuild_views(), "a replay gives the same"
    ward.close()


def test_a_counter_saves_the_record_of_a_desk_that_was_lost(
    counter: Counter, laboratory: Installation, tmp_path: Path
) -> None:
    """The desk's disk dies before its next copy: what the pharmacy scanned is still there, signed."""
    slip = issue(counter)
    frontdesk.read_slip(factories.counter(laboratory), laboratory.keys(), code(slip), by="lata")
    saved = queries.slip(laboratory.ledger.db(), slip.row.slip.number)
    assert saved is not None
    assert saved.payload == slip.row.payload


def test_what_was_done_for_a_misread_number_stands_apart(counter: Counter) -> None:
    wrong = SlipNumber(55, 8)
    frontdesk.do(counter, wrong, LABORATORY, TAKEN, by="lata")
    (astray,) = services.astray(counter.ledger.db())
    assert (astray.number, astray.unknown) == (wrong, True)
    frontdesk.undo(counter, wrong, LABORATORY, TAKEN, "misread", by="lata")
    assert services.astray(counter.ledger.db()) == []


def test_no_two_tubes_of_a_patient_ever_have_one_number(counter: Counter, laboratory: Installation) -> None:
    """The desk, the laboratory and the ward put stickers on the tubes of one patient without seeing each other."""
    slip = issue(counter)
    number, ward = slip.row.slip.number, USUAL_COUNTERS[3]
    there = factories.counter(laboratory)
    frontdesk.read_slip(there, laboratory.keys(), code(slip), by="lata")
    db = laboratory.ledger.db()
    frontdesk.slip_sheet(there, number, LABORATORY.stickers, count=3, at=LABORATORY)
    frontdesk.slip_sheet(there, number, LABORATORY.stickers, count=1, at=LABORATORY)
    frontdesk.slip_sheet(there, number, ward.stickers, count=2, at=ward)
    frontdesk.slip_sheet(there, number, "sticker-24", count=4)
    frontdesk.slip_sheet(there, number, "sticker-24", count=1)
    tubes = [row[0] for row in db.execute("SELECT last_tube FROM sheet_print ORDER BY line")]
    assert tubes == [52, 53, 71, 4, 5]
    for at, first, count in ((LABORATORY, 0, 17), (LABORATORY, 4, 1), (None, 50, 1), (None, 48, 4)):
        with pytest.raises(FieldWrong):
            frontdesk.slip_sheet(there, number, "sticker-24", count=count, first_tube=first, at=at)


# --- The hospital's file --------------------------------------------------------------------------------------------

TABLE = """
[[counter]]
name = "Blood bank"
name_hindi = "रक्त कोष"
what = ["Blood given"]
what_hindi = ["रक्त दिया"]
tubes = [10, 19]
"""


def load(folder: Path, more: str) -> tuple[ServiceCounter, ...]:
    example = (Path(__file__).parent.parent / "hospital.toml").read_text(encoding="utf-8")
    without = re.sub(r"\n\[\[counter\]\]\n(?:[^\n\[][^\n]*\n)*", "\n", example)
    file = folder / "hospital.toml"
    file.write_text(without + more, encoding="utf-8")
    return hospital_file.load(file).counters


def test_the_file_names_the_counters_and_an_older_file_has_the_usual_ones(tmp_path: Path) -> None:
    (bank,) = load(tmp_path, TABLE)
    assert bank == replace(
        LABORATORY,
        name="Blood bank",
        name_hindi="रक्त कोष",
        what=("Blood given",),
        what_hindi=("रक्त दिया",),
        tubes=range(10, 20),
    )
    assert load(tmp_path, "") == USUAL_COUNTERS
    assert factories.hospital().counters[0] == LABORATORY, "the example says what the program does by itself"


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ('what = ["Blood given"]', "what = []", "1 to 9 things"),
        ('what_hindi = ["रक्त दिया"]', 'what_hindi = ["रक्त दिया", "और"]', "As many texts"),
        ("tubes = [10, 19]", "tubes = [19, 10]", "first and the last"),
        ("tubes = [10, 19]", "tubes = [10, 100]", "from 1 to 99"),
        ("tubes = [10, 19]", 'stickers = "a4"', "sticker-24"),
        ('name = "Blood bank"', 'name = ""', "empty"),
        ("", TABLE, "has this name already"),
        ("", TABLE.replace("Blood bank", "Bank 2"), "one patient"),
        ("tubes", "tube", "Did you mean tubes"),
    ],
)
def test_what_is_wrong_in_the_file_is_told(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    with pytest.raises(HospitalFileWrong, match=says):
        load(tmp_path, TABLE.replace(was, becomes) if was else TABLE + becomes)


# --- Scanners -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "keyboard"),
    [
        ("]Q1{code}", ""),
        ("\x02{code}\r\n", ""),
        ("{code}{code}", ""),
        ("{azerty}", "French (AZERTY)"),
        ("{number}{number}", ""),
        ("००१ ००० ००१ १४", ""),
        ("OO1OOOOO1l4", ""),
    ],
)
def test_what_a_scanner_puts_around_a_code_or_mistypes_is_put_right(
    counter: Counter, installation: Installation, typed: str, keyboard: str
) -> None:
    slip = issue(counter)
    whole = code(slip)
    azerty = whole.translate(str.maketrans("1234567890", "&é\"'(-è_çà"))
    meant = typed.format(code=whole, number=slip.row.slip.number.text, azerty=azerty)
    found = frontdesk.read_slip(counter, installation.keys(), meant, by="lata")
    assert (found.number, found.keyboard) == (slip.row.slip.number, keyboard)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("234123412346", "Aadhaar"),
        ("4006381333931", "goods"),
        ("https://example.org/x", "web address"),
        ("upi://pay?pa=x", "payments"),
        ("1234567", "11 digits"),
    ],
)
def test_what_is_no_slip_is_called_by_its_name(counter: Counter, typed: str, says: str) -> None:
    with pytest.raises(FieldWrong, match=says) as wrong:
        frontdesk.read_slip(counter, KEYS, typed, by="lata")
    assert typed not in str(wrong.value)
