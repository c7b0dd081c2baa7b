"""A computer joins the desks that run, by six words or a code: the vault's header, every line, and a card for its desk.

A joining that is cut off leaves a folder with a mark, which the next one clears: nothing was ever issued from it.
"""

import json
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fallback.custody.carriers import bring_own_files
from fallback.custody.network.exchange import ANSWERED, CALLED, Progress, Session, meet
from fallback.custody.network.hearing import JOIN, JOINED
from fallback.custody.network.lines import About
from fallback.custody.network.proof import LanKeys, fresh_nonce
from fallback.disk import disk_error, write_file
from fallback.enrolment import card_key, enrol_with_card, open_installation
from fallback.errors import (
    ComputerForeign,
    ComputerOdd,
    ComputerSilent,
    FolderTaken,
    InvitationOver,
    InvitationWrong,
    LanWordsWrong,
    ParchiError,
)
from fallback.groups import read_card
from fallback.keys import Certificate, PublicKeys
from fallback.lan import Agreement, Line as Wire, Way, read
from fallback.lan.agree import confirmed
from fallback.ledger import Ledger, unmake
from fallback.machine import Seat, state_folder
from fallback.vault import Vault

MARK = "joining"
_MOST_STRANGER = 4096
_MOST_GIVEN = 40 << 20  # the header, the hospital's file and its layouts
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedDesk:
    """A desk that joined: its series, its data folder, and the card that opens both from now on."""

    series: int
    folder: Path
    card: str = field(repr=False)


def join(
    text: str,
    name: str,
    folder: Path,
    *,
    state: Path | None,
    clock: Callable[[], datetime],
    progress: Progress | None,
    root: bytes,
) -> JoinedDesk:
    """Joins the desk whose six words or code these are; makes `folder` its data folder and enrols a desk `name`.

    `progress` is told lines done and lines in all, as they come. `root` is the hospital's root as the stick has it; a
    computer that cannot prove a chain to it gives nothing. Raises LanWordsWrong, ComputerSilent, ComputerForeign,
    ComputerOdd, InvitationOver, InvitationWrong, FolderTaken, CardUsed and the like, and the disk's errors; then the
    folder is as empty as before.
    """
    way = read(text)
    if not way.secret:
        raise LanWordsWrong(why="the three words of its invitation are missing")
    _make_room(folder)
    given = _invited(way)
    card = _proved(given, root, way)
    try:
        _begin(folder, given)
        vault = Vault.open(folder, card)
        with Ledger.open(folder, vault, clock=clock) as ledger:
            Seat.take(state or state_folder(), ledger.chain, folder)  # here the new chain may be written
            _fetch(way, ledger, LanKeys.of(vault), progress)
            ledger.vouch()
        bring_own_files(_files(given), folder)
        installation = open_installation(folder, card, clock=clock, state=state)
        try:
            if installation.root != root:
                raise ComputerForeign(address=way.address)
            desk = enrol_with_card(installation, name, card)
            (folder / MARK).unlink()
            with suppress(ParchiError):  # else the others hear of the card's use when this desk opens
                _fetch(way, installation.ledger, LanKeys.of(vault), None)
        finally:
            installation.close()
    except BaseException:
        _clear(folder)
        raise
    return JoinedDesk(series=desk.series, folder=folder, card=card)


def _invited(way: Way) -> dict[str, Any]:
    """What the inviting desk gives: all of it or nothing, asked for again where the network loses an answer."""
    wire = _call(way)
    try:
        seen = wire.certificate
        agreement = Agreement(way.secret, seen)
        told = _asked(wire, JOIN, {"shown": agreement.shown.hex()}, _MOST_STRANGER)
        try:
            key = agreement.key(bytes.fromhex(told["shown"]), first=True)
            proof = {"id": str(told["id"]), "proof": confirmed(key, "joiner")}
        except (ValueError, KeyError, TypeError) as wrong:
            raise ComputerOdd(address=way.address, why="it is no answer") from wrong
        left = _TRIES
        while True:
            left -= 1
            try:
                given = _asked(wire, JOINED, proof, _MOST_GIVEN)
                break
            except ComputerSilent:
                if not left:
                    raise
                wire.close()
                wire = _call(way)
                if wire.certificate != seen:  # the proof is worth a card: whoever cut the line must not get it now
                    raise InvitationWrong(address=way.address) from None
        if given.get("proof") != confirmed(key, "desk"):  # it does not know the words, and only seemed to
            raise InvitationWrong(address=way.address)
        return given
    finally:
        wire.close()


def _call(way: Way) -> Wire:
    left = _TRIES
    while True:
        left -= 1
        try:
            wire = Wire.open(way.address, way.port, within=CALLED)
            break
        except ComputerSilent:
            if not left:
                raise
    if way.certificate and wire.certificate != way.certificate:  # the code names another computer
        wire.close()
        raise InvitationWrong(address=way.address)
    return wire


def _asked(wire: Wire, path: str, told: dict[str, str], most: int) -> dict[str, Any]:
    answer = wire.ask(path, json.dumps(told).encode(), within=ANSWERED, most=most)
    match answer.status:
        case 409:
            raise InvitationOver()
        case 403:
            raise InvitationWrong(address=wire.address)
        case 429 | 503:
            raise ComputerSilent(address=wire.address, port=str(wire.port))
    try:
        return dict(json.loads(answer.body))
    except (ValueError, TypeError, RecursionError) as wrong:
        raise ComputerOdd(address=wire.address, why=f"HTTP {answer.status}") from wrong


def _proved(given: dict[str, Any], root: bytes, way: Way) -> str:
    """The card's text, which the stick's root has certified: so it is of this hospital, whoever gave it."""
    try:
        card = str(given["card"])
        certificate = Certificate.from_record(given["certificate"])
        series, key = card_key(card, root)
        known = certificate.series == series and certificate.public == key.public
        PublicKeys.checked(root, [certificate], way.address)
    except (ParchiError, KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise ComputerForeign(address=way.address) from wrong
    if not known or read_card(card) is None:
        raise ComputerForeign(address=way.address)
    return card


def _fetch(way: Way, ledger: Ledger, keys: LanKeys, progress: Progress | None) -> None:
    """Every line that the other desk has, and ours to it; cut off by the network, it goes on where it was."""
    instance = fresh_nonce()[:16]

    def about() -> About:
        return About(instance=instance, chain="", port=0, serves=False, time=0.0, heads=ledger.heads())

    silent = 0
    while True:
        try:
            session = Session.open(way.address, way.port, keys)
            try:
                met = meet(session, ledger, about, lambda lines: _take(ledger, lines), progress=progress)
            finally:
                session.close()
        except ComputerSilent:
            silent += 1
            if silent == _TRIES:
                raise
            continue
        silent = 0
        if not met.behind:
            return
        if not met.came:
            raise ComputerOdd(address=way.address, why="its journal cannot be read")


def _take(ledger: Ledger, lines: list[Any]) -> None:
    ledger.take(lines, place="the other desk")


def _make_room(folder: Path) -> None:
    """An empty folder, or what a joining left that was cut off. Raises FolderTaken and the disk's errors."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if (folder / MARK).exists():
            _clear(folder)
        if any(folder.iterdir()):
            raise FolderTaken(folder=folder)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong


def _begin(folder: Path, given: dict[str, Any]) -> None:
    try:
        header = b64decode(given["header"], validate=True)
    except (KeyError, ValueError, TypeError) as wrong:
        raise ComputerOdd(address="?", why="it gave no vault") from wrong
    write_file(folder / MARK, b"A computer was joining here. Nothing was issued yet.\n")
    write_file(Vault.header_file(folder), header)


def _clear(folder: Path) -> None:
    """Takes away what a joining made; only of a folder that has its mark."""
    if not (folder / MARK).exists():
        return
    unmake(folder)
    for path in [*sorted(folder.rglob("*"), reverse=True)]:
        with suppress(OSError):
            if path.name == MARK and path.parent == folder:
                continue
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    with suppress(OSError):
        (folder / MARK).unlink()


def _files(given: dict[str, Any]) -> dict[str, bytes]:
    try:
        return {str(name): b64decode(content) for name, content in dict(given.get("files") or {}).items()}
    except (ValueError, TypeError):
        return {}
