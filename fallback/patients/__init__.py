"""The frozen copy of the hospital's patient index: loaded from a file, encrypted, and asked one question at a time."""

from fallback.patients.index import MOST, IndexStatus, LoadReport, PatientIndex
from fallback.patients.rows import (
    BadRow,
    Columns,
    IndexedPatient,
    LookField,
    read_columns,
    read_left_out,
    unused_columns,
)

__all__ = [
    "MOST",
    "BadRow",
    "Columns",
    "IndexStatus",
    "IndexedPatient",
    "LoadReport",
    "LookField",
    "PatientIndex",
    "read_columns",
    "read_left_out",
    "unused_columns",
]
