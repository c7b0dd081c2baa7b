"""The browser's forms: what is typed, how it is read (strings end here), and how a record fills them again."""

from fallback.web.forms.fields import RegistrationForm
from fallback.web.forms.filling import blank, fill
from fallback.web.forms.reading import text, to_registration, whole_number, whole_rupees
from fallback.web.forms.sent import Sent, Typed

__all__ = [
    "RegistrationForm",
    "Sent",
    "Typed",
    "blank",
    "fill",
    "text",
    "to_registration",
    "whole_number",
    "whole_rupees",
]
