"""Names: what is refused and how it is said, what is kept, and which spellings meet in one key."""

import sys
import unicodedata
from unittest import mock

import pytest
from hypothesis import given, strategies as st

from fallback.errors import FieldWrong
from fallback.names import check_text, name_key, normalise, text as names_text, to_latin, word_key
from fallback.names.text import Script
from fallback.slip import TEXT_LIMIT


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("latin", ""),
        ("latin", "Sunita Devi"),
        ("latin", "D'Souza, Mary-Ann (Smt.) D/o A. & B."),
        ("latin", "José Müller Śrī"),
        ("latin", "Unknown-M-Lotus-27"),
        ("latin", "Baby girl 1 of Sunita"),
        ("hindi", "सुनीता देवी"),
        ("hindi", "मो॰ आरिफ़-उल हक़"),
        ("hindi", "श्री\u200dमती क्\u200cष"),
        ("any", "राम Prasad"),
        ("address", "'; DROP TABLE slips; --"),
        ("address", '<b>H.No. 12/4-B</b> "Gali #3" 100% @ *'),
        ("address", "मकान नं. १२, गली ४, Laxmi Nagar।"),
    ],
)
def test_what_is_right_is_stored_as_it_is(script: str, text: str) -> None:
    assert check_text("name", text, script=script) == text


@given(
    text=st.text(
        st.sampled_from("aZé .'-/,()&12<>~\u0915\u0958\u093c\u093f\u0941\u094d\u0966।॰\u200d\u00a0\n"), max_size=12
    ),
    script=st.sampled_from(Script),
)
def test_the_short_way_for_what_is_nearly_always_typed_changes_no_answer(text: str, script: Script) -> None:
    def answer() -> str | FieldWrong:
        try:
            return check_text("name", text, script=script)
        except FieldWrong as wrong:
            return wrong

    short = answer()
    with mock.patch.object(names_text, "_is_plain", return_value=False):
        long = answer()
    assert str(short) == str(long)


def test_what_is_straightened() -> None:
    assert check_text("name", "  D’Souza –  Anne\u00a0Marie \n", script="latin") == "D'Souza - Anne Marie"
    assert check_text("name", "Jose\u0301", script="latin") == "José"
    assert check_text("name_hindi", "\u0958मर", script="hindi") == "क\u093cमर"


@pytest.mark.parametrize(
    ("script", "text", "why"),
    [
        ("latin", "'; DROP TABLE slips; --", "The sign ; at place 2"),
        ("latin", "Robert_", "The sign _ at place 7"),
        ("latin", "Ram\x00", "control character (U+0000) stands at place 4"),
        ("latin", "Ram\nKumar", "control character (U+000A) stands at place 4"),
        ("latin", "Ram\u202eramuK", "right-to-left writing (U+202E) stands at place 4"),
        ("latin", "Ram\u200f", "right-to-left writing (U+200F)"),
        ("latin", "Ra\u200bm", "invisible sign (U+200B) stands at place 3"),
        ("latin", "Ra\u200dm", "invisible sign (U+200D)"),
        ("latin", "Ra\ud800m", "invisible sign (U+D800)"),
        ("latin", "Ram 😀", "The sign 😀 at place 5"),
        ("latin", "Ram ☎", "The sign ☎"),
        ("latin", "Ram\ue000", "The sign U+E000"),
        ("latin", "Ram\u0378", "The sign U+0378"),
        ("latin", "राम", "The letter र at place 1 is not a Latin letter"),
        ("latin", "Rаm", "The letter а at place 2 is not a Latin letter"),  # a Cyrillic a
        ("latin", "Ram٣", "The sign ٣"),
        ("latin", "Ram3sh", "A digit stands inside a word at place 4"),
        ("latin", "...", "There is no letter"),
        ("latin", "27", "There is no letter"),
        ("latin", "Z" + "\u0351" * 9, "has no letter to stand on"),
        ("latin", "A" * (TEXT_LIMIT + 1), "121 letters; at most 120"),
        ("hindi", "Ram", "The letter R at place 1 is not a Hindi letter"),
        ("hindi", "ராமன்", "is not a Hindi letter"),
        ("hindi", "ीता", "at place 1 has no letter"),
        ("hindi", "राम १", "The sign १ at place 5"),
        ("hindi", "राम\u202a", "right-to-left"),
        ("any", "محمد", "neither English nor Hindi"),
        ("address", "12 Gali \u2067x", "right-to-left"),
        ("address", "12 Gali 🏠", "The sign 🏠 at place 9"),
        ("address", "Ελλάς", "neither English nor Hindi"),
        ("address", "a\tb", "control character (U+0009)"),
    ],
)
def test_what_is_refused_is_said_with_its_place(script: str, text: str, why: str) -> None:
    with pytest.raises(FieldWrong) as caught:
        check_text("name", text, script=script)
    assert why in str(caught.value)
    assert str(caught.value).startswith("name: ")
    assert str(caught.value).isprintable()


def test_every_sign_of_unicode_is_taken_or_refused_in_words() -> None:
    for code in (*range(0x10000), *range(0x10000, sys.maxunicode + 1, 37)):
        text = f"ab{chr(code)}cd"
        try:
            kept = check_text("locality", text, script="address")
        except FieldWrong as error:
            assert str(error).isprintable()
        else:
            assert unicodedata.category(chr(code)) not in ("Cc", "Cs")
            assert kept == normalise(text)


@given(st.text())
def test_normalising_twice_is_once(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in once)


@given(
    st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=TEXT_LIMIT),
    st.sampled_from(["latin", "hindi", "any", "address"]),
)
def test_what_passes_is_normal_and_passes_again(text: str, script: str) -> None:
    try:
        kept = check_text("x", text, script=script)
    except FieldWrong:
        return
    assert normalise(kept) == kept
    assert check_text("x", kept, script=script) == kept


@given(st.text())
def test_a_key_is_plain_for_any_text(text: str) -> None:
    assert name_key(text).isascii()
    assert name_key(name_key(text)).isascii()


@pytest.mark.parametrize(
    ("hindi", "latin"),
    [
        ("सुनीता देवी", "Sunita Devi"),
        ("राम प्रसाद", "Ram Prasad"),
        ("ममता", "Mamta"),
        ("कमल कमला", "Kamal Kamla"),
        ("राजेंद्र", "Rajendra"),
        ("कृष्ण", "Krishna"),
        ("ज्ञानेश्वर", "Gyaneshvar"),
        ("फ़िरोज़ ख़ान", "Firoz Khan"),
        ("अम्बिका", "Ambika"),
        ("अंबिका", "Ambika"),
        ("गली ४", "Gali 4"),
        ("Ram लाल", "Ram Lal"),
        ("", ""),
    ],
)
def test_hindi_in_latin_letters(hindi: str, latin: str) -> None:
    assert to_latin(hindi) == latin


@pytest.mark.parametrize(
    "spellings",
    [
        "मोहम्मद Mohd Md Mohammad Muhammed Mohamed Mohd. मो॰",
        "लक्ष्मण Lakshman Laxman Lachman Lachhman",
        "यशोदा Yashoda Jasoda Yasoda",
        "कृष्णा Krishna Kishan Krishan",
        "लक्ष्मी Lakshmi Laxmi Lachmi",
        "राजेंद्र Rajendra Rajinder Rajender",
        "विश्वनाथ Vishwanath Bishwanath Biswanath",
        "चौधरी Chaudhary Choudhury Chowdhury Chaudhry",
        "सिंह Singh Sinh Sing",
        "ज़ाकिर Zakir Jakir Zaakir",
        "गीता Geeta Gita Geetha",
        "शेख Sheikh Shaikh Sk",
        "उमेश Umesh Oomesh",
        "ज्योति Jyoti Joti Jyothi",
        "मुखर्जी Mukherjee Mukharji Mukhopadhyay",
        "फ़ातिमा Fatima Fatma Phatima",
        "संजय Sanjay Sanjai",
    ],
)
def test_spellings_meet_in_one_key(spellings: str) -> None:
    keys = {word: word_key(word) for word in spellings.split()}
    assert len(set(keys.values())) == 1, keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ramesh", "Rakesh"),
        ("Sunita", "Savita"),
        ("Anil", "Sunil"),
        ("Geeta", "Reeta"),
        ("Mohan", "Sohan"),
        ("Uma", "Ama"),
    ],
)
def test_different_names_keep_different_keys(one: str, other: str) -> None:
    assert word_key(one) != word_key(other)


def test_titles_are_not_part_of_a_name() -> None:
    assert name_key("Shri Ram Lal") == name_key("राम लाल") == name_key("श्री राम लाल") == name_key("LATE RAM LAL")
    assert name_key("Smt. Sunita Devi") == name_key("श्रीमती सुनीता देवी")
    assert name_key("Shri") != ""
    assert name_key("-") == name_key("") == ""
