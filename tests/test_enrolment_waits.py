"""Wrong PINs: growing waits at one computer, nobody else kept out, kept across a restart, lifted by a supervisor."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation, pins, users
from fallback.enrolment.waits import FREE_COMPUTER, FREE_LOGIN, STEPS, place_of
from fallback.errors import (
    LastSupervisor,
    LoginBusy,
    LoginRefused,
    LoginUnknown,
    LoginWaits,
    PinGiven,
    PinUsed,
    WordRefused,
)
from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from tests import factories
from tests.conftest import argon2

STRANGER, DESK = "10.0.0.66", "10.0.0.7"


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(installation: Installation) -> Iterator[Clock]:
    made = Clock()
    users._waits(installation.ledger).clock = made
    yield made


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs are looked at without argon2: what is tested here are the waits."""
    monkeypatch.setattr(users, "is_pin", lambda stored, pin: stored is not None and pin == factories.PIN)


def wrong(ledger: Ledger, login: str = "meena", address: str = STRANGER) -> int:
    """Seconds to wait, 0 where the PIN was looked at."""
    try:
        enrolment.log_in(ledger, login, "000001", address)
    except LoginRefused:
        return 0
    except LoginWaits as waits:
        return int(str(waits.values["seconds"]))
    raise AssertionError("the wrong PIN was taken")


def refused(ledger: Ledger) -> list[dict[str, object]]:
    return [line.content for line in ledger.lines() if line.fact is FactKind.LOGIN_REFUSED]


@pytest.mark.usefixtures("cheap")
def test_the_wait_grows_ends_and_is_forgotten_after_the_right_pin(installation: Installation, clock: Clock) -> None:
    ledger = installation.ledger
    assert [wrong(ledger) for _ in range(3)] == [0, 0, 0]
    for step in (*STEPS, STEPS[-1], STEPS[-1]):
        assert wrong(ledger) > step - 1, "not even looked at"
        with pytest.raises(LoginWaits):
            enrolment.log_in(ledger, "meena", factories.PIN, STRANGER)
        clock.now += step
        assert wrong(ledger) == 0
    clock.now += STEPS[-1]
    assert enrolment.log_in(ledger, "meena", factories.PIN, STRANGER).login == "meena"
    assert [wrong(ledger) for _ in range(3)] == [0, 0, 0], "and it begins anew"
    assert [told["failures"] for told in refused(ledger)] == [3, 4, 5, 6, 8, 3]
    assert {(told["login"], told["from"]) for told in refused(ledger)} == {("meena", STRANGER)}


@pytest.mark.usefixtures("cheap")
def test_who_hammers_at_one_computer_keeps_nobody_from_entering_elsewhere(
    installation: Installation, clock: Clock
) -> None:
    for _ in range(50):
        wrong(installation.ledger, enrolment.FIRST_LOGIN)
        wrong(installation.ledger)
        clock.now += 1
    assert wrong(installation.ledger) > 0
    for address in (DESK, "127.0.0.1", "::1", "::ffff:127.0.0.1", ""):
        assert enrolment.log_in(installation.ledger, "meena", factories.PIN, address).login == "meena"


@pytest.mark.usefixtures("cheap")
def test_one_computer_cannot_try_all_logins(installation: Installation, clock: Clock) -> None:
    looked_at = sum(wrong(installation.ledger, f"clerk{number}") == 0 for number in range(200))
    assert looked_at == FREE_COMPUTER
    with pytest.raises(LoginWaits):
        enrolment.log_in(installation.ledger, "asha", factories.PIN, STRANGER)
    assert enrolment.log_in(installation.ledger, "asha", factories.PIN, DESK)
    clock.now += STEPS[0]
    assert enrolment.log_in(installation.ledger, "asha", factories.PIN, STRANGER), (
        "and the right PIN starts no new wait"
    )
    assert enrolment.log_in(installation.ledger, "ravi", factories.PIN, STRANGER)
    hundred = [wrong(installation.ledger, f"clerk{number}", "127.0.0.1") for number in range(100)]
    assert set(hundred) == {0}, "at the server itself only each login waits"


@pytest.mark.usefixtures("cheap")
def test_a_login_tried_from_many_computers_is_left_alone_where_it_entered_before(
    installation: Installation, clock: Clock
) -> None:
    enrolment.log_in(installation.ledger, "meena", factories.PIN, DESK)
    looked_at = sum(
        wrong(installation.ledger, "meena", f"10.1.{third}.{fourth}") == 0
        for third in range(2)
        for fourth in range(200)
    )
    assert looked_at == FREE_LOGIN
    with pytest.raises(LoginWaits):
        enrolment.log_in(installation.ledger, "meena", factories.PIN, "10.9.9.9")
    assert enrolment.log_in(installation.ledger, "meena", factories.PIN, DESK)
    assert enrolment.log_in(installation.ledger, "meena", factories.PIN, "127.0.0.1")
    assert enrolment.log_in(installation.ledger, "asha", factories.PIN, "10.9.9.9")
    assert {(told["login"], told["from"]) for told in refused(installation.ledger)} == {("meena", "")}


@pytest.mark.usefixtures("cheap")
def test_waits_outlive_a_restart_and_are_lifted_by_any_program(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    for _ in range(3):
        wrong(made.ledger)
    assert enrolment.log_in(made.ledger, "asha", factories.PIN, DESK)
    made.close()
    again = enrolment.open_installation(tmp_path / "data", factories.PASSPHRASE, clock=factories.clock())
    with pytest.raises(LoginWaits):
        enrolment.log_in(again.ledger, "meena", factories.PIN, STRANGER)
    assert [(each.login, each.place) for each in enrolment.waiting(again.ledger)] == [("meena", STRANGER)]
    assert users._waits(again.ledger)._entered == {("asha", DESK)}
    other = Ledger.open(tmp_path / "data", again.vault, clock=factories.clock())
    enrolment.free_login(other, "meena", by="asha")
    other.close()
    assert enrolment.log_in(again.ledger, "meena", factories.PIN, STRANGER)
    assert enrolment.waiting(again.ledger) == []
    with pytest.raises(LoginUnknown):
        enrolment.free_login(again.ledger, "nobody")
    again.close()


@pytest.mark.usefixtures("cheap")
def test_a_clock_that_was_set_back_or_forward_keeps_nobody_out_for_long(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    for _ in range(3):
        wrong(made.ledger)
    made.close()
    for start, waits in ((factories.START.replace(year=2020), True), (factories.START.replace(year=2030), False)):
        again = enrolment.open_installation(tmp_path / "data", factories.PASSPHRASE, clock=factories.clock(start))
        found = enrolment.waiting(again.ledger)
        assert bool(found) is waits
        assert all(each.seconds <= STEPS[-1] for each in found)
        again.close()


@pytest.mark.usefixtures("cheap")
def test_a_new_pin_lifts_the_wait(installation: Installation, clock: Clock) -> None:
    for _ in range(3):
        wrong(installation.ledger, "asha")
    enrolment.set_user(installation.ledger, "asha", "Asha Rani", Role.CLERK, factories.PIN, by="meena")
    assert enrolment.log_in(installation.ledger, "asha", factories.PIN, STRANGER)


@pytest.mark.usefixtures("cheap")
def test_what_was_typed_as_a_login_is_kept_only_where_it_is_one(installation: Installation, clock: Clock) -> None:
    for _ in range(3):
        wrong(installation.ledger, "739164")
    assert refused(installation.ledger) == [{"login": "", "failures": 3, "from": STRANGER}]
    assert wrong(installation.ledger, "739164") > 0, "an unknown login waits as a known one does"
    assert enrolment.waiting(installation.ledger) == []


def test_many_tries_at_once_are_counted_before_they_are_looked_at(installation: Installation) -> None:
    """Forty threads with one gate: no more than the free tries are ever looked at."""
    answers: list[int] = []
    gate = threading.Barrier(40)

    def attempt() -> None:
        gate.wait()
        answers.append(wrong(installation.ledger))

    threads = [threading.Thread(target=attempt) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(answer == 0 for answer in answers) == 3


def test_a_hundred_clerks_log_in_at_once(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """All get in, and never more than two PINs are looked at at a time."""
    now, most, lock = [0], [0], threading.Lock()
    real = argon2

    class Counted:
        def __init__(self, salt: bytes) -> None:
            self.real = real(salt)

        def verify(self, pin: bytes, digest: bytes) -> None:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            try:
                self.real.verify(pin, digest)
            finally:
                with lock:
                    now[0] -= 1

    logins = [f"clerk{number}" for number in range(100)]
    stored = pins.hash_pin(factories.PIN)
    monkeypatch.setattr(users, "hash_pin", lambda _pin: stored)
    for login in logins:
        enrolment.set_user(installation.ledger, login, login, Role.CLERK, factories.PIN)
    monkeypatch.setattr(pins, "_hasher", Counted)
    entered: set[str] = set()

    def enter(login: str) -> None:
        address = f"10.0.1.{login.removeprefix('clerk')}"
        entered.add(enrolment.log_in(installation.ledger, login, factories.PIN, address).login)

    threads = [threading.Thread(target=enter, args=(login,)) for login in logins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert entered == set(logins)
    assert most[0] <= 2


def test_who_waits_for_too_long_to_be_looked_at_is_told_and_nothing_is_counted(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "PATIENCE", 0.01)
    pins._AT_ONCE.acquire()
    pins._AT_ONCE.acquire()
    try:
        for _ in range(5):
            with pytest.raises(LoginBusy):
                enrolment.log_in(installation.ledger, "asha", factories.PIN)
    finally:
        pins._AT_ONCE.release()
        pins._AT_ONCE.release()
    assert enrolment.log_in(installation.ledger, "asha", factories.PIN)


def test_an_unknown_login_costs_one_look_as_a_known_one(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LoginRefused):
        enrolment.log_in(installation.ledger, "nobody", factories.PIN)
    looks: list[str] = []
    real = pins._hasher

    def looked(salt: bytes) -> object:
        looks.append("look")
        return real(salt)

    monkeypatch.setattr(pins, "_hasher", looked)
    for login in ("asha", "nobody", ""):
        looks.clear()
        with pytest.raises(LoginRefused):
            enrolment.log_in(installation.ledger, login, "000001")
        assert looks == ["look"], login


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("127.0.0.1", "local"),
        ("127.8.0.1", "local"),
        ("::1", "local"),
        ("", "local"),
        ("::ffff:10.0.0.66", "10.0.0.66"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("10.0.0.66", "10.0.0.66"),
        ("a proxy", "a proxy"),
    ],
)
def test_what_a_computer_is_counted_as(address: str, place: str) -> None:
    assert place_of(address) == place


def test_a_supervisors_word(installation: Installation) -> None:
    ledger = installation.ledger
    assert enrolment.word_of(ledger, "meena", factories.PIN, DESK) == "meena"
    with pytest.raises(WordRefused):
        enrolment.word_of(ledger, "asha", factories.PIN, DESK)
    given = enrolment.set_user(ledger, "vijay", "Vijay Rao", Role.SUPERVISOR, temporary=True)
    with pytest.raises(PinGiven):
        enrolment.word_of(ledger, "vijay", given, DESK)
    for _ in range(3):
        with pytest.raises(LoginRefused):
            enrolment.word_of(ledger, "meena", "000001", DESK)
    with pytest.raises(LoginWaits):
        enrolment.word_of(ledger, "meena", factories.PIN, DESK)
    assert not [line for line in ledger.lines() if line.fact is FactKind.LOGGED_IN], "a word is no login"


def test_a_pin_that_was_given_is_changed_by_its_owner(installation: Installation) -> None:
    ledger = installation.ledger
    given = enrolment.set_user(ledger, "kiran", "Kiran Bala", Role.CLERK, temporary=True, by="meena")
    assert enrolment.log_in(ledger, "kiran", given).temporary
    with pytest.raises(PinUsed):
        enrolment.change_pin(ledger, "kiran", given, given)
    with pytest.raises(LoginRefused):
        enrolment.change_pin(ledger, "kiran", "000001", "482915")
    changed = enrolment.change_pin(ledger, "kiran", given, "482915")
    assert (changed.temporary, changed.name, changed.role) == (False, "Kiran Bala", Role.CLERK)
    assert not enrolment.log_in(ledger, "kiran", "482915").temporary


def test_the_last_supervisor_stays(installation: Installation) -> None:
    ledger = installation.ledger
    enrolment.set_active(ledger, enrolment.FIRST_LOGIN, active=False, by="meena")
    for act in (
        lambda: enrolment.set_active(ledger, "meena", active=False),
        lambda: enrolment.set_user(ledger, "meena", "Meena Joshi", Role.CLERK),
    ):
        with pytest.raises(LastSupervisor):
            act()
    enrolment.set_active(ledger, "asha", active=False)
    with pytest.raises(LoginRefused):
        enrolment.log_in(ledger, "asha", factories.PIN)
    enrolment.set_active(ledger, "asha", active=True)
    assert enrolment.log_in(ledger, "asha", factories.PIN).name == "Asha Rani"
    with pytest.raises(LoginUnknown):
        enrolment.set_active(ledger, "nobody", active=False)
