"""A person's name: what may be typed, how it is normalised, Hindi in Latin letters, and the key that finds it."""

from fallback.names.alias import alias, alias_in_hindi, confidential_alias
from fallback.names.hindi import to_hindi
from fallback.names.key import name_key, spoken_words, to_latin, word_key
from fallback.names.newborn import newborn
from fallback.names.similar import similarity
from fallback.names.text import Script, check_text, is_devanagari, normalise

__all__ = [
    "Script",
    "alias",
    "alias_in_hindi",
    "check_text",
    "confidential_alias",
    "is_devanagari",
    "name_key",
    "newborn",
    "normalise",
    "similarity",
    "spoken_words",
    "to_hindi",
    "to_latin",
    "word_key",
]
