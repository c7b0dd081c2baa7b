"""The forms of the monthly check and of the paper that lies at a desk."""

from wtforms import StringField

from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed


class CheckForm(Typed):
    """What a person is asked in a check, and what the scanner types."""

    clock = StringField()
    pads = StringField()
    mains = StringField()
    scanned = StringField()

    def answer(self, name: str) -> bool | None:
        """Yes, no, or nothing."""
        return {"yes": True, "no": False}.get(self.typed(name))


class SheetsForm(Typed):
    """How many sheets somebody counted."""

    sheets = StringField(LABELS["sheets"])
