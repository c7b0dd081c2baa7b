"""The review of matches: who a slip's patient is, said by people, and taken back."""

from fallback.errors.sentence import ParchiError


class MatchRuns(ParchiError):
    """A second run of the matcher at one computer."""

    says = "The matcher is running already. Look at how far it is, or stop it first."
    http_status = 409
    exit_code = 3


class MatchElsewhere(ParchiError):
    """The matcher at a computer that asks another one about the hospital's patients."""

    says = (
        "This computer does not hold the copy of the hospital's patient index: here nobody of the hospital would be "
        "found. Match at the computer that holds it."
    )
    http_status = 409
    exit_code = 3


class ReviewOver(ParchiError):
    """A word on a slip that waits for nobody any more, or not for this person, or that changed meanwhile."""

    says = "Slip {number} was changed or decided by somebody meanwhile. Open the next one."
    http_status = 409
    exit_code = 3


class ReviewSent(ParchiError):
    """A word on a match is to be taken back after the slip was sent."""

    says = (
        "Slip {number} was sent to the hospital system already, so nothing is taken back. If it went under the wrong "
        "patient, say who it really is: a repair order is made."
    )
    http_status = 409
    exit_code = 3


class ReviewNotSaid(ParchiError):
    """A word on a match is to be taken back, and nobody has said one."""

    says = "Nobody has said who the patient of slip {number} is, or it was taken back already. Open the list again."
    http_status = 409
    exit_code = 3


class ReviewNotSent(ParchiError):
    """A slip is to be set right in a system that does not have it."""

    says = "Slip {number} was not sent to any system yet. Take back what was said of it, and decide it anew."
    http_status = 409
    exit_code = 3


class ReviewRing(ParchiError):
    """A slip is to be the same as one that was said to be the same as it."""

    says = (
        "Slip {number} was joined to this one meanwhile: they are one patient already. "
        "Say of this one whether it is somebody else, or new."
    )
    http_status = 409
    exit_code = 3
