"""Computers of a hospital that find each other: words that do not fit, strangers, silence, one journal twice."""

from fallback.errors.sentence import ParchiError
from fallback.errors.slips import DeskNotUsable


class LanWordsWrong(ParchiError):
    """A text that is no computer's words and no invitation's code."""

    says = (
        "These are not the words of a computer: {why}. Read them once more from the page Computers of the other desk, "
        "or scan its code."
    )
    exit_code = 3


class InvitationOver(ParchiError):
    """An invitation that was used, is too old, or was ended by wrong tries."""

    says = (
        "This invitation does not hold any more: it is good once, for ten minutes, and ends after five wrong tries. "
        "Make a new one on the page Computers of a desk that runs."
    )
    http_status = 409
    exit_code = 3


class InvitationWrong(ParchiError):
    """The last three words are not those of the computer that answers, or another computer answers in its place."""

    says = (
        "The computer at {address} does not know these words. Read all six once more from its page Computers. If they "
        "are right, somebody else may be answering in its place: make a new invitation and scan its code."
    )
    http_status = 403
    exit_code = 3


class ComputerSilent(ParchiError):
    """Nobody answers at an address of the hospital's network."""

    says = (
        "No desk answers at {address}. Is Parchi open there, are both computers on the same network, and does its "
        "firewall let port {port} in? With no network, join from the stick."
    )
    http_status = 502
    exit_code = 4


class ComputerForeign(ParchiError):
    """A computer that cannot prove that it is of this hospital."""

    says = (
        "The computer at {address} is not of this hospital, or its stick is another hospital's. Nothing was given to "
        "it and nothing was taken."
    )
    http_status = 403
    exit_code = 3


class ComputerOdd(ParchiError):
    """An answer from a computer that is not as Parchi would give it."""

    says = (
        "The computer at {address} answered something that Parchi does not understand ({why}). It may be busy, or of "
        "another version: it is asked again by itself. Nothing was lost."
    )
    http_status = 502
    exit_code = 4


class LanClosed(ParchiError):
    """A page or command that needs the door to the other computers, which is not open."""

    says = "This desk was started without a door to other computers. Start it with serve --lan."
    http_status = 409
    exit_code = 3


class NetworkMissing(ParchiError):
    """An invitation of a computer that is on no network."""

    says = (
        "This computer is on no network now. Plug a cable in, or join a Wi-Fi or a telephone's hotspot, and make the "
        "invitation again."
    )
    http_status = 409
    exit_code = 3


class JournalInTwoPlaces(DeskNotUsable):
    """The same journal is being written on two computers at this moment."""

    says = (
        "CONFLICT: the same journal is open on this computer and on {address}, so numbers could be given twice. Desk "
        "{series} issues nothing until one of the two is closed. Close Parchi on the computer that was made by copying."
    )


class JournalForked(DeskNotUsable):
    """Our own chain went on elsewhere than here."""

    says = (
        "CONFLICT: this computer's journal went on in two places, and the other desks have the other one. Desk "
        "{series} issues nothing more here. Everything that is here is kept: close Parchi, start it again, and enrol "
        "a desk with a new card."
    )
