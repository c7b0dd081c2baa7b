"""One start of a desk: what a person asked for on the page, how far it is, and what to serve when it is ready."""

import logging
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from fallback import computer, hospital_file, names
from fallback.enrolment import readiness
from fallback.enrolment.readiness import Finding
from fallback.errors import (
    CardMissing,
    CardNotOurs,
    CardRefused,
    CardWrong,
    CopiesUnread,
    DeskUnnamed,
    ParchiError,
    Sentence,
    StickOut,
)
from fallback.groups import read_card
from fallback.hospital import Hospital
from fallback.kit.joining import join
from fallback.kit.ready import findings_of_kit
from fallback.kit.seal import Kit
from fallback.kit.starting.home import Home, homes, unpacked
from fallback.kit.starting.making import bring_hospital, bring_index, enrol_again, make_desk, may_issue
from fallback.kit.starting.sticks import CopyPlace, copies, folder_of, places
from fallback.ledger.own_files import HOSPITAL
from fallback.machine import this_machine
from fallback.serving import LOOPBACK, Order
from fallback.settings import Settings
from fallback.slip import TEXT_LIMIT
from fallback.web.starting import CopyChoice, Looked, Shown

_log = logging.getLogger(__name__)
_LONGEST = 2000  # letters of a secret or an invitation


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a start stands on: the stick (None: started without one), its seal, the desk's folder, the hospital."""

    stick: Path | None
    kit: Kit | None
    home: Home
    state: Path
    hospital: Hospital
    hospital_id: str


@dataclass(slots=True)
class Session:
    """What the page of a start asks and tells; for any thread. The thread that started the program serves."""

    where: Where
    settings: Settings
    clock: Callable[[], datetime]
    roots: Sequence[Path] | None = None
    _shown: Shown = field(default_factory=Shown)
    _asked: "queue.Queue[Callable[[], Order]]" = field(default_factory=queue.Queue)
    _gate: threading.Lock = field(default_factory=threading.Lock)
    _drill: "tuple[subprocess.Popen[bytes], str] | None" = None
    _look: Looked | ParchiError | None = None

    def shown(self) -> Shown:
        """How the start stands. What is plugged in is looked at each time."""
        with self._gate:
            shown = self._shown
        if shown.step or shown.desk:
            return shown
        home, kit = self.where.home, self.where.stick
        places = [CopyChoice(key=each.key, name=each.name, own=each.own) for each in self._places()]
        others = sum(each.folder != home.folder for each in homes(self.where.state))
        return replace(
            shown, has_desk=home.has_desk, stick=kit is not None and kit.is_dir(), places=places, others=others
        )

    def begin(self, *, name: str, secret: str, copy: str) -> None:
        """See `Start`. Raises DeskUnnamed, CardMissing, CardWrong and CardMistyped."""
        shown = self.shown()
        if len(secret) > _LONGEST or not secret.strip():
            raise CardMissing()
        made = not shown.has_desk or shown.unnamed
        name = named(name) if made else ""
        if read_card(secret) is None and made:
            raise CardWrong(why="its text is a C, the card's number, and seven groups of five signs")
        typed = {"name": name, "copy": copy}  # no secret: whoever else is logged in here can ask for this page
        what = "The desk's journal is opened." if shown.has_desk else "The journal is brought from the stick."
        self._put(what, typed, lambda: self._opened(name, secret, copy, made=made))

    def join(self, *, words: str, name: str, copy: str) -> None:
        """See `Start`. Raises DeskUnnamed and CardMissing."""
        name = named(name)
        if len(words) > _LONGEST or not words.strip():
            raise CardMissing()
        typed = {"name": name, "words": words, "copy": copy}
        self._put("The running desk is looked for.", typed, lambda: self._joined(words, name, copy))

    def practise(self) -> str:
        """See `Start`."""
        with self._gate:  # one at a time, however often it is clicked
            if self._drill and self._drill[0].poll() is None:
                return self._drill[1]
            port = _free_port()
            self._drill = self._practised(port), f"http://127.0.0.1:{port}/practise"
            return ""

    def _practised(self, port: int) -> "subprocess.Popen[bytes]":
        own = self.where.home.data / HOSPITAL
        file = own if own.is_file() else self.where.stick / "hospital" / HOSPITAL if self.where.stick else own
        words = [*program(), "--hospital", str(file), "practise", "--port", str(port)]
        return subprocess.Popen(words)  # noqa: S603 -- this program itself

    def check(self, *, again: bool) -> Looked:
        """See `Start`."""
        with self._gate:
            look = self._look
            if look is None or (again and not (isinstance(look, Looked) and look.step)):
                self._look = look = Looked(step="The check is running.")
                threading.Thread(target=self._checked, name="checks", daemon=True).start()
        if isinstance(look, ParchiError):
            raise look
        return look

    def _checked(self) -> None:
        found: Looked | ParchiError
        try:
            found = Looked(findings=self._findings())
        except ParchiError as error:
            found = error
        except Exception as wrong:
            _log.error("%s at the monthly check", type(wrong).__name__)
            found = ParchiError()
        with self._gate:
            self._look = found

    def _findings(self) -> Sequence[Finding]:
        began = time.monotonic()

        def tell(done: int, total: int) -> None:
            left = round((time.monotonic() - began) * (total - done) / max(done, 1))
            words = "Looking at the stick: {done} of {all} MB, {left} seconds left."
            with self._gate:
                self._look = Looked(step=Sentence(words, done=done >> 20, all=total >> 20, left=left))

        if self.where.stick is None:
            return readiness.of_machine(self.where.home.folder, self.where.hospital, self.clock(), computer.power)
        root = self.where.kit.root if self.where.kit else None
        return findings_of_kit(self.where.stick, now=self.clock(), root=root, tell=tell)

    def take(self, seconds: float) -> Order | None:
        """The next thing to serve, None when nobody asked for anything in that time. What fails is told on the page."""
        try:
            job = self._asked.get(timeout=seconds)
        except queue.Empty:
            return None
        try:
            return job()
        except CardRefused as error:
            self.failed(CardNotOurs(card=error.values["card"]))
        except ParchiError as error:
            self.failed(error)
        except Exception as wrong:
            _log.error("%s while a desk was opened", type(wrong).__name__)
            self.failed(ParchiError())
        return None

    def at(self, step: str) -> None:
        """What is being done now."""
        with self._gate:
            self._shown = replace(self._shown, step=step)

    def failed(self, error: ParchiError) -> None:
        """It did not work: the form is shown again."""
        with self._gate:
            self._shown = replace(self._shown, step="", desk="", error=error)

    def opened(self, address: str) -> None:
        """The desk stands open."""
        with self._gate:
            self._shown = replace(self._shown, step="", desk=address, error=None, typed={})

    def _put(self, step: str, typed: dict[str, str], job: Callable[[], Order]) -> None:
        with self._gate:
            if self._shown.step or self._shown.desk:  # a second Enter, or a second tab
                return
            self._shown = replace(self._shown, step=step, error=None, notices=(), typed=typed)
            self._asked.put(job)

    def _opened(self, name: str, secret: str, copy: str, *, made: bool) -> Order:
        home, state, stick = self.where.home, self.where.state, self.where.stick
        home.clear()
        if home.has_desk:
            home.note_program()
        others = self._copies() if made else []
        if not home.has_desk:
            if stick is None:
                raise StickOut()
            done = make_desk(home, stick, name, secret, clock=self.clock, state=state, others=others)
            if done.unread:
                self._notice(CopiesUnread(count=done.unread))
        elif made:
            enrol_again(home, name, secret, clock=self.clock, state=state, others=others)
        elif not may_issue(home, secret, clock=self.clock, state=state) and read_card(secret):
            with self._gate:
                self._shown = replace(self._shown, unnamed=True)
            raise DeskUnnamed()
        elif stick and not read_card(secret):
            self.at("The patient index is brought from the stick.")
            with suppress(ParchiError, OSError):  # a desk works without it
                bring_index(stick, home.data)
        return self._order(secret, copy)

    def _joined(self, words: str, name: str, copy: str) -> Order:
        home = self.where.home
        home.clear()
        home.begin()
        root = self.where.kit.root if self.where.kit else b""
        try:
            done = join(
                words, name, home.data, state=self.where.state, clock=self.clock, progress=self._came, root=root
            )
            if self.where.stick:
                try:
                    bring_hospital(self.where.stick, home.data)
                except ParchiError:  # the running desk gave what is needed: a stick that is out by now stops nobody
                    if not (home.data / HOSPITAL).is_file():
                        raise
        except BaseException:
            home.clear()
            raise
        home.finished()
        return self._order(done.card, copy)

    def _came(self, done: int, total: int) -> None:
        self.at(Sentence("{done} of {total} lines have come.", done=done, total=total))

    def _order(self, secret: str, copy: str) -> Order:
        home, stick = self.where.home, self.where.stick
        home.note_program()
        self.at("The desk is opened in the browser.")
        own = home.data / HOSPITAL
        found = self._places()
        chosen = next((each.folder for each in sorted(found, key=lambda place: place.key != copy)), None)
        try:
            if chosen:
                chosen.mkdir(parents=True, exist_ok=True)
        except OSError:
            chosen = None  # it was pulled out at this moment: the bar says that there is no copy
        return Order(
            data=home.data,
            hospital=own if own.is_file() or not stick else stick / "hospital" / HOSPITAL,
            secret=secret,
            language=self.settings.language,
            copies=(*((chosen,) if chosen else ()), *self.settings.copies),
            names=LOOPBACK,
            secure=False,
            index=self.settings.index,
            uidai=self.settings.uidai,
            kit=stick,
        )

    def _places(self) -> list[CopyPlace]:
        called = folder_of(computer.name(), this_machine().fingerprint)
        return places(self.where.stick, self.where.hospital_id, called, self.roots)

    def _copies(self) -> list[Path]:
        return copies(self.where.stick, self.where.hospital_id, self.roots)

    def _notice(self, error: ParchiError) -> None:
        with self._gate:
            self._shown = replace(self._shown, notices=(*self._shown.notices, error))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def named(name: str) -> str:
    """A desk's name as it was typed. Raises DeskUnnamed."""
    name = names.normalise(name)
    if not name or len(name) > TEXT_LIMIT:
        raise DeskUnnamed()
    return name


def hospital_of(home: Home, stick: Path | None) -> Hospital:
    """The hospital's file: that of the desk that is here, else the stick's."""
    own = home.data / HOSPITAL
    return hospital_file.load(own if (home.has_desk and own.is_file()) or not stick else stick / "hospital" / HOSPITAL)


def program() -> list[str]:
    """The command that runs this program once more."""
    if folder := unpacked():  # there no folder of Python's own knows `fallback`
        return [sys.executable, "-I", "-S", str(folder / "program" / "start.py")]
    return [sys.executable, "-m", "fallback"]
