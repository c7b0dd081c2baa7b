"""After the import: repairs, the cross-walk and who has it, visits and accounts that are closed, the archive."""

from fallback.errors.sentence import ParchiError


class RepairUnknown(ParchiError):
    """A repair that nobody ordered, or that is confirmed already."""

    says = "No repair of slip {number} is open. Open the list again: somebody may have confirmed it already."
    http_status = 409
    exit_code = 3


class RepairNotThere(ParchiError):
    """A repair that is to be confirmed, and the hospital system says otherwise."""

    says = "{target} does not say that it is repaired: {why}. Look there once more; the repair stays open."
    http_status = 409
    exit_code = 4


class CrosswalkUnknown(ParchiError):
    """A receipt for a file of the cross-walk that was never given to this department."""

    says = (
        "No file with this SHA-256 was given to {department}. Take the one that stands on the receipt, or give the "
        "file again."
    )
    http_status = 404
    exit_code = 3


class CrosswalkEmpty(ParchiError):
    """A cross-walk that is to be given, and nothing to tell in it."""

    says = "{department} has everything already: no slip has another UHID since the last file."
    http_status = 409
    exit_code = 4


class DepartmentUnknown(ParchiError):
    """A department to which no cross-walk goes."""

    says = "No cross-walk goes to a department called {department}. Choose one of: {known}."
    http_status = 404


class AccountNotReady(ParchiError):
    """An account that is to be signed while something is left to do."""

    says = "The account cannot be closed yet: {why}. Do what is left, then close it."
    http_status = 409
    exit_code = 4


class AccountNotClosed(ParchiError):
    """An account that is to be opened again and is not closed."""

    says = "The account is open: there is nothing to open again."
    http_status = 409
    exit_code = 3


class ShortTooMany(ParchiError):
    """A short closing of more slips than fit on one screen."""

    says = (
        "There are {count} slips to be sent; the short closing takes up to {most}. Use the import's own page, which "
        "has filters."
    )
    http_status = 409
    exit_code = 3


class ArchiveWrong(ParchiError):
    """A folder that holds no archive, or a damaged one, or one that is to be made where something lies already."""

    says = "{folder} is no archive that can be used: {why}."
    http_status = 409
    exit_code = 3
