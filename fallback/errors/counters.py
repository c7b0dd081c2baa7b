"""Counters that read slips and say what was done there."""

from fallback.errors.sentence import ParchiError


class CounterNotChosen(ParchiError):
    """A slip is read on a computer of which nobody said at which counter it stands."""

    says = "Say first at which counter this computer stands: choose it from the list."
    http_status = 409
    exit_code = 3


class DeskNotMet(ParchiError):
    """A slip signed by a desk of which this computer has no certificate: a new desk's, or nobody's."""

    says = (
        "This slip was signed by a desk that this computer does not know. If the desk is new, take in a copy of its "
        "journal here; until then keep the paper and ask a supervisor."
    )
    http_status = 409
    exit_code = 3


class DoneAlready(ParchiError):
    """Something is to be done for a slip at a counter where it was done already."""

    says = (
        "{what} was done here already for slip {number}: {at}, by {login}. Ask the patient first. "
        "If it is meant to be done once more, say so."
    )
    http_status = 409
    exit_code = 3


class NotDone(ParchiError):
    """Something is to be taken back that is not done, or was taken back already."""

    says = "{what} is not done here for slip {number}, so there is nothing to take back. Look at the list of this slip."
    http_status = 409
    exit_code = 3
