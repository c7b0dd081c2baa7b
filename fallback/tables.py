"""Tables that other programs wrote, row by row: CSV in any usual encoding, XLSX; a bad row is named, the rest read."""

import codecs
import csv
import gzip
import hashlib
import io
import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO, cast

from fallback.errors import Sentence, TableWrong
from fallback.spreadsheet import HeldFile, xlsx_rows

# A row: its line in the file, and its cells; or, where it cannot be read, why.
Row = tuple[int, list[str] | str]

_LONGEST_LINE = 1 << 20  # letters
_MOST_LINES = 50  # of one row: a quotation mark that is never closed would swallow the file
_HEADING_WITHIN = 20  # rows; a title stands above it, often
_CHUNK = 1 << 20
_BROKEN = re.compile("[\ud800-\udfff\ufffd\x00]")
_ZIP, _GZIP, _OLD_EXCEL = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
_SIGNATURE_8: Final = "utf-8-sig"

OPEN_QUOTE = Sentence("a quotation mark is opened in it and never closed")
WRONG_QUOTE = Sentence("its quotation marks are wrong")
TOO_WIDE = Sentence("it has more cells than the heading has columns")
TOO_LONG = Sentence("it is longer than a row can be")
NO_TEXT = Sentence("it holds letters in another encoding than the rest of the file, or none at all")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose file was looked through once.

    `heading` are the columns as they are called; `first` is the row after it, `lines` about how many rows there are (0:
    nobody knows before), `digest` the SHA-256 (hex) of the content, unpacked.
    """

    path: Path | HeldFile
    heading: tuple[str, ...]
    first: int
    lines: int
    digest: str
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""

    def rows(self) -> Iterator[Row]:
        """All rows after the heading but empty ones. Raises TableWrong when the file itself cannot be read on."""
        width = len(self.heading)
        for line, cells in self._all():
            if line < self.first:
                continue
            if isinstance(cells, list) and len(cells) > width:
                if any(cells[width:]):
                    yield line, TOO_WIDE
                    continue
                cells = cells[:width]
            if isinstance(cells, str) or any(cells):
                yield line, cells

    def _all(self) -> Iterator[Row]:
        if not self.encoding:
            yield from _sheet_rows(self.path, self.sheet)
            return
        try:
            with _opened(self.path) as file:
                text = io.TextIOWrapper(file, self.encoding, _errors(self.encoding), newline=None)
                yield from _csv_rows(text, self.delimiter, len(self.heading), self.encoding)
        except (OSError, EOFError, UnicodeError, gzip.zlib.error) as wrong:  # type: ignore[attr-defined]
            raise _unreadable(self.path, wrong) from wrong


def survey(path: Path | HeldFile, *, need: Collection[str] = (), encoding: str = "", sheet: str = "") -> Table:
    """Looks a file through: its encoding, where its heading is, how long it is.

    The heading is the first row, or the first of the uppermost that has a column of `need` (any case). `encoding` is
    for who knows better than the file shows. Raises TableWrong.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
        if start == _OLD_EXCEL:
            raise TableWrong(file=path.name, why="it is of an old Excel. Save it as XLSX there, and take that file.")
        if start == _ZIP:
            return _survey_sheet(path, need, sheet)
        seen = _Seen()
        with _opened(path) as file:
            while chunk := file.read(_CHUNK):
                seen.look(chunk)
    except (OSError, EOFError, gzip.zlib.error) as wrong:  # type: ignore[attr-defined]
        raise _unreadable(path, wrong) from wrong
    if not seen.size:
        raise TableWrong(file=path.name, why="it is empty.")
    told = encoding or seen.encoding()
    try:
        "".encode(told)  # a codec of the library that is none of texts, like hex, is no encoding
    except (LookupError, ValueError) as wrong:
        raise TableWrong(file=path.name, why=Sentence("the encoding {name} is unknown.", name=told)) from wrong
    top = Table(
        path=path, heading=("",) * 10_000, first=0, lines=seen.lines, digest=seen.digest.hexdigest(), encoding=told
    )
    found: Table | None = None
    for delimiter in _likely(path, told):
        with_it = _headed(_with(top, delimiter=delimiter), need)
        found = found or with_it
        if with_it and _has(with_it.heading, need):
            return with_it
    if found is None:
        raise TableWrong(file=path.name, why="it has no row that could be its heading.")
    return found


def _survey_sheet(path: Path | HeldFile, need: Collection[str], sheet: str) -> Table:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    found = _headed(
        Table(path=path, heading=("",) * 20_000, first=0, lines=0, digest=digest.hexdigest(), sheet=sheet), need
    )
    if found is None:
        raise TableWrong(file=path.name, why="its first sheet is empty.")
    return found


def _headed(table: Table, need: Collection[str]) -> Table | None:
    """The table with its heading; None when there is none."""
    best: Row | None = None
    for at, (line, cells) in enumerate(table._all()):
        if at >= _HEADING_WITHIN:
            break
        if isinstance(cells, str) or not any(cells):
            continue
        best = best or (line, cells)
        if _has(cells, need):
            best = (line, cells)
            break
    if best is None:
        return None
    heading = [each.strip() for each in cast(list[str], best[1])]
    while heading and not heading[-1]:
        heading.pop()
    return _with(table, heading=tuple(heading), first=best[0] + 1)


def _with(table: Table, **changed: object) -> Table:
    told = {name: getattr(table, name) for name in Table.__slots__}
    return Table(**told | changed)


def _has(cells: Collection[str], need: Collection[str]) -> bool:
    lowered = {each.strip().casefold() for each in cells}
    return all(each.casefold() in lowered for each in need)


def _likely(path: Path | HeldFile, encoding: str) -> list[str]:
    """What the columns may be parted by, the likeliest first."""
    with _opened(path) as file:
        top = file.read(20_000).decode(encoding, "replace")
    return sorted(",;\t|", key=top.count, reverse=True)


def _opened(path: Path | HeldFile) -> BinaryIO:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    if not packed:
        return path.open("rb")
    return cast(BinaryIO, gzip.open(path if isinstance(path, Path) else path.open("rb"), "rb"))


class _Seen:
    """What the bytes of a text file show: how many lines, and which encoding, as its lines agree on one."""

    def __init__(self) -> None:
        self.size = self.lines = self.nuls = self.even_nuls = 0
        self.utf8 = self.other = 0  # lines beyond ASCII, by whether they are UTF-8
        self.start = b""
        self.digest = hashlib.sha256()
        self._rest = b""

    def look(self, chunk: bytes) -> None:
        if not self.size:
            self.start = chunk[:4]
            self.nuls = chunk[:4000].count(0)
            self.even_nuls = chunk[:4000:2].count(0)
        self.size += len(chunk)
        self.lines += chunk.count(b"\n")
        self.digest.update(chunk)
        if chunk.isascii() and not self._rest:
            return
        *whole, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            self._rest = b""
        self._judge(b"\n".join(whole))
        if self._rest.isascii():
            self._rest = b""

    def _judge(self, lines: bytes) -> None:
        if _is_utf8(lines):
            self.utf8 += not lines.isascii()
            return
        for line in lines.split(b"\n"):
            if not line.isascii():
                good = _is_utf8(line)
                self.utf8 += good
                self.other += not good

    def encoding(self) -> str:
        self._judge(self._rest)
        if self.start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if self.nuls > min(self.size, 4000) / 5 and not self.start.startswith(codecs.BOM_UTF8):
            return "utf-16-be" if self.even_nuls > self.nuls / 2 else "utf-16-le"
        return "cp1252" if self.other > self.utf8 else _SIGNATURE_8


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _errors(encoding: str) -> str:
    """So that a letter that cannot be read makes its own row bad, and no other."""
    return "replace" if encoding.startswith("utf-16") else "surrogateescape"


def _csv_rows(text: TextIO, delimiter: str, width: int, encoding: str) -> Iterator[Row]:
    lines = _Lines(text)
    single = encoding == "cp1252"
    while (found := lines.take()) is not None:
        at, line = found
        plain = line.isascii() and "\0" not in line
        if not plain and (_BROKEN.search(line) or (single and _was_utf8(line))):
            yield at, NO_TEXT
            continue
        if len(line) >= _LONGEST_LINE:
            yield at, TOO_LONG
        elif '"' in line:
            yield at, _quoted(line, lines, delimiter, width)
        else:
            yield at, line.rstrip("\n").split(delimiter)


class _Lines:
    """The lines of a text with their numbers; a line that was looked at can be put back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._back: deque[tuple[int, str]] = deque()
        self._at = 0

    def take(self) -> tuple[int, str] | None:
        if self._back:
            return self._back.popleft()
        line = self._text.readline(_LONGEST_LINE)
        if not line:
            return None
        self._at += 1
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            while (more := self._text.readline(_LONGEST_LINE)) and not more.endswith("\n"):
                pass
        return self._at, line

    def back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))


def _quoted(line: str, lines: _Lines, delimiter: str, width: int) -> list[str] | str:
    """The cells of a row with quotation marks, which may go on over the next lines; else why it is none."""
    text, taken = line, list[tuple[int, str]]()
    while True:
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True), [])
        except csv.Error:
            if text.count('"') % 2 == 0:
                lines.back(taken)
                return WRONG_QUOTE
        more = lines.take()
        if more is not None:
            taken.append(more)
        if more is None or len(taken) > _MOST_LINES or _stands_alone(more[1], delimiter, width):
            lines.back(taken)
            return OPEN_QUOTE
        text += more[1]


def _stands_alone(line: str, delimiter: str, width: int) -> bool:
    """Whether a line is a row by itself: then the mark before it was never closed."""
    return width > 1 and line.count(delimiter) >= width - 1 and line.count('"') % 2 == 0


def _was_utf8(line: str) -> bool:
    try:
        line.encode("cp1252").decode()
    except UnicodeError:
        return False
    return True


def _sheet_rows(path: Path | HeldFile, sheet: str) -> Iterator[Row]:
    for line, cells in xlsx_rows(path, sheet):
        yield line, NO_TEXT if any(_BROKEN.search(cell) for cell in cells if not cell.isascii()) else cells


def _unreadable(path: Path | HeldFile, wrong: Exception) -> TableWrong:
    kind = (wrong.strerror if isinstance(wrong, OSError) else "") or type(wrong).__name__
    return TableWrong(file=path.name, why=Sentence("it cannot be read ({kind}).", kind=kind))
