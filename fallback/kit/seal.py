"""A stick's seal: KIT.json, which the hospital's root signs over the list of its files."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from fallback.disk import write_file
from fallback.errors import KitChanged, KitForeign, KitForged, KitMissing, Sentence
from fallback.keys import KEY_SIZE, hospital_id, is_genuine
from fallback.kit import sums
from fallback.kit.sums import SEAL, SUMS, Fault, Tell

FORMAT = "parchi-kit-1"
_PREFIX = b"Parchi kit 1\n"  # a signature over a kit is none over an account, a certificate or a slip
_LARGEST_SEAL = 100_000
_LONGEST_NAME = 200

# What a person is told of a fault, by its kind.
FAULT_LABELS = {
    "missing": "{path} is missing",
    "changed": "{path} was changed, or not copied whole",
    "unlisted": "{path} does not belong there",
    "link": "{path} is a link and no file",
    "case": "{path}: these names differ in capital letters only",
    "unreadable": "{path} cannot be read",
    "list": "{path}: the list of files is damaged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """What a stick says of itself: whose it is, of which version, when it was made (UTC), whether for drills.

    `hospital` is the hospital's name, `hospital_id` the eight hex digits that its slips bear, `root` its root's public
    key; `sums` is the SHA-256 (hex) of the list of its files.
    """

    version: str
    hospital: str
    hospital_id: str
    root: bytes
    made: datetime
    drill: bool
    sums: str
    signature: bytes = b""

    def record(self) -> dict[str, Any]:
        """KIT.json without its signature."""
        return {
            "format": FORMAT,
            "version": self.version,
            "hospital": self.hospital,
            "hospital_id": self.hospital_id,
            "root": self.root.hex(),
            "made": self.made.astimezone(UTC).isoformat(timespec="seconds"),
            "drill": self.drill,
            "sums": self.sums,
        }

    def message(self) -> bytes:
        """The bytes that the root signs."""
        body = json.dumps(self.record(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return _PREFIX + body.encode()

    def sealed(self, sign: Callable[[bytes], bytes]) -> Self:
        """The same, signed."""
        return replace(self, signature=sign(self.message()))

    def to_json(self) -> str:
        """The text of KIT.json."""
        return json.dumps(self.record() | {"signature": self.signature.hex()}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, raw: bytes) -> Self:
        """The inverse of `to_json`; ValueError, KeyError or TypeError for anything else."""
        record = json.loads(raw.decode("utf-8"))
        if record["format"] != FORMAT or set(record) != {*_NAMES, "signature"}:
            raise ValueError("its format is not known")
        words = [record[name] for name in _NAMES if name != "drill"]
        if type(record["drill"]) is not bool or not all(
            type(word) is str and len(word) <= _LONGEST_NAME for word in words
        ):
            raise ValueError("a value of it is none")
        made = datetime.fromisoformat(record["made"])
        kit = cls(
            version=record["version"], hospital=record["hospital"], hospital_id=record["hospital_id"],
            root=bytes.fromhex(record["root"]), made=made, drill=record["drill"], sums=record["sums"],
            signature=bytes.fromhex(record["signature"]),
        )  # fmt: skip
        if made.tzinfo is None or not kit.hospital.isprintable() or not kit.version.isprintable():
            raise ValueError("a value of it is none")
        return kit


_NAMES = ("format", "version", "hospital", "hospital_id", "root", "made", "drill", "sums")


def whose(folder: Path, *, root: bytes | None = None) -> Kit:
    """A stick's seal, its signature proved; nothing is said of its files. `root` is the hospital that it must be of.

    Raises KitMissing, KitForged, KitForeign, KitChanged where it cannot be read.
    """
    try:
        raw = sums.plain_file(folder / SEAL)
        if len(raw) > _LARGEST_SEAL:
            raise ValueError("it is no seal")
        kit = Kit.from_json(raw)
    except (FileNotFoundError, NotADirectoryError) as wrong:
        raise KitMissing(folder=folder, file=SEAL) from wrong
    except OSError as wrong:
        raise KitChanged(folder=folder, count=1, fault=said(Fault(kind="unreadable", path=SEAL))) from wrong
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise KitForged(folder=folder, why=Sentence("{file} cannot be understood", file=SEAL)) from wrong
    if len(kit.root) != KEY_SIZE or kit.hospital_id != f"{hospital_id(kit.root):08x}":
        raise KitForged(folder=folder, why="the hospital's number does not fit its key")
    if not is_genuine(kit.root, kit.message(), kit.signature):
        raise KitForged(folder=folder, why="its signature is not that of its hospital")
    if root is not None and kit.root != root:
        raise KitForeign(folder=folder, hospital=kit.hospital, id=kit.hospital_id)
    return kit


def read(folder: Path, *, root: bytes | None = None) -> Kit:
    """As `whose`, and the list of its files is the one that was sealed. Raises KitChanged when it is not."""
    kit = whose(folder, root=root)
    try:
        listed = sums.digest_of(sums.plain_file(folder / SUMS))
    except FileNotFoundError as wrong:
        raise KitMissing(folder=folder, file=SUMS) from wrong
    except (OSError, ValueError) as wrong:
        raise KitChanged(folder=folder, count=1, fault=said(Fault(kind="unreadable", path=SUMS))) from wrong
    if listed != kit.sums:
        raise KitChanged(folder=folder, count=1, fault=said(Fault(kind="changed", path=SUMS)))
    return kit


def verify(folder: Path, tell: Tell | None = None, *, root: bytes | None = None) -> Kit:
    """Looks at every byte of a stick, and at who sealed it: what it says of itself is then true.

    That its root is the hospital's own only `root` can say, or a person who compares the number on any slip. Raises
    KitMissing, KitForged, KitForeign, KitChanged.
    """
    kit = read(folder, root=root)
    faults = sums.check(folder, tell)
    if faults:
        raise KitChanged(folder=folder, count=len(faults), fault=said(faults[0]))
    return kit


def seal(folder: Path, kit: Kit) -> None:
    """Writes the seal, last of all: a stick without one is refused. Raises DiskFull and the like."""
    write_file(folder / SEAL, kit.to_json().encode())
    with suppress(OSError):  # FAT knows no such thing; elsewhere another account must be able to read it
        (folder / SEAL).chmod(0o644)


def said(fault: Fault) -> Sentence:
    """The sentence of a fault."""
    return Sentence(FAULT_LABELS[fault.kind], path=fault.path)
