"""The forms of an import: a run, a reason, an answer to the check list, a visit that was typed by hand."""

from wtforms import HiddenField, PasswordField, StringField

from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed


class RunForm(Typed):
    """What a run needs: the system's token or password, kept while it runs, and at most how many slips."""

    secret = PasswordField(LABELS["secret"])
    limit = StringField(LABELS["limit"])


class TableForm(RunForm):
    """A table to be made, and the return sheet: a file, which comes with no text."""

    files = StringField(LABELS["files"])


class WhyForm(Typed):
    """A reason, for whom it is about."""

    reason = StringField(LABELS["reason"])


class NoteForm(Typed):
    """A note, for the record."""

    note = StringField(LABELS["note"])


class PointForm(Typed):
    """The answer to one point of the check list."""

    point = HiddenField()
    answer = StringField(LABELS["answer"])
    note = StringField(LABELS["note"])


class LinkForm(Typed):
    """Which visit of the system is a slip's, or under which UHID the patient was registered at the live counter."""

    secret = PasswordField(LABELS["secret"])
    encounter = HiddenField()
    uhid = StringField(LABELS["uhid"])
