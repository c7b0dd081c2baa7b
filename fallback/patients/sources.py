"""The files that an index is loaded from, one or a folder of several: CSV, XLSX, Parquet, FHIR bulk export."""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fallback.errors import IndexFileWrong, Sentence, TableWrong
from fallback.patients import bulk, parquet
from fallback.patients.columns import Columns
from fallback.patients.dates import order_of
from fallback.patients.rows import places_of
from fallback.tables import Row, Table, survey

_SAMPLE = 20_000  # rows that show the order of a date's day and month
_PARQUET = b"PAR1"


class Kind(StrEnum):
    """What a file is, by its content."""

    TABLE = "table"
    PARQUET = "parquet"
    BULK = "bulk"  # FHIR, a resource a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file: what it is, where its columns stand, about how many rows it has (0: nobody knows), and its digest."""

    path: Path
    kind: Kind
    digest: str
    lines: int = 0
    heading: tuple[str, ...] = ()
    places: Mapping[str, tuple[int, ...]]
    order: str = ""
    table: Table | None = None

    def rows(self) -> Iterator[Row]:
        """Its rows. Raises IndexFileWrong when the file cannot be read on."""
        try:
            if self.table is not None:
                yield from self.table.rows()
            elif self.kind is Kind.PARQUET:
                yield from parquet.rows(self.path)
            else:
                yield from bulk.lines(self.path)
        except TableWrong as wrong:
            raise IndexFileWrong(file=self.path.name, why=wrong.values["why"]) from wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """All files of a load, and those of a folder that nothing was taken from."""

    parts: tuple[Part, ...]
    passed_over: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The digest of all that is in it."""
        told = repr([(part.path.name, part.digest) for part in self.parts])
        return self.parts[0].digest if len(self.parts) == 1 else hashlib.sha256(told.encode()).hexdigest()

    @property
    def lines(self) -> int:
        """About how many rows there are."""
        return sum(part.lines for part in self.parts)

    def unused(self) -> tuple[str, ...]:
        """The headings that nothing is taken from: one may be spelt otherwise."""
        found: dict[str, None] = {}
        for part in self.parts:
            taken = {place for places in part.places.values() for place in places}
            found |= dict.fromkeys(name for at, name in enumerate(part.heading) if at not in taken and name)
        return tuple(found)


def source_of(path: Path, columns: Columns) -> Source:
    """Looks a file, or each file of a folder, through. Raises IndexFileWrong."""
    if path.exists() and not path.is_dir() and not path.is_file():  # a pipe would be waited for without end
        raise IndexFileWrong(file=path.name, why="it is neither a file nor a folder.")
    if not path.is_dir():
        part = _part(path, columns)
        if part is None:
            raise IndexFileWrong(file=path.name, why="no row of it is a patient.")
        return Source(parts=(part,))
    try:
        files = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith((".", "~")))
    except OSError as wrong:
        raise _cannot_open(path, wrong) from wrong
    parts: list[Part] = []
    passed: list[str] = []
    trouble: IndexFileWrong | None = None
    for each in files:
        try:
            part = _part(each, columns)
        except IndexFileWrong as wrong:
            part, trouble = None, trouble or wrong
        if part is None:
            passed.append(each.name)
        else:
            parts.append(part)
    if not parts:
        raise trouble or IndexFileWrong(file=path.name, why="no file in this folder holds patients.")
    return Source(parts=tuple(parts), passed_over=tuple(passed))


def _part(path: Path, columns: Columns) -> Part | None:
    """A file's part; None for one of a bulk export that holds other things than patients."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as wrong:
        raise _cannot_open(path, wrong) from wrong
    try:
        if start == _PARQUET:
            heading, count = parquet.heading(path)
            part = Part(
                path=path, kind=Kind.PARQUET, digest=_digest(path), lines=count, heading=heading,
                places=_placed(path, heading, columns),
            )  # fmt: skip
        elif (told := bulk.told(path)) is not None:
            if not told.patients:
                return None
            return Part(path=path, kind=Kind.BULK, digest=told.digest, lines=told.lines, places={})
        else:
            need = [*columns.headings("uhid"), *columns.headings("name")[:1]]
            table = survey(path, need=need, encoding=columns.encoding, sheet=columns.sheet)
            part = Part(
                path=path, kind=Kind.TABLE, digest=table.digest, lines=table.lines, heading=table.heading,
                places=_placed(path, table.heading, columns), table=table,
            )  # fmt: skip
    except TableWrong as wrong:
        raise IndexFileWrong(file=path.name, why=wrong.values["why"]) from wrong
    return _ordered(part, columns)


def _ordered(part: Part, columns: Columns) -> Part:
    order = columns.dates
    places = part.places.get("birth", ())
    if not order and places:
        top = itertools.islice(part.rows(), _SAMPLE)
        order = order_of(cells[places[0]] for _, cells in top if isinstance(cells, list) and places[0] < len(cells))
    told = {name: getattr(part, name) for name in Part.__slots__}
    return Part(**told | {"order": order})


def _placed(path: Path, heading: tuple[str, ...], columns: Columns) -> dict[str, tuple[int, ...]]:
    places = places_of(heading, columns)
    for name in ("uhid", "name"):
        if name not in places and not (name == "name" and "name_hindi" in places):
            wanted = ", ".join(columns.headings(name))
            why = Sentence("it has no column {heading}. Say in a file which column is which.", heading=wanted)
            raise IndexFileWrong(file=path.name, why=why)
    return places


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cannot_open(path: Path, wrong: OSError) -> IndexFileWrong:
    why = Sentence("it cannot be opened ({kind}).", kind=wrong.strerror or type(wrong).__name__)
    return IndexFileWrong(file=path.name, why=why)


def text_lines(path: Path) -> list[str]:
    """The lines of a small text file. Raises IndexFileWrong."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        why = Sentence("it cannot be read as text in UTF-8 ({kind}).", kind=type(wrong).__name__)
        raise IndexFileWrong(file=path.name, why=why) from wrong
