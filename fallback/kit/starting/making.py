"""A desk made on this computer from a stick: the hospital's journal, what other desks' copies add, a card's series."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fallback import custody, enrolment
from fallback.custody.network.asking import ask_around
from fallback.disk import disk_error, write_file, write_pieces
from fallback.enrolment import KEYS_FILE, Installation
from fallback.errors import KitChanged, ParchiError, StickOut
from fallback.kit import seal, sums
from fallback.kit.starting.home import Home
from fallback.ledger import queries
from fallback.ledger.carrier import FILE_NAME
from fallback.patients import index
from fallback.vault import HEADER_NAME

Clock = Callable[[], datetime]
INDEX = f"hospital/{index.FILE_NAME}"
_OTHERS = {FILE_NAME, HEADER_NAME, KEYS_FILE, index.FILE_NAME}  # what is not the hospital's own writing
_PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was made: the desk's series, how many lines other copies added, and how many copies could not be read."""

    series: int
    added: int
    unread: int


def make_desk(
    home: Home, kit: Path, name: str, card: str, *, clock: Clock, state: Path, others: Sequence[Path] = ()
) -> Made:
    """Makes the data folder from a kit and enrols a desk with a card, all of it or nothing.

    What the copies of `others` and the desks of this network know of cards counts before this card does: one that was
    used at another desk is refused here, not when the journals meet.

    Raises StickOut, KitChanged, what restoring and enrolling raise.
    """
    home.clear()
    home.begin()
    try:
        _as_listed(kit)
        custody.restore(kit / "hospital", home.data, card, clock=clock, state=state)
        bring_hospital(kit, home.data)
        installation = enrolment.open_installation(home.data, card, clock=clock, state=state)
        try:
            added, unread = _take_in(installation, others)
            ask_around(installation.ledger)
            desk = enrolment.enrol_with_card(installation, name, card)
        finally:
            installation.close()
    except (ParchiError, OSError) as wrong:
        home.clear()
        if not (kit / sums.SEAL).is_file():
            raise StickOut() from wrong
        raise
    except BaseException:
        home.clear()
        raise
    home.finished()
    return Made(series=desk.series, added=added, unread=unread)


def may_issue(home: Home, secret: str, *, clock: Clock, state: Path, copies: Sequence[Path] = ()) -> bool:
    """Opens the data folder that is here, and says whether any desk may issue numbers from it."""
    installation = enrolment.open_installation(home.data, secret, clock=clock, state=state, copies=copies)
    try:
        return any(installation.may_issue(desk.series) for desk in queries.desks(installation.ledger.db()))
    finally:
        installation.close()


def enrol_again(home: Home, name: str, card: str, *, clock: Clock, state: Path, others: Sequence[Path] = ()) -> int:
    """Enrols one more desk in the data folder that is here, whose right to issue is lost; returns its series."""
    installation = enrolment.open_installation(home.data, card, clock=clock, state=state)
    try:
        _take_in(installation, others)
        ask_around(installation.ledger)
        return enrolment.enrol_with_card(installation, name, card).series
    finally:
        installation.close()


def _take_in(installation: Installation, others: Sequence[Path]) -> tuple[int, int]:
    added = unread = 0
    for folder in others:
        try:
            added += custody.merge(installation.ledger, folder).lines
        except (ParchiError, OSError):
            unread += 1
    return added, unread


def _as_listed(kit: Path) -> None:
    """The hospital's part of the stick must be as it was sealed, also when the program ran from here before."""
    for path, expected in sums.listed(kit).items():
        if path.startswith("hospital/") and path != INDEX and sums.digest(kit / path) != expected:
            raise KitChanged(folder=kit, count=1, fault=seal.said(sums.Fault(kind="changed", path=path)))


def bring_hospital(kit: Path, data: Path) -> None:
    """The hospital's file, its layouts and its ways' files, from the stick; what is there already stays.

    Raises KitChanged for a file that is not as it was sealed, StickOut and the disk's errors.
    """
    try:
        listed = sums.listed(kit)
        for path, expected in listed.items():
            file, target = kit / path, data / path.partition("/")[2]
            if path.startswith("hospital/") and file.name not in _OTHERS and not target.exists():
                content = sums.plain_file(file)
                if sums.digest_of(content) != expected:
                    raise KitChanged(folder=kit, count=1, fault=seal.said(sums.Fault(kind="changed", path=path)))
                target.parent.mkdir(exist_ok=True)
                write_file(target, content)
    except OSError as wrong:
        raise StickOut() if not (kit / sums.SEAL).is_file() else disk_error(wrong, data) from wrong
    except ValueError as wrong:
        raise KitChanged(folder=kit, count=1, fault=seal.said(sums.Fault(kind="list", path=sums.SUMS))) from wrong


def bring_index(kit: Path, data: Path) -> None:
    """The frozen patient index, where the stick has one and this computer none. A card opens none, so none waits for
    it: it comes when the passphrase opens the desk. Raises KitChanged, StickOut and the disk's errors.
    """
    target = data / index.FILE_NAME
    expected = sums.listed(kit).get(INDEX)
    if expected is None or target.exists():
        return
    read = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        with (kit / INDEX).open("rb") as file:
            while piece := file.read(_PIECE):
                read.update(piece)
                yield piece
        if read.hexdigest() != expected:
            raise KitChanged(folder=kit, count=1, fault=seal.said(sums.Fault(kind="changed", path=INDEX)))

    write_pieces(target, pieces())
