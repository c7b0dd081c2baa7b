"""Who stands beside the form: people of the journal and the index, in any spelling, each look a fact, nobody hidden."""

from dataclasses import replace
from pathlib import Path

import pytest

from fallback import frontdesk
from fallback.downtime import LookReason
from fallback.enrolment import Installation
from fallback.errors import IndexOld, LooksUsedUp
from fallback.frontdesk import SHOWN, Alike, Beside, Counter, Looks, in_place
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.looks import lookers
from fallback.matching import Verdict, Weight
from fallback.patients import Columns, LookField, PatientIndex
from fallback.person import Person
from fallback.slip import Sex, SlipNumber
from tests import factories

FILE = """uhid,name,sex,birth_date,guardian,mobile,locality
100000001,Sunita Devi,F,1992-05-31,Ramesh Kumar,9876501234,Karol Bagh
100000002,Mohd. Aslam,M,1971,Abdul Karim,9876509999,Seelampur
100000003,Suneeta,F,1991,Abdul,,Okhla
"""
ASKED = Person(name="Sunita Devi", sex=Sex.FEMALE, birth="1992")


@pytest.fixture
def index(installation: Installation, tmp_path: Path) -> PatientIndex:
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    made = PatientIndex(installation.folder, installation.vault)
    frontdesk.load_index(installation.ledger, made, path, Columns())
    return made


@pytest.fixture
def shift(counter: Counter) -> str:
    return frontdesk.open_shift(counter, series=1, login="asha", opening_float=0).key


def beside(counter: Counter, index: PatientIndex, asked: Person, looks: Looks | None = None, form: str = "f") -> Beside:
    return frontdesk.alike(counter, index, looks or Looks(), asked, login="asha", form=form)


def facts(counter: Counter) -> int:
    return sum(line.fact is FactKind.PATIENT_LOOKED_UP for line in counter.ledger.lines())


def nowhere(installation: Installation, tmp_path: Path) -> PatientIndex:
    return PatientIndex(tmp_path / "none", installation.vault)


@pytest.mark.parametrize("typed", ["Muhammed Aslam", "मोहम्मद असलम", "Mohd Aslam", "Mohammad  ASLAM"])
def test_somebody_of_the_journal_is_found_in_any_spelling(
    counter: Counter, shift: str, installation: Installation, tmp_path: Path, typed: str
) -> None:
    told = replace(
        factories.registration("Mohd. Aslam"), patient=replace(factories.patient("Mohd. Aslam"), name_hindi="")
    )
    frontdesk.register(counter, shift, told)
    hindi = any("\u0900" <= sign <= "\u097f" for sign in typed)
    asked = Person(name="" if hindi else typed, name_hindi=typed if hindi else "", birth="1992", guardian="Ram Prasad")
    found = beside(counter, nowhere(installation, tmp_path), asked).people
    assert [each.number for each in found] == [SlipNumber(1, 1)] and found[0].key == SlipNumber(1, 1).text
    assert {str(each.says) for each in found[0].weight.reasons} >= {"same guardian", "same age"}


def test_a_person_stands_once_and_a_void_slip_not(
    counter: Counter, shift: str, installation: Installation, tmp_path: Path
) -> None:
    first = frontdesk.register(counter, shift, factories.registration()).row.slip
    again = frontdesk.register(counter, shift, factories.registration(patient_number=first.number)).row.slip
    none = nowhere(installation, tmp_path)
    found = beside(counter, none, ASKED)
    assert [each.number for each in found.people] == [again.number] and found.question == "guardian", "is it she?"
    frontdesk.void(counter, shift, again.number, "wrong", allowed_by="meena")
    frontdesk.void(counter, shift, first.number, "wrong", allowed_by="meena")
    assert beside(counter, none, ASKED).people == ()


def test_whoever_is_confidential_or_unidentified_is_like_nobody(
    counter: Counter, shift: str, installation: Installation, tmp_path: Path
) -> None:
    hidden = frontdesk.register(counter, shift, factories.registration(confidential=True)).row.slip
    unknown = replace(factories.registration("Unidentified Kaveri Neem", alias=True))
    frontdesk.register(counter, shift, unknown)
    none = nowhere(installation, tmp_path)
    for asked in (ASKED, Person(name=hidden.patient.name, birth="1992", mobiles=("9810000001",))):
        assert all(each.number != hidden.number for each in beside(counter, none, asked).people)
    assert beside(counter, none, ASKED).people == ()
    db = counter.ledger.db()
    assert [row.slip.number for row in queries.find_slips(db, "kaveri", 5)] == [SlipNumber(1, 2)], (
        "it can be called out"
    )


def test_a_corrected_name_is_found_under_both_spellings(counter: Counter, shift: str) -> None:
    slip = frontdesk.register(counter, shift, factories.registration("Zubeda Khan")).row.slip
    frontdesk.correct(counter, shift, slip.number, factories.registration("Farida Khan"), "another name")
    for typed in ("zubeda", "farida kh", "Zubaida", "फ़रीदा"):
        found = queries.find_slips(counter.ledger.db(), typed, 5)
        assert [row.slip.number for row in found] == ([slip.number] if "f" in typed or "फ" in typed else []), typed


def test_the_one_box_finds_whole_words_in_any_spelling_and_the_last_one_half(counter: Counter, shift: str) -> None:
    numbers = {
        name: frontdesk.register(counter, shift, replace(factories.registration(name), patient=replace(
            factories.patient(name), name_hindi=""))).row.slip.number
        for name in ("Sunita Devi", "Sunita Kumari", "Chandra Prakash", "Mohd Aslam")
    }  # fmt: skip
    db = counter.ledger.db()
    for typed, expected in (
        ("suneeta", {"Sunita Devi", "Sunita Kumari"}),
        ("sunita de", {"Sunita Devi"}),
        ("devi sunita", {"Sunita Devi"}),
        ("chan", {"Chandra Prakash"}),
        ("prak", {"Chandra Prakash"}),
        ("मोहम्मद", {"Mohd Aslam"}),
        ("muhammad as", {"Mohd Aslam"}),
        ("%", set()),
        ("_", set()),
        ("sunita x", set()),
    ):
        assert {row.slip.number for row in queries.find_slips(db, typed, 9)} == {numbers[each] for each in expected}, (
            typed
        )
    assert len(queries.find_slips(db, "9810000001", 9)) == 4 and len(queries.find_slips(db, "9810000001", 3)) == 3


def test_the_index_is_asked_when_enough_stands_and_each_form_is_one_fact(counter: Counter, index: PatientIndex) -> None:
    looks = Looks()
    assert beside(counter, index, Person(name="Sunita Devi"), looks).people == () and facts(counter) == 0
    found = beside(counter, index, ASKED, looks).people
    assert [each.key for each in found] == ["uhid:100000001", "uhid:100000003"]
    assert found[0].person.mobiles == ("1234",), "the index shows what a look shows"
    line = list(counter.ledger.lines())[-1]
    assert line.content == {"index": index.status().index, "field": "name", "found": 2, "reason": "typing"}
    for more in (replace(ASKED, guardian="Ram"), replace(ASKED, guardian="Ramesh", name="Sunitha Devi")):
        beside(counter, index, more, looks)
    assert facts(counter) == 1, "what is typed about one person is one look"
    beside(counter, index, Person(name="Aslam", birth="1971"), looks)
    assert facts(counter) == 2, "another person is another look"
    beside(counter, index, ASKED, looks, form="g")
    assert facts(counter) == 3


def test_the_whole_mobile_of_the_index_is_known_only_to_who_types_it(counter: Counter, index: PatientIndex) -> None:
    weighed = {
        mobile: beside(counter, index, replace(ASKED, mobiles=(mobile,))).people[0]
        for mobile in ("9876501234", "9000001234", "9000000000")
    }
    assert weighed["9876501234"].weight.verdict is Verdict.SAFE
    assert weighed["9876501234"].weight.value > weighed["9000001234"].weight.value > weighed["9000000000"].weight.value
    assert weighed["9000000000"].person.mobiles == ("1234",)


def test_looks_while_typing_are_limited_and_the_journal_still_answers(
    counter: Counter, index: PatientIndex, shift: str
) -> None:
    frontdesk.register(counter, shift, factories.registration())
    for turn in range(counter.hospital.looks_an_hour):
        assert beside(counter, index, ASKED, form=f"f{turn}").trouble is None
    found = beside(counter, index, ASKED, form="one more")
    assert isinstance(found.trouble, LooksUsedUp) and [each.number for each in found.people] == [SlipNumber(1, 1)]


def test_one_look_shows_no_more_than_a_look_may(counter: Counter, installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    rows = "".join(f"{n},Asha Rani,F,{1950 + n % 50},Man{chr(97 + n // 10)}{chr(97 + n % 10)}\n" for n in range(100))
    path.write_text("uhid,name,sex,birth_date,guardian\n" + rows, encoding="utf-8")
    many = PatientIndex(installation.folder, installation.vault)
    many.load(path, Columns())
    looks, shown = Looks(), set[str]()
    for year in range(1952, 1998, 4):
        shown |= {each.key for each in beside(counter, many, Person(name="Asha Rani", birth=str(year)), looks).people}
    assert len(shown) > 40 and facts(counter) >= len(shown) / 20


def test_who_is_in_both_stands_once_with_the_slip(counter: Counter, index: PatientIndex, shift: str) -> None:
    slip = frontdesk.register(counter, shift, factories.registration(uhid="100000001")).row.slip
    found = beside(counter, index, ASKED).people
    assert [(each.key, each.number) for each in found] == [
        ("uhid:100000001", slip.number), ("uhid:100000003", None),
    ]  # fmt: skip


def test_browsing_shows_on_the_supervisors_page_and_typing_for_a_queue_does_not(
    counter: Counter, index: PatientIndex, shift: str
) -> None:
    for turn in range(3):
        beside(counter, index, ASKED, form=f"f{turn}")
        frontdesk.register(counter, shift, factories.registration(), form=f"f{turn}")
    frontdesk.look_up(
        counter, index, LookField.MOBILE, "9876501234", LookReason.CARD, login="meena",
        today=factories.START.date(),
    )  # fmt: skip
    idle = {each.login: each.idle for each in lookers(counter.ledger.db(), factories.START.replace(hour=23))}
    assert idle == {"asha": 0, "meena": 1}


def test_an_index_of_the_older_form_says_so_and_is_loaded_again(
    counter: Counter, index: PatientIndex, tmp_path: Path
) -> None:
    database = index._vault.connect(index.path, "index")
    database.execute("PRAGMA user_version = 0")
    database.close()
    found = beside(counter, index, ASKED)
    assert isinstance(found.trouble, IndexOld) and found.people == ()
    with pytest.raises(IndexOld):
        index.look(LookField.UHID, "100000001")
    index.load(tmp_path / "patients.csv", Columns())
    assert len(index.candidates(ASKED)) == 2


def test_what_stood_beside_the_form_is_kept_with_the_slip(counter: Counter, shift: str) -> None:
    told = factories.registration(alike=("00100000114", "uhid:1"), asked=("guardian", "Ramesh"))
    frontdesk.register(counter, shift, told)
    content = list(counter.ledger.lines())[-1].content
    assert content["alike"] == ["00100000114", "uhid:1"]
    assert content["asked"] == {"field": "guardian", "answer": "Ramesh"}
    frontdesk.register(counter, shift, replace(told, confidential=True))
    content = list(counter.ledger.lines())[-1].content
    assert "alike" not in content and "asked" not in content, "they would tell who it is"


def test_nothing_moves_under_the_finger() -> None:
    people = {
        key: Alike(key=key, person=Person(), weight=Weight(value=0, verdict=Verdict.NO, reasons=()))
        for key in "abcdefg"
    }

    def places(shown: str, found: str) -> str:
        return "".join(each.key if each else "-" for each in in_place(list(shown), [people[key] for key in found]))

    assert places("", "abc") == "abc"
    assert places("abc", "cba") == "abc", "the order of before"
    assert places("abc", "xcda".replace("x", "e")) == "aecd"
    assert places("abc", "c") == "--c" and places("abc", "a") == "a" and places("abc", "") == ""
    assert places("abcde", "fgabc") == "abcfg" and len(places("abcdefg", "abcde")) == SHOWN
