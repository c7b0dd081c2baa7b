"""The slip, its keys and its code, the front desk, enrolment, the hospital's file, printing."""

from fallback.errors.sentence import ParchiError


class SlipNumberWrong(ParchiError):
    """A typed or scanned number that fails its length or check digits."""

    says = (
        "{typed} is not a slip number: it must have 11 digits and its check digits must fit. "
        "Read it again from the slip."
    )


class FieldWrong(ParchiError):
    """A field of a registration that cannot be taken as it is; `why` is a sentence of its own."""

    says = "{field}: {why}"


class KeysWrong(ParchiError):
    """A file of public keys, or a poster or certificate on paper, that cannot be used."""

    says = (
        "{place} cannot be used as public keys: {why}. "
        "Use the keys.json that `init` or the kit made, or scans of the poster and the desks' cards."
    )


class PayloadWrong(ParchiError):
    """A code whose digits or bytes are not a record that this version can read; `why` is a part of a sentence."""

    says = "The code could not be read as a slip: {why}. Put the page among those that need eyes."


class PayloadTooLong(ParchiError):
    """A record that does not fit in the QR even after every cut that the rule allows."""

    says = "The record needs {size} bytes and the QR holds {limit}. Shorten {field}."


class NoDowntime(ParchiError):
    """Somebody wants to register while no downtime has been declared."""

    says = "No downtime has been started, so no slip can be issued. A supervisor starts one on the supervisor's page."
    http_status = 409
    exit_code = 3


class ClockUnset(ParchiError):
    """A computer whose clock fell back to its maker's date, as with a flat battery: no slip can say that."""

    says = (
        "This computer's clock says {day}, so no slip can be issued here. Set its date and time (on Windows its "
        "administrator can), or use another computer, or pads."
    )
    http_status = 409
    exit_code = 3


class DowntimeRunning(ParchiError):
    """A downtime is started while one lasts, or shifts are open when it is to end."""

    says = "This cannot be done now: {why}"
    http_status = 409
    exit_code = 3


class ShiftNotOpen(ParchiError):
    """The shift that a request names is closed or was never opened."""

    says = "Your shift is not open. Open a shift at a desk first; nothing that you typed was lost."
    http_status = 409
    exit_code = 3


class ShiftUnknown(ParchiError):
    """A shift's key that no shift has."""

    says = "There is no shift {shift}. Its key stands on the supervisor's page, like 001.3."
    http_status = 404
    exit_code = 3


class ShiftStillOpen(ParchiError):
    """The sheet of a shift that has not been closed."""

    says = "Shift {shift} is still open. Close it first; its sheet is made from what was counted then."
    http_status = 409
    exit_code = 3


class ReceiptMissing(ParchiError):
    """A receipt for a slip that no money was taken for."""

    says = "No money was taken for slip {number}, so it has no receipt."
    http_status = 409
    exit_code = 3


class DeskBusy(ParchiError):
    """A shift is to be opened where one is open, or by a clerk who has one."""

    says = "A shift is open at {desk} since {since}. Close it there, or choose another desk."
    http_status = 409
    exit_code = 3


class DeskNotUsable(ParchiError):
    """A desk that was never enrolled here, is retired, or whose key is not on this machine."""

    says = "Desk {series} cannot issue slips on this machine: {why}. Choose another desk, or enrol a new one."
    http_status = 409
    exit_code = 3


class SlipUnknown(ParchiError):
    """A number with right check digits of which this ledger has no content."""

    says = "Slip {number} is not known here. It may be another desk's: scan its QR, or ask at that desk."
    http_status = 404
    exit_code = 3


class SlipIsVoid(ParchiError):
    """A void slip is to be changed, reprinted or visited again."""

    says = "Slip {number} is void and cannot be changed. Register the patient again; that gives a new number."
    http_status = 409
    exit_code = 3


class SlipCannotBeVoided(ParchiError):
    """A medico-legal slip is never voided."""

    says = "Slip {number} is medico-legal and cannot be voided. Correct it instead; the correction keeps the number."
    http_status = 409
    exit_code = 3


class RevisionsUsedUp(ParchiError):
    """A slip was corrected as often as its four revision bits allow."""

    says = "Slip {number} was corrected 14 times and can only be voided now. Void it and register the patient again."
    http_status = 409
    exit_code = 3


class SupervisorNeeded(ParchiError):
    """Something only a supervisor may allow: a void with money taken."""

    says = "Money was taken for slip {number}: a supervisor must allow the void with their login and PIN."
    http_status = 403
    exit_code = 3


class SeriesUsedUp(ParchiError):
    """A desk has handed out all its numbers."""

    says = "Desk {series} has no numbers left. Enrol a new desk: it brings its own series."
    http_status = 409
    exit_code = 3


class PadUnknown(ParchiError):
    """A number that is to be filled in or declared, and is not a numbered blank, or is already used."""

    says = "Number {number} is not a blank slip that can be filled in: {why}."
    http_status = 409
    exit_code = 3


class FolderTaken(ParchiError):
    """`init` into a folder that already holds an installation."""

    says = "{folder} already holds an installation. Nothing was changed. Choose an empty folder with --data."
    exit_code = 3


class FolderEmpty(ParchiError):
    """A command that needs an installation, run on a folder without one."""

    says = (
        "{folder} holds no desk yet. From a stick: start it without words, and name the desk on the page that opens. "
        "For a hospital that has no keys yet, begin with: python -m fallback --data {folder} init"
    )
    exit_code = 3


class LoginRefused(ParchiError):
    """A wrong login or PIN; which of the two is not said."""

    says = "Login or PIN is wrong. Try again; ask a supervisor for a new PIN if you have forgotten it."
    http_status = 403
    exit_code = 3


class PinTooWeak(ParchiError):
    """A PIN that is not 6 to 12 digits."""

    says = "A PIN has 6 to 12 digits, not all the same and not in a row. Choose another."


class LoginWrong(ParchiError):
    """A login that is empty, too long or has signs that cannot be typed on every keyboard."""

    says = "A login has 2 to 20 small letters and digits. Choose another."


class HospitalFileWrong(ParchiError):
    """The hospital's file cannot be used; names the line and the key so that it can be mended in any editor."""

    says = "{file}, line {line}, {key}: {why}"
    http_status = 500


class SettingWrong(ParchiError):
    """A PARCHI_... environment variable that is unknown or has a value that cannot be used."""

    says = "{setting}: {why}"
    http_status = 500


class CodeTooLong(ParchiError):
    """A digit text that does not fit in the largest QR that a slip carries."""

    says = (
        "The slip's code cannot be printed: it has {size} digits and the QR holds {limit}. The registration is safe; "
        "correct it with shorter texts and print it again."
    )
    http_status = 500


class CodeNotDigits(ParchiError):
    """A text for a QR or a Code 128 that is not made of the digits 0 to 9, or a slip number without eleven of them."""

    says = "The slip's code cannot be printed: its text is not digits. The registration is safe; tell the IT staff."
    http_status = 500
