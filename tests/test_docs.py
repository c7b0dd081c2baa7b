"""Documents cannot lie: commands, settings, sentences and payload fields are held against the program."""

import re
import unicodedata
from pathlib import Path

import click
import pytest

from fallback.cli import group
from fallback.cli.pages import classes, commands_page, errors_page
from fallback.language import translate
from fallback.printing.layout import names
from fallback.printing.layout.kinds import KINDS, SHEETS
from fallback.settings import NAMES
from fallback.slip import Slip, SlipNumber

DOCS = Path(__file__).parent.parent / "docs"
README = DOCS.parent / "README.md"


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        inside = {name: command.get_command(context, name) for name in command.list_commands(context)}
        return [found for name, each in inside.items() if each for found in leaves(each, (*path, name))]
    return [(path, command)]


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == commands_page(group), (
        "run: python -m fallback.cli.pages docs"
    )


def test_the_page_of_sentences_is_what_the_program_says() -> None:
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == errors_page(), "run: python -m fallback.cli.pages docs"


def test_every_sentence_is_found_by_its_first_letter_in_both_languages() -> None:
    english, hindi = errors_page().split("## हिन्दी")
    for each in classes():
        for part, code in ((english.split("## English")[1], "en"), (hindi, "hi")):
            says = translate(each.says, code)
            heading, entries = next(found for found in _sections(part) if any(f" {says} " in line for line in found[1]))
            assert heading[0] == unicodedata.normalize("NFD", says.upper())[0] or len(heading) > 1, says
            assert f"](#{heading.lower().replace(' ', '-')})" in part
            assert [line for line in entries if each.__name__ in line], says


def _sections(part: str) -> list[tuple[str, list[str]]]:
    return [(each.splitlines()[0], each.splitlines()[1:]) for each in part.split("\n### ")[1:]]


@pytest.mark.parametrize("words", [path for path, _ in leaves(group)], ids=" ".join)
def test_every_command_shows_an_example_in_its_help(words: tuple[str, ...]) -> None:
    command = dict(leaves(group))[words]
    assert "Example: python -m fallback" in (command.help or ""), f"{' '.join(words)} shows no example"


def test_every_setting_is_on_the_page_of_commands() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []


@pytest.mark.parametrize("error", classes(), ids=lambda error: str(error.__name__))
def test_every_failure_has_a_sentence_an_exit_code_and_a_docstring(error: type[Exception]) -> None:
    kind = next(each for each in classes() if each is error)
    assert kind.__doc__
    assert kind.says.endswith((".", "}")) or re.search(r" with: (python -m|make) [^.]+$", kind.says)
    assert kind.exit_code in (2, 3, 4, 5, 130)


def test_every_payload_field_is_in_the_specification() -> None:
    page = (DOCS / "payload.md").read_text(encoding="utf-8")
    fields = Slip(number=SlipNumber(1, 1)).record()
    assert [name for name in fields if f"`{name}`" not in page] == []


def _row(page: str, name: str, column: int) -> str:
    """The line of a table in whose column a name stands."""
    rows = [line for line in page.splitlines() if line.startswith("|")]
    return next(line for line in rows if len(line.split("|")) > column and f"`{name}`" in line.split("|")[column])


def test_the_page_of_layouts_names_every_kind_of_box_with_its_keys() -> None:
    page = (DOCS / "layouts.md").read_text(encoding="utf-8")
    boxes = page[page.index("| `draw` |") :]
    for draw, keys in KINDS.items():
        line = _row(boxes, draw, 1)
        assert {key for key in keys if f"`{key}`" not in line} == set(), draw


def test_the_page_of_layouts_names_every_sheet_with_its_parts_and_fields() -> None:
    page = (DOCS / "layouts.md").read_text(encoding="utf-8")
    for name in names():
        assert f"`{name}`" in page, name
    for sheet, kind in SHEETS.items():
        line = _row(page, sheet, 2)
        needs = {*kind.parts, *(need for each in kind.parts.values() for need in each)}
        assert {need for need in needs if f"`{need}`" not in line} == set(), sheet
        described = page[page.index("## Fields") : page.index("## What no layout can do")]
        own = described[described.index(f"- `{sheet}`:") :] if f"- `{sheet}`:" in described else described
        own = own.split("\n- ")[0] if own is not described else own
        assert {field for field in kind.fields if f"`{field}`" not in own} == set(), sheet


def test_every_command_in_the_readme_exists() -> None:
    text = README.read_text(encoding="utf-8")
    known = {path for path, _ in leaves(group)}
    called = re.findall(r"python -m fallback(?: --data \S+)?(?: --hospital \S+)?((?: +[a-z-]+(?![\w./=]))+)", text)
    assert called
    for words in (tuple(call.split()) for call in called):
        assert any(words[: len(path)] == path for path in known), f"the README calls: {' '.join(words)}"


def test_every_make_target_in_the_readme_exists() -> None:
    targets = re.findall(r"^([a-z-]+):", (README.parent / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    called = re.findall(r"make ([a-z-]+)", README.read_text(encoding="utf-8"))
    assert {"run", "test"} <= set(called)
    assert set(called) <= set(targets)


def test_links_between_documents_lead_somewhere() -> None:
    for page in [README, *DOCS.rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"
