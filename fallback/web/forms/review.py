"""The forms of the review: what is said beside an answer, and who a patient really is."""

from wtforms import StringField

from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed


class SaidForm(Typed):
    """An answer with its note; `wanted` is a slip number or a UHID."""

    decision = StringField(LABELS["decision"])
    wanted = StringField(LABELS["wanted"])
    reason = StringField(LABELS["reason"])
