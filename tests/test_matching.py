"""Are these two the same person: reasons, hard rules, the question that decides, keys that meet."""

from dataclasses import replace
from datetime import date

import pytest

from fallback import names
from fallback.matching import Verdict, question, weigh
from fallback.person import Person, birth_year, places_of, seek_keys, seek_ranges, words_of
from fallback.slip import Age, AgeUnit, Patient, Sex

SUNITA = Person(
    name="Sunita Devi", sex=Sex.FEMALE, birth="1984", guardian="Ramesh Kumar", mobiles=("9876501234",),
    locality="12, Gali 3, Karol Bagh",
)  # fmt: skip


def meet(asked: Person, record: Person) -> bool:
    """Whether a record's keys lie where somebody who asks looks."""
    return any(
        key is not None and any(low <= key <= high for low, high in spans)
        for key, spans in zip(seek_keys(record), seek_ranges(asked), strict=True)
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Mohd. Aslam", "Muhammed Aslam"),
        ("मोहम्मद असलम", "Mohammad Aslam"),
        ("Mohd Aslam", "Aslam"),
        ("सुनीता देवी", "Sunitha Devi"),
        ("Lakshman Prasad", "Lachman Prasad"),
        ("Smt. Sunita Devi", "SUNITA DEVI"),
        ("Ram Kumar", "Ramkumar"),
    ],
)
def test_one_name_in_two_spellings_is_one(one: str, two: str) -> None:
    asked, record = (Person(name=each, sex=Sex.MALE, birth="1971") for each in (one, two))
    weight = weigh(asked, record)
    assert weight.verdict is Verdict.LOOK_ALIKE, weight
    assert weight.value > 12
    assert one == "Ram Kumar" or meet(asked, record)


def test_the_reasons_say_which_field_and_how() -> None:
    other = replace(SUNITA, name="Suneeta Devi", guardian="Rakesh", birth="1986")
    told = {each.field: str(each.says) for each in weigh(SUNITA, other).reasons}
    assert told["mobile"] == "same mobile" and told["name"] == "name sounds alike"
    assert told["birth"] == "age differs by 2 years" and told["guardian"] == "another guardian"


def test_safe_is_only_what_a_number_or_the_mobile_says() -> None:
    assert weigh(SUNITA, SUNITA).verdict is Verdict.SAFE
    assert weigh(SUNITA, replace(SUNITA, mobiles=())).verdict is Verdict.LOOK_ALIKE, "all else may be a stranger's"
    assert weigh(SUNITA, replace(SUNITA, mobiles=("1234",))).verdict is Verdict.LOOK_ALIKE, "four digits are not ten"
    for wrong in ({"sex": Sex.MALE}, {"sex": Sex.UNKNOWN}, {"birth": "1981"}, {"birth": ""}, {"name": "Sunila Devi"}):
        assert weigh(SUNITA, replace(SUNITA, **wrong)).verdict is not Verdict.SAFE, wrong
    numbered = replace(SUNITA, uhid="100000001")
    assert weigh(numbered, replace(numbered, mobiles=(), name="Sunnita")).verdict is Verdict.SAFE
    assert weigh(numbered, replace(numbered, mobiles=(), name="Geeta")).verdict is Verdict.LOOK_ALIKE, "whose card?"


@pytest.mark.parametrize(("one", "two"), [("Ritu", "Ritika"), ("Rohit", "Mohit"), ("Sonu", "Monu"), ("Ram", "Shyam")])
def test_twins_are_never_taken_for_each_other(one: str, two: str) -> None:
    twins = [replace(SUNITA, name=name, sex=Sex.MALE, birth="2016-05-01") for name in (one, two)]
    assert weigh(twins[0], twins[1]).verdict is not Verdict.SAFE


def test_kin_that_share_a_phone_are_no_look_alikes() -> None:
    son = replace(SUNITA, name="Rohit Kumar", sex=Sex.MALE, birth="2010")
    assert weigh(SUNITA, son).verdict is Verdict.NO
    family = Person(mobiles=SUNITA.mobiles)
    assert weigh(family, son).verdict is Verdict.LOOK_ALIKE, "with the phone alone, the family is a list"


def test_a_stranger_of_the_same_common_name_weighs_less_than_one_of_a_rare_name() -> None:
    common, rare = (Person(name=name, sex=Sex.FEMALE, birth="1990") for name in ("Sunita Devi", "Zubeda Shirazi"))
    assert weigh(rare, rare).value > weigh(common, common).value + 4


def test_nothing_is_made_of_nothing() -> None:
    assert weigh(Person(), Person()).reasons == () and weigh(Person(), SUNITA).verdict is Verdict.NO
    assert seek_keys(Person()) == (None,) * 5 and all(spans == () for spans in seek_ranges(Person()))
    assert words_of("123 ...") == () or words_of("123 ...")[0].key
    assert question(Person(name="Sunita"), []) is None


def test_the_question_is_the_field_that_separates() -> None:
    asked = Person(name="Sunita Devi", sex=Sex.FEMALE, birth="1984")
    here = [replace(SUNITA, guardian=name, mobiles=()) for name in ("Ramesh", "Mukesh", "Abdul")]
    assert question(asked, [(each, weigh(asked, each)) for each in here]) == "guardian"
    there = [replace(SUNITA, mobiles=(), locality=place) for place in ("Devli", "Narela", "Okhla")]
    assert question(asked, [(each, weigh(asked, each)) for each in there]) == "locality"
    told = replace(asked, guardian="Ramesh", locality="Narela", mobiles=("9000000001",))
    phones = [replace(SUNITA, locality="Narela", mobiles=(f"981000000{digit}",)) for digit in range(3)]
    assert question(told, [(each, weigh(told, each)) for each in phones]) == "mobile", "an older one"


def test_an_answer_decides() -> None:
    asked = Person(name="Sunita Devi", sex=Sex.FEMALE, birth="1984")
    right, wrong = replace(SUNITA, mobiles=("1234",)), replace(SUNITA, guardian="Abdul Karim", mobiles=("9999",))
    for field, answer in (("guardian", "रमेश"), ("mobile", "1234"), ("mobile", "9876501234")):
        told = asked.answered(field, answer)
        assert weigh(told, right).value > weigh(told, wrong).value + 8, field
    assert asked.answered("guardian", "") == asked == asked.answered("nothing", "x")


def test_an_age_is_found_two_years_off_and_no_more() -> None:
    record = replace(SUNITA, guardian="", locality="")
    asked = replace(record, mobiles=(), name="Sunitha Devi")
    for year, found in ((1981, False), (1982, True), (1984, True), (1987, True), (1988, False)):
        assert meet(replace(asked, birth=str(year)), record) is found, year
    assert meet(replace(asked, birth=""), record) and meet(asked, replace(record, birth=""))


def test_a_person_is_made_of_a_patient_as_told_on_a_day() -> None:
    day = date(2026, 11, 23)
    assert Person.of(Patient(name="Asha", age=Age(value=34)), day).year == 1992
    assert Person.of(Patient(name="Asha", birth_date=date(1990, 1, 2)), day).birth == "1990-01-02"
    assert birth_year(day, 12, AgeUnit.DAYS) == "2026" and birth_year(date(2026, 1, 5), 12, AgeUnit.DAYS) == "2025"


def test_places_are_words_that_name_one() -> None:
    assert places_of("H.No. 14, Devli Village")[0] == names.word_key("devli") == places_of("गाँव देवली")[0]
    assert places_of("12/3") == ()


@pytest.mark.parametrize(
    ("one", "two", "least"), [("sunita", "sunitha", 0.95), ("martha", "marhta", 0.96), ("abc", "xyz", 0.0)]
)
def test_spellings_are_compared(one: str, two: str, least: float) -> None:
    assert least <= names.similarity(one, two) < 1 and names.similarity(one, one) == 1
    assert names.similarity(one, two) == pytest.approx(names.similarity(two, one)) and names.similarity("", one) == 0
