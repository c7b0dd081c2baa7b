"""A supervisor's word, typed at somebody else's screen."""

from fallback import enrolment
from fallback.errors import SupervisorsWord
from fallback.web.forms import Typed
from fallback.web.place import address, here


def typed_word(form: Typed) -> str:
    """The supervisor whose login and PIN stand in a form. Raises SupervisorsWord without them, else as `word_of`."""
    if not form.typed("login"):
        raise SupervisorsWord()
    return enrolment.word_of(here().installation.ledger, form.typed("login"), form.typed("pin"), address())
