"""Scanning: files and pages that cannot be read; {file} is the file's name, {page} counts from 1."""

from fallback.errors.sentence import ParchiError


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
    """A file whose content is of no kind that scanners and phones make, whatever its name says."""

    says = "{file} is not a scan but {what}. Give PDF, TIFF, JPEG, PNG, WebP, HEIC or ZIP files."


class ScanPacked(ParchiError):
    """An archive that is not opened here: RAR and its like, or a ZIP packed too often."""

    says = "{file} is a packed file ({what}), not a scan. Unpack it into a folder and scan the folder."


class ScanBomb(ParchiError):
    """A ZIP made to fill disk or memory: it claims a hundred times its own size."""

    says = (
        "{file} claims to hold far more than a ZIP of scans can, so it was not unpacked. "
        "Give the scanned files themselves."
    )


class ScanNeedsMore(ParchiError):
    """A HEIC photo on a computer where its optional decoder is not installed."""

    says = (
        "{file} is a HEIC photo, and {package}, which reads those, is not installed here. "
        "Set the phone to take JPEG photos, or ask the IT staff to install it, and scan it again."
    )


class ScanChanged(ParchiError):
    """A file that grew or changed while it was read: the scanner, or a copy, was still writing it."""

    says = (
        "{file} was still being written while it was read, so pages may be missing. "
        "Wait until the scanner is done, then scan the file again; pages that were read stay."
    )


class ScanCarriesMore(ParchiError):
    """A PDF with attached files or a program in it; neither is ever opened."""

    says = (
        "{file} carries {what} besides its pages. The pages were read, that was not opened. "
        "If scans are attached, save them as files and scan those."
    )


class ScanLocked(ParchiError):
    """A PDF, or files in a ZIP, that need a password."""

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

    says = (
        "Page {page} of {file} stopped the reader and was put aside; the other pages were read. Scan this page again."
    )


class PictureMissing(ParchiError):
    """A page's picture that is not in the store; `why` says whether it was ever there."""

    says = "The picture of this page cannot be shown: {why}."
    http_status = 404
    exit_code = 3


class PictureDamaged(ParchiError):
    """A page's picture whose file was changed, cut short or put in another's place; {picture} is its hash."""

    says = (
        "The picture {picture} is damaged in the store. What was read from its page is safe in the journal. Take the "
        "picture from the second copy, or scan that page again."
    )
    http_status = 500
    exit_code = 3


class ExportPlaceWrong(ParchiError):
    """A folder into which no picture may be written in plain, or cannot be."""

    says = "Pictures cannot be exported to {folder}: {why}. Choose another folder."


class PicturesKept(ParchiError):
    """Pictures that nobody may destroy as things stand now."""

    says = "No picture was destroyed: {why}."
    http_status = 403
    exit_code = 3
