"""The worklist of the records room: pages decided, numbers typed, blank slips typed in by two people."""

from fallback.errors.sentence import ParchiError


class NumberNotIssued(ParchiError):
    """A number with right check digits that nobody is known to have handed out."""

    says = (
        "Number {number} is not known to have been handed out here. Read it again from the paper. If it stands there, "
        "say so: a lost journal can be the reason."
    )
    http_status = 409
    exit_code = 3


class PageHoldsTwo(ParchiError):
    """A blank slip is to be declared while another one on the same page waits to be typed in."""

    says = (
        "Another blank slip on this page is not typed in yet: number {number}. Type that one in first; "
        "the page stays on the list until then."
    )
    http_status = 409
    exit_code = 3


class PageNotDecided(ParchiError):
    """Something is to be taken back from a page about which nothing was decided or entered."""

    says = "There is nothing to take back on this page. Open the list again: somebody may have done it already."
    http_status = 409
    exit_code = 3


class PadFilled(ParchiError):
    """A blank slip that has become a slip: its entries cannot be taken back any more."""

    says = "Blank slip {number} is a slip by now. Correct or void it at a desk; nothing is taken back here."
    http_status = 409
    exit_code = 3


class SamePerson(ParchiError):
    """The second reading of a blank slip by the login that did the first."""

    says = (
        "Blank slip {number} was first typed in by you. "
        "Somebody else must read it the second time, under their own login."
    )
    http_status = 409
    exit_code = 3


class PadEntered(ParchiError):
    """Something else is to be decided about a page of which a blank slip was typed in already."""

    says = (
        "Blank slip {number} on this page was typed in by somebody already. "
        "If that was wrong, take it back first, with a reason; then decide."
    )
    http_status = 409
    exit_code = 3
