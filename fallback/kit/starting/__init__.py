"""Starting: from a stick to a desk that is served, with a page on this computer alone that asks what must be asked."""

import os
import sys
import time
import webbrowser
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from fallback import __version__
from fallback.enrolment import KEYS_FILE
from fallback.errors import DeskNowhere, KitForeign, ParchiError, PortTaken
from fallback.keys import PublicKeys
from fallback.kit import seal
from fallback.kit.starting.home import Home, homes
from fallback.kit.starting.session import Session, Where, hospital_of
from fallback.lan import PORT
from fallback.machine import state_folder
from fallback.serving import Opened, Order, serve, served
from fallback.settings import Settings
from fallback.web.starting import create_start_app

__all__ = ["Home", "Session", "Where", "find", "start"]

_LOOPBACK = "127.0.0.1"
_TURN = 0.5  # seconds between two looks for Ctrl-C: Windows does not wake a thread that waits
_PATIENCE = 15.0  # seconds for the other start to say where it is

Tell = Callable[[str, str], None]
"""Told what happened ("page", "desk" or "running") and at which address."""


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


def start(
    stick: Path | None,
    settings: Settings,
    clock: Callable[[], datetime],
    tell: Tell,
    *,
    browser: bool = True,
    roots: Sequence[Path] | None = None,
) -> None:
    """Shows the page, makes or opens a desk as a person asks there, and serves it until Ctrl-C.

    A second start of the same desk leads to the page of the first. Raises what `find` raises.
    """
    where = find(stick, settings)
    held = where.home.take()
    if held is None:
        _lead_there(where.home, tell, browser=browser)
        return
    try:
        session = Session(where, settings, clock, roots)
        app = create_start_app(
            session, where.hospital, hospital_id=where.hospital_id, made=where.kit.made if where.kit else None,
            version=where.kit.version if where.kit else __version__, drill=bool(where.kit and where.kit.drill),
            language=settings.language,
        )  # fmt: skip
        with served(app) as address:
            where.home.tell_address(address)
            tell("page", address)
            if browser:
                open_browser(address)
            while True:
                order = session.take(_TURN)
                if order and _served(order, settings, session, tell):
                    return
    finally:
        os.close(held)


def _served(order: Order, settings: Settings, session: Session, tell: Tell) -> bool:
    """Serves the desk; False when that ended in a failure, which is on the page."""

    def opened(standing: Opened) -> None:
        address = f"http://{_LOOPBACK}:{standing.port}"
        session.opened(address)
        tell("desk", address)

    lan = settings.lan or PORT
    tried = [(settings.port, lan), (0, lan), (0, None)]  # a taken port stops no registration
    for port, door in tried:
        try:
            serve(order, _LOOPBACK, port, opened, lan=door)
            return True
        except PortTaken:  # by some other program, or by another account's desk
            continue
        except ParchiError as error:
            session.failed(error)
            return False
    session.failed(PortTaken(port=settings.port))
    return False


def _lead_there(home: Home, tell: Tell, *, browser: bool) -> None:
    ends = time.monotonic() + _PATIENCE
    while not (address := home.address()) and time.monotonic() < ends:
        time.sleep(0.1)
    tell("running", address)
    if address and browser:
        open_browser(address)


def open_browser(address: str) -> None:
    """Shows a page in the browser, where there is a screen: without one a browser would take the console."""
    if sys.platform == "win32" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        try:
            webbrowser.open(address)
        except (webbrowser.Error, OSError):  # the address stands in the window
            return
