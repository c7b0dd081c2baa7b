"""Failures of layouts, printers and the paper that goes out."""

from fallback.errors.sentence import ParchiError


class LayoutWrong(ParchiError):
    """A layout file that cannot be used: the line and the key, and what to do."""

    says = "{file}, line {line}, {key}: {why}"


class LayoutUnknown(ParchiError):
    """A sheet that has no layout."""

    says = "There is no sheet called {name}. Known are: {names}."


class PrinterUnknown(ParchiError):
    """A printer that hospital.toml, or the computer's own list of printers, does not have."""

    says = "The printer {printer} is not known here. Look at its name in hospital.toml and in the computer's list."
    http_status = 404


class PrinterOff(ParchiError):
    """A printer that does not answer; nothing was printed."""

    says = (
        "The printer {printer} does not answer: switch it on and look at its cable. "
        "Nothing was printed; it goes on by itself."
    )
    http_status = 503
    exit_code = 5


class PrinterOutOfPaper(ParchiError):
    """A printer without paper; nothing was printed."""

    says = "The printer {printer} has no paper: put paper in. Nothing was printed; it goes on by itself."
    http_status = 503
    exit_code = 5


class PrinterRefused(ParchiError):
    """A printer or its spooler that refused the job; nothing was printed."""

    says = "The printer {printer} refused the job: {why}. Nothing was printed."
    http_status = 503
    exit_code = 5


class PrintSettled(ParchiError):
    """Somebody says what became of a print, and it is known already, or a newer print took its place."""

    says = "It is known already what became of the paper of slip {number}. Nothing was changed: look at the list again."
    http_status = 409


class PrintUncertain(ParchiError):
    """The connection broke while a sheet was being sent: nobody but a person can tell whether paper came out."""

    says = "The printer {printer} stopped while it was printing. Look whether the paper came out, then say so."
    http_status = 503
    exit_code = 5


class ProofMissing(ParchiError):
    """Scans on which no code of a printer test was read."""

    says = (
        "No code of a printer test was read in {file}. Scan the whole page flat at 300 dots per inch. If it is read "
        "then neither, this printer and scanner cannot do codes: go by the printed number and the journal."
    )


class ProofMixed(ParchiError):
    """Pages of printer tests made for printers of different resolutions."""

    says = "These are printer tests made for {dpis} dots per inch. Read the pages of one printer at a time."
