"""The matcher's rule: levels in two scripts, kin who are no proof, chances, hard rules, learning without labels."""

import random
from dataclasses import replace

import pytest

from fallback.matching.deciding import Asked, Candidate, Decision, Outcome, decide, limits
from fallback.matching.learning import Lesson, learn, random_pairs, strangers
from fallback.matching.levels import FIELDS, Shares, Told, compare
from fallback.matching.model import Model, Odds, start, unfound
from fallback.person import Person
from fallback.slip import Sex

SUNITA = Person(
    name="Sunita Devi", sex=Sex.FEMALE, birth="1984", guardian="Ramesh Kumar", mobiles=("9876501234",),
    locality="H.No. 12, Tajganj",
)  # fmt: skip


def levels(one: Person, two: Person) -> dict[str, str]:
    return dict(zip(FIELDS, compare(Told.of(one), Told.of(two), {}).levels, strict=True))


def decided(person: Person, *people: tuple[str, Person], size: int = 1_000_000, **more: object) -> Decision:
    told, shares = Told.of(person), Shares()
    shares.add(told)
    asked = Asked(told=told, rare=shares.of(told), **more)  # type: ignore[arg-type]
    found = [Candidate.of(asked, key, each, backlog=not key.startswith("uhid:")) for key, each in people]
    return decide(asked, found, Odds(start(size, 1_000)))


@pytest.mark.parametrize(
    ("change", "field", "level"),
    [
        ({"name": "सुनीता देवी"}, "given", "exact"),
        ({"name": "Sunitha Devi"}, "given", "same"),
        ({"name": "Suneeta Devi"}, "given", "sounds"),
        ({"name": "Devi Sunita"}, "given", "swapped"),
        ({"name": "Geeta Devi"}, "given", "another"),
        ({"name": "Sunita"}, "rest", "lacking"),
        ({"name": "Sunita Sharma"}, "rest", "another"),
        ({"sex": Sex.MALE}, "sex", "another"),
        ({"sex": Sex.UNKNOWN}, "sex", ""),
        ({"birth": "1986"}, "birth", "2"),
        ({"birth": "1950"}, "birth", "far"),
        ({"birth": ""}, "birth", ""),
        ({"mobiles": ("1234",)}, "mobile", "another"),  # the index shows the end; whoever told the whole would be found
        ({"mobiles": ()}, "mobile", ""),
        ({"guardian": "R. Kumar"}, "guardian", "partly"),
        ({"guardian": "रमेश"}, "guardian", "exact"),
        ({"locality": "H.No. 14, Tajganj"}, "house", "another"),
        ({"locality": "H.No. 12, Okhla"}, "house", ""),
        ({"locality": "H.No. 12, Okhla"}, "place", "another"),
    ],
)
def test_each_field_has_its_level(change: dict[str, object], field: str, level: str) -> None:
    assert levels(SUNITA, replace(SUNITA, **change))[field] == level  # type: ignore[arg-type]


def test_four_digits_that_were_told_are_compared_with_the_end_and_dates_with_dates() -> None:
    assert levels(replace(SUNITA, mobiles=("1234",)), SUNITA)["mobile"] == "ends"
    one, two = replace(SUNITA, birth="1984-05-06"), replace(SUNITA, birth="1984-06-05")
    assert levels(one, one)["birth"] == "date" and levels(one, two)["birth"] == "swapped"


def test_the_same_person_is_taken_and_a_stranger_is_new_with_reasons() -> None:
    same = decided(SUNITA, ("uhid:1", replace(SUNITA, name="Sunitha Devi", birth="1983")))
    assert (same.outcome, same.to) == (Outcome.SAME, "uhid:1") and same.chance > 0.999
    told = {each.field: str(each.says) for each in same.reasons}
    assert told["mobile"] == "same mobile" and told["given"] == "name sounds alike"
    assert next(each.bits for each in same.reasons if each.field == "mobile") > 20
    stranger = Person(
        name="Gita", sex=Sex.FEMALE, birth="1950", locality="Okhla", mobiles=("9000000000",), guardian="Om"
    )
    far = decided(replace(SUNITA, name="Zubeda Shirazi"), ("uhid:2", stranger))
    assert far.outcome is not Outcome.SAME and far.known < 0.2


def test_a_family_shares_phone_father_and_house_and_is_no_proof() -> None:
    sister = replace(SUNITA, name="Kavita Devi", birth="1990")
    assert decided(SUNITA, ("uhid:1", sister)).chance < 0.01
    both = decided(SUNITA, ("uhid:1", sister), ("uhid:2", SUNITA))
    assert (both.outcome, both.to) == (Outcome.SAME, "uhid:2")


def test_two_records_of_one_person_are_shown_to_a_person() -> None:
    found = decided(SUNITA, ("uhid:1", SUNITA), ("uhid:2", SUNITA))
    assert found.outcome is Outcome.ASK and found.chance == pytest.approx(0.5, abs=0.01)
    assert found.others[0][0] in ("uhid:1", "uhid:2")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sex": Sex.MALE}, "the sex is not the same"),
        ({"sex": Sex.UNKNOWN}, "the sex is not the same"),
        ({"birth": "1975"}, "the age is not the same"),
        ({"birth": ""}, "the age is not the same"),
        ({"name": "Kavita Devi"}, "the given name is not the same"),
    ],
)
def test_what_no_chance_overrules(change: dict[str, object], says: str) -> None:
    found = decided(SUNITA, ("uhid:1", replace(SUNITA, **change)))  # type: ignore[arg-type]
    assert found.outcome is not Outcome.SAME
    assert found.outcome is Outcome.NEW or says in [str(each.says) for each in found.reasons]


def test_twins_newborns_and_whom_the_clerk_refused_are_for_people() -> None:
    twin = replace(SUNITA, name="Sunina Devi")
    found = decided(replace(SUNITA, name="Sunila Devi"), ("uhid:1", SUNITA), ("uhid:2", twin))
    assert found.outcome is Outcome.ASK
    for more in ({"newborn": True}, {"refused": frozenset({"uhid:1"})}):
        assert decided(SUNITA, ("uhid:1", SUNITA), **more).outcome is Outcome.ASK, more


def test_the_name_and_the_age_alone_never_merge_however_rare() -> None:
    bare = Person(name="Zubeda Shirazi", sex=Sex.FEMALE, birth="1984")
    found = decided(bare, ("uhid:1", replace(bare, locality="Okhla")), size=50)
    assert found.outcome is Outcome.ASK
    assert str(found.reasons[-1].says) == "too little speaks for it besides the name and the age"


def test_a_typed_uhid_is_checked_and_never_new() -> None:
    typed = replace(SUNITA, uhid="100000001")
    assert decided(typed, ("uhid:100000001", replace(SUNITA, uhid="100000001", mobiles=()))).outcome is Outcome.SAME
    assert decided(typed).outcome is Outcome.ASK
    other = Person(name="Imran Khan", sex=Sex.MALE, birth="1950", uhid="100000001")
    assert decided(typed, ("uhid:100000001", other)).outcome is Outcome.ASK
    assert decided(typed, ("uhid:7", SUNITA)).outcome is Outcome.ASK, "another UHID"


def test_somebody_of_the_index_and_their_earlier_slip_are_one_person() -> None:
    found = decided(SUNITA, ("uhid:1", SUNITA), ("00100000105", replace(SUNITA, birth="1985")))
    assert (found.outcome, found.to) == (Outcome.SAME, "uhid:1") and not found.others
    again = decided(SUNITA, ("00100000105", replace(SUNITA, birth="1985")))
    assert (again.outcome, again.to) == (Outcome.SAME, "00100000105")


def test_evidence_without_a_number_weighs_less_the_larger_the_index() -> None:
    moved = replace(SUNITA, mobiles=())
    chances = [decided(moved, ("uhid:1", moved), size=size).chance for size in (10**4, 10**6, 10**8)]
    assert chances == sorted(chances, reverse=True) and chances[0] > chances[-1] + 0.001


def test_who_was_not_looked_for_everywhere_may_be_there() -> None:
    model, told = start(1000, 0), dict.fromkeys(("given", "last", "guardian", "place", "mobile"), True)
    whole = unfound(model, told)
    assert (
        whole
        < unfound(model, told, ("given",))
        < unfound(model, told | {"guardian": False, "mobile": False}, ("given",))
    )
    assert unfound(model, {}) == 1.0


def test_the_model_comes_back_from_its_record() -> None:
    model = start(5, 6)
    assert Model.from_record(model.record()) == model


def test_it_learns_from_unlabelled_slips_what_a_town_is_like() -> None:
    """People of whom half are there, their mobile changed one time in four: that is found, from a guess of 35 %."""
    rng = random.Random(4)
    given = [
        f"{a}{b}{c}" for a in ("Ra", "Su", "Ge", "Mo", "Ka", "Pa") for b in "mntlrs" for c in ("i", "an", "esh", "u")
    ]
    last = ["Kumar", "Devi", "Singh", "Yadav", "Verma", "Gupta", "Shah", "Rao"]

    def somebody() -> Person:
        return Person(
            name=f"{rng.choice(given)} {rng.choice(last)}", sex=Sex.MALE, birth=str(rng.randint(1940, 2020)),
            guardian=rng.choice(given), mobiles=(f"98{rng.randrange(10**8):08d}",), locality=f"{rng.choice(given)}pur",
        )  # fmt: skip

    index = [somebody() for _ in range(400)]
    slips = [replace(each, mobiles=somebody().mobiles) if rng.random() < 0.25 else each for each in index[:150]] + [
        somebody() for _ in range(150)
    ]
    shares, told = Shares(), [Told.of(each) for each in slips]
    for each in told:
        shares.add(each)
    model = start(len(index), 0)
    pairs = (compare(told[one], told[two], {}).levels for one, two in random_pairs(120))
    model = replace(model, strangers=strangers(pairs, model.strangers))
    lessons = []
    for each in told:
        asked = Asked(told=each, rare=shares.of(each))
        near = [one for one in index if one.name[:2] == each.person.name[:2]]
        lessons.append(Lesson(index=[Candidate.of(asked, "", one).pair for one in near], backlog=[], told=asked.has))
    found = learn(model, lessons)
    assert found.index.present == pytest.approx(0.5, abs=0.06)
    assert found.same["mobile"]["same"] == pytest.approx(0.75, abs=0.08)
    assert learn(model, []) == model


def test_limits_keep_the_expected_share_of_mistakes() -> None:
    sure, likely, open_, nobody = (0.9999, 1.0, True), (0.9, 0.95, True), (0.4, 0.6, False), (0.0, 0.001, False)
    many = [sure] * 900 + [likely] * 50 + [open_] * 30 + [nobody] * 500
    same_from, new_below = limits(many, false_merges=0.0005, missed=0.005)
    assert 0.9 < same_from <= 0.9999 and 0.001 <= new_below <= 0.6
    assert limits([nobody] * 2_000, false_merges=0.001, missed=0.01)[1] == 0.001, "who is like nobody is new"


def test_an_outage_of_a_few_slips_does_not_ask_about_strangers() -> None:
    few = [(0.9999, 1.0, True)] * 20 + [(0.0, 0.02, True)] * 20
    assert limits(few, false_merges=0.001, missed=0.01)[1] > 0.02, "no share can be told of forty slips"
    assert limits([], false_merges=0.001, missed=0.01) == (1 - 1e-6, 0.03)
