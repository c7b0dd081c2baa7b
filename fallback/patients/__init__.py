"""The frozen copy of the hospital's patient index: loaded from files, encrypted, and asked one question at a time.

For matching, in a worker process: `key = index.reader_key()` (picklable; hand it over as an argument, which goes by a
pipe, never by the environment or a command line), and there `IndexReader(key)`: `.candidates(person, most)` as the
desk's, `.search(person, most) -> Found(people, cut)` (`cut`: names of common keys of which only the first were seen),
`.patient(uhid) -> IndexedPatient | None` (also by a former number), `.close()`.
"""

from fallback.patients.columns import Columns, read_columns
from fallback.patients.index import MOST, IndexStatus, LoadReport, LookField, PatientIndex, read_left_out
from fallback.patients.reading import Found, IndexReader, ReaderKey
from fallback.patients.rows import BadRow, IndexedPatient

__all__ = [
    "MOST",
    "BadRow",
    "Columns",
    "Found",
    "IndexReader",
    "IndexStatus",
    "IndexedPatient",
    "LoadReport",
    "LookField",
    "PatientIndex",
    "ReaderKey",
    "read_columns",
    "read_left_out",
]
