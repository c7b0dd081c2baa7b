"""Clinics and their rooms: slips that wait elsewhere, or nowhere."""

from fallback.errors.sentence import ParchiError


class VisitElsewhere(ParchiError):
    """A slip is shown at the room of a clinic that it is not for."""

    says = (
        "Slip {number} is for {clinic}, not for this clinic. Send the patient there, or let the counter correct the "
        "slip: it then gets a token of this clinic."
    )
    http_status = 409
    exit_code = 3


class VisitNotQueued(ParchiError):
    """A slip without a token, as an admission's or a blank one's: it waits in no queue."""

    says = "Slip {number} has no token, so it waits in no clinic's queue. Ask at the counter what it is for."
    http_status = 409
    exit_code = 3
