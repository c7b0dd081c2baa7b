"""Clinics by the day and their rooms: rosters, caps and shares, who is called next, and what merges of two journals."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from fallback import frontdesk, hospital_file, payload
from fallback.enrolment import Installation
from fallback.errors import ClinicUnknown, FieldWrong, HospitalFileWrong, SlipIsVoid, SlipUnknown, VisitElsewhere
from fallback.frontdesk import Counter, roster
from fallback.frontdesk.counter import printed
from fallback.frontdesk.queue import call, call_next, place, put_back, tell
from fallback.hospital import Clinic, Unit
from fallback.ledger import Ledger, queries
from fallback.ledger.queries import SlipRow, outcomes, queue as rows
from fallback.outcome import Seen
from fallback.printing import PrintedSlip
from fallback.printing.fields import content_of
from fallback.roster import DayWord, reports_at, sitting
from fallback.slip import Age, AgeUnit, Category, Kind, Patient, Slip, SlipNumber, Visit
from fallback.stream import Stream, stream_of
from tests import factories, journals

MONDAY = date(2026, 11, 23)
MED, ENT = 1, 21


def clinic(**other: object) -> Clinic:
    found = factories.hospital().clinic(ENT)
    assert found is not None
    return replace(found, **other)  # type: ignore[arg-type]


def limited(counter: Counter, *, computers: int = 1, **other: object) -> Counter:
    """The counter of a hospital whose ENT is as told."""
    clinics = tuple(clinic(**other) if each.number == ENT else each for each in counter.hospital.clinics)
    return replace(counter, hospital=replace(counter.hospital, clinics=clinics, computers=computers))


def at_desk(counter: Counter, series: int = 1, login: str = "asha") -> str:
    return frontdesk.open_shift(counter, series=series, login=login, opening_float=0).key


def issue(counter: Counter, shift: str, name: str = "Sunita Devi", clinic: str = "ENT", **other: object) -> SlipNumber:
    return frontdesk.register(counter, shift, factories.registration(name, clinic=clinic, **other)).row.slip.number


def waiting(counter: Counter, clinic: int = ENT, day: date = MONDAY) -> list[SlipNumber]:
    return [row.number for row in rows.queue(counter.ledger.db(), clinic, day) if row.waits]


# --- nouns --------------------------------------------------------------------------------------------------------


def of(**other: object) -> Slip:
    made = Slip(number=SlipNumber(1, 1), issued=datetime(2026, 11, 23, 4, 0, tzinfo=UTC), visit=Visit(token=1))
    return replace(made, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("slip", "stream"),
    [
        (of(), Stream.GENERAL),
        (of(emergency=True, patient=Patient(age=Age(value=70))), Stream.EMERGENCY),
        (of(kind=Kind.CASUALTY), Stream.EMERGENCY),
        (of(patient=Patient(age=Age(value=60))), Stream.PRIORITY),
        (of(patient=Patient(age=Age(value=59))), Stream.GENERAL),
        (of(patient=Patient(age=Age(value=90, unit=AgeUnit.DAYS))), Stream.GENERAL),
        (of(patient=Patient(birth_date=date(1966, 11, 23))), Stream.PRIORITY),
        (of(patient=Patient(birth_date=date(1966, 11, 24))), Stream.GENERAL),
        (of(patient=Patient(category=Category.DISABLED)), Stream.PRIORITY),
        (of(patient=Patient(category=Category.PREGNANT)), Stream.PRIORITY),
        (of(patient=Patient(category=Category.BPL)), Stream.GENERAL),
        (of(issued=None, patient=Patient(birth_date=date(1930, 1, 1))), Stream.GENERAL),
    ],
)
def test_a_slip_alone_says_its_stream(slip: Slip, stream: Stream) -> None:
    assert stream_of(slip) is stream


def test_units_sit_on_their_days_and_a_supervisors_word_wins_for_one() -> None:
    two = (
        Unit(name="Unit I", room="207", weekdays=frozenset({1, 3})),
        Unit(name="Unit II", room="208", weekdays=frozenset({1, 2})),
    )
    of = clinic(units=two, room="200", unit="Unit I-II")
    plan = sitting(of, MONDAY)
    assert (plan.sits, plan.room, plan.unit) == (True, "207, 208", "Unit I, Unit II")
    assert sitting(of, date(2026, 11, 24)).room == "208"
    assert sitting(of, date(2026, 11, 27)).room == "200"
    told = sitting(of, MONDAY, DayWord(sits=False, room="Hall", cap=10))
    assert (told.sits, told.room, told.unit, told.cap) == (False, "Hall", "Unit I, Unit II", 10)


@pytest.mark.parametrize(
    ("cap", "computers", "share", "extra"),
    [(400, 3, 133, 54), (2, 3, 0, 1), (None, 3, None, None), (400, 1, 400, 160)],
)
def test_shares_never_add_up_to_more_than_the_cap(
    cap: int | None, computers: int, share: int | None, extra: int | None
) -> None:
    plan = sitting(clinic(cap=cap, overbook=40), MONDAY, computers=computers)
    assert (plan.share, plan.extra) == (share, extra)


def test_the_time_to_come_is_the_same_on_every_print() -> None:
    of_clinic = clinic(starts=time(9, 0), pace=5)
    early = of(issued=datetime(2026, 11, 23, 2, 0, tzinfo=UTC), visit=Visit(token=4, clinic=ENT))
    assert f"{reports_at(early, of_clinic):%d %H:%M}" == "23 09:15"
    late = replace(early, issued=datetime(2026, 11, 23, 5, 0, 59, tzinfo=UTC))
    assert f"{reports_at(late, of_clinic):%H:%M}" == "10:30", "nobody is told a time that has passed"
    other_day = replace(early, visit=replace(early.visit, day="2026-11-25"))
    assert f"{reports_at(other_day, of_clinic):%d %H:%M}" == "25 09:15"
    many = replace(early, visit=replace(early.visit, token=9_999))
    assert f"{reports_at(many, of_clinic):%d %H:%M}" == "23 23:59"
    assert reports_at(early, clinic(starts=None)) is None
    assert reports_at(replace(early, emergency=True), of_clinic) is None


ENT_FILE = "cap = 400\noverbook = 40\nstarts = 09:00:00\n"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("cap = 400", "cap = 0", "A whole number from 1 to 5000"),
        ("cap = 400\n", "", "A clinic without a cap is never full"),
        ("overbook = 40", "overbook = -1", "A whole number from 0 to 300"),
        ("starts = 09:00:00", 'starts = "9 am"', "A time without quotation marks"),
        ("starts = 09:00:00", "starts = 09:00:00\npace = 61", "A whole number from 0 to 60"),
        ("starts = 09:00:00", "starts = 09:00:00\npase = 6", "Did you mean pace"),
        ('weekdays = ["mon", "wed", "fri"] }', 'weekdays = ["sun"] }', "Unit I sits on a day on which the clinic"),
        ('name = "Unit II"', 'name = "Unit I"', "Another unit of this clinic has this name"),
        ('name = "Unit II", room = "208"', 'name = "Unit II"', "The key is missing"),
        ("units = [\n", "units = []\nunits2 = [\n", "Known here are|Did you mean"),
        ("# [caps]\n# computers = 3", "[caps]\ncomputers = 0", "A whole number from 1 to 200"),
        ("# [caps]\n# computers = 3", "[caps]\ncomputer = 3", "Did you mean computers"),
    ],
)
def test_what_is_wrong_in_the_hospitals_file_is_said(old: str, new: str, says: str, tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "hospital.toml").read_text(encoding="utf-8")
    assert ENT_FILE in text
    assert old in text
    broken = tmp_path / "hospital.toml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(HospitalFileWrong, match=says):
        hospital_file.load(broken)


def test_the_file_says_how_many_computers_share_a_cap(tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "hospital.toml").read_text(encoding="utf-8")
    file = tmp_path / "hospital.toml"
    file.write_text(text.replace("# [caps]\n# computers = 3", "[caps]\ncomputers = 3"), encoding="utf-8")
    assert hospital_file.load(file).computers == 3
    assert factories.hospital().computers == 1


# --- the desk -----------------------------------------------------------------------------------------------------


def test_a_full_clinic_sends_on_and_takes_an_emergency_or_one_with_a_reason(counter: Counter) -> None:
    few = limited(counter, cap=2, overbook=50)
    shift = at_desk(few)
    issue(few, shift)
    second = issue(few, shift, "Geeta Rani")
    with pytest.raises(FieldWrong, match="ENT is full on 23-11-2026: 2 of 2 places are given") as refused:
        issue(few, shift, "Kamla Devi")
    assert refused.value.values["field"] == "visit_day"
    db = few.ledger.db()
    assert roster.next_free_day(few, db, clinic(cap=2), MONDAY) == date(2026, 11, 24)
    issue(few, shift, "Kamla Devi", emergency=True)
    with pytest.raises(FieldWrong, match="its extra places too"):
        issue(few, shift, "Radha Devi", overbooked="came from far")
    frontdesk.void(few, shift, second, "left")  # a void gives its place back
    issue(few, shift, "Radha Devi", overbooked="came from far")
    (only,) = rows.overbooked(db, MONDAY)
    assert (only.clinic, only.reason, only.by) == (ENT, "came from far", "asha")


def test_a_reason_that_was_not_needed_is_not_written_down(counter: Counter) -> None:
    issue(counter, at_desk(counter), overbooked="nobody asked")
    assert rows.overbooked(counter.ledger.db(), MONDAY) == []


def test_a_clinic_that_does_not_sit_gives_a_slip_for_the_day_it_does(counter: Counter) -> None:
    closed = limited(counter, weekdays=frozenset({3, 5}))
    shift = at_desk(closed)
    with pytest.raises(FieldWrong, match="ENT does not sit on 23-11-2026"):
        issue(closed, shift)
    day = roster.next_free_day(closed, closed.ledger.db(), clinic(weekdays=frozenset({3, 5})), MONDAY)
    assert day == date(2026, 11, 25)
    made = frontdesk.register(closed, shift, factories.registration(clinic="ENT", day=day)).row.slip
    assert (made.visit.day, made.token_text, made.visit_day) == ("2026-11-25", "A-1", day)
    assert waiting(closed) == []
    assert waiting(closed, day=date(2026, 11, 25)) == [made.number]
    assert [row.slip.number for row in frontdesk_clinic_slips(closed, day)] == [made.number]


def frontdesk_clinic_slips(counter: Counter, day: date) -> list[SlipRow]:
    return queries.clinic_slips(counter.ledger.db(), ENT, day.isoformat())


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2027, 3, 1)])
def test_a_slip_is_for_a_day_that_is_near(day: date, counter: Counter) -> None:
    with pytest.raises(FieldWrong, match="Choose a day from today"):
        issue(counter, at_desk(counter), day=day)


def test_a_supervisors_word_for_a_day_is_kept_and_the_last_one_counts(counter: Counter) -> None:
    roster.set_roster(counter, ENT, MONDAY, DayWord(sits=False, reason="the surgeon is ill"), by="meena")
    shift = at_desk(counter)
    with pytest.raises(FieldWrong, match="does not sit"):
        issue(counter, shift)
    roster.set_roster(counter, ENT, MONDAY, DayWord(room="Tent 2", cap=1, reason="he is back"), by="meena")
    number = issue(counter, shift)
    assert rows.place_of(counter.ledger.db(), number) == ("Tent 2", "")
    with pytest.raises(FieldWrong, match="full"):
        issue(counter, shift)
    assert counter.ledger.rebuild_views(), "the views are what a replay makes of the lines"


def test_a_word_needs_a_reason_and_a_clinic(counter: Counter) -> None:
    with pytest.raises(FieldWrong, match="kept with your name"):
        roster.set_roster(counter, ENT, MONDAY, DayWord(cap=1), by="meena")
    with pytest.raises(ClinicUnknown):
        roster.set_roster(counter, 255, MONDAY, DayWord(cap=1, reason="x"), by="meena")
    with pytest.raises(FieldWrong, match="5000"):
        roster.set_roster(counter, ENT, MONDAY, DayWord(cap=5_001, reason="x"), by="meena")


def test_a_clinic_that_is_back_refuses_also_an_emergency_but_not_a_reason(counter: Counter) -> None:
    shift = at_desk(counter)
    roster.switch_clinic(counter, ENT, True, "their server is up", by="meena")
    for emergency in (False, True):
        with pytest.raises(FieldWrong, match="back on the hospital's own system"):
            issue(counter, shift, emergency=emergency)
    assert roster.next_free_day(counter, counter.ledger.db(), clinic(), MONDAY) is None
    issue(counter, shift, overbooked="their printer is dead")
    roster.switch_clinic(counter, ENT, True, "again", by="meena")  # says nothing new
    assert rows.switches(counter.ledger.db())[ENT].reason == "their server is up"
    roster.switch_clinic(counter, ENT, False, "down again", by="meena")
    issue(counter, shift)


# --- the room -----------------------------------------------------------------------------------------------------


def test_a_room_calls_by_stream_and_printed_time(counter: Counter) -> None:
    first_desk, second_desk = at_desk(counter), at_desk(counter, 2, "meena")
    plain = issue(counter, first_desk, "Sunita Devi")
    other = issue(counter, second_desk, "Geeta Rani")
    old = frontdesk.register(
        counter,
        first_desk,
        replace(factories.registration("Kamla Devi", clinic="ENT"), patient=factories.patient(age=Age(value=71))),
    ).row.slip.number
    urgent = issue(counter, second_desk, "Radha Devi", emergency=True)
    assert waiting(counter) == [urgent, old, plain, other]
    order = []
    while (row := call_next(counter, ENT, MONDAY, "207", by="asha")) is not None:
        order.append(row.number)
    assert order == [urgent, old, plain, other]
    assert [row.number for row in rows.called(counter.ledger.db(), MONDAY, 9)] == order[::-1]


def test_seen_not_there_and_sent_back(counter: Counter) -> None:
    shift = at_desk(counter)
    first, second = issue(counter, shift), issue(counter, shift, "Geeta Rani")
    call_next(counter, ENT, MONDAY, "207", by="asha")
    put_back(counter, ENT, first, "to fetch the report", "207", by="asha")
    assert waiting(counter) == [second, first], "whoever was called already comes after those who were not"
    tell(counter, ENT, second, Seen.SEEN, "207", by="asha")
    tell(counter, ENT, second, Seen.SEEN, "207", by="asha")
    tell(counter, ENT, first, Seen.NOT_SEEN, "207", by="asha")
    count = rows.counts(counter.ledger.db(), MONDAY)[ENT]
    assert (count.waiting, count.called, count.seen, count.not_seen, count.all) == (0, 0, 1, 1, 2)
    put_back(counter, ENT, first, "came late", "207", by="asha")
    assert waiting(counter) == [first]
    assert outcomes.nurse_said(counter.ledger.db(), second.text) == "seen"
    said = [
        line for line in counter.ledger.lines() if line.fact == "visit_seen" and line.content["number"] == second.text
    ]
    assert len(said) == 1, "the same word twice is one"


def test_a_wrong_clinic_is_one_visit_with_a_new_token_and_the_old_one_is_void(counter: Counter) -> None:
    shift = at_desk(counter)
    number = issue(counter, shift, clinic="MED")
    call_next(counter, MED, MONDAY, "101", by="asha")
    tell(counter, MED, number, Seen.NOT_SEEN, "101", by="asha")
    with pytest.raises(VisitElsewhere, match="is for MED, not for this clinic"):
        call(counter, ENT, number, "207", by="asha")
    moved = frontdesk.correct(counter, shift, number, factories.registration(clinic="ENT"), "wrong clinic").row.slip
    assert (moved.number, moved.token_text) == (number, "A-1")
    assert waiting(counter, MED) == [], "the old room's list has lost it"
    assert waiting(counter) == [number], "and what the old room said holds nothing up in the new one"
    assert rows.called(counter.ledger.db(), MONDAY, 9) == []
    assert issue(counter, shift, "Geeta Rani", clinic="MED") != number
    (row,) = rows.queue(counter.ledger.db(), MED, MONDAY)
    assert row.token == "A-2", "a token that was printed is never given again"
    with pytest.raises(VisitElsewhere):
        call(counter, MED, number, "101", by="asha")
    tell(counter, ENT, number, Seen.SEEN, "207", by="asha")
    assert outcomes.nurse_said(counter.ledger.db(), number.text) == "seen"


def test_a_correction_into_a_full_clinic_asks_like_a_registration(counter: Counter) -> None:
    few = limited(counter, cap=1)
    shift = at_desk(few)
    issue(few, shift)
    number = issue(few, shift, "Geeta Rani", clinic="MED")
    with pytest.raises(FieldWrong, match="full"):
        frontdesk.correct(few, shift, number, factories.registration(clinic="ENT"), "wrong clinic")
    again = factories.registration(clinic="ENT", overbooked="sent by the doctor")
    frontdesk.correct(few, shift, number, again, "wrong clinic")
    assert [each.number for each in rows.overbooked(few.ledger.db(), MONDAY)] == [number]
    wednesday = factories.registration(clinic="ENT", day=date(2026, 11, 25))
    moved = frontdesk.correct(few, shift, number, wednesday, "comes on Wednesday").row.slip
    assert (moved.visit.day, moved.token_text) == ("2026-11-25", "A-1")
    name = frontdesk.correct(few, shift, number, factories.registration("Gita Rani", clinic="ENT"), "spelling").row.slip
    assert (name.visit.day, name.token_text) == ("2026-11-25", "A-1"), "a corrected name moves nobody"


def test_a_departments_counter_says_the_room_without_a_new_slip(counter: Counter) -> None:
    shift = at_desk(counter)
    first, second = issue(counter, shift), issue(counter, shift, "Geeta Rani")
    place(counter, ENT, first, unit="Unit II", room="208", by="asha")
    row = call_next(counter, ENT, MONDAY, "207", by="asha")
    assert row is not None and row.number == second, "208's patient is not called into 207"
    again = frontdesk.reprint(counter, first, by="asha")
    paper = printed(counter, again)
    assert (paper.room, paper.unit) == ("208", "Unit II")
    with pytest.raises(FieldWrong, match="Write the room"):
        place(counter, ENT, first, unit="", room="", by="asha")
    with pytest.raises(FieldWrong, match="at most 20 letters"):
        place(counter, ENT, first, unit="", room="x" * 21, by="asha")


def test_a_void_slip_waits_nowhere(counter: Counter) -> None:
    shift = at_desk(counter)
    number = issue(counter, shift)
    frontdesk.void(counter, shift, number, "left")
    assert waiting(counter) == []
    with pytest.raises(SlipIsVoid):
        call(counter, ENT, number, "207", by="asha")


# --- two rooms that cannot see each other -------------------------------------------------------------------------


def apart(counter: Counter, folder: Path) -> Counter:
    """Another computer of the hospital, which knows what this one does by now and then sees it no more."""
    there = journals.sibling(counter.ledger, folder)
    there.merge(list(counter.ledger.lines()))
    return replace(counter, ledger=there)


def exchange(one: Ledger, two: Ledger) -> None:
    """Each takes in what the other wrote."""
    for mine, theirs in ((one, two), (two, one)):
        mine.merge(list(theirs.lines()))


def test_two_computers_never_print_one_token_and_never_promise_more_than_the_cap(
    counter: Counter, tmp_path: Path
) -> None:
    here = limited(counter, computers=2, cap=5)
    there = apart(here, tmp_path / "there")
    shifts = at_desk(here), at_desk(there, 2, "meena")
    tokens = []
    for each, shift in zip((here, there), shifts, strict=True):
        for name in ("Sunita Devi", "Geeta Rani"):
            tokens.append(
                frontdesk.register(each, shift, factories.registration(name, clinic="ENT")).row.slip.token_text
            )
        with pytest.raises(FieldWrong, match="2 of 2 places are given"):
            issue(each, shift, "Kamla Devi")
    assert tokens == ["A-1", "A-2", "B-1", "B-2"]
    exchange(here.ledger, there.ledger)
    for each in (here, there):
        stands = roster.standing(each, each.ledger.db(), clinic(cap=5), MONDAY)
        assert (stands.here, stands.known) == (2, 4)


def test_two_rooms_that_cannot_see_each_other_agree_after_the_merge_in_either_order(
    counter: Counter, tmp_path: Path
) -> None:
    shift = at_desk(counter)
    first, second, third = (issue(counter, shift, name) for name in ("Sunita Devi", "Geeta Rani", "Kamla Devi"))
    there = apart(counter, tmp_path / "there")
    call_next(counter, ENT, MONDAY, "207", by="asha")
    tell(counter, ENT, first, Seen.SEEN, "207", by="asha")
    call_next(there, ENT, MONDAY, "208", by="meena")  # cannot know that 207 has the same patient
    tell(there, ENT, first, Seen.NOT_SEEN, "208", by="meena")
    call(there, ENT, third, "208", by="meena")
    frontdesk.correct(counter, shift, second, factories.registration("Geeta Rani", clinic="MED"), "wrong clinic")
    call(there, ENT, second, "208", by="meena")
    roster.set_roster(there, ENT, MONDAY, DayWord(room="Hall", reason="leak"), by="meena")
    exchange(counter.ledger, there.ledger)
    found = [
        [(row.number, row.word, row.room, row.clinic) for row in rows.queue(each.ledger.db(), at, MONDAY)]
        for each in (counter, there)
        for at in (ENT, MED)
    ]
    assert found[:2] == found[2:]
    assert found[1] == [(second, "", "", MED)], "what the old clinic's other room said does not follow the visit"
    assert {number for number, *_ in found[0]} == {first, third}
    for each in (counter, there):
        assert each.ledger.rebuild_views()


def test_what_a_room_says_may_come_before_the_slip(counter: Counter, tmp_path: Path) -> None:
    there = apart(counter, tmp_path / "there")
    number = issue(counter, at_desk(counter))
    there.ledger.merge(list(counter.ledger.lines()))
    call_next(there, ENT, MONDAY, "208", by="meena")
    third = journals.sibling(counter.ledger, tmp_path / "third")
    for each in (there.ledger, counter.ledger):
        third.merge([line for line in each.lines() if line.chain == each.chain])
    (row,) = rows.queue(third.db(), ENT, MONDAY)
    assert (row.number, row.word, row.room) == (number, "called", "208")


def test_no_question_of_a_queue_reads_other_days(counter: Counter) -> None:
    db = counter.ledger.db()
    for ask in (
        "SELECT count(*) FROM visit WHERE clinic = 1 AND day = '2026-11-23' AND chain = 'x'",
        "SELECT clinic, count(*) FROM visit WHERE day = '2026-11-23' GROUP BY 1",
    ):
        (plan,) = (row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {ask}").fetchall())
        assert "COVERING INDEX visit_day" in plan


def test_a_room_calls_a_slip_that_its_computer_knows_by_the_paper_alone(
    installation: Installation, counter: Counter, tmp_path: Path
) -> None:
    there = apart(counter, tmp_path / "there")
    shift = at_desk(counter)
    made = frontdesk.register(counter, shift, factories.registration(clinic="ENT", emergency=True)).row
    with pytest.raises(SlipUnknown):
        call(there, ENT, made.slip.number, "208", by="meena")
    found = frontdesk.read_slip(there, installation.keys(), payload.to_digits(made.payload), by="meena")
    call(there, ENT, found.number, "208", by="meena")
    tell(there, ENT, found.number, Seen.SEEN, "208", by="meena")
    (row,) = rows.queue(there.ledger.db(), ENT, MONDAY)
    assert (row.token, row.stream, row.word) == ("A-1", Stream.EMERGENCY, "seen")
    exchange(counter.ledger, there.ledger)
    (row,) = rows.queue(counter.ledger.db(), ENT, MONDAY)
    assert row.word == "seen"
    assert roster.standing(counter, counter.ledger.db(), clinic(), MONDAY).here == 1
    assert counter.ledger.rebuild_views()


# --- the paper ----------------------------------------------------------------------------------------------------


def test_a_slip_says_when_to_come_and_who_goes_first() -> None:
    known = replace(factories.hospital(), clinics=(clinic(starts=time(9, 0), pace=10),))
    old = of(visit=Visit(clinic=ENT, token=8, token_series=1), patient=Patient(name="Kamla", age=Age(value=80)))
    today = content_of(PrintedSlip(slip=old, digits="1"), known)
    assert today.fields["report"].value == "10:10"
    assert [flag.english for flag in today.flags] == ["PRIORITY"]
    later = replace(old, visit=replace(old.visit, day="2026-11-24"))
    there = content_of(PrintedSlip(slip=later, digits="1"), known)
    assert (there.fields["report"].value, there.fields["room"].value) == ("24-11-2026 10:10", "208")
    urgent = content_of(PrintedSlip(slip=replace(old, emergency=True), digits="1"), known)
    assert [flag.english for flag in urgent.flags] == ["EMERGENCY"]
    assert urgent.fields["report"].value == "", "an emergency does not wait for a time"
    told = content_of(PrintedSlip(slip=old, digits="1", room="Hall", unit="Unit V"), known)
    assert (told.fields["room"].value, told.fields["unit"].value) == ("Hall", "Unit V")
    hidden = replace(known, clinics=(clinic(discreet=True),))
    assert content_of(PrintedSlip(slip=old, digits="1", unit="Unit V"), hidden).fields["unit"].value == ""


def test_the_day_of_a_visit_is_in_the_code_that_is_printed(counter: Counter, installation: Installation) -> None:
    wednesday = factories.registration(clinic="ENT", day=date(2026, 11, 25))
    made = frontdesk.register(counter, at_desk(counter), wednesday).row
    judged = payload.judge(payload.to_digits(made.payload), installation.keys())
    assert judged.decoded is not None
    assert judged.decoded.slip.visit_day == date(2026, 11, 25)
