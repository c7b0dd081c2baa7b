"""Confidential patients: identities that are sealed, and what keeps them from being opened."""

from fallback.errors.sentence import ParchiError


class NotConfidential(ParchiError):
    """The identity of a slip that is not sealed is to be opened."""

    says = "Slip {number} is not confidential: the patient's name stands on it."
    http_status = 409
    exit_code = 3


class IdentityElsewhere(ParchiError):
    """The identity is sealed in the patient's first slip, which this ledger does not have."""

    says = (
        "The identity of slip {number} is sealed in the patient's first slip {first}, which is not known here. "
        "Scan that slip, then open it."
    )
    http_status = 409
    exit_code = 3


class IdentityBroken(ParchiError):
    """A sealed identity that the supervisors' key does not open under this slip's number."""

    says = (
        "The identity of slip {number} cannot be opened: it was sealed for other supervisors, taken from another slip, "
        "or changed. Keep the paper, ask the patient, and tell the IT staff."
    )
    http_status = 409
    exit_code = 3


class SupervisorsWord(ParchiError):
    """A sealed identity is to be opened or released without a supervisor."""

    says = "Only a supervisor opens a sealed identity. Type a supervisor's login and PIN."
    http_status = 403
    exit_code = 3


class CannotSeal(ParchiError):
    """A confidential registration in a ledger without the supervisors' public key."""

    says = (
        "No confidential patient can be registered: this data folder was made by an older version, or from paper, and "
        "does not know the supervisors' key. Tell the IT staff."
    )
    http_status = 409
    exit_code = 3
