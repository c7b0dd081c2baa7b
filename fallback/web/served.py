"""Counters and what they did, in words: their names in the language of this request, when and by whom."""

from fallback.language import format_moment, format_time
from fallback.ledger.queries.services import ServiceRow
from fallback.slip import INDIA
from fallback.web.place import here, language, today


def counter_name(counter: str) -> str:
    """What a counter is called in the language of this request; a name that the file has no more as it is."""
    found = here().hospital.counter(counter)
    return found.name_hindi if found and language() == "hi" else counter


def service_name(counter: str, what: str) -> str:
    """What something that a counter does is called in the language of this request."""
    found = here().hospital.counter(counter)
    hindi = found is not None and language() == "hi" and what in found.what
    return found.what_hindi[found.what.index(what)] if found and hindi else what


def when(row: ServiceRow) -> str:
    """When something was done: the time today, else the day, too."""
    return format_time(row.at) if row.at.astimezone(INDIA).date() == today() else format_moment(row.at)


def told(row: ServiceRow) -> str:
    """All of it in one line, as it stands on a slip's page."""
    return f"{counter_name(row.counter)}: {service_name(row.counter, row.what)} · {when(row)}, {row.login}"
