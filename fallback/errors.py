"""Every failure a person can meet: a class, its sentence, its HTTP status and its exit code.

A sentence says what happened, to which slip or file, and what to do next. It never holds patient data, so it may be
logged. It becomes text in two places only: the web's error handler and the command line's.
"""

from typing import ClassVar, Self


class Sentence(str):
    """An English sentence with its values filled in, which remembers both, so that it can be said in another language.

    Use it for the `why` of an error when the sentence has values; a plain str does for one that has none.
    """

    says: str
    values: dict[str, object]

    def __new__(cls, says: str, **values: object) -> Self:
        """Fills `{names}` in `says` from `values`."""
        sentence = super().__new__(cls, says.format(**values) if values else says)
        sentence.says = says
        sentence.values = values
        return sentence


class ParchiError(Exception):
    """The root of all failures that are told to a person.

    `says` is the English sentence and the key of its translation; `{names}` in it are filled from `values`.
    """

    says: ClassVar[str] = "Something went wrong that Parchi has no sentence for. Tell the hospital's IT staff."
    http_status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 2

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def __str__(self) -> str:
        """The English sentence."""
        return self.says.format(**self.values)

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders: the scanning workers send theirs home pickled."""
        return _rebuild, (type(self), self.values)


def _rebuild(kind: type[ParchiError], values: dict[str, object]) -> ParchiError:
    return kind(**values)


# --- The slip -------------------------------------------------------------------------------------------------------


class SlipNumberWrong(ParchiError):
    """A typed or scanned number that fails its length or check digits."""

    says = (
        "{typed} is not a slip number: it must have 11 digits and its check digits must fit. "
        "Read it again from the slip."
    )


class FieldWrong(ParchiError):
    """A field of a registration that cannot be taken as it is; `why` is a sentence of its own."""

    says = "{field}: {why}"


# --- Keys and the payload -------------------------------------------------------------------------------------------


class KeysWrong(ParchiError):
    """A file of public keys, or a certificate, that cannot be used."""

    says = "{place} is not a file of Parchi's public keys: {why}. Use the keys.json that `init` or the kit made."


class PayloadWrong(ParchiError):
    """A code whose digits or bytes are not a record that this version can read; `reason` is a stable short word."""

    says = "The code could not be read as a slip: {why}. Put the page among those that need eyes."


class PayloadTooLong(ParchiError):
    """A record that does not fit in the QR even after every cut that the rule allows."""

    says = "The record needs {size} bytes and the QR holds {limit}. Shorten {field}."


# --- The front desk -------------------------------------------------------------------------------------------------


class NoDowntime(ParchiError):
    """Somebody wants to register while no downtime has been declared."""

    says = "No downtime has been started, so no slip can be issued. A supervisor starts one on the supervisor's page."
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


# --- Enrolment ------------------------------------------------------------------------------------------------------


class FolderTaken(ParchiError):
    """`init` into a folder that already holds an installation."""

    says = "{folder} already holds an installation. Nothing was changed. Choose an empty folder with --data."
    exit_code = 3


class FolderEmpty(ParchiError):
    """A command that needs an installation, run on a folder without one."""

    says = "{folder} holds no installation. Make one with: python -m fallback --data {folder} init"
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


# --- The hospital's file and the settings ---------------------------------------------------------------------------


class HospitalFileWrong(ParchiError):
    """The hospital's file cannot be used; names the line and the key so that it can be mended in any editor."""

    says = "{file}, line {line}, {key}: {why}"
    http_status = 500
    exit_code = 4


class SettingWrong(ParchiError):
    """A PARCHI_... environment variable that is unknown or has a value that cannot be used."""

    says = "{setting}: {why}"
    http_status = 500
    exit_code = 4


# --- Printing -------------------------------------------------------------------------------------------------------


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


# --- Scanning: files and pages that cannot be read; {file} is the file's name, {page} counts from 1 -----------------


class ScanMissing(ParchiError):
    """A path that does not exist, or a link that leads nowhere."""

    says = "{file} is not there. Check the name, or plug the disk or stick in again, and scan it once more."
    http_status = 404


class ScanNotAFile(ParchiError):
    """A device node, pipe or socket, which is never opened: reading one could hang for ever."""

    says = "{file} is neither a file nor a folder but {what}. Give the scanned files themselves."


class ScanFolderLoop(ParchiError):
    """A link that leads back to a folder above it."""

    says = "{file} is a link that leads back to itself. The other files were read; remove the link."


class ScanFolderEmpty(ParchiError):
    """A folder without a single file that is not hidden."""

    says = "The folder {file} holds no files. Check that the scanner has saved into this folder."


class ScanNotAllowed(ParchiError):
    """A file or folder that the system does not let us open, or whose disk fails while it is read."""

    says = "{file} could not be opened ({why}). Copy it to this computer's own disk and scan the copy."


class ScanEmpty(ParchiError):
    """A file of 0 bytes."""

    says = "{file} is empty (0 bytes). Scan the paper again, or copy the file again from the scanner."


class ScanTooBig(ParchiError):
    """A file above the limit of its kind."""

    says = "{file} has {megabytes} MB; a {kind} file may have {limit} MB. Save the scan as several smaller files."


class ScanNotPictures(ParchiError):
    """A file whose content is none of PDF, TIFF, JPEG and PNG, whatever its name says."""

    says = "{file} is not a scan but {what}. Give PDF, TIFF, JPEG or PNG files."


class ScanPacked(ParchiError):
    """An archive, or an office document, which is one too."""

    says = "{file} is a packed file ({what}), not a scan. Unpack it into a folder and scan the folder."


class ScanLocked(ParchiError):
    """A PDF that needs a password."""

    says = "{file} is locked with a password. Save it again without one, or scan the paper again."


class ScanCutShort(ParchiError):
    """A file whose end is missing; the pages before the cut are read."""

    says = (
        "{file} is cut short: its end is missing, so pages after page {pages} may be lost. "
        "Copy it again, or scan the paper again."
    )


class ScanDamaged(ParchiError):
    """A file that begins like a scan but cannot be opened; PDFium does not tell a PDF of 0 pages from a damaged one."""

    says = "{file} begins like a {kind} file but is damaged or holds no pages. Copy it again, or scan the paper again."


class ScanWithoutPages(ParchiError):
    """A TIFF that is whole and holds no page."""

    says = "{file} holds no pages. Scan the paper again."


class ScanTooManyPages(ParchiError):
    """A file with more pages than one file may have."""

    says = "{file} says that it has {pages} pages; a file may have {limit}. Save the scan as several smaller files."


class PageTooLarge(ParchiError):
    """A page with more pixels than may be held in memory."""

    says = (
        "Page {page} of {file} has {megapixels} million pixels; a page may have {limit}. "
        "Scan it again at 200 or 300 dots per inch."
    )


class PageUnreadable(ParchiError):
    """A page whose picture cannot be decoded; `why` is the decoder's own short word, never page content."""

    says = "Page {page} of {file} is damaged and could not be read ({why}). Scan this page again."


class PageStopped(ParchiError):
    """A page that crashed its worker, used too much memory or took too long."""

    says = "Page {page} of {file} stopped the reader and was put aside; the other pages were read. Scan this page again."


# --- The command line -----------------------------------------------------------------------------------------------


class PassphraseMissing(ParchiError):
    """The file that should hold the passphrase cannot be read or is empty."""

    says = "The passphrase file {file} cannot be read or is empty. Name another with --passphrase-file."


class PortTaken(ParchiError):
    """Another program listens where the desk should be served."""

    says = "Port {port} of this machine is taken, perhaps by a desk that is open already. Choose another with --port."
    exit_code = 3


class AddressNotLoopback(ParchiError):
    """The desk is to be served to other machines without encryption."""

    says = "The desk can be served on this machine only, not at {host}: without encryption anyone could read along."
    exit_code = 3


class TargetNotAllowed(ParchiError):
    """A drill is to be imported into a system that is not a test system."""

    says = "A drill may not be imported into {url}: {why}. Leave --to out, and the drill starts a server of its own."
    exit_code = 3


# --- The drill ------------------------------------------------------------------------------------------------------


class DrillStopped(ParchiError):
    """A rehearsal could not go on; whatever it had made is in its folder."""

    says = "The drill stopped at {stage}: {why}. Run it again with --keep to look at what it made."
    exit_code = 4


# --- The vault and the journal --------------------------------------------------------------------------------------


class VaultLocked(ParchiError):
    """A secret that opens none of the vault's slots."""

    says = (
        "Neither a passphrase nor a recovery key of {folder} is what was typed. Try again with care for capital "
        "letters; the printed recovery key opens it too."
    )
    http_status = 403
    exit_code = 3


class RecoveryKeyMistyped(ParchiError):
    """A secret that looks like a recovery key, one of whose groups fails its check letter."""

    says = "Group {group} of the recovery key was mistyped: its last sign does not fit. Read that group again."
    http_status = 403
    exit_code = 3


class VaultDamaged(ParchiError):
    """A vault's header that is missing, damaged or of an unknown version."""

    says = (
        "{file} cannot be used as the vault's header: {why}. Nothing was changed. Take vault.json from the second copy."
    )
    http_status = 500
    exit_code = 3


class PassphraseEmpty(ParchiError):
    """A passphrase of no letters."""

    says = "The passphrase is empty. Choose one that is long and that the hospital can remember."


class SealBroken(ParchiError):
    """A sealed record that was changed, moved to another place, or sealed with another data key."""

    says = "A sealed record cannot be opened: it was changed, or it belongs to another hospital's vault."
    http_status = 500
    exit_code = 3


class DiskFull(ParchiError):
    """The disk, or the share of it that we may use, is full."""

    says = (
        "The disk that holds {folder} is full. What you just did was not stored; everything before it was. Make room "
        "on the disk and do it again."
    )
    http_status = 507
    exit_code = 3


class FolderReadOnly(ParchiError):
    """A data folder that cannot be written, or cannot be opened at all."""

    says = (
        "{folder} cannot be written: it is missing, read-only, or belongs to another user. What you just did was not "
        "stored; everything before it was. Make the folder writable and do it again."
    )
    http_status = 503
    exit_code = 3


class DiskFailed(ParchiError):
    """The operating system failed to read or write; `why` is its own short name for it."""

    says = (
        "The disk that holds {folder} failed ({why}). What you just did was not stored. Check the disk, then try "
        "again; if it fails again, restore from the second copy on another computer."
    )
    http_status = 503
    exit_code = 3


class JournalBusy(ParchiError):
    """Another process held the journal for longer than we wait."""

    says = "Another program has been writing to the journal for {seconds} seconds. Nothing was stored. Try again."
    http_status = 503
    exit_code = 3


class JournalLocked(ParchiError):
    """A file in the journal's place that is not encrypted with this vault's key, or no database at all."""

    says = (
        "{file} is not a journal of this vault: it is damaged, or encrypted with another key. Nothing was changed. "
        "Restore from the second copy into an empty folder."
    )
    http_status = 500
    exit_code = 3


class JournalDamaged(ParchiError):
    """The journal's file is damaged, or does not have the tables of this version."""

    says = (
        "The journal in {folder} is damaged ({why}). Copy the folder as it is to a safe place, then restore from the "
        "second copy into an empty folder."
    )
    http_status = 500
    exit_code = 3


class FactRefused(ParchiError):
    """A fact that the journal's own rules forbid; `why` is SQLite's short name of the rule's kind."""

    says = "The journal refused this ({why}): it contradicts what is stored. Nothing was stored. Tell the IT staff."
    http_status = 409
    exit_code = 3


class LedgerClosed(ParchiError):
    """Something is to be written while the program ends."""

    says = "Parchi is shutting down and stores nothing more. Start it again and do this again."
    http_status = 503
    exit_code = 3


class LineWrong(ParchiError):
    """A journal line, in a file or in a database, that is not as it was written; names the line."""

    says = "{place}, line {line}: {why}. Nothing of it was taken over; use another copy."
    exit_code = 3


class CopyForeign(ParchiError):
    """A copy or export of another vault, or a file that is none."""

    says = "{file} is not a copy of this journal: {why}. Nothing was changed. Use another file or stick."
    exit_code = 3


class CopyUnfit(ParchiError):
    """A second copy that cannot be followed: unplugged, hanging, full, or at odds with the journal."""

    says = "The second copy in {folder} is not being written: {why}. Registration goes on; see to the stick."
    http_status = 503
    exit_code = 3


# --- Recovery: the hospital system that slips are imported into; {url} and {target} are its address and name ---------


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
        "{url} did not let us in (answer {status}). The import stopped and nothing is lost. Ask the hospital's IT staff "
        "for a valid token and run the import again."
    )
    http_status = 502
    exit_code = 5


class TargetNotFhir(ParchiError):
    """An address that answers, but not as a FHIR R4 server: a web page, a redirect, garbage, another version."""

    says = (
        "{url} did not answer as a FHIR R4 server: {why}. The import stopped and nothing is lost. Check the address with "
        "the hospital's IT staff."
    )
    http_status = 502
    exit_code = 5


class TargetChanged(ParchiError):
    """A hospital system that is not the one that was pinned: slips sent to a wrong system become duplicates."""

    says = (
        "{target} is not the system it was at the first import: its {what} changed. Nothing was sent. Ask the hospital's "
        "IT staff; when the change is right, pin the system anew."
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


# --- The web --------------------------------------------------------------------------------------------------------


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


class AccountWrong(ParchiError):
    """An account's JSON that is none, or whose signature does not hold."""

    says = "{file} is not an account as the hospital signed it: it was changed, or signed by another hospital."
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
