"""Signed accounts as they come in: whose each is, whether it is as it was signed, and what it counts; no patient."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fallback.errors import AccountWrong, ParchiError, Sentence, TableWrong
from fallback.keys import KEY_SIZE, hospital_id, is_genuine
from fallback.reconcile import Bucket
from fallback.recovery.account import FORMAT, message
from fallback.tables import survey

COUNTS = ("issued", *(each.value for each in Bucket), "printed", "back", "not_back")
_NEEDED = ("code", "name", "hospital_id", "root", "drill")
_LARGEST = 64_000_000  # bytes; an account of 100,000 numbers has some 3,000,000
_MOST = 10**9
_MOST_DAYS = 4_000
_LONGEST_NAME = 200  # letters of a file's, as it is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A hospital of the office's table: whose signature its account must bear. `drill`: it only ever practised."""

    code: str
    name: str
    hospital_id: str
    root: bytes
    drill: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalAccount:
    """What one account counts: by COUNTS, in all and by day (ISO, "" where nobody knows). `digest` marks the account.

    `repairs` are slips under a wrong patient in the hospital system, `pages` scanned pages that still need a person.
    """

    root: Root
    at: datetime
    closed: bool
    counts: Mapping[str, int]
    days: Mapping[str, Mapping[str, int]]
    repairs: int
    pages: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that does not count, and why; `error` is its failure."""

    file: str
    error: ParchiError


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One account a hospital, by code; the files that do not count; the hospitals of the table without any."""

    accounts: tuple[HospitalAccount, ...]
    refused: tuple[Refused, ...]
    absent: tuple[Root, ...]

    @property
    def total(self) -> dict[str, int]:
        """All hospitals in one sum."""
        return {name: sum(each.counts[name] for each in self.accounts) for name in COUNTS}

    @property
    def days(self) -> dict[str, dict[str, int]]:
        """The same by day."""
        known = sorted({day for each in self.accounts for day in each.days})
        return {
            day: {name: sum(each.days.get(day, {}).get(name, 0) for each in self.accounts) for name in COUNTS}
            for day in known
        }


def read_roots(path: Path) -> list[Root]:
    """The table of hospitals and their roots, as `kit build --all` writes it. Raises TableWrong."""
    found = survey(path, need=_NEEDED)
    heading = [each.casefold() for each in found.heading]
    if any(heading.count(name) != 1 for name in _NEEDED):
        why = Sentence("its columns must be {columns}.", columns=", ".join(_NEEDED))
        raise TableWrong(file=path.name, why=why)
    roots: list[Root] = []
    for line, cells in found.rows():
        told = dict(zip(heading, cells, strict=False)) if isinstance(cells, list) else {}
        try:
            root = bytes.fromhex(told["root"])
            good = len(root) == KEY_SIZE and f"{hospital_id(root):08x}" == told["hospital_id"].strip().lower()
            if not good or not told["code"].strip() or any(each.root == root for each in roots):
                raise ValueError("a hospital's number is that of its root, and stands once")
        except (KeyError, ValueError) as wrong:
            why = Sentence(
                "line {line} does not name a hospital by its root, or names one again. Take the file as kit build "
                "--all wrote it: a spreadsheet that saves it changes numbers.",
                line=line,
            )
            raise TableWrong(file=path.name, why=why) from wrong
        drill = told.get("drill", "").strip().lower() not in ("", "no")
        roots.append(
            Root(code=told["code"].strip(), name=told["name"], hospital_id=f"{hospital_id(root):08x}", root=root,
                 drill=drill)
        )  # fmt: skip
    return roots


def read_account(path: Path, roots: Sequence[Root]) -> HospitalAccount:
    """One account, with its signature and its sums proved. Raises AccountWrong."""
    try:
        if path.stat().st_size > _LARGEST:
            raise AccountWrong(file=_called(path), why="it is larger than any account")
        record = json.loads(path.read_text(encoding="utf-8-sig"))
        if record["format"] != FORMAT:
            raise ValueError("another format")
        signature, signed = bytes.fromhex(record["signature"]), message(record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise AccountWrong(file=_called(path), why="it cannot be read, or holds something else") from wrong
    likely = sorted(
        roots, key=lambda each: each.name != record.get("hospital")
    )  # a name proves nothing, and saves time
    root = next((each for each in likely if is_genuine(each.root, signed, signature)), None)
    if root is None:
        raise AccountWrong(file=_called(path), why="it was changed, or no hospital of the table signed it")
    if root.drill:
        raise AccountWrong(
            file=_called(path), why=Sentence("{code} is for drills: nothing of it was real", code=root.code)
        )
    try:
        return _account(root, record, hashlib.sha256(signed).hexdigest())
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        why = Sentence("{code} signed it, and its sums do not fit together", code=root.code)
        raise AccountWrong(file=_called(path), why=why) from wrong


def merge(files: Iterable[Path], roots: Sequence[Root]) -> Merged:
    """Each hospital's newest account once; what does not count is told with its reason, and stops nothing."""
    newest: dict[bytes, tuple[Path, HospitalAccount]] = {}
    refused: list[Refused] = []
    seen: dict[tuple[bytes, str], str] = {}

    def refuse(path: Path, why: str) -> None:
        refused.append(Refused(file=_called(path), error=AccountWrong(file=_called(path), why=why)))

    for path in files:
        try:
            found = read_account(path, roots)
        except AccountWrong as wrong:
            refused.append(Refused(file=_called(path), error=wrong))
            continue
        mark = (found.root.root, found.digest)
        if mark in seen:
            refuse(path, Sentence("it is the same as {file}", file=seen[mark]))
            continue
        seen[mark] = _called(path)
        newer, older = (path, found), newest.get(found.root.root)
        if older and older[1].at > found.at:
            newer, older = older, newer
        newest[found.root.root] = newer
        if older:
            why = "{code} has a newer one: {file}"
            refuse(older[0], Sentence(why, code=found.root.code, file=_called(newer[0])))
    accounts = sorted((each for _, each in newest.values()), key=lambda each: each.root.code)
    absent = tuple(each for each in roots if each.root not in newest and not each.drill)
    return Merged(accounts=tuple(accounts), refused=tuple(refused), absent=absent)


def _account(root: Root, record: dict[str, Any], digest: str) -> HospitalAccount:
    counts = _counts(record["total"])
    days: dict[str, dict[str, int]] = {}
    for part in record["parts"]:
        day = "" if part["day"] == "" else date.fromisoformat(part["day"]).isoformat()
        sums = days.setdefault(day, dict.fromkeys(COUNTS, 0))
        for name, count in _counts(part).items():
            sums[name] += count
    if len(days) > _MOST_DAYS or any(sum(each[name] for each in days.values()) != counts[name] for name in COUNTS):
        raise ValueError("the parts do not give the whole")
    at = datetime.fromisoformat(record["at"])
    if type(record["closed"]) is not bool or at.tzinfo is None:
        raise ValueError("a value of it is none")
    repairs, pages = (_whole(record.get(name, 0)) for name in ("repairs", "open_pages"))
    return HospitalAccount(
        root=root, at=at, closed=record["closed"], counts=counts, days=days, repairs=repairs, pages=pages,
        digest=digest,
    )  # fmt: skip


def _counts(sums: Mapping[str, Any]) -> dict[str, int]:
    """The figures of a sum; an older version's account lacks what it did not know. Raises ValueError."""
    counts = {name: _whole(sums.get(name, 0)) for name in COUNTS}
    if counts["issued"] != sum(counts[each.value] for each in Bucket):
        raise ValueError("what was issued is not the sum of its places")
    if counts["printed"] != counts["back"] + counts["not_back"]:
        raise ValueError("what was printed is neither back nor out")
    return counts


def _whole(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST:
        raise ValueError("a count is a whole number")
    return value


def _called(path: Path) -> str:
    """A file's name as it may be said and written: one that another system wrote may hold what no text can."""
    return "".join(sign if sign.isprintable() else "?" for sign in path.name)[:_LONGEST_NAME]
