"""A sentence that was written down in English with its values, said in another language: its pattern is found again."""

import re
import string
from functools import cache

from fallback.errors import Sentence
from fallback.language import SOURCE, catalogue, translate

_LONGEST = 1000  # letters; what a system says at more length is its own words
_LEAST = 12  # letters of a pattern that are not values: shorter ones fit anything


def again(text: str, language: str) -> str:
    """The text in a language; itself where no sentence of ours fits, as the words of a hospital's system."""
    known = translate(text, language)
    if known != text or isinstance(text, Sentence) or language == SOURCE or len(text) > _LONGEST:
        return known
    for head, pattern, says in _patterns(language):
        if text.startswith(head) and (found := pattern.fullmatch(text)):
            return translate(Sentence(says, **found.groupdict()), language)
    return text


@cache
def _patterns(language: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """How each sentence with values begins, what fits it, and itself; those that say most first."""
    found = []
    for says in catalogue(language):
        try:
            parts = list(string.Formatter().parse(says))
        except ValueError:  # braces of an example
            continue
        names = [name for _, name, _, _ in parts if name is not None]
        told = sum(len(literal) for literal, *_ in parts)
        if not parts[0][0] or told < _LEAST or not names or len(set(names)) < len(names):
            continue
        if all(name.isidentifier() for name in names):
            written = (re.escape(literal) + (f"(?P<{name}>.+)" if name else "") for literal, name, _, _ in parts)
            found.append((told, parts[0][0], re.compile("".join(written), re.DOTALL), says))
    return tuple((head, pattern, says) for _, head, pattern, says in sorted(found, key=lambda each: -each[0]))
