"""The record of what happened: the access log, the clock, printed heads, evidence."""

from fallback.errors.sentence import ParchiError


class TimeServerSilent(ParchiError):
    """A time server that does not answer, or that does not know the time."""

    says = (
        "The time server {host} cannot be used: {why}. Nothing was written. Compare the clock with a phone and type "
        "what that says: clock --right."
    )
    exit_code = 5


class PrintedHeadWrong(ParchiError):
    """What was typed from a paper is not the end of a journal: chain, line, and at least 16 digits of the hash."""

    says = (
        "{typed} is not what a paper says of the journal: {why}. Type it as printed, chain, line and hash with a colon "
        "between them, like 1f0c8ab2d3e4f560:2741:9c41d07e5b2a8f36."
    )


class LogsKept(ParchiError):
    """Days of the access log that may not be destroyed."""

    says = "No day of the access log was destroyed: {why}."
    http_status = 409
    exit_code = 3


class LogUnreadable(ParchiError):
    """The access log cannot be read, or held still, at this moment."""

    says = (
        "The access log in {folder} cannot be read ({why}). Nothing was changed. Look at the disk and at who owns the "
        "folder, then try again."
    )
    http_status = 503
    exit_code = 3


class EvidencePlaceWrong(ParchiError):
    """A folder for evidence that holds something already: one set of papers belongs to one folder."""

    says = "{folder} is not empty. Nothing was written. Name a new folder for this evidence."
    http_status = 409
    exit_code = 3
