"""Writes the two pages of docs/ that the program itself knows best: its commands and its sentences."""

import sys
import unicodedata
from pathlib import Path

import click

from fallback import errors, language
from fallback.settings import NAMES

_COMMANDS = """# Commands and settings

Made by `python -m fallback.cli.pages docs`; `tests/test_docs.py` holds it to the program.

Every command is `python -m fallback [--data DIR] [--hospital FILE] [--passphrase-file FILE] COMMAND`. `--json` prints
one JSON value for a script. Exit codes are in [errors.md](errors.md).

## Settings

| variable | what it is for |
|---|---|
"""
_ERRORS = """# What Parchi says when something is wrong

Made by `python -m fallback.cli.pages docs`; `tests/test_docs.py` holds it to the program. Look for the sentence that
you see by its first letter, in [English](#english) or in [Hindi](#hindi); it says what to do. Words in `{}` are filled
in: where a sentence begins with one, look under *a name or a number first*. No sentence holds patient data, so all of
them may be logged.

## Exit codes of the command line

| code | meaning |
|---|---|
| 0 | done |
| 1 | a fault of the program: keep what it printed and tell the IT staff |
| 2 | something that was given cannot be used: an argument, a file, a field; nothing was changed |
| 3 | refused as things stand now; nothing was changed, the sentence says what to do first |
| 4 | done, but something needs a person: a red line, an open account, a differing field |
| 5 | a system outside did not do its part; run the same command again later |
| 130 | stopped with Ctrl-C; what was done is kept, the same command goes on |

## English
"""
_TABLE = """
| sentence | in Hindi | class | web status | exit code |
|---|---|---|---|---|
"""
_HINDI = """
<a id="hindi"></a>

## हिन्दी

जो वाक्य स्क्रीन पर है उसे पहले अक्षर से ढूँढें। आगे का नाम अंग्रेज़ी की सूची में ले जाता है।
"""
_FILLED_IN = {"en": "a name or a number first", "hi": "पहले कोई नाम या संख्या"}


def commands_page(group: click.Group) -> str:
    """docs/commands.md: every setting, and every command with its own help."""
    settings = "".join(f"| `{name}` | {words} |\n" for name, words in NAMES.items())
    return _COMMANDS + settings + "\n## Commands\n" + "".join(_walk(group, "python -m fallback"))


def _walk(command: click.Command, path: str) -> list[str]:
    context = click.Context(
        command, info_name=path, max_content_width=110, terminal_width=110, help_option_names=["-h", "--help"]
    )
    found = [f"\n### `{path}`\n\n```\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            if (each := command.get_command(context, name)) is not None:
                found += _walk(each, f"{path} {name}")
    return found


def classes() -> list[type[errors.ParchiError]]:
    """Every failure a person can meet, of every module of errors."""
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.ParchiError)]
    return [each for each in found if each.__module__.startswith(errors.__name__)]


def errors_page() -> str:
    """docs/errors.md: every sentence by its first letter, in both languages."""
    told = {each: language.translate(each.says, "hi") for each in classes()}
    rows = [
        (
            each.says,
            f'| {each.says} | {hindi} | <a id="{each.__name__}"></a>{each.__name__} | {each.http_status} '
            f"| {each.exit_code} |\n",
        )
        for each, hindi in told.items()
    ]
    lines = [(hindi, f"- {hindi} [{each.__name__}](#{each.__name__})\n") for each, hindi in told.items()]
    return _ERRORS + _index(rows, "en", _TABLE) + _HINDI + _index(lines, "hi", "\n")


def _index(entries: list[tuple[str, str]], code: str, head: str) -> str:
    """The entries under the first letters of their sentences, with a line of letters that lead there."""
    letters: dict[str, list[str]] = {}
    for says, entry in sorted(entries, key=lambda each: (_letter(each[0], code) == _FILLED_IN[code], each[0].lower())):
        letters.setdefault(_letter(says, code), []).append(entry)
    line = " · ".join(f"[{letter}](#{letter.lower().replace(' ', '-')})" for letter in letters)
    return f"\n{line}\n" + "".join(f"\n### {letter}\n{head}{''.join(found)}" for letter, found in letters.items())


def _letter(says: str, code: str) -> str:
    """The letter a sentence is looked for under: a Hindi one without its dot below, or what stands for all the rest."""
    first = unicodedata.normalize("NFD", says.lstrip("'\"").upper())[:1]
    return first if first.isalpha() and first.isascii() == (code == "en") else _FILLED_IN[code]


def write(folder: Path) -> None:
    """Writes both pages."""
    from fallback.cli import group

    (folder / "commands.md").write_text(commands_page(group), encoding="utf-8")
    (folder / "errors.md").write_text(errors_page(), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
