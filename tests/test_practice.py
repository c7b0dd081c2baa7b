"""Practice: scenes measured by facts, certificates that count once, months, turns, and duties kept in an outage."""

import json
import os
import re
import subprocess
import sys
import zlib
from base64 import b32encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from fallback import enrolment, frontdesk, practice
from fallback.cli import group
from fallback.cli.practise import KIND_LABELS
from fallback.enrolment import Installation
from fallback.errors import (
    FieldWrong,
    PracticeCodeLong,
    PracticeCodeWrong,
    PracticeDayWrong,
    PracticeKnown,
    PracticeNotPassed,
)
from fallback.frontdesk import Counter, practised
from fallback.frontdesk.practising import Practising
from fallback.hospital import Ready
from fallback.language import catalogue
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import practice as told
from fallback.money import Cash
from fallback.names.hindi import pairs
from fallback.outcome import Seen
from fallback.practice import Certificate, Fact, Kept, Practised, Scene, Setting, Visitor
from fallback.practice.adherence import SAYS, WHOSE, Duty
from fallback.practice.certificate import check_sum
from fallback.rehearsal.practise import everyday, furnish, visitors
from fallback.slip import Age, Sex
from tests import factories

DAY = date(2026, 11, 23)
NOW = factories.START + timedelta(hours=8)
CERTIFICATE = Certificate(
    mark="9c41d07e5b2a8f36", day=DAY, counter="Counter 3", people=("Asha Rani", "रवि दास"),
    scenes={Scene.OPENING: (2, 2), Scene.SURGE: (2, 2), Scene.POWER: (1, 2)}, minutes=6,
)  # fmt: skip

WORDS = [name for name, _ in islice(pairs(), 40, 4000, 110)]
MANY = [" ".join(WORDS[place : place + 3]) for place in range(0, 36, 3)]  # twelve names that have little in common


def visitor(number: int) -> Visitor:
    return Visitor(
        name=f"Sunita Devi {'abcdefghijklmnop'[number]}", sex="female", age=30 + number, guardian="Ram",
        relation="husband", mobile="", locality="", clinic=1, clinic_code="MED",
    )  # fmt: skip


def setting(*, whole: bool = False, month: date = DAY) -> Setting:
    return Setting(
        whole=whole, month=month, desk=1, desk_name="Counter 1", spare=2, spare_name="Spare", clerk="asha",
        second="bina", supervisor="meena", records="ravi", pads=("00100000114", "00100000211"), clinic_code="MED",
        visitors=[visitor(number) for number in range(11)],
    )  # fmt: skip


def slip(who: Visitor, **other: object) -> dict[str, object]:
    record: dict[str, object] = {
        "name": who.name.upper(), "sex": who.sex, "age": who.age, "age_unit": "years", "clinic": who.clinic,
        "alias": False, "medico_legal": False, "previous": None, "number": "00100000308",
    }  # fmt: skip
    return record | other


def fact(what: str, series: int = 1, login: str = "asha", **content: object) -> Fact:
    return Fact(sequence=1, what=what, series=series, login=login, content=content)


def marks(scene: Scene, facts: list[Fact], *, whole: bool = False, before: tuple[Fact, ...] = ()) -> list[bool]:
    return [step.done for step in practice.steps(scene, setting(whole=whole), facts, before)]


# --- the rule


def test_five_minutes_hold_other_troubles_each_month_and_all_within_two() -> None:
    plans = [practice.plan(setting(month=date(2026, month, 1))) for month in (11, 12)]
    for plan in plans:
        assert (plan[0], plan[1], plan[-1], len(plan)) == (Scene.OPENING, Scene.SURGE, Scene.RETURN, 5)
    assert set(plans[0]) | set(plans[1]) == set(Scene) and plans[0] != plans[1]
    assert practice.plan(setting(whole=True)) == list(Scene)


def test_a_shift_counts_when_its_clock_was_confirmed() -> None:
    entered, opened = fact("logged_in", 0), fact("shift_opened")
    assert marks(Scene.OPENING, []) == [False, False]
    assert marks(Scene.OPENING, [entered, opened]) == [True, False]
    assert marks(Scene.OPENING, [entered, fact("clock_told"), opened]) == [True, True]
    assert marks(Scene.OPENING, [fact("logged_in", 0, "meena"), fact("shift_opened", 2)]) == [False, False]


@pytest.mark.parametrize(
    "wrong", [{"name": "Sunita"}, {"sex": "male"}, {"age": 3}, {"age_unit": "days"}, {"clinic": 2}]
)
def test_a_slip_counts_when_it_says_what_the_card_says(wrong: dict[str, object]) -> None:
    card = visitor(0)
    assert marks(Scene.SURGE, [fact("slip_issued", slip=slip(card))]) == [True, False]
    typed_wrong = fact("slip_issued", slip=slip(card, **wrong))
    assert marks(Scene.SURGE, [typed_wrong]) == [False, False]
    corrected = fact("slip_revised", change="correction", slip=slip(card))
    assert marks(Scene.SURGE, [typed_wrong, corrected]) == [True, False]


def test_a_dead_printer_needs_the_pad_and_then_a_reprint() -> None:
    card = visitor(2)
    at_desk = fact("slip_issued", slip=slip(card))
    other_pad = fact("slip_revised", change="pad", slip=slip(card, number="00100000211"))
    filled = fact("slip_revised", change="pad", slip=slip(card, number="00100000114"))
    assert marks(Scene.PRINTER, [at_desk, other_pad]) == [False, False]
    assert marks(Scene.PRINTER, [filled, fact("slip_reprinted")]) == [True, True]
    wrong = fact("slip_revised", change="pad", slip=slip(card, number="00100000114", age=1))
    right = fact("slip_revised", change="correction", slip=slip(card, number="00100000114"))
    assert marks(Scene.PRINTER, [wrong]) == [False, False]
    assert marks(Scene.PRINTER, [wrong, right]) == [True, False]


def test_a_dead_laptop_is_another_desk_with_another_clerk() -> None:
    card, second = visitor(9), fact("logged_in", 0, "bina")
    here, there = fact("slip_issued", 1, slip=slip(card)), fact("slip_issued", 2, "bina", slip=slip(card))
    assert marks(Scene.LAPTOP, [here, fact("shift_opened", 1)], whole=True) == [False] * 4
    again = fact("slip_issued", 2, "bina", slip=slip(visitor(0), previous="00100000308"))
    assert marks(Scene.LAPTOP, [second, fact("shift_opened", 2), there, again], whole=True) == [True] * 4


def test_an_unknown_man_is_an_alias_and_a_police_case() -> None:
    alias = slip(visitor(0), alias=True, sex="male")
    assert marks(Scene.UNIDENTIFIED, [fact("slip_issued", slip=alias)]) == [True, False]
    assert marks(Scene.UNIDENTIFIED, [fact("slip_issued", slip=alias | {"medico_legal": True})]) == [True, True]
    assert marks(Scene.UNIDENTIFIED, [fact("slip_issued", slip=alias | {"sex": "female"})]) == [False, False]
    banded = fact("sheet_printed", sheet="wristband")
    assert marks(Scene.UNIDENTIFIED, [fact("sheet_printed", sheet="token"), banded], whole=True)[2]


def test_the_return_wants_every_shift_closed_and_the_drill_ended() -> None:
    closed = fact("shift_closed", notes={"500": 1}, counted_cash=500, note="two pads left")
    assert marks(Scene.RETURN, [closed]) == [True, True]
    uncounted = [fact("shift_closed", notes={}, counted_cash=0, note="")]
    assert marks(Scene.RETURN, uncounted, before=(fact("shift_opened", opening_float=500),)) == [False, False]
    paid = fact("slip_issued", slip=slip(visitor(0)) | {"fee": 10})
    assert marks(Scene.RETURN, uncounted, before=(fact("shift_opened", opening_float=0), paid)) == [False, False]
    free = (fact("shift_opened", opening_float=0), fact("slip_issued", slip=slip(visitor(0)) | {"fee": 0}))
    assert marks(Scene.RETURN, uncounted, before=free) == [True, False], "nobody pays here: the drawer is empty"
    before = (fact("shift_opened"), fact("shift_opened", 2))
    switched = fact("clinic_switched", back=True)
    read, empty = fact("page_accepted", codes=[{}]), fact("page_accepted", codes=[])
    assert marks(Scene.RETURN, [switched, empty, closed], whole=True, before=before) == [
        True, False, True, True, False, False,
    ]  # fmt: skip
    done = [switched, read, closed, closed, fact("downtime_ended")]
    assert marks(Scene.RETURN, done, whole=True, before=before) == [True] * 6


def test_a_certificate_is_read_back_and_fits_its_code() -> None:
    text = practice.write(CERTIFICATE)
    assert practice.read(text) == CERTIFICATE
    assert practice.read(f" {text[:40].lower()}\n{text[40:]} ") == CERTIFICATE, "by a keyboard in small letters"
    assert (CERTIFICATE.score, CERTIFICATE.passed, len(text) <= 311) == (83, True, True)
    with pytest.raises(PracticeCodeLong):
        practice.write(replace(CERTIFICATE, people=tuple(MANY)))


def test_every_sign_of_a_certificate_is_watched() -> None:
    text = practice.write(CERTIFICATE)
    for place in range(len(practice.PREFIX), len(text)):
        for wrong in (text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :], text[:place]):
            with pytest.raises(PracticeCodeWrong):
                practice.read(wrong)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80) | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-", max_size=320))
def test_no_other_text_is_a_certificate(text: str) -> None:
    for each in (text, practice.PREFIX + text):
        with pytest.raises(PracticeCodeWrong):
            practice.read(each)


@pytest.mark.parametrize(
    "values",
    [
        [], {}, 7, [2, 739000, "C", ["A"], [[0, 1, 1]], 5], [1, 739000, "C", [], [[0, 1, 1]], 5],
        [1, 739000, "C", ["A"], [[0, 2, 1]], 5], [1, 739000, "C", ["A"], [[9, 1, 1]], 5],
        [1, 739000, "C", ["A"], [], 5],
        [1, 739000, "", ["A"], [[0, 1, 1]], 5], [1, 739000, "C", ["A\n"], [[0, 1, 1]], 5],
        [1, 739000, "C", ["A"], [[0, 1, 1]], 99999], [1, 99999999, "C", ["A"], [[0, 1, 1]], 5],
        [1, 739000, "C", ["A"], [[0, True, 1]], 5], [1, 739000, "C", ["A"], [["a", 1, 1]], 5],
        [1, 739000, "C", "AB", [[0, 0, 0]], 5], [1, 739000, "C", ["A"], [[-1, 1, 1]], 5],
    ],
)  # fmt: skip
def test_a_forger_who_knows_the_check_sum_gets_a_sentence(values: object) -> None:
    squeezer = zlib.compressobj(9, wbits=-15)
    body = bytes(8) + squeezer.compress(json.dumps(values).encode()) + squeezer.flush()
    with pytest.raises(PracticeCodeWrong):
        practice.read(practice.PREFIX + b32encode(body + check_sum(body)).decode().rstrip("="))


def test_months_are_missed_when_they_are_over_and_empty() -> None:
    known = [Practised(day=date(2026, 9, 30), counters=("Counter 1",), kind="drill")]
    found = practice.months(date(2026, 7, 15), date(2026, 11, 26), known)
    assert [(month.first.month, month.missed) for month in found] == [
        (11, False), (10, True), (9, False), (8, True), (7, False),
    ]  # fmt: skip
    assert found[2].practices == tuple(known)
    assert len(practice.months(date(2020, 1, 1), DAY, [])) == 12
    assert [month.first for month in practice.months(date(2026, 12, 1), date(2027, 1, 2), [])] == [
        date(2027, 1, 1), date(2026, 12, 1),
    ]  # fmt: skip


def test_the_turn_is_whose_practice_is_oldest() -> None:
    rota = ["Counter 1", "Counter 2", "Casualty"]
    assert practice.turn(rota, []) == "Counter 1"
    first = Practised(day=date(2026, 9, 1), counters=("counter  1",), kind="drill")
    assert practice.turn(rota, [first]) == "Counter 2", "however its name was typed"
    second = Practised(day=date(2026, 10, 1), counters=("Counter 2", "Casualty"), kind="outage")
    assert practice.turn(rota, [first, second]) == "Counter 1"
    assert practice.turn([], [first]) == ""


def test_a_thousand_visits_do_not_hide_a_clock_that_nobody_looked_at() -> None:
    kept = [
        Kept(duty=Duty.CLOCK, done=0, due=1),
        Kept(duty=Duty.SEEN, done=1000, due=1000),
        Kept(duty=Duty.PAGES, done=0, due=0),
    ]
    assert practice.share(kept) == 50.0
    assert practice.share([]) is None
    assert set(SAYS) == set(WHOSE) == set(Duty)


def test_all_that_a_drill_says_is_there_in_hindi() -> None:
    every = [step.says for scene in Scene for step in practice.steps(scene, setting(whole=True), [])]
    every += [*practice.SAYS.values(), *practice.NAMES.values(), *SAYS.values(), *KIND_LABELS.values()]
    assert [text for text in every if text not in catalogue("hi")] == []


# --- the record of a real installation


def test_a_certificate_counts_once_however_often_it_is_scanned(installation: Installation) -> None:
    ledger, text = installation.ledger, practice.write(CERTIFICATE)
    row = practised.add_certificate(ledger, text, NOW, by="meena")
    assert (row.day, row.counter, row.people, row.score, row.kind, row.login) == (
        DAY, "Counter 3", ("Asha Rani", "रवि दास"), 83, "drill", "meena",
    )  # fmt: skip
    with pytest.raises(PracticeKnown, match="23-11-2026"):
        practised.add_certificate(ledger, text.lower(), NOW, by="ravi")
    assert len(told.practices(ledger.db())) == 1
    assert ledger.rebuild_views()


def test_what_does_not_count_is_refused(installation: Installation) -> None:
    ledger = installation.ledger
    poor = replace(CERTIFICATE, scenes={Scene.SURGE: (1, 2)})
    for wrong, text in (
        (PracticeNotPassed, practice.write(poor)),
        (PracticeDayWrong, practice.write(replace(CERTIFICATE, day=DAY + timedelta(days=9)))),
        (PracticeCodeWrong, "PARCHI-PRACTICE-"),
    ):
        with pytest.raises(wrong):
            practised.add_certificate(ledger, text, NOW)
    assert told.practices(ledger.db()) == []


def test_two_journals_that_took_one_certificate_in_count_it_once(tmp_path: Path, installation: Installation) -> None:
    text = practice.write(CERTIFICATE)
    practised.add_certificate(installation.ledger, text, NOW, by="meena")
    content = {
        "day": "2026-11-24", "counter": "Elsewhere", "people": ["B"], "scenes": {}, "minutes": 1, "score": 90,
        "code": CERTIFICATE.mark, "kind": "drill",
    }  # fmt: skip
    installation.ledger.write(lambda tx: tx.append(FactKind.PRACTISED, content, by="ravi"))
    rows = told.practices(installation.ledger.db())
    assert [(row.counter, row.login) for row in rows] == [("Counter 3", "meena")], "the earlier one"


def test_practice_with_pads_alone_counts_by_day_and_counter(installation: Installation) -> None:
    ledger = installation.ledger

    def add(
        kind: str = "paper", counter: str = "Counter 1", people: tuple[str, ...] = ("Asha",), minutes: int = 5
    ) -> None:
        practised.add_by_hand(ledger, kind, DAY, counter, people, NOW, minutes=minutes, by="meena")

    add()
    with pytest.raises(PracticeKnown):
        add(counter=" counter   1")
    add(kind="outage")
    add(counter="Counter 2")
    for wrong in ({"kind": "drill"}, {"people": ()}, {"counter": ""}, {"minutes": 0}, {"minutes": 9999}):
        with pytest.raises(FieldWrong):
            add(**{"counter": "Counter 9"} | wrong)
    assert {(row.kind, row.counter) for row in told.practices(ledger.db())} == {
        ("paper", "Counter 1"), ("outage", "Counter 1"), ("paper", "Counter 2"),
    }  # fmt: skip


def test_a_real_outage_with_slips_counts_by_itself(installation: Installation, counter: Counter) -> None:
    found = practised.record(counter, NOW)
    assert (found.done, found.turn) == (False, "Counter 1"), "an outage without a slip is none"
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.register(counter, shift.key, factories.registration())
    assert [row.desks for row in told.outages(installation.ledger.db())] == [("Counter 1",)]
    found = practised.record(counter, NOW)
    assert (found.done, found.turn, found.missed) == (True, "Counter 2", [])
    later = practised.record(counter, NOW + timedelta(days=70))
    assert [month.first for month in later.missed] == [date(2027, 1, 1), date(2026, 12, 1)]
    rota = replace(counter, hospital=replace(counter.hospital, ready=Ready(rota=("Casualty", "Counter 1"))))
    assert practised.record(rota, NOW).turn == "Casualty"


def test_an_outage_that_goes_on_into_another_month_counts_in_both(tmp_path: Path) -> None:
    moments = [datetime(2026, 11, 30, 18, 0, tzinfo=UTC)]  # half past eleven at night in India
    made = factories.installation(tmp_path / "long", ticking=lambda: moments[-1])
    counter = factories.counter(made)
    for series, now in ((1, moments[0]), (2, moments[0] + timedelta(minutes=31))):
        moments.append(now)
        shift = frontdesk.open_shift(counter, series=series, login="asha" if series == 1 else "meena")
        frontdesk.register(counter, shift.key, factories.registration(f"Sunita {series}"))
    rows = [(row.day, row.desks) for row in told.outages(made.ledger.db())]
    assert rows == [(date(2026, 12, 1), ("Counter 2",)), (date(2026, 11, 30), ("Counter 1",))]
    found = practised.record(counter, datetime(2027, 1, 2, tzinfo=UTC))
    assert (found.missed, found.turn) == ([], "Counter 1")
    made.close()


def test_an_outage_of_a_drill_is_none(tmp_path: Path) -> None:
    with ExitStack() as stack:
        made = factories.installation(tmp_path / "drill", drill=True)
        stack.callback(made.close)
        counter = factories.counter(made)
        shift = frontdesk.open_shift(counter, series=1, login="asha")
        frontdesk.register(counter, shift.key, factories.registration())
        assert told.outages(made.ledger.db()) == []


def duties_of(counter: Counter, now: datetime = NOW) -> dict[Duty, tuple[int, int]]:
    [(_, kept)] = practised.all_kept(counter, now)
    return {each.duty: (each.done, each.due) for each in kept}


def test_duties_are_counted_in_what_was_written_anyway(
    tmp_path: Path, installation: Installation, counter: Counter
) -> None:
    frontdesk.print_pads(counter, series=1, count=2, issued_to="Counter 1", by="meena")
    first = frontdesk.open_shift(counter, series=1, login="asha", clock_offset=0)
    second = frontdesk.open_shift(counter, series=2, login="meena")
    slips = [
        frontdesk.register(counter, first.key, factories.registration(f"Sunita {name}")) for name in ("Devi", "Rani")
    ]
    found = duties_of(counter)
    assert found[Duty.CLOCK] == (1, 2)
    assert found[Duty.PADS] == (1, 2)
    assert found[Duty.HOURLY] == (1, 1), "the supervisor opened a shift in that hour"
    assert found[Duty.SEEN] == (0, 2)
    assert Duty.CLOSED not in found and Duty.ACCOUNT not in found, "it is not due yet"
    assert duties_of(counter, NOW + timedelta(hours=12))[Duty.CLOSED] == (0, 2), "forgotten"
    frontdesk.mark_seen(counter, slips[0].row.slip.number, Seen.SEEN, by="meena")
    stick = tmp_path / "stick"
    stick.mkdir()
    installation.ledger.copy_to(stick)
    frontdesk.close_shift(
        counter, first.key, counted_cash=500, note="", by="asha", notes=Cash.of([(500, 1)]), carrier="Ravi"
    )
    frontdesk.close_shift(counter, second.key, counted_cash=10, note="", by="meena")
    frontdesk.end_downtime(counter, by="meena")
    found = duties_of(counter)
    assert (found[Duty.CLOSED], found[Duty.COUNTED], found[Duty.FOLLOWED]) == ((2, 2), (1, 2), (2, 2))
    assert (found[Duty.SEEN], found[Duty.ACCOUNT]) == ((1, 2), (0, 1))
    assert Duty.SWAPPED not in found, "the outage lasted no day"


def test_who_takes_a_desk_over_is_not_asked_for_the_time(counter: Counter) -> None:
    first = frontdesk.open_shift(counter, series=1, login="asha", clock_offset=0)
    frontdesk.hand_over(counter, first.key, counted_cash=0, note="", by="asha", to="meena")
    assert duties_of(counter)[Duty.CLOCK] == (1, 1)


# --- the guided drill


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Practising]:
    made, _, _ = enrolment.init(
        tmp_path / "data", factories.PASSPHRASE, clock=factories.clock(), drill=True, cost=factories.CHEAP
    )
    yield furnish(made, everyday(factories.hospital()), factories.clock(), Random(1))
    made.close()


def test_the_people_of_a_drill_can_be_typed_as_their_cards_stand() -> None:
    hospital = everyday(factories.hospital())
    found = visitors(hospital, Random(5), 40)
    assert len({visitor.name.casefold() for visitor in found}) == 40
    codes = {clinic.code: clinic for clinic in hospital.clinics}
    for visitor in found:
        clinic = codes[visitor.clinic_code]
        assert (clinic.number, clinic.casualty, clinic.discreet) == (visitor.clinic, False, False)
        assert clinic.sits_on(date(2026, 11, 22)), "a Sunday too"
    alone = replace(hospital, clinics=tuple(each for each in hospital.clinics if each.casualty)[:1])
    assert len(visitors(alone, Random(5), 5)) == 5


def test_a_drill_goes_from_scene_to_scene_and_is_measured_in_its_journal(drill: Practising) -> None:
    counter = drill.counter
    assert drill.standing() is None and drill.go_on(Scene.OPENING) is None and drill.paper() is None
    for people, place in (([], "Counter 3"), (["A"] * 1 + [str(n) for n in range(13)], "C"), (["Asha"], "")):
        with pytest.raises(FieldWrong):
            drill.begin(people, place, whole=False)
    with pytest.raises(PracticeCodeLong):
        drill.begin(MANY, "Counter 3", whole=False)
    drill.begin(["Asha Rani", "Asha Rani", ""], "Counter 3", whole=False)
    drill.begin(["Somebody else"], "Counter 4", whole=True)
    standing = drill.standing()
    assert standing and (standing.now.scene, standing.now.counts, standing.scenes) == (Scene.OPENING, (0, 2), 5)
    assert drill.setting and not drill.setting.whole, "begun once"
    shift = frontdesk.open_shift(counter, series=drill.setting.desk, login="asha", clock_offset=0)
    assert (standing := drill.standing()) and standing.now.counts == (1, 2)
    assert drill.go_on(Scene.OPENING) is Scene.SURGE
    assert drill.go_on(Scene.OPENING) is None, "sent twice"
    for card in drill.setting.visitors[:2]:
        clinic = next(each for each in counter.hospital.clinics if each.number == card.clinic)
        asked = factories.registration(card.name, clinic=clinic.code)
        person = replace(asked.patient, sex=Sex(card.sex), age=Age(value=card.age))
        frontdesk.register(counter, shift.key, replace(asked, patient=person, clinic=card.clinic))
    assert (standing := drill.standing()) and standing.now.done
    scene: Scene | None = Scene.SURGE
    while scene:
        scene = drill.go_on(scene)
    assert (standing := drill.standing()) and (over := standing.certificate)
    assert (over.people, over.counter, over.scenes[Scene.SURGE]) == (("Asha Rani",), "Counter 3", (2, 2))
    assert not over.passed and drill.go_on(Scene.RETURN) is None
    paper = drill.paper()
    assert paper and paper.startswith(b"%PDF")


# --- the commands


def test_the_commands_take_practices_in_and_list_them(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    shift = frontdesk.open_shift(factories.counter(made), series=1, login="asha")
    frontdesk.register(factories.counter(made), shift.key, factories.registration())
    made.close()
    secret = tmp_path / "passphrase"
    secret.write_text(factories.PASSPHRASE)
    code = tmp_path / "code.txt"
    code.write_text(practice.write(CERTIFICATE))

    def run(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(
            group, ["--data", str(tmp_path / "data"), "--passphrase-file", str(secret), "practice", *words]
        )
        return told.exit_code, told.output

    assert run("add", "--file", str(code))[0] == 0
    exit_code, says = run("add", practice.write(CERTIFICATE))
    assert exit_code == 3 and "counts already" in says
    by_hand = ("add", "--day", "24-11-2026", "--counter", "Counter 2", "--people", "Asha Rani, Ravi Das")
    assert run(*by_hand)[0] == 0
    assert run("add")[0] == 2
    exit_code, says = run("list", "--json")
    value = json.loads(says)
    assert exit_code == 0
    assert {(each["kind"], each["counter"]) for each in value["practices"]} == {
        ("drill", "Counter 3"),
        ("paper", "Counter 2"),
    }
    assert value["outages"][0]["desks"] == ["Counter 1"]
    assert value["duties"][0]["duties"]["clock"] == {"role": "clerk", "done": 0, "due": 1}
    exit_code, says = run("list")
    assert "Counter 3" in says and "83 %" in says


def test_the_command_serves_a_drill_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fallback", "--data", str(tmp_path / "none"), "practise", "--no-browser"]
    environment = os.environ | {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            found = re.search(r"http://127\.0\.0\.1:\d+/practise", process.stdout.readline())
            assert found
            [folder] = tmp_path.glob("parchi-practise-*")
            with httpx.Client() as browser:
                page = browser.get(found[0])
                assert "Practice for the day" in page.text
                token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
                assert token and "parchi-practice" in page.headers["set-cookie"]
                assert browser.post(f"{found[0]}/leave", data={"csrf_token": token[1]}).status_code == 200
            assert process.wait(60) == 0
        finally:
            process.kill()
    assert not folder.exists()
    assert not (tmp_path / "none").exists(), "it needs no data folder"
