"""The forms of practice: who practises, a certificate's code, a practice without one."""

from wtforms import RadioField, StringField

from fallback import names
from fallback.errors import FieldWrong, Sentence
from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed
from fallback.web.place import _

_LONGEST = 40  # letters of a name


class BeginForm(Typed):
    """Who practises, at which counter, and whether five minutes or all of it."""

    people = StringField(LABELS["people"])
    counter = StringField(LABELS["counter"])
    length = RadioField(LABELS["length"], validate_choice=False)


class CodeForm(Typed):
    """The text of a certificate's code, as a scanner types it."""

    certificate = StringField(LABELS["certificate"])


class ByHandForm(Typed):
    """A practice that has no certificate."""

    kind = RadioField(LABELS["kind_of_practice"], validate_choice=False)
    day = StringField(LABELS["day"])
    counter = StringField(LABELS["counter"])
    people = StringField(LABELS["people"])
    minutes = StringField(LABELS["minutes"])

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)
        self.kind.choices = [
            ("paper", _("with pads and pens, without a computer")),
            ("outage", _("a real outage that is not in this journal")),
        ]


def people(typed: str) -> list[str]:
    """Names with commas between them, normalised. Raises FieldWrong."""
    found = [names.check_text("people", each, script="address") for each in typed.replace("،", ",").split(",")]
    for name in found:
        if len(name) > _LONGEST:
            raise FieldWrong(field="people", why=Sentence("A name has at most {most} letters here.", most=_LONGEST))
    return [name for name in found if name]
