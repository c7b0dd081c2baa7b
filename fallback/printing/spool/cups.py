"""CUPS, the print service of Linux: a PDF into its queue, and what it says of the queue and of the job."""

from fallback.errors import ParchiError, PrinterOff, PrinterOutOfPaper, PrinterRefused, PrinterUnknown, PrintUncertain
from fallback.hospital import Printer
from fallback.printing.raster import page_size
from fallback.printing.spool import JobState
from fallback.printing.spool.ipp import Answer, Operation, Tag, Unanswered, Value, ask

USER = "parchi"  # in CUPS's list of jobs: never who is logged in

_BAD = 0x0100  # the first status that is not well
_NOT_FOUND = 0x0406
_STOPPED = 5  # printer-state (RFC 8011, 5.4.11)
_BUSY = 4

# printer-state-reasons, without the ending that tells how bad it is.
_EMPTY = {"media-empty", "media-needed"}
_OFF = {"offline", "connecting-to-device", "timed-out", "shutdown"}
_JAM = {"media-jam", "door-open", "cover-open", "interlock-open"}

_SHEETS = {(210, 297): "iso_a4_210x297mm", (148, 210): "iso_a5_148x210mm"}


class Cups:
    """A queue of CUPS on this computer."""

    def __init__(self, printer: Printer) -> None:
        self._queue = printer.address
        self._name = printer.name

    def check(self) -> None:
        """Raises as Spooler says."""
        answer = self._ask(
            Operation.GET_PRINTER,
            (Tag.KEYWORD, "requested-attributes", "printer-state"),
            (Tag.KEYWORD, "", "printer-state-reasons"),  # without a name: one more value
            (Tag.KEYWORD, "", "printer-is-accepting-jobs"),
        )
        state = answer.number("printer-state")
        if state == _STOPPED:
            raise PrinterRefused(
                printer=self._name, why="its queue is stopped; start it in the computer's printer list"
            )
        if not answer.number("printer-is-accepting-jobs"):
            raise PrinterRefused(
                printer=self._name, why="its queue takes no jobs; open it in the computer's printer list"
            )
        if (
            state == _BUSY
        ):  # an idle queue tells how the last job ended: a printer that got paper long ago is still empty
            self._look(answer.words("printer-state-reasons"))

    def send(self, title: str, pdf: bytes) -> str:
        """Gives the job's number. Raises as Spooler says."""
        self.check()
        answer = self._ask(
            Operation.PRINT_JOB,
            (Tag.NAME, "requesting-user-name", USER),
            (Tag.NAME, "job-name", title),
            (Tag.MIME_TYPE, "document-format", "application/pdf"),
            job=(
                (Tag.KEYWORD, "media", _media(*page_size(pdf))),
                (Tag.KEYWORD, "print-scaling", "none"),  # or a code's module is no longer whole dots
                (Tag.KEYWORD, "sides", "one-sided"),  # or the hospital's copy is on the patient's back
                (Tag.NAME, "job-sheets", "none"),
            ),
            document=pdf,
        )
        return str(answer.number("job-id"))

    def job(self, job: str) -> JobState:
        """What became of a job. Raises as Spooler says."""
        try:
            answer = self._ask(
                Operation.GET_JOB,
                (Tag.INTEGER, "job-id", int(job)),
                (Tag.KEYWORD, "requested-attributes", "job-state"),
            )
        except PrinterUnknown:
            return JobState.UNKNOWN
        match answer.number("job-state"):
            case 9:  # completed
                return JobState.DONE
            case 4 | 6:  # held, stopped
                return JobState.STUCK
            case 3 | 5:  # pending, processing
                return JobState.STUCK if self._blocked() else JobState.PENDING
            case _:  # cancelled or aborted, perhaps half way down the page
                return JobState.UNKNOWN

    def _blocked(self) -> bool:
        try:
            self.check()
        except ParchiError:
            return True
        return False

    def _look(self, reasons: tuple[str, ...]) -> None:
        found = {reason.removesuffix("-error").removesuffix("-warning").removesuffix("-report") for reason in reasons}
        if found & _EMPTY:
            raise PrinterOutOfPaper(printer=self._name)
        if found & _OFF:
            raise PrinterOff(printer=self._name)
        if found & _JAM:
            raise PrinterRefused(printer=self._name, why="paper is jammed, or its cover is open")

    def _ask(
        self,
        operation: Operation,
        *attributes: tuple[Tag, str, Value],
        job: tuple[tuple[Tag, str, Value], ...] = (),
        document: bytes = b"",
    ) -> Answer:
        try:
            answer = ask(operation, self._queue, attributes, job, document)
        except Unanswered as wrong:
            if wrong.asked and document:
                raise PrintUncertain(printer=self._name) from wrong
            why = "the print service CUPS of this computer does not answer; ask the hospital's IT staff"
            raise PrinterRefused(printer=self._name, why=why) from wrong
        if answer.status == _NOT_FOUND:
            raise PrinterUnknown(printer=self._name)
        if answer.status >= _BAD:
            why = "the print service CUPS does not take it; ask the hospital's IT staff"
            raise PrinterRefused(printer=self._name, why=why)
        return answer


def _media(width: float, height: float) -> str:
    """A sheet's name as PWG 5101.1 writes it, from its size in mm; it lies in the tray the same either way."""
    size = round(width), round(height)
    custom = f"{size[0]}x{size[1]}mm"
    return _SHEETS.get((min(size), max(size)), f"custom_{custom}_{custom}")
