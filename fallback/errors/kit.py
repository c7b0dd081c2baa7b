"""The stick of the day itself: built, checked, refused."""

from fallback.errors.sentence import ParchiError


class KitMissing(ParchiError):
    """A folder that is no stick of ours, or one whose building or copying was cut off."""

    says = (
        "{folder} is no finished Parchi stick: {file} is not on it. It was not built to its end, or not copied whole. "
        "Nothing of it is used. Take another stick, or build it again."
    )
    http_status = 404
    exit_code = 3


class KitChanged(ParchiError):
    """A stick with files that are not as they were built."""

    says = (
        "{folder} is not as it was built: {count} faults, the first: {fault}. Nothing of it is used. It was copied "
        "in part, is worn out, or was changed by someone: take another stick, and keep this one for the IT staff."
    )
    http_status = 409
    exit_code = 3


class KitForged(ParchiError):
    """A stick whose seal is not its hospital's, or no seal at all."""

    says = (
        "The seal of {folder} is not genuine: {why}. Nothing of it is used. Take another stick, and keep this one "
        "for the IT staff."
    )
    http_status = 403
    exit_code = 3


class KitForeign(ParchiError):
    """A genuine stick, of another hospital."""

    says = (
        "{folder} is the stick of another hospital: {hospital} ({id}). Nothing of it is used. Take the stick of "
        "this hospital."
    )
    http_status = 409
    exit_code = 3


class KitFolderTaken(ParchiError):
    """A folder that a stick shall be built in, with something of somebody else in it."""

    says = (
        "{folder} holds something that is no stick of ours: {name}. Nothing was changed there. Name an empty folder or "
        "an empty stick."
    )
    http_status = 409


class KitFileWrong(ParchiError):
    """A file that cannot go onto a stick."""

    says = "{file} cannot go onto a stick: {why}. Rename it or make it smaller, then build again."


class KitNotWritten(ParchiError):
    """A stick that gives back something else than what was written onto it."""

    says = (
        "The stick in {folder} is worn out: {fault}, right after it was written. It was not sealed, and no computer "
        "uses it. Take a new stick."
    )
    http_status = 503
    exit_code = 3


class NoCardOpens(ParchiError):
    """A stick that no enrolment card would open."""

    says = (
        "No unused enrolment card opens this hospital's journal, so a stick would start no desk at night. Make cards "
        "first: python -m fallback desk cards --out cards.pdf. Or build without: --no-cards."
    )
    http_status = 409


class WheelMissing(ParchiError):
    """A package that a folder has no wheel of."""

    says = (
        "{folder} has no wheel of {package} for {goal}, or not the pinned one. Fetch it with a network, or leave that "
        "Python out with --python."
    )


class WheelsNotFetched(ParchiError):
    """The packages could not be fetched."""

    says = (
        "The packages for the stick were not fetched: {why}. Build where there is a network, or name a folder that "
        "holds them with --wheels."
    )
    exit_code = 3


class PythonArchiveWrong(ParchiError):
    """An archive that is no embeddable Python, or another one than was named."""

    says = "{file} is not the Python for Windows that was asked for: {why}."


class NoDeskSigns(ParchiError):
    """Pads for a stick, and no desk that could sign them."""

    says = (
        "No desk of this computer can sign pads: enrol one with: python -m fallback desk enrol. Or build without pads: "
        "--pads 0."
    )
    http_status = 409


class KitsBusy(ParchiError):
    """A folder that two programs build sticks in."""

    says = "Another program is building sticks in {folder}. Nothing was changed. Wait for it, or end it first."
    http_status = 409
