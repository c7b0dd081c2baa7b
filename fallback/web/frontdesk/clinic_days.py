"""What the desk's form says of clinics: which sit today, which are full, on which day one still takes the patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fallback.frontdesk import roster
from fallback.hospital import Clinic
from fallback.language import format_date
from fallback.ledger.queries import queue
from fallback.roster import DayWord, sitting
from fallback.web.forms import RegistrationForm
from fallback.web.forms.clinics import find_clinic
from fallback.web.place import _, db, here, today

_OFFERED = 4  # days with room, after today


@dataclass(frozen=True, slots=True)
class Stands:
    """The clinics on a day, as the form's list says it: a supervisor's words, who is full, who is switched back."""

    day: date
    words: Mapping[int, DayWord]
    full: frozenset[int]
    back: frozenset[int]

    def room(self, clinic: Clinic) -> str:
        """The room, or rooms, of that day."""
        return sitting(clinic, self.day, self.words.get(clinic.number)).room

    def says(self, clinic: Clinic) -> str:
        """What keeps a patient from going there as any other, "" when nothing does."""
        if clinic.number in self.back:
            return _("on the hospital's own system")
        if not sitting(clinic, self.day, self.words.get(clinic.number)).sits:
            return _("does not sit today")
        return _("full") if clinic.number in self.full else ""


def as_they_stand() -> Stands:
    """The clinics of today. Only those that have a cap are counted."""
    day, database, counter = today(), db(), here().counter
    words = queue.rosters(database, day)
    capped = [
        each
        for each in here().hospital.clinics
        if each.cap is not None or words.get(each.number, DayWord()).cap is not None
    ]
    full = {each.sitting.clinic.number for each in roster.standings(counter, database, capped, day) if each.full}
    return Stands(day, words, frozenset(full), frozenset(queue.switches(database)))


def ask(form: RegistrationForm, *, correcting: bool = False) -> bool:
    """Whether the form asks for the day of the visit: in a correction, after its clinic refused, or where a day was
    chosen already.
    """
    day, clinic = form.typed("visit_day"), find_clinic(here().hospital, form.typed("clinic"))
    if not (correcting or day or form.typed("overbooked") or {"visit_day", "overbooked"} & form.wrong.keys()):
        return False
    days = [format_date(each) for each in _free_days(clinic)] if clinic else []
    usual = _("as it was") if correcting else f"{_('today')} · {_weekday(today())}"
    form.visit_day.choices = [("", usual), *((each, _said(each)) for each in days)]
    if day and day not in days:
        form.visit_day.choices.append((day, day))
    return True


def _free_days(clinic: Clinic) -> list[date]:
    days: list[date] = []
    while len(days) < _OFFERED:
        found = roster.next_free_day(here().counter, db(), clinic, days[-1] if days else today())
        if found is None:
            break
        days.append(found)
    return days


def _said(day: str) -> str:
    return f"{day} · {_weekday(date(int(day[6:]), int(day[3:5]), int(day[:2])))}"


def _weekday(day: date) -> str:
    named = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return named[day.weekday()]
