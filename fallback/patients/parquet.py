"""Parquet files of patients, read by DuckDB where it is installed: it is large, and most hospitals send CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fallback.errors import Sentence, TableWrong
from fallback.spreadsheet import cell_text
from fallback.tables import Row

_AT_ONCE = 2_000  # rows
_MISSING = Sentence(
    "reading Parquet needs the package duckdb, which is not installed. Install it, or save the file as CSV."
)


def heading(path: Path) -> tuple[tuple[str, ...], int]:
    """The names of its columns, and how many rows it has. Raises TableWrong."""
    db = _opened(path)
    try:
        count = db.execute("SELECT count(*) FROM read_parquet(?)", (str(path),)).fetchone()[0]
        names = db.execute("SELECT * FROM read_parquet(?) LIMIT 0", (str(path),)).description
        return tuple(each[0] for each in names), count
    except Exception as wrong:  # whatever a file that is none makes the library raise
        raise _unreadable(path, wrong) from wrong
    finally:
        db.close()


def rows(path: Path) -> Iterator[Row]:
    """Its rows in their order. Raises TableWrong."""
    db, line = _opened(path), 0
    try:
        found = db.execute("SELECT * FROM read_parquet(?)", (str(path),))
        while some := found.fetchmany(_AT_ONCE):
            for cells in some:
                line += 1
                yield line, [cell_text(cell) for cell in cells]
    except Exception as wrong:
        raise _unreadable(path, wrong) from wrong
    finally:
        db.close()


def _opened(path: Path) -> Any:
    try:
        import duckdb
    except ImportError as wrong:
        raise TableWrong(file=path.name, why=_MISSING) from wrong
    db = duckdb.connect(":memory:")
    # Nothing is fetched from a network, and nothing of a patient is written beside the file.
    for setting in (
        "threads = 1", "memory_limit = '400MB'", "preserve_insertion_order = true", "temp_directory = ''",
        "autoinstall_known_extensions = false", "autoload_known_extensions = false",
    ):  # fmt: skip
        db.execute(f"SET {setting}")
    return db


def _unreadable(path: Path, wrong: Exception) -> TableWrong:
    return TableWrong(file=path.name, why=Sentence("it cannot be read as Parquet ({kind}).", kind=type(wrong).__name__))
