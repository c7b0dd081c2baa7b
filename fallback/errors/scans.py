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

    says = (
        "Page {page} of {file} stopped the reader and was put aside; the other pages were read. Scan this page again."
    )
