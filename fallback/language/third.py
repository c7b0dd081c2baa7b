"""What a further language must bring beside its catalogue, and the sentence that refuses one that lacks it.

Letters need a font that has them, rules that join them, and a key that finds a name by its sound. This house has all
three for the scripts of SCRIPTS alone; docs/languages.md says what another one needs and where it goes.
"""

import string
from collections.abc import Mapping
from pathlib import Path

from fallback.errors import LanguageIncomplete, Sentence

# First and last letter of each script that fonts, shaping and `names.name_key` know: tests/test_third_language.py
# holds all three to it.
SCRIPTS = {"Latin": ("\u0000", "\u024f"), "Devanagari": ("\u0900", "\u097f")}
_SIGNS = ("\u2000", "\u2bff")  # dashes, quotes, arrows, ₹: no script's, in the fonts where we print them
_JOINERS = "\u200c\u200d"
_LARGEST = 5_000_000  # bytes; Hindi's catalogue has a tenth of it


def messages_of(file: Path) -> dict[str, str]:
    """A catalogue's texts, English to its language; what a translator marked as doubtful is left out.

    Raises LanguageIncomplete when the file is no catalogue.
    """
    from babel.messages.pofile import PoFileError, read_po  # whoever only watches over a desk speaks no language

    try:
        if file.stat().st_size > _LARGEST:
            raise LanguageIncomplete(language=file.stem, why=_not_read(file))
        with file.open("rb") as opened:
            messages = read_po(opened, abort_invalid=True)
    except (OSError, ValueError, PoFileError) as wrong:
        raise LanguageIncomplete(language=file.stem, why=_not_read(file)) from wrong
    found = {
        message.id: message.string
        for message in messages
        if isinstance(message.id, str) and isinstance(message.string, str) and message.string and not message.fuzzy
    }
    found.pop("", None)
    return found


def check(file: Path, whole: Mapping[str, str]) -> dict[str, str]:
    """The texts of a further language's catalogue; `whole` are those of one that says everything (Hindi's).

    Raises LanguageIncomplete, which says what is missing and what to do.
    """
    found = messages_of(file)
    if missing := [text for text in whole if text not in found]:
        why = "{file} lacks {count} of {all} sentences. The first is: {first} Translate them and start again."
        raise _refused(file, why, count=len(missing), all=len(whole), first=missing[0])
    for text in whole:
        if _places(found[text]) != _places(text):
            why = "In {file} the words in braces are not the same as in English, where it says: {first} Correct it."
            raise _refused(file, why, first=text)
        if strange := next((sign for sign in found[text] if not _is_known(sign)), ""):
            why = (
                "no font of this program has the letter {letter} of {file}. Another script needs a font, the joining "
                "of its letters and a key for names: docs/languages.md says where each goes."
            )
            raise _refused(file, why, letter=strange)
    return found


def _is_known(sign: str) -> bool:
    return sign in _JOINERS or any(first <= sign <= last for first, last in (*SCRIPTS.values(), _SIGNS))


def _places(text: str) -> set[str]:
    """The names in braces and the percent signs' ones; of a text whose braces are an example, none."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return set()


def _not_read(file: Path) -> Sentence:
    return Sentence(
        "{file} cannot be read as a gettext catalogue. Have it made again, or take it away.", file=file.name
    )


def _refused(file: Path, why: str, **values: object) -> LanguageIncomplete:
    return LanguageIncomplete(language=file.stem, why=Sentence(why, file=file.name, **values))
