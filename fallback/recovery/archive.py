"""The archive: slip number -> UHID in a folder of its own, sealed with its own passphrase, for one enquiry PC.

It holds numbers and no names, and needs none of the hospital's keys: the old paper still resolves when they are retired
and the journal lies in a safe. Nobody can change it; it is made anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from fallback import wedge
from fallback.disk import disk_error, write_file
from fallback.errors import ArchiveWrong, SealBroken, SlipNumberWrong
from fallback.hospital import Hospital
from fallback.keys import PublicKeys
from fallback.ledger import Ledger
from fallback.ledger.queries import after
from fallback.payload import CodeOutcome, judge
from fallback.reconcile import Bucket, bucket
from fallback.recovery.account import states_of
from fallback.recovery.crosswalk import travelling
from fallback.slip import INDIA, SlipNumber, number_on
from fallback.vault import Vault

FILE_NAME = "archive.parchi"
FORMAT = "parchi-archive-1"
_PURPOSE = "archive"
_UNTRUSTED = (CodeOutcome.FORGED, CodeOutcome.UNKNOWN_DESK, CodeOutcome.OTHER_HOSPITAL)


class Kept(StrEnum):
    """What the archive knows of a slip."""

    UHID = "uhid"  # it is in the hospital system, under this number
    VOID = "void"
    OPEN = "open"  # when the archive was made it was not in the system: held, waiting, left for the live counter
    NO_SLIP = "no_slip"  # a number without content: unused, spoiled, missing
    UNKNOWN = "unknown"  # no number of this hospital's
    UNTRUSTED = "untrusted"  # a code that this hospital did not sign
    UNREADABLE = "unreadable"  # neither a number nor a code


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An answer. `uhid` is there for UHID alone; `number` where one could be read."""

    kept: Kept
    number: SlipNumber | None = None
    uhid: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was put into an archive: how many slips, and how many of them with a UHID."""

    slips: int
    uhids: int


def make_archive(
    ledger: Ledger, hospital: Hospital, keys: PublicKeys, target: str, folder: Path, passphrase: str, *, now: datetime
) -> Made:
    """Makes an archive in a new folder, as everything stands now.

    Raises ArchiveWrong where something lies there already, PassphraseEmpty, DiskFull and its like.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise ArchiveWrong(folder=folder, why="something lies there already: name a new folder")
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    db = ledger.db()
    slips = {state.number.text: ["", _kept(bucket(state)).value] for state in states_of(db, target)}
    for row in after.walk(db, target):
        slips[row.number.text] = ["", Kept.VOID.value] if row.void else [travelling(row), Kept.UHID.value]
    told = {
        "format": FORMAT,
        "hospital": hospital.name,
        "target": target,
        "made": now.astimezone(INDIA).isoformat(timespec="minutes"),
        "keys": json.loads(keys.to_json()),
        "slips": slips,
    }
    vault, _ = Vault.create(folder, passphrase)
    write_file(folder / FILE_NAME, vault.seal(_PURPOSE, json.dumps(told, ensure_ascii=False).encode()))
    return Made(slips=len(slips), uhids=sum(kept == Kept.UHID for _, kept in slips.values()))


def _kept(where: Bucket) -> Kept:
    match where:
        case Bucket.VOIDED:
            return Kept.VOID
        case Bucket.UNUSED | Bucket.SPOILED | Bucket.MISSING:
            return Kept.NO_SLIP
        case _:
            return Kept.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An opened archive. It is only read."""

    hospital: str
    target: str
    made: str
    _keys: PublicKeys
    _slips: Mapping[str, tuple[str, str]]

    @classmethod
    def open(cls, folder: Path, secret: str) -> Self:
        """Opens the archive of a folder. Raises ArchiveWrong, VaultLocked, VaultDamaged."""
        try:
            sealed = (folder / FILE_NAME).read_bytes()
        except OSError as wrong:
            raise ArchiveWrong(folder=folder, why="it has no archive in it") from wrong
        vault = Vault.open(folder, secret)
        try:
            told: dict[str, Any] = json.loads(vault.unseal(_PURPOSE, sealed))
            if told["format"] != FORMAT:
                raise ArchiveWrong(folder=folder, why="it was made by a newer program")
            return cls(
                hospital=told["hospital"],
                target=told["target"],
                made=told["made"],
                _keys=PublicKeys.from_json(json.dumps(told["keys"]), FILE_NAME),
                _slips={number: (uhid, kept) for number, (uhid, kept) in told["slips"].items()},
            )
        except (SealBroken, ValueError, KeyError, TypeError) as wrong:
            raise ArchiveWrong(folder=folder, why="it is damaged") from wrong

    def ask(self, typed: str) -> Found:
        """What became of a slip, by what was typed or scanned: its number, or the code on it. Never raises."""
        text = wedge.cleaned(typed[:5000])
        try:
            number = number_on(text)
        except SlipNumberWrong:
            judged = judge(text, self._keys)
            if judged.outcome in _UNTRUSTED:
                return Found(kept=Kept.UNTRUSTED, number=judged.number)
            if judged.number is None:
                return Found(kept=Kept.UNREADABLE)
            number = judged.number
        uhid, kept = self._slips.get(number.text, ("", Kept.UNKNOWN.value))
        return Found(kept=Kept(kept), number=number, uhid=uhid)
