"""The short forms of typing by scanner: the test of the scanner, the UHID that came back, why a slip is put aside."""

from wtforms import StringField

from fallback.language.fields import LABELS
from fallback.web.forms.fields import Typed


class ScannerForm(Typed):
    """Two fields into which the test code is scanned, with Tab between them."""

    scanned = StringField(LABELS["scanned"])
    after_tab = StringField(LABELS["after_tab"])


class TypedForm(Typed):
    """The UHID that the system gave, or the reason why the slip is put aside."""

    uhid = StringField(LABELS["uhid"])
    reason = StringField(LABELS["reason"])


class NextForm(Typed):
    """A slip that is scanned at a live counter; empty for the next one."""

    number = StringField(LABELS["number"])
