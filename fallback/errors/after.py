"""The hospital's own system ({url} and {target} are its address and name), the account, the drill, the commands."""

from fallback.errors.sentence import ParchiError


class TargetUnreachable(ParchiError):
    """A hospital system that is off, too slow, failing or hanging up, after several attempts."""

    says = (
        "{url} does not do its part: {why}. The import stopped and nothing is lost: every slip stays where it was. "
        "Run the import again when the system is back."
    )
    http_status = 502
    exit_code = 5


class TargetRefuses(ParchiError):
    """A hospital system that wants another token, or none of us (401 and 403)."""

    says = (
        "{url} did not let us in (answer {status}). The import stopped and nothing is lost. Ask the hospital's IT "
        "staff for a valid token and run the import again."
    )
    http_status = 502
    exit_code = 5


class TargetNotFhir(ParchiError):
    """An address that answers, but not as a FHIR R4 server: a web page, a redirect, garbage, another version."""

    says = (
        "{url} did not answer as a FHIR R4 server: {why}. The import stopped and nothing is lost. Check the address "
        "with the hospital's IT staff."
    )
    http_status = 502
    exit_code = 5


class TargetChanged(ParchiError):
    """A hospital system that is not the one that was pinned: slips sent to a wrong system become duplicates."""

    says = (
        "{target} is not the system it was at the first import: its {what} changed. Nothing was sent. Ask the "
        "hospital's IT staff; when the change is right, pin the system anew."
    )
    http_status = 409
    exit_code = 3


class TargetMissing(ParchiError):
    """The test system of drills and tests is not installed, or does not start."""

    says = "The test system (SEKMET) cannot be started: {why}. Install what tests need with: make env-test"
    http_status = 500
    exit_code = 3


class PageNotOpen(ParchiError):
    """A page is to be decided that was never accepted, or needs nobody."""

    says = "This page is not among those that need a person. Open the list again: somebody may have decided it already."
    http_status = 409
    exit_code = 3


class AccountWrong(ParchiError):
    """An account's JSON that is none, or whose signature does not hold."""

    says = "{file} is not an account as the hospital signed it: {why}."
    exit_code = 4


class ClinicUnknown(ParchiError):
    """A clinic's code that hospital.toml does not have."""

    says = "No clinic has the code {code}. The codes are in hospital.toml."


class TokenMissing(ParchiError):
    """The file with a system's access token cannot be read."""

    says = "The token file {file} cannot be read. Name another with --token-file."


class TargetUnnamed(ParchiError):
    """A command for a hospital system that was not told which."""

    says = "Say which hospital system is meant: --to with a name from hospital.toml, or with a URL."


class PassphraseMissing(ParchiError):
    """The file that should hold the passphrase, or the parts of a key, cannot be read or is empty."""

    says = (
        "{file} cannot be read, is empty or is no text: a passphrase or the words of a key were expected in it. "
        "Name another file."
    )


class PortTaken(ParchiError):
    """Another program listens where the desk should be served."""

    says = "Port {port} of this machine is taken, perhaps by a desk that is open already. Choose another with --port."
    exit_code = 3


class TargetNotAllowed(ParchiError):
    """A drill is to be imported into a system that is not a test system."""

    says = "A drill may not be imported into {url}: {why}. Leave --to out, and the drill starts a server of its own."
    exit_code = 3


class DrillStopped(ParchiError):
    """A rehearsal could not go on; whatever it had made is in its folder."""

    says = "The drill stopped at {stage}: {why}. Run it again with --keep to look at what it made."
    exit_code = 4


class NotPrinted(ParchiError):
    """What a command had to say could not be written: the pipe was closed, or the disk behind it is full."""

    says = "The command did its work, but its words could not be written: {why}. Run it again to see them."
    exit_code = 4


class Stopped(ParchiError):
    """Ctrl-C, or no answer to a question."""

    says = "Stopped. What was done until now is kept; run the same command again to go on."
    exit_code = 130


class Unanswered(ParchiError):
    """A question, and nobody there to answer it: a script, a task without a terminal."""

    says = (
        "A question was asked and no answer came: this is no terminal, or its input ended. Run it at a terminal; in a "
        "script, name a file with the passphrase: --passphrase-file."
    )
    exit_code = 2


class ScanStopped(ParchiError):
    """Ctrl-C during a scan. {batch} is the name under which it goes on."""

    says = (
        "The scan was stopped. What was read is kept, and nothing is read twice. To go on, run the same command with "
        '--batch "{batch}".'
    )
    exit_code = 130


class DaskMissing(ParchiError):
    """`--dask` where the optional package is not installed."""

    says = (
        "A cluster needs the package distributed, which is not installed here. Ask the IT staff to install "
        "requirements-more.txt, or leave --dask away: this computer then works alone."
    )
    exit_code = 3


class ClusterUnreachable(ParchiError):
    """A Dask scheduler that does not answer, or an address that is none."""

    says = (
        "No Dask scheduler answers at {address}. Nothing was done. Check the address and that the scheduler runs, or "
        "leave --dask away: this computer then works alone."
    )
    exit_code = 5
