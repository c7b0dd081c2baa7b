"""The vault, the journal, the disk, the second copy."""

from fallback.errors.sentence import ParchiError


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


class JournalNewer(ParchiError):
    """A journal that a later version of the program has changed the tables of."""

    says = (
        "The journal in {folder} was opened by a newer version of Parchi, which this one would not understand. Nothing "
        "was changed. Start it with the newer program, from the newer stick."
    )
    http_status = 409
    exit_code = 3


class PassphraseEmpty(ParchiError):
    """A passphrase of no letters."""

    says = "The passphrase is empty. Choose one that is long and that the hospital can remember."


class SealBroken(ParchiError):
    """A sealed record that was changed, moved to another place, or sealed with another data key."""

    says = "A sealed record cannot be opened: it was changed, or it belongs to another hospital's vault."
    http_status = 500
    exit_code = 3


class SecretMissing(ParchiError):
    """A private key that is not on this machine: the data folder was restored, or the file was lost."""

    says = (
        "The private key {name} is not on this machine. Do this on the machine where it is; bring it back from its "
        "sheets with: key put-back; or copy private/{name}.key from there into the data folder."
    )
    http_status = 409
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


class FileHeld(ParchiError):
    """A file that Windows lets nobody replace while another program has it open."""

    says = (
        "{file} is open in another program, so it could not be replaced; the old one is as it was. Close what shows "
        "it: an editor, a preview, a second Parchi. Then do it again."
    )
    http_status = 503
    exit_code = 3


class NameUnfit(ParchiError):
    """A name or a path that Windows cannot write."""

    says = (
        'Windows cannot write {file}: a sign in its name is forbidden there (one of < > : " | ? *), the name is a '
        "device's, like CON, or the path is too long. Use a folder near the drive's root, and plain letters."
    )
    http_status = 422
    exit_code = 2


class SeatOfAnotherAccount(FolderReadOnly):
    """A data folder opened by an account that may not use what says, in a state folder, what may be issued from it."""

    says = (
        "What may be issued from this data folder is told in {folder}, which this account may not read and write. "
        "Nothing was changed. Run it as the account that serves."
    )


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


class MergeStopped(LineWrong):
    """A foreign journal hangs together, and one of its lines cannot be understood: what came before it was stored."""

    says = (
        "{place}, line {line}: {why}. {taken} lines before it were taken over and count; from here on nothing was. "
        "Take over another copy of the same journal: what is there already changes nothing."
    )


class CopyForeign(ParchiError):
    """A copy or export of another vault, or a file that is none."""

    says = "{file} is not a copy of this journal: {why}. Nothing was changed. Use another file or stick."
    exit_code = 3


class CopyUnfit(ParchiError):
    """A second copy that cannot be followed: unplugged, hanging, full, or at odds with the journal."""

    says = "The second copy in {folder} is not being written: {why}. Registration goes on; see to the stick."
    http_status = 503
    exit_code = 3


class StickUnknown(ParchiError):
    """A second copy that nothing can be said of: no such label, or it is not where it must be for that."""

    says = "The stick {label}: {why}. Nothing was changed. See which are known with: python -m fallback copy status"
    exit_code = 3
