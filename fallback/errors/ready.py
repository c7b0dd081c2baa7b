"""Being ready for a downtime: the stock list and the monthly check."""

from fallback.errors.sentence import ParchiError


class LoadUnknown(ParchiError):
    """A stock list for a hospital of which nobody has told how many patients come."""

    says = (
        "How much paper is needed follows from the day's patients, and nobody has told how many come. Write "
        "visits_a_day under [ready] in hospital.toml, then make the list again."
    )
    exit_code = 3


class CheckRunning(ParchiError):
    """A monthly check that somebody else has begun on this computer."""

    says = "A check is running on this computer already. Wait half a minute, then begin again: nothing typed is lost."
    http_status = 409
