"""Documents cannot lie: commands, settings, sentences and payload fields are held against the program."""

import re
from pathlib import Path

import click
import pytest

from fallback.cli import group
from fallback.cli.pages import classes, commands_page, errors_page
from fallback.settings import NAMES
from fallback.slip import Slip, SlipNumber

DOCS = Path(__file__).parent.parent / "docs"
README = DOCS.parent / "README.md"


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that call it."""
    if isinstance(command, click.Group):
        return [found for name, each in command.commands.items() for found in leaves(each, (*path, name))]
    return [(path, command)]


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == commands_page(group), (
        "run: python -m fallback.cli.pages docs"
    )


def test_the_page_of_sentences_is_what_the_program_says() -> None:
    assert (DOCS / "errors.md").read_text(encoding="utf-8") == errors_page(), "run: python -m fallback.cli.pages docs"


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
