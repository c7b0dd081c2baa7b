"""Where the right to issue lies: enrolment cards, the machine, and desks whose key is in strange hands."""

from fallback.errors.sentence import ParchiError
from fallback.errors.slips import DeskNotUsable


class DeskNotHere(DeskNotUsable):
    """A desk that was enrolled in another folder, on another machine, or before an older state was put back."""

    says = (
        "Desk {series} may issue no number from here: the right lies with the computer and the folder where it was "
        "enrolled, and this folder was copied, moved, restored or set back since. Take a new enrolment card and enrol "
        'a desk with it: python -m fallback desk enrol "Counter 7" --card. All else works as before.'
    )


class CardInTwoPlaces(DeskNotUsable):
    """A desk whose series was enrolled twice, in journals that met too late."""

    says = (
        "CONFLICT: card {series} was used in two places, so its numbers may be given twice. Desk {series} issues "
        "nothing more; both places' slips are kept. Enrol a desk with a new card in each place."
    )


class CardWrong(ParchiError):
    """A text that is no enrolment card's, or a card that is not of this hospital."""

    says = "This is no enrolment card of this hospital: {why}. Scan the card's code again, or type its eight groups."
    http_status = 400
    exit_code = 3


class CardUnknown(ParchiError):
    """A card that the journal has not heard of."""

    says = (
        "Card {card} is not known in this journal: it was printed after this copy of it was made. Take a card with a "
        "lower number, or merge a newer copy first."
    )
    http_status = 409
    exit_code = 3


class CardUsed(ParchiError):
    """The second use of a card."""

    says = "Card {card} was used for {desk}. A card enrols one desk, once: take a new one."
    http_status = 409
    exit_code = 3


class CardRevoked(ParchiError):
    """A card, or its desk, that was revoked."""

    says = "Card {card} was revoked: nothing can be enrolled with it. Take a new one, and tell a supervisor."
    http_status = 409
    exit_code = 3


class SheetVouched(ParchiError):
    """A person vouched for a sheet of a revoked desk, and wants to take it back."""

    says = "What was said of this sheet counts already and cannot be taken back. Judge its slips one by one instead."
    http_status = 409
    exit_code = 3


class SeriesUnknown(ParchiError):
    """A series that neither a desk nor a card has."""

    says = "No desk and no card has the number {series}. Look at the list with: python -m fallback desk list"
    http_status = 404
    exit_code = 3


class CardsTooMany(ParchiError):
    """More cards than there are series."""

    says = "There are {left} series of numbers left, so no more cards than that can be made. Ask for fewer."
    http_status = 409
    exit_code = 3
