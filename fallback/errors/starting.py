"""Starting a desk from the stick: the stick is out, the program too old, a start that was cut off."""

from fallback.errors.sentence import ParchiError
from fallback.errors.vault import CardRefused


class StickOut(ParchiError):
    """The stick was pulled out, or fell silent, while a desk was made from it."""

    says = (
        "The stick cannot be read any more. Nothing of the desk was kept, and its card is still good. Plug the stick "
        "in again and do it once more."
    )
    http_status = 503
    exit_code = 3


class ProgramOlder(ParchiError):
    """A desk whose journal was opened by a newer program than the one that runs."""

    says = (
        "The desk on this computer was last opened by version {here}, which is newer than this program ({version}). "
        "Start it from the newer stick. Nothing was changed."
    )
    http_status = 409
    exit_code = 3


class DeskNowhere(ParchiError):
    """A start without a stick on a computer that has no desk, or several hospitals' desks."""

    says = "This computer has no desk that can be started without its stick. Plug the hospital's stick in and start it."
    exit_code = 3


class DeskUnnamed(ParchiError):
    """A desk that is to be made without a name."""

    says = "Give the desk a name first, as it stands at the counter: Counter 3, or Casualty."


class CardMissing(ParchiError):
    """A desk that is to be opened without a card or passphrase."""

    says = "Scan the card's code, or type what opens this desk. Nothing was changed."


class CardNotOurs(CardRefused):
    """A card at the start page that opens nothing: it speaks of no folder, and of no passphrase, which nobody asks."""

    says = (
        "Card {card} opens nothing of this hospital: it is another hospital's, was withdrawn, or was printed after "
        "this stick was made. Compare the hospital's number on the card with the one on this page, or take another "
        "card."
    )


class CopiesUnread(ParchiError):
    """Second copies on a stick that could not be taken in while a desk was made; `count` of them. It was made."""

    says = (
        "{count} second copies of other desks on the sticks cannot be read. This desk works all the same. If a card "
        "was used on two computers, their slips will tell it when the journals meet."
    )
