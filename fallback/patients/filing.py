"""The keys under which a patient is filed, and the work of a process that makes them of a file's rows."""

import hmac
import signal
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from fallback.patients import bulk
from fallback.patients.columns import Columns
from fallback.patients.rows import BadRow, IndexedPatient, Kept, Reader
from fallback.patients.sources import Kind, Part
from fallback.person import YEAR_BITS, Person, seek_keys, stem, words_of
from fallback.tables import Row

BUCKETS = 32  # of keys, by their upper bits: each is sorted by itself, in little memory
_SHIFT = 62 - 5
PART_BITS = 32  # an id is the number of the file, then the line in it

Keys = tuple[bytes, bytes]  # of one bucket: keys and ids, each as an array of 64-bit numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of one file; `first` is the file's number among those of the load, in the upper bits."""

    rows: Sequence[Row]
    kind: Kind
    places: dict[str, tuple[int, ...]]
    order: str
    first: int


@dataclass(slots=True, kw_only=True)
class Filed:
    """What became of a chunk: rows for the tables, and counts. `own` are the keys of UHIDs, `keys` all others."""

    last: int
    done: int
    patients: list[tuple[object, ...]] = field(default_factory=list)
    former: list[tuple[str, str, int]] = field(default_factory=list)
    own: list[Keys] = field(default_factory=list)
    keys: list[Keys] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    left_out: int = 0
    merged: int = 0


class Filer:
    """Makes rows for the tables. `left_out` are UHIDs that must not stand in the index."""

    def __init__(self, columns: Columns, left_out: Collection[str], hash_key: bytes) -> None:
        self._columns = columns
        self._left_out = frozenset(left_out)
        self._hash_key = hash_key

    def file(self, chunk: Chunk) -> Filed:
        """All rows of a chunk."""
        reader = Reader(self._columns, chunk.places, chunk.order)
        filed = Filed(last=chunk.first + chunk.rows[-1][0], done=len(chunk.rows))
        own = [(array("q"), array("q")) for _ in range(BUCKETS)]
        keys = [(array("q"), array("q")) for _ in range(BUCKETS)]
        for line, cells in chunk.rows:
            kept = self._kept(reader, chunk.kind, line, cells)
            if isinstance(kept, BadRow):
                filed.bad.append(kept)
                continue
            patient, at = kept.patient, chunk.first + line
            if not self._left_out.isdisjoint((patient.uhid, *kept.former, kept.merged_into)):
                filed.left_out += 1
                continue
            filed.bad += kept.lost
            if kept.merged_into:
                filed.former.append((patient.uhid, kept.merged_into, at))
                filed.merged += 1
                continue
            filed.former += [(each, patient.uhid, at) for each in kept.former]
            filed.patients.append(
                (
                    at, patient.uhid, patient.name, patient.name_hindi, patient.sex.value, patient.birth,
                    patient.guardian, patient.locality, patient.district, patient.last4,
                )
            )  # fmt: skip
            _put(own, uhid_key(patient.uhid), at)
            for key in self._filed_under(patient, kept):
                _put(keys, key, at)
        filed.own = [(one.tobytes(), two.tobytes()) for one, two in own]
        filed.keys = [(one.tobytes(), two.tobytes()) for one, two in keys]
        return filed

    def _kept(self, reader: Reader, kind: Kind, line: int, cells: list[str] | str) -> Kept | BadRow:
        if isinstance(cells, str):
            return BadRow(line=line, column="", why=cells)
        if kind is not Kind.BULK:
            return reader.read(line, cells)
        told = bulk.texts_of(cells[0], self._columns.identifier)
        if told is None:
            return BadRow(line=line, column="", why="it is no Patient of FHIR R4")
        return reader.kept(line, told)

    def _filed_under(self, patient: IndexedPatient, kept: Kept) -> set[int]:
        person = patient.person()
        found: set[int] = set()
        for each in scripts(person):
            found |= {key for key in seek_keys(each) if key is not None}
            given, *rest = [word.key for word in words_of(each.name)] or [""]
            found |= {_key(stem("w", word), person.year) for word in rest}
            found |= {_key(stem("gl", given, word), person.year) for word in rest[:-1]}
        found |= {hidden_key(self._hash_key, "mobile", each) for each in kept.mobiles}
        if kept.abha:
            found.add(hidden_key(self._hash_key, "abha", kept.abha))
        return found


def scripts(person: Person) -> tuple[Person, ...]:
    """The person under the name of each script; under one where both sound the same."""
    if not person.name_hindi:
        return (person,)
    latin, hindi = words_of(person.name), words_of(person.name_hindi)
    if not latin or not hindi:
        return (replace(person, name=person.name or person.name_hindi, name_hindi=""),)
    one = replace(person, name_hindi="")
    if [word.key for word in latin] == [word.key for word in hindi]:
        return (one,)
    return one, replace(one, name=person.name_hindi)


def uhid_key(uhid: str) -> int:
    """The key of a UHID; another one may have it too, rarely: whoever finds by it compares."""
    return _key(stem("u", uhid), 0)


def hidden_key(hash_key: bytes, kind: str, number: str) -> int:
    """The key of a number that the file must not tell."""
    told = number if kind == "mobile" else f"{kind} {number}"
    return _key(int.from_bytes(hmac.digest(hash_key, told.encode(), "sha256")[:8]) >> (YEAR_BITS + 2), 0)


def word_ranges(kind: str, *words: str) -> tuple[int, int]:
    """The range of keys of a kind ("g", "w", "gl") for words of a name, whatever the year."""
    base = _key(stem(kind, *words), 0)
    return base, base | ((1 << YEAR_BITS) - 1)


def pairs(keys: Keys) -> Iterator[tuple[int, int]]:
    """Keys with their ids."""
    one, two = array("q"), array("q")
    one.frombytes(keys[0])
    two.frombytes(keys[1])
    return zip(one, two, strict=True)


def chunk_of(part: Part, number: int, rows: Sequence[Row]) -> Chunk:
    """Some rows of a file."""
    return Chunk(rows=rows, kind=part.kind, places=dict(part.places), order=part.order, first=number << PART_BITS)


def _key(base: int | None, year: int) -> int:
    return (base or 0) << YEAR_BITS | year


def _put(into: list[tuple["array[int]", "array[int]"]], key: int, at: int) -> None:
    one, two = into[key >> _SHIFT]
    one.append(key)
    two.append(at)


_own: Filer | None = None  # of a worker process


def begin(columns: Columns, left_out: frozenset[str], hash_key: bytes) -> None:
    """Readies a worker process. Its key came by the pipe that its parent opened, not by the environment."""
    global _own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops in order
    _own = Filer(columns, left_out, hash_key)


def work(chunk: Chunk) -> Filed:
    """A worker's task."""
    if _own is None:
        raise RuntimeError("this process was not readied")
    return _own.file(chunk)
