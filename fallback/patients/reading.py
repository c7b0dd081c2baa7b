"""Asks an index that is whole: who has a number, who is called so, and who may be meant. It never writes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from fallback import names
from fallback.patients.filing import hidden_key, scripts, uhid_key, word_ranges
from fallback.patients.rows import IndexedPatient, number_of
from fallback.person import SEEKS, Person, seek_ranges
from fallback.slip import Sex

FORMAT = 3  # of the file; 2 had an index for each key, and no Hindi names
MOST_PEOPLE = 120  # weighed for one question
MOST_BY_KEY = 50
_ENOUGH = 50  # people found by better keys: those that say less are not asked then
_MOST_OF_A_WORD = 3_000  # people of one word who are looked at for the others
_CACHE = 16_384  # KiB
_AGE_SLACK = 2  # years; the NHA's rule for the same person
_STEPS = 5  # a number that was merged into a number that was merged ...
_SELECT = "SELECT id, uhid, name, name_hindi, sex, birth, guardian, locality, district, last4 FROM patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderKey:
    """What opens an index for reading. It can be pickled; hand it on by a pipe, for it opens every patient."""

    path: Path
    key: bytes = field(repr=False)
    hash_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """People who may be meant, as they are shown and as they are weighed, in no order.

    `cut` names the keys (of SEEKS, or `mobile`) that more people have than were looked at: a common name, a clinic's
    telephone; or who were not looked at, for there were enough already.
    """

    people: tuple[tuple[IndexedPatient, Person], ...]
    cut: tuple[str, ...] = ()


class IndexReader:
    """One connection to an index, for one thread or process. Raises sqlcipher3's errors."""

    def __init__(self, key: ReaderKey) -> None:
        self._hash_key = key.hash_key
        self.db = open_database(key.path, key.key)
        self.db.execute("PRAGMA query_only = ON")
        self.db.execute(f"PRAGMA cache_size = -{_CACHE}")

    def close(self) -> None:
        """Lets go of the file."""
        self.db.close()

    def patient(self, uhid: str) -> IndexedPatient | None:
        """Who has a UHID, or had it before it was merged or changed."""
        wanted = number_of(uhid)
        for _ in range(_STEPS):
            for at in self._ids(uhid_key(wanted), uhid_key(wanted), MOST_BY_KEY):
                patient = self._patient(at)
                if patient.uhid == wanted:
                    return patient
            row = self.db.execute("SELECT now FROM former WHERE uhid = ?", (wanted,)).fetchone()
            if row is None:
                return None
            wanted = row[0]
        return None

    def with_mobile(self, mobile: str, most: int) -> list[IndexedPatient]:
        """Everybody with a mobile, at most `most`."""
        key = hidden_key(self._hash_key, "mobile", mobile)
        return [self._patient(at) for at in self._ids(key, key, most)]

    def named(
        self, name: str, most: int, *, sex: Sex | None = None, age: int | None = None, today: date | None = None
    ) -> list[IndexedPatient] | None:
        """Everybody with all words of a name, at most `most`; None where thousands have a word: some may be left."""
        keys = list(dict.fromkeys(names.name_key(name).split()))[:6]
        if not keys:
            return []
        born = today.year - age if age is not None and today is not None else 0
        found: dict[int, IndexedPatient] = {}
        for at in self._of_words(keys, born):
            if at is None:
                return None
            patient = self._patient(at)
            told = {key for each in (patient.name, patient.name_hindi) for key in names.name_key(each).split()}
            if not told.issuperset(keys) or at in found:
                continue
            if sex is not None and sex is not Sex.UNKNOWN and patient.sex not in (sex, Sex.UNKNOWN):
                continue
            found[at] = patient
            if len(found) >= most:
                break
        return list(found.values())

    def search(self, asked: Person, most: int = MOST_PEOPLE) -> Found:
        """People who may be the one that is asked for: with the number, the mobile (whatever the sex), or alike."""
        ids: dict[int, tuple[str, str]] = {}  # and the whole mobile and ABHA, where they are the ones that were told
        cut: dict[str, None] = {}
        if asked.uhid and (own := self._with_uhid(asked.uhid)) is not None:
            ids[own] = ("", "")
        for kind, numbers in (("abha", (asked.abha,)), ("mobile", asked.mobiles)):
            for number in numbers:
                if len(number) >= 10:
                    key = hidden_key(self._hash_key, kind, number)
                    some = self._ids(key, key, MOST_BY_KEY)
                    for at in some:
                        mobile, abha = ids.get(at, ("", ""))
                        ids[at] = (number, abha) if kind == "mobile" else (mobile, number)
                    cut |= dict.fromkeys([kind] if len(some) == MOST_BY_KEY else [])
        ranges = [seek_ranges(each) for each in scripts(asked)]
        for place, name in enumerate(SEEKS):
            if len(ids) >= _ENOUGH:
                cut |= dict.fromkeys([name] if any(spans[place] for spans in ranges) else [])
                continue
            for low, high in (span for spans in ranges for span in spans[place]):
                some = self._ids(low, high, MOST_BY_KEY)
                ids |= {at: ("", "") for at in some if at not in ids}
                cut |= dict.fromkeys([name] if len(some) == MOST_BY_KEY else [])
        found = []
        for at, (mobile, abha) in list(ids.items())[:most]:
            patient = self._patient(at)
            found.append((patient, patient.person(mobile, abha)))
        return Found(people=tuple(found), cut=tuple(cut))

    def candidates(self, asked: Person, most: int = MOST_PEOPLE) -> list[tuple[IndexedPatient, Person]]:
        """As `search`, the people alone."""
        return list(self.search(asked, most).people)

    def sample(self, count: int) -> Iterator[Person]:
        """People spread over the whole index, at most `count`: how common a word is in a name is counted from them."""
        last = self.db.execute("SELECT max(id) FROM patient").fetchone()[0] or 0
        for at in range(1, last + 1, max(1, last // count)):
            if self.db.execute("SELECT 1 FROM patient WHERE id = ?", (at,)).fetchone():
                yield self._patient(at).person()

    def _of_words(self, keys: Sequence[str], born: int) -> Iterable[int | None]:
        """The ids of people with the words, others among them; None after a range that has more than are looked at."""
        if len(keys) > 1:
            spans = [word_ranges("gl", one, two) for one in keys for two in keys if one != two]
            yield from self._born(spans, born)
            rarest = min(keys, key=lambda each: self._count(*word_ranges("w", each)))
            yield from self._born([word_ranges("w", rarest)], born)
            return
        yield from self._born([word_ranges("g", keys[0]), word_ranges("w", keys[0])], born)

    def _born(self, spans: Iterable[tuple[int, int]], born: int) -> Iterable[int | None]:
        """The ids of keys within ranges; with a year of birth those of about then, and those of whom none is known."""
        for low, high in spans:
            near = (low | (born - _AGE_SLACK - 1), low | (born + _AGE_SLACK))
            for one, two in (near, (low, low)) if born else ((low, high),):
                found = self._ids(one, two, _MOST_OF_A_WORD)
                yield from found
                if len(found) == _MOST_OF_A_WORD:
                    yield None

    def _count(self, low: int, high: int) -> int:
        return len(self._ids(low, high, _MOST_OF_A_WORD))

    def _with_uhid(self, uhid: str) -> int | None:
        patient = self.patient(uhid)
        if patient is None:
            return None
        key = uhid_key(patient.uhid)
        return next((at for at in self._ids(key, key, MOST_BY_KEY) if self._patient(at).uhid == patient.uhid), None)

    def _ids(self, low: int, high: int, most: int) -> list[int]:
        rows = self.db.execute("SELECT id FROM seek WHERE key BETWEEN ? AND ? LIMIT ?", (low, high, most))
        return [row[0] for row in rows.fetchall()]

    def _patient(self, at: int) -> IndexedPatient:
        row = self.db.execute(f"{_SELECT} WHERE id = ?", (at,)).fetchone()
        _, uhid, name, hindi, sex, birth, guardian, locality, district, last4 = row
        return IndexedPatient(
            uhid=uhid, name=name, name_hindi=hindi, sex=Sex(sex), birth=birth, guardian=guardian, locality=locality,
            district=district, last4=last4,
        )  # fmt: skip


def open_database(path: Path, key: bytes) -> Any:
    """A connection with the raw key set, in autocommit mode, that any one thread may use."""
    db = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
    db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    db.execute("PRAGMA cipher_log_level = NONE")  # else every wrong key writes to the terminal
    db.execute("PRAGMA temp_store = MEMORY")  # nothing of ours lies in a temporary file in plain
    return db


def is_today(db: Any) -> bool:
    """Whether a file is of this version."""
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == FORMAT)
