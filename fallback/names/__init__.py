"""A person's name: what may be typed, how it is normalised, Hindi in Latin letters, and the key that finds it."""

from fallback.names.alias import alias
from fallback.names.key import name_key, to_latin, word_key
from fallback.names.text import Script, check_text, is_devanagari, normalise

__all__ = ["Script", "alias", "check_text", "is_devanagari", "name_key", "normalise", "to_latin", "word_key"]
