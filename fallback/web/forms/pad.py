"""A pad as it is typed in from its page: the registration form, with the day and the time that the pen wrote."""

from collections.abc import Collection, Mapping
from datetime import date, time
from typing import Any

from wtforms import PasswordField, StringField

from fallback.errors import FieldWrong
from fallback.language.fields import LABELS
from fallback.slip import FeeStatus
from fallback.web.forms.fields import RegistrationForm
from fallback.web.forms.reading import to_date, to_time


class PadForm(RegistrationForm):
    """A pad's fields as they are typed; with the login and PIN of who looks on, where the patient is confidential."""

    day = StringField(LABELS["day"])
    time = StringField(LABELS["time"])
    login = StringField(LABELS["login"])
    pin = PasswordField(LABELS["pin"])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fee_status.data = self.fee_status.data or FeeStatus.LATER.value  # a pad brings no receipt


def typed_fields(form: PadForm, names: Collection[str]) -> dict[str, str]:
    """What was typed, by field, as it was typed; a tick is "y". The day as an ISO date, the time as HH:MM.

    Raises FieldWrong for a day or a time that is none.
    """
    found = {name: _text(form[name].data) for name in names if name in form and name not in ("day", "time")}
    if "day" in names:
        found["day"] = _day(form.typed("day")).isoformat()
        found["time"] = _time(form.typed("time"))
    return {name: text for name, text in found.items() if text}


def moment(fields: Mapping[str, str]) -> tuple[date, time | None]:
    """The day and the time of an entry, as `typed_fields` made them."""
    at = fields.get("time", "")
    return date.fromisoformat(fields["day"]), time.fromisoformat(at) if at else None


def _text(value: object) -> str:
    return "y" if value is True else value.strip() if isinstance(value, str) else ""


def _day(typed: str) -> date:
    found = to_date(typed)
    if found is None:
        raise FieldWrong(field="day", why="Write the day that stands on the slip as day-month-year, like 23-11-2026.")
    return found


def _time(typed: str) -> str:
    found = to_time(typed)
    if found is None:
        raise FieldWrong(field="time", why="Write the time in hours and minutes, like 9:40, or leave it empty.")
    return found
