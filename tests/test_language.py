"""The catalogues: every sentence has its Hindi, with the same placeholders, and dates are as printed in India."""

import re
import string
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest

import fallback.errors
from fallback.downtime import Role
from fallback.errors import FieldWrong, HospitalFileWrong, ParchiError, Sentence, SlipNumberWrong
from fallback.language import LANGUAGES, catalogue, format_date, format_moment, format_time, say, translate
from fallback.language.labels import LABELS, label
from fallback.language.missing import main, missing, texts
from fallback.names import check_text
from fallback.slip import AgeUnit, Category, FeeStatus, Kind, Relation, Sex


def errors(parent: type[ParchiError] = ParchiError) -> Iterator[type[ParchiError]]:
    for child in parent.__subclasses__():
        yield child
        yield from errors(child)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_languages() -> None:
    assert LANGUAGES == ("en", "hi")
    assert catalogue("en") == catalogue("xx") == catalogue("../hi") == {}
    assert len(catalogue("hi")) > 150


def test_every_error_of_this_house_speaks_hindi() -> None:
    known = catalogue("hi")
    for error in errors():
        if error.__module__.startswith(fallback.errors.__name__):
            assert error.says in known, f"{error.__name__}: add its sentence to fallback/catalogues/hi.po"


def test_nothing_that_the_program_says_is_untranslated() -> None:
    assert missing("hi") == {}, "python -m fallback.language missing --po prints what to append to the catalogue"


@pytest.mark.parametrize("text", sorted(catalogue("hi")))
def test_a_translation_keeps_its_placeholders(text: str) -> None:
    hindi = catalogue("hi")[text]
    if all(name.isidentifier() for name in _names(text)):
        assert placeholders(hindi) == placeholders(text)
    assert hindi.count("%(") == text.count("%(")
    assert hindi.strip() == hindi
    assert hindi == text or any("ऀ" <= letter <= "ॿ" for letter in hindi)


@pytest.mark.parametrize(
    "word",
    ["खिड़क", "डेस्क", "रोज़नामच", "हिंदी", "उम्र", "छद्म", "क्लिनिक", "पाली", "कीजिए", "लीजिए", "स्टिक(?!र)", "UHID", "ABHA"],
)
def test_one_word_for_one_thing(word: str) -> None:
    """काउंटर, जर्नल, हिन्दी, आयु, बदला हुआ नाम, विभाग, शिफ्ट, -एँ, पेन ड्राइव, यूएचआईडी, आभा: as the catalogue's head says."""
    assert [hindi for hindi in catalogue("hi").values() if re.search(word, hindi)] == []


def test_a_thread_without_app_or_request_speaks_hindi() -> None:
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(translate, "Slip", "hi").result() == "पर्ची"


def _names(text: str) -> set[str]:
    try:
        return placeholders(text)
    except ValueError:  # braces that are an example, not a placeholder
        return {""}


def test_an_error_is_said_with_its_values() -> None:
    error = SlipNumberWrong(typed="123")
    assert say(error, "en") == str(error)
    assert say(error, "hi").startswith("123 पर्ची संख्या नहीं है")
    assert say(error, "ta") == str(error)


def test_the_values_of_an_error_are_said_too() -> None:
    with pytest.raises(FieldWrong) as caught:
        check_text("name_hindi", "Ram;", script="latin")
    assert say(caught.value, "en") == "Name in Hindi: The sign ; at place 4 cannot stand here. Leave it out."
    assert say(caught.value, "hi") == "हिन्दी में नाम: स्थान 4 का चिह्न ; यहाँ नहीं लिखा जा सकता। उसे हटा दें।"
    assert say(FieldWrong(field="age", why="An age is a number from 0 to 125."), "hi").startswith("आयु: आयु 0 से")
    error = HospitalFileWrong(
        file="h.toml", line=3, key="name", why=Sentence("The key is unknown. Did you mean {near}?", near="x")
    )
    assert say(error, "hi") == "h.toml, पंक्ति 3, name: यह शब्द अनजाना है। क्या आपका मतलब x था?"


def test_braces_in_a_value_are_left_alone() -> None:
    assert say(SlipNumberWrong(typed="{0}{x!r}"), "hi").startswith("{0}{x!r} पर्ची")


def test_a_sentence_is_its_english_text() -> None:
    sentence = Sentence("{count} never said", count=3)
    assert sentence == "3 never said"
    assert translate(sentence, "hi") == "3 never said"
    assert Sentence("no { braces") == "no { braces"
    assert translate("", "hi") == ""
    assert translate("never said before", "hi") == "never said before"


def test_every_value_has_a_label_in_both_languages() -> None:
    kinds: tuple[type[StrEnum], ...] = (Kind, Sex, AgeUnit, Relation, Category, FeeStatus, Role)
    for kind in kinds:
        assert set(LABELS[kind]) == set(kind)
        for value in kind:
            assert label(value, "en") == LABELS[kind][value]
            assert label(value, "hi") != label(value, "en")
    assert label(Category.SENIOR_CITIZEN, "hi") == "वरिष्ठ नागरिक"
    assert label(Sex.OTHER, "en") == label(Category.OTHER, "en") == "Other"


def test_dates_as_printed_in_india() -> None:
    moment = datetime(2026, 11, 22, 20, 5, 9, tzinfo=UTC)
    assert format_date(moment) == "23-11-2026"
    assert format_time(moment) == "01:35"
    assert format_time(moment, seconds=True) == "01:35:09"
    assert format_moment(moment) == "23-11-2026 01:35"
    assert format_date(date(901, 1, 2)) == "02-01-0901"
    assert format_date(None) == format_time(None) == format_moment(None) == ""


def test_what_is_said_is_found_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "fallback").mkdir()
    (tmp_path / "templates" / "desk").mkdir(parents=True)
    (tmp_path / "fallback" / "a.py").write_text(
        'class E:\n    says = "one {x} " "two"\n'
        'def f(_):\n    _("three" if f else "four")\n    why = "five"\n    raise E(why="six", field="age", name="no")\n'
        'LABELS = {"k": "seven", "m": {"n": "eight"}}\nSentence("nine {y}", y=1)\nself.fail(x, "ten")\n'
    )
    (tmp_path / "templates" / "desk" / "a.html").write_text(
        '<p>{{ _(\'it\\\'s\') }}</p>\n{{ _("say \\"so\\"") }}\n{% trans n=3 %}\n  {{ n }} slips\n{% endtrans %}'
    )
    found = texts(tmp_path)
    numbers = ["one {x} two", "three", "four", "five", "six", "seven", "eight", "nine {y}", "ten"]
    assert set(found) == {*numbers, "it's", 'say "so"', "%(n)s slips"}
    assert found["it's"] == "templates/desk/a.html:1"
    assert found['say "so"'] == "templates/desk/a.html:2"
    assert set(missing("hi", tmp_path)) == set(found)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nonsense"]) == 2
    assert "missing" in capsys.readouterr().out
    assert main(["missing"]) == bool(missing("hi"))
    assert main(["missing", "--po"]) == bool(missing("hi"))
    assert capsys.readouterr().out.count("msgid") == len(missing("hi"))
