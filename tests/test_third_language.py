"""A further language: whole it is offered, with a gap it is refused with a sentence, and the scripts are held to it."""

import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from fallback.errors import LanguageIncomplete
from fallback.language import CATALOGUES, OWN, catalogue, offered, say
from fallback.language.third import SCRIPTS, check
from fallback.names import name_key
from fallback.printing.typesetting import shape

Edit = Callable[[dict[str, str]], None]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@pytest.fixture
def made(tmp_path: Path) -> Callable[[Edit], Path]:
    """A made-up language: Hindi's texts under another name, after some edit."""

    def make(edit: Edit) -> Path:
        texts = dict(catalogue(OWN))
        edit(texts)
        head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
        body = "\n".join(f"msgid {quoted(text)}\nmsgstr {quoted(said)}\n" for text, said in texts.items())
        (tmp_path / "mr.po").write_text(head + body, encoding="utf-8")
        (tmp_path / "hi.po").write_bytes((CATALOGUES / "hi.po").read_bytes())
        return tmp_path

    return make


def why_not(folder: Path) -> str:
    languages, refused = offered(folder)
    assert languages == ("en", "hi")
    assert [each.values["language"] for each in refused] == ["mr"]
    assert "mr.po" in say(refused[0], "hi")
    return say(refused[0], "en")


def test_a_whole_catalogue_is_all_that_a_language_in_our_scripts_needs(made: Callable[[Edit], Path]) -> None:
    folder = made(lambda texts: None)
    assert offered(folder) == (("en", "hi", "mr"), ())
    assert check(folder / "mr.po", catalogue(OWN)) == catalogue(OWN)


def test_a_gap_is_counted_and_named(made: Callable[[Edit], Path]) -> None:
    def edit(texts: dict[str, str]) -> None:
        del texts["Clerk"], texts["Male"]

    said = why_not(made(edit))
    assert "mr.po lacks 2 of" in said
    assert "Clerk" in said or "Male" in said


def test_a_lost_placeholder_is_named(made: Callable[[Edit], Path]) -> None:
    def edit(texts: dict[str, str]) -> None:
        texts["{count} in the list: arrow keys choose"] = "सूची में कई"

    assert "where it says: {count} in the list" in why_not(made(edit))


@pytest.mark.parametrize(
    ("letter", "script"), [("த", "Tamil"), ("ম", "Bengali"), ("ش", "Arabic"), ("अ\U0001f600", "emoji")]
)
def test_a_script_without_font_shaping_and_name_key_is_refused(
    made: Callable[[Edit], Path], letter: str, script: str
) -> None:
    def edit(texts: dict[str, str]) -> None:
        texts["Male"] = letter

    said = why_not(made(edit))
    assert f"no font of this program has the letter {letter[-1]} of mr.po" in said, script
    assert "docs/languages.md" in said
    assert (CATALOGUES.parent.parent / "docs" / "languages.md").is_file()


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00nonsense", b'msgid "a\nmsgstr', b"PK\x03\x04", b'msgid "x"\n' * 9]
)
def test_what_is_no_catalogue_stops_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hi.po").write_bytes((CATALOGUES / "hi.po").read_bytes())
    (tmp_path / "mr.po").write_bytes(content)
    assert "mr.po" in why_not(tmp_path)


def test_a_catalogue_that_cannot_be_read_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(LanguageIncomplete, match="cannot be read"):
        check(tmp_path / "gone.po", {})


@pytest.mark.parametrize("script", SCRIPTS)
def test_our_scripts_have_fonts_that_draw_and_join_and_a_key_that_hears_them(script: str) -> None:
    first, last = SCRIPTS[script]
    letters = [chr(code) for code in range(ord(first), ord(last) + 1)]
    names = [letter for letter in letters if unicodedata.category(letter) in ("Lo", "Ll")]
    if script == "Devanagari":
        names = [letter for letter in names if "क" <= letter <= "ह" and letter not in "ऩऱऴ"]  # what Hindi is spelt with
        joined = shape("क्षत्रिय")
        assert len(joined.runs[0].shaped) < len("क्षत्रिय"), "letters are joined, not set side by side"
    else:
        names = [letter for letter in names if letter.isascii()]
    assert not [letter for letter in names if shape(letter).missing]
    assert not [letter for letter in names if not name_key(letter * 2 + "म" if script == "Devanagari" else letter)]


def test_every_letter_of_hindi_is_in_the_fonts() -> None:
    letters = {letter for text in catalogue(OWN).values() for letter in text if letter.isalpha()}
    assert not [letter for letter in letters if shape(letter).missing]
