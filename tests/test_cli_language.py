"""The command line speaks the language of PARCHI_LANGUAGE: no sentence of it stands outside the catalogues."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import fallback.cli
from fallback.cli import group
from fallback.cli.spoken import _, table
from fallback.errors import Sentence
from fallback.settings import language
from tests import factories

CLI = Path(fallback.cli.__file__).parent
PRINTS = frozenset({"echo", "prompt", "asked", "show", "progress", "UsageError", "BadParameter", "fail"})
SPEAKS = frozenset({"_", "Sentence"})
SPOKEN_LATER = frozenset({"why", "what", "field", "help"})  # an error's words are told in its language; help is English
PRINTED = re.compile(r"[A-Za-z]{2,}")
SENTENCE = re.compile(r"[A-Za-z]{2,},? [A-Za-z(]")
# Not words: addresses, names of files and of commands, and what a parser is told.
NO_WORDS = re.compile(
    r"https?://|\.[a-z]{3,4}\b|\bos:|utf-8|\bok\b|\bRED\b|backslashreplace|^python -m fallback$|^SHA-256 $|^Asha Rani$"
)


def bare(source: str) -> Iterator[tuple[int, str]]:
    """The texts that a module of the command line would print as they are, in English for everybody."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.decorator_list, node.body = [], node.body[1:] if ast.get_docstring(node) else node.body
    found: dict[tuple[int, str], None] = {}
    for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
        for line, text in (each for part in function.body for each in _texts(part)):
            if SENTENCE.search(text) and not NO_WORDS.search(text):
                found[line, text] = None
    for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call) and _name(each) in PRINTS):
        for given in (*call.args, *(word.value for word in call.keywords if word.arg == "text")):
            for line, text in _texts(given):
                if PRINTED.search(text) and not NO_WORDS.search(text):
                    found[line, text] = None
    yield from found


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts in an expression that are not translated, looked up, compared with, or keys; each with its line."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.lineno, node.value
    elif isinstance(node, ast.Call) and _name(node) in SPEAKS:
        yield from (text for word in node.keywords for text in _texts(word.value))
    elif isinstance(node, ast.keyword) and node.arg in SPOKEN_LATER:
        return
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value)
    elif isinstance(node, ast.Compare):
        return
    elif isinstance(node, ast.Dict):
        yield from (text for value in node.values for text in _texts(value))
    elif isinstance(node, ast.FormattedValue):
        yield from _texts(node.value)
    else:
        yield from (text for child in ast.iter_child_nodes(node) for text in _texts(child))


def _name(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


@pytest.mark.parametrize("module", sorted(path.name for path in CLI.glob("*.py") if path.name != "pages.py"))
def test_no_sentence_of_the_command_line_stands_outside_the_catalogues(module: str) -> None:
    found = list(bare((CLI / module).read_text(encoding="utf-8")))
    assert not found, 'wrap it: _("...", name=value), from fallback.cli.spoken'


def test_a_bare_sentence_is_found() -> None:
    source = (
        "import click\n@click.option(help='The help is English.')\ndef f(n):\n    'What it does.'\n"
        "    click.echo(f'{n} slips')\n    click.echo(n or 'nothing')\n    why = 'No desk is here.'\n"
        "    click.echo(_('{n} more', n=n or 'plain'))\n    raise F(why='told later')\n"
        "    return {'two words': n['three more words']}, n == 'as it is'\n"
    )
    assert [text for _line, text in sorted(bare(source))] == [" slips", "nothing", "No desk is here.", "plain"]


def run(folder: Path, *words: str) -> Result:
    places = ["--data", str(folder / "data"), "--passphrase-file", str(folder / "secret.txt")]
    return CliRunner(env={"PARCHI_LANGUAGE": "hi"}).invoke(group, [*places, *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    factories.installation(tmp_path / "data").close()
    (tmp_path / "secret.txt").write_text(factories.PASSPHRASE)
    return tmp_path


def test_it_speaks_hindi(folder: Path) -> None:
    assert "हर हैश मेल खाता है" in run(folder, "journal", "verify").output
    assert "काउंटर 77" in run(folder, "desk", "retire", "77", "--reason", "x").output
    assert "बताएँ कि स्कैन" in run(folder, "scan").output
    assert "सुपरवाइज़र" in run(folder, "user", "list").output
    assert run(folder, "copy", "status").exit_code == 4
    for words in (["key", "status"], ["retention"], ["clock"], ["downtime", "status"], ["index", "status"]):
        said = run(folder, *words)
        assert said.exit_code == 0
        for line in said.output.splitlines():
            assert re.search("[ऀ-ॿ]", line), line


def test_what_a_script_reads_is_the_same_in_every_language(folder: Path) -> None:
    place = ["--data", str(folder / "data"), "--passphrase-file", str(folder / "secret.txt")]
    for words in (["key", "status"], ["desk", "list"], ["downtime", "status"], ["journal", "verify"]):
        english = CliRunner().invoke(group, [*place, *words, "--json"])
        assert json.loads(english.output) == json.loads(run(folder, *words, "--json").output)


def test_counts_are_grouped_as_in_india(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _("{count} slips are approved.", count=150000) == "1,50,000 slips are approved."
    assert _("{count} slips are approved.", count="150000") == "150000 slips are approved."
    monkeypatch.setenv("PARCHI_LANGUAGE", "hi")
    assert _("{count} slips are approved.", count=1234567) == "12,34,567 पर्चियाँ मंज़ूर हुईं।"
    assert _(Sentence("never said before {n}", n=1)) == "never said before 1"


def test_a_language_that_is_none_leaves_the_sentence_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, spoken in (("xx", "en"), ("", "en"), (" hi ", "hi")):
        monkeypatch.setenv("PARCHI_LANGUAGE", told)
        assert language() == spoken
    monkeypatch.setenv("PARCHI_LANGUAGE", "xx")
    said = CliRunner().invoke(group, ["desk", "list"])
    assert said.exit_code == 2
    assert "There is no such language" in said.output


def test_a_table_has_its_columns_below_each_other() -> None:
    rows = table(["पर्चियाँ", "दिन"], [150000, "26-11-2026"], [7, "27-11-2026"])
    assert rows[1:] == ["1,50,000  26-11-2026", "       7  27-11-2026"]
    assert rows[0].endswith("पर्चियाँ  दिन")
    assert table(["a", ""]) == ["a"]
