"""Who may enter and act: waits after wrong PINs, locked screens, PINs that were given, a supervisor's word."""

from fallback.errors.browser import LoggedOut
from fallback.errors.sentence import ParchiError


class LoginWaits(ParchiError):
    """Too many wrong PINs: the login, or the computer, waits a little before the next try counts."""

    says = (
        "There were too many wrong PINs here, so nothing was looked at. Wait {seconds} seconds, then type the PIN "
        "again. A supervisor can lift the wait on the page of users."
    )
    http_status = 429
    exit_code = 3


class LoginBusy(ParchiError):
    """More logins at one moment than this computer can check."""

    says = "Too many people are logging in at this moment. Nothing was counted as wrong. Try again in a few seconds."
    http_status = 503
    exit_code = 3


class ScreenLocked(LoggedOut):
    """A form that was sent when the screen had locked: it is kept, for its owner's PIN."""

    says = "The screen is locked. Type your PIN: what you typed is kept, and nothing was issued."


class FormKept(ParchiError):
    """A form that stands again after the PIN, as it was when the screen locked."""

    says = (
        "The screen was locked while this form was open. Nothing was stored and nothing typed is lost: go on, and send "
        "it when it is ready."
    )


class PinGiven(ParchiError):
    """A PIN that somebody else chose: its owner must choose their own before anything else."""

    says = (
        "Your PIN was given to you, so somebody else knows it. Choose your own first; then everything is open to you."
    )
    http_status = 403
    exit_code = 3


class PinUsed(ParchiError):
    """A new PIN that is the old one."""

    says = "This is the PIN that you have. Choose another one, which nobody else knows."


class WordRefused(ParchiError):
    """Somebody who is no supervisor gives a supervisor's word."""

    says = "This login is not a supervisor's, so it cannot allow this. A supervisor types their own login and PIN here."
    http_status = 403
    exit_code = 3


class LastSupervisor(ParchiError):
    """The last active supervisor is to be switched off, or made something else."""

    says = "{login} is the last supervisor who may enter. Make somebody else a supervisor first, then do this again."
    http_status = 409
    exit_code = 3


class LoginUnknown(ParchiError):
    """A login that no user has."""

    says = "No user has the login {login}. The list of users shows every login."
    http_status = 404
    exit_code = 3


class NotAtADesk(ParchiError):
    """Somebody is to take over a desk whose role issues no slips."""

    says = "The login {login} may not stand at a desk: only clerks and supervisors register patients."
    http_status = 409
    exit_code = 3


class DeskNotBusy(ParchiError):
    """A desk is to be handed over at which nobody has a shift."""

    says = "No shift is open at desk {series}, so there is nothing to hand over. Open a shift there."
    http_status = 409
    exit_code = 3
