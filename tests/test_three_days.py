"""Three days without the administrator: cards, a stick and PINs on a fresh laptop; then every number is accounted."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fallback import custody, enrolment, frontdesk
from fallback.downtime import Role
from fallback.ehospital.fhir import FhirConnector
from fallback.enrolment import Installation
from fallback.errors import PassphraseNeeded
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.reconcile import Bucket
from fallback.recovery import Choice, account_of, approve, contradictions, run_import
from fallback.rehearsal.clerk import Clerk
from fallback.rehearsal.target import TestSystem
from fallback.slip import SlipNumber
from tests import factories
from tests.backlog import cleared
from tests.laptops import power_cut
from tests.web.visitor import NEW

HOME = Path(__file__).parent.parent
TARGET = "test-server"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="it kills whole groups of processes")


@dataclass
class Night:
    """What lies in the night cupboard, and the laptop that was bought at the corner."""

    folder: Path
    stick: Path
    cards: list[Path] = field(default_factory=list)
    said: set[str] = field(default_factory=set)

    @property
    def data(self) -> Path:
        return self.folder / "laptop"

    @property
    def environment(self) -> dict[str, str]:
        mine = {name: text for name, text in os.environ.items() if not name.startswith("PARCHI_")}
        return mine | {"PARCHI_STATE": str(self.folder / "laptop-state"), "PARCHI_COPY": str(self.stick)}

    def command(self, *words: str, card: int = 0) -> list[str]:
        opened = ["--data", str(self.data), "--passphrase-file", str(self.cards[card])]
        return [sys.executable, "-m", "fallback", *opened, *words]

    def run(self, *words: str, card: int = 0, expect: int = 0) -> str:
        done = subprocess.run(
            self.command(*words, card=card), cwd=HOME, env=self.environment, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout

    def desk(self, series: int, login: str, day: int, count: int, *, card: int = 0, kill_after: int = 0) -> int:
        """A desk's work; with `kill_after`, killed after so many slips. Returns how many were acknowledged."""
        start = factories.START + timedelta(days=day)
        words = [self.data, self.cards[card], self.stick, series, login, start.isoformat(), count]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.night", *map(str, words)],
            cwd=HOME, env=self.environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout
        heard = 0
        for line in process.stdout:
            self.said.add(line.strip())
            heard += 1
            if heard == kill_after:
                process.kill()
        assert process.wait(60) == (-signal.SIGKILL if kill_after else 0)
        return heard

    def opened(self, card: int = 0) -> Installation:
        return enrolment.open_installation(
            self.data,
            self.cards[card].read_text(),
            clock=factories.clock(factories.START + timedelta(days=3)),
            state=self.folder / "laptop-state",
            copies=(self.stick,),
        )


@pytest.fixture
def main_desk(tmp_path: Path) -> Iterator[tuple[Night, dict[str, Any]]]:
    """Before the attack: an installation with cards, PINs and a stick; its last slip is on no stick any more."""
    stick = tmp_path / "stick"
    stick.mkdir()
    made, _, _ = enrolment.init(
        tmp_path / "main", factories.PASSPHRASE, clock=factories.clock(), cost=factories.CHEAP,
        state=tmp_path / "main-state",
    )  # fmt: skip
    enrolment.enrol_desk(made, "Registration 1")
    for login, role in (("asha", Role.CLERK), ("kiran", Role.CLERK), ("meena", Role.SUPERVISOR)):
        enrolment.set_user(made.ledger, login, login.title(), role, factories.PIN)
    night = Night(tmp_path, stick)
    for place, card in enumerate(enrolment.make_cards(made, 4, lambda _: None)):
        night.cards.append(tmp_path / f"card-{place}")
        night.cards[-1].write_text(card.text)
    made.ledger.copy_to(stick)
    counter = factories.counter(made)
    numbers = {_short_downtime(counter, "on the stick")}
    made.ledger.copy_to(None)
    numbers.add(_short_downtime(counter, "on no stick any more"))
    made.close()
    yield night, {"numbers": numbers, "data": tmp_path / "main", "state": tmp_path / "main-state"}


def _short_downtime(counter: frontdesk.Counter, reason: str) -> str:
    frontdesk.start_downtime(counter, reason)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    number = frontdesk.register(counter, shift.key, factories.registration("Before Devi")).row.slip.number.text
    frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
    frontdesk.end_downtime(counter)
    return number


def served(night: Night, card: int) -> tuple[subprocess.Popen[str], str]:
    """`serve`, opened by a card; the process and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        night.command("serve", "--host", "127.0.0.1", "--port", str(port), card=card),
        cwd=HOME, env=night.environment, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout
    assert "http://" in process.stdout.readline()
    return process, f"http://127.0.0.1:{port}"


def enter(address: str, login: str) -> Clerk:
    clerk = Clerk(address)
    page = clerk.open("/login")
    clerk.send(page.form("login", "pin"), login=login, pin=factories.PIN)
    return clerk


def register(clerk: Clerk, name: str, mobile: str) -> str:
    form = clerk.open("/").form("name", "form", action="register")
    page = clerk.send(form, **NEW | {"name": name, "mobile": mobile})
    assert "/issued/" in page.url, page.says
    return page.url.rpartition("/issued/")[2][:11]


def first_day(night: Night) -> None:
    """In the browser, by PINs: a supervisor starts the downtime, a clerk opens a shift, and the power goes twice."""
    process, address = served(night, 0)
    with enter(address, "meena") as supervisor:
        supervisor.send(supervisor.open("/supervisor").form("reason"), reason="ransom note on every screen")
    with enter(address, "asha") as clerk:
        page = clerk.open("/shift/open")
        clerk.send(page.form("opening_float"), desk="2", opening_float="500", clock="y")
        night.said |= {
            register(clerk, f"Web Patient {letter}", f"981111111{place}") for place, letter in enumerate("AB")
        }
    power_cut(process)
    process, address = served(night, 1)  # opened by the other card
    with enter(address, "asha") as clerk:
        night.said.add(register(clerk, "Web Patient C", "9811111113"))
    power_cut(process)


@LINUX
def test_three_days_without_the_administrator(main_desk: tuple[Night, dict[str, Any]]) -> None:
    night, before = main_desk
    night.run("restore", str(night.stick))
    night.run("check", expect=4)  # red: nothing may be issued yet
    made = night.opened()
    with pytest.raises(PassphraseNeeded):
        made.vault.needs_whole()
    made.close()
    for place, name in enumerate(("Casualty", "OPD hall")):
        card = night.cards[place].read_text()
        told = json.loads(night.run("desk", "enrol", name, "--card", card, "--json"))
        assert told == {"series": place + 2, "name": name}
    night.run("desk", "enrol", "Again", "--card", night.cards[0].read_text(), expect=3)
    first_day(night)
    assert night.desk(3, "kiran", 1, 9, card=1, kill_after=4) >= 4
    seats = {path: path.read_bytes() for path in (night.folder / "laptop-state").glob("*.seat")}
    assert night.desk(3, "kiran", 1, 9, card=1) == 9  # the forms that were sent before give the same slips
    assert night.desk(2, "asha", 2, 6, kill_after=2) >= 2
    for path, content in seats.items():  # a power cut: the mark was never written out
        path.write_bytes(content)
    assert night.desk(2, "asha", 2, 6, card=1) == 6
    made = night.opened(card=1)
    for shift in queries.shifts(made.ledger.db()):
        if shift.closed is None and shift.series != 1:
            frontdesk.close_shift(factories.counter(made), shift.key, counted_cash=0, note="day three", by=shift.login)
            assert frontdesk.shift_sheet(factories.counter(made), shift.key).startswith(b"%PDF")
    issued = {row.slip.number.text for row in queries.slips(made.ledger.db())}
    assert night.said <= issued, "what was acknowledged is there"
    assert not made.may_issue(1)
    made.close()
    night.run("journal", "export", str(night.folder / "laptop.parchi"), card=1)
    the_administrator_comes(night, before)


def the_administrator_comes(night: Night, before: dict[str, Any]) -> None:
    """With the passphrase and the root's key, on the machine that was cleaned."""
    made = enrolment.open_installation(
        before["data"], factories.PASSPHRASE, clock=factories.clock(), state=before["state"], copies=()
    )
    assert custody.merge(made.ledger, night.folder / "laptop.parchi").conflicts == ()
    assert custody.merge(made.ledger, night.stick).conflicts == ()
    db = made.ledger.db()
    known = {row.slip.number.text for row in queries.slips(db)}
    assert before["numbers"] | night.said <= known
    assert (contradictions(db).numbers, contradictions(db).cards) == ((), ())
    with TestSystem() as system:
        cleared(made.ledger, TARGET)
        approve(made.ledger, TARGET, Choice(), by="ravi")
        target = Target(name=TARGET, url=system.url, test=True)
        connector = FhirConnector(target, factories.hospital(), system.token, pauses=(0.01,), timeout=10.0)
        report = run_import(made.ledger, connector, by="ravi")
        connector.close()
    account = account_of(db, TARGET)
    assert report.created == account.total.counts[Bucket.IMPORTED] == account.total.issued == len(known)
    assert account.closed
    by_series: dict[int, list[int]] = {}
    for number in map(SlipNumber.parse, known):
        by_series.setdefault(number.series, []).append(number.serial)
    assert {series: sorted(serials) for series, serials in by_series.items()} == {
        series: list(range(1, len(serials) + 1)) for series, serials in by_series.items()
    }, "no number is missing, none was given twice"
    assert made.ledger.verify().ok
    assert made.ledger.rebuild_views()
    made.close()
