"""The start page's process: shows the page, makes or opens the desk that is asked for, and ends when it is served.

It gets a pipe to whoever watches over the desk: over it go the desk's folder, the page's address and what to serve,
and back comes whether the folder is ours, then the desk's address or why it is not open.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from fallback import __version__
from fallback.enrolment import KEYS_FILE
from fallback.errors import DeskNowhere, KitForeign, ParchiError
from fallback.keys import PublicKeys
from fallback.kit import seal
from fallback.kit.starting.home import Home, homes
from fallback.kit.starting.session import Session, Where, hospital_of
from fallback.machine import state_folder
from fallback.serving import served
from fallback.settings import Settings
from fallback.web.starting import create_start_app

_TURN = 3600.0  # seconds
_PATIENCE = 15.0  # seconds for the other start to say where it is


def find(stick: Path | None, settings: Settings) -> Where:
    """What a start stands on. Raises KitMissing and its like for a stick, DeskNowhere without one, KitForeign."""
    state = settings.state or state_folder()
    if stick is None:
        here = homes(state)
        if len(here) != 1:
            raise DeskNowhere()
        home, number, kit = here[0], here[0].folder.name.removeprefix("desk-"), None
    else:
        kit = seal.read(stick)
        number = kit.hospital_id
        home = Home(state / f"desk-{number}")
        keys = home.data / KEYS_FILE
        if home.has_desk and keys.is_file():
            known = PublicKeys.load(keys)
            if known.root != kit.root:
                raise KitForeign(folder=stick, hospital=kit.hospital, id=kit.hospital_id)
    hospital = hospital_of(home, stick)
    return Where(stick=stick, kit=kit, home=home, state=state, hospital=hospital, hospital_id=number)


def show(
    control: Connection,
    listener: socket.socket,
    stick: Path | None,
    settings: Settings,
    roots: Sequence[Path] | None,
    failed: ParchiError | None,
) -> None:
    """The page, until its desk stands open or whoever watches is gone. `failed` is why the desk was closed again."""
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C reaches both; whoever watches says when to end
        signal.signal(number, signal.SIG_IGN)
    try:
        where = find(stick, settings)
        control.send(where.home.folder)
        if not control.recv():
            control.send(_address(where.home))
            return
        session = Session(where, settings, lambda: datetime.now(UTC), roots)
        if failed:
            session.failed(failed)
        app = create_start_app(
            session, where.hospital, hospital_id=where.hospital_id, made=where.kit.made if where.kit else None,
            version=where.kit.version if where.kit else __version__, drill=bool(where.kit and where.kit.drill),
            language=settings.language,
        )  # fmt: skip
        with served(app, listener=listener) as address:
            where.home.tell_address(address)
            control.send(address)
            threading.Thread(target=_make, args=(session, control), name="makes", daemon=True).start()
            while isinstance(said := control.recv(), ParchiError):
                session.failed(said)
            session.opened(said)
    except ParchiError as error:
        control.send(error)
    except (EOFError, ConnectionError):  # whoever watched is gone: what is being made is cut off, as by a power cut
        os._exit(1)


def _make(session: Session, control: Connection) -> None:
    """Does what the page asks for, one after the other, and sends what to serve."""
    while True:
        if order := session.take(_TURN):
            control.send(order)


def _address(home: Home) -> str:
    """Where the other start can be reached; "" when it does not say so in time."""
    ends = time.monotonic() + _PATIENCE
    while not (address := home.address()) and time.monotonic() < ends:
        time.sleep(0.1)
    return address
