"""A language that cannot be spoken whole."""

from fallback.errors.sentence import ParchiError


class LanguageIncomplete(ParchiError):
    """A catalogue that is left out, because half of a language on a screen or on paper is worse than none."""

    says = "The language {language} is not offered: {why}"
    exit_code = 3
