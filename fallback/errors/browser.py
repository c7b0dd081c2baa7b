"""The desk in a browser: who may, what was sent, what was typed."""

from fallback.errors.sentence import ParchiError
from fallback.errors.slips import FieldWrong


class AccessNotStated(ParchiError):
    """A page that does not say who may use it: the program does not start."""

    says = "The page {view} does not say who may use it, so Parchi does not start. Tell the IT staff."
    http_status = 500
    exit_code = 4


class PageUnknown(ParchiError):
    """An address that leads nowhere, or a request of a kind that the page does not take."""

    says = "There is no such page here. Go back to the desk."
    http_status = 404


class RequestWrong(ParchiError):
    """A request that is not one of a browser's form."""

    says = "The browser sent something that cannot be read. Go back to the desk and do it again."


class RequestTooLarge(ParchiError):
    """A request above the limit of its page."""

    says = "What was sent is larger than {megabytes} MB, so it was not taken. Send less at once."
    http_status = 413


class HostWrong(ParchiError):
    """A request under a name that this desk was not given: another site may be posing as the desk."""

    says = "This desk does not answer under the address in your browser. Open the address that Parchi printed."
    http_status = 421


class NotAllowed(ParchiError):
    """A page that the user's role may not use."""

    says = "Your login may not use this page. Ask a supervisor, or log in as somebody who may."
    http_status = 403


class LoggedOut(ParchiError):
    """A form that was sent when nobody was logged in any more; it is kept and comes back after the login."""

    says = "You are logged out. Log in again: what you typed is kept, and nothing was issued."
    http_status = 401


class FormStale(ParchiError):
    """A form whose proof that it is ours is missing, forged, or from before the last login."""

    says = (
        "This form was opened before you logged in last, or not by this desk. Nothing was stored and nothing typed is "
        "lost: look through it and send it again."
    )


class FormWrong(ParchiError):
    """A form with fields that cannot be taken; `fields` has a FieldWrong for each."""

    says = "Nothing was stored yet. Correct the marked fields and send the form again; the reason stands beside each."

    @property
    def fields(self) -> dict[str, FieldWrong]:
        """What is wrong, by field."""
        found = self.values.get("fields")
        return found if isinstance(found, dict) else {}


class FormUsed(ParchiError):
    """A form that gave a slip already, sent again with other content: the browser's back button was used."""

    says = (
        "This form gave slip {number} already, with other content. Nothing new was issued. To register one more "
        "patient, look through the form and send it again; to change the slip, correct it."
    )
    http_status = 409


class CodeNotGenuine(ParchiError):
    """A scanned code that looks like a slip's and is not a genuine one of this hospital."""

    says = "This code is not a genuine slip of this hospital: {why}. Keep the paper and show it to a supervisor."
    http_status = 409


class PrintedAlready(ParchiError):
    """The first print of a slip is asked for a second time."""

    says = "Slip {number} was given to the printer already. Use Reprint: the paper then says that it is a reprint."
    http_status = 409
