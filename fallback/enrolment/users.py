"""Users: who may enter, with which PIN, and whose word allows what a clerk alone may not."""

import re
from contextlib import suppress
from weakref import WeakKeyDictionary

from fallback.downtime import Role, User
from fallback.enrolment.pins import check_pin, hash_pin, is_pin, new_pin
from fallback.enrolment.waits import ANY, Try, Waiting, Waits, place_of
from fallback.errors import (
    LastSupervisor,
    LoginRefused,
    LoginUnknown,
    LoginWrong,
    ParchiError,
    PinGiven,
    PinUsed,
    WordRefused,
)
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.logins import logins_told
from fallback.ledger.writer import Transaction

_LOGIN = re.compile(r"[a-z][a-z0-9]{1,19}")
_NONE = "?"  # what is counted for a login that no user can have
_WAITS: WeakKeyDictionary[Ledger, Waits] = WeakKeyDictionary()


def set_user(
    ledger: Ledger, login: str, name: str, role: Role, pin: str = "", *, by: str = "", temporary: bool = False
) -> str:
    """Adds a user or gives one a new name, role and PIN; returns the PIN (a random one when none was given).

    `temporary`: somebody else knows the PIN, so its owner must choose their own first. Raises LoginWrong, PinTooWeak or
    LastSupervisor.
    """
    if not _LOGIN.fullmatch(login):
        raise LoginWrong()
    pin = pin or new_pin()
    content = user_content(login, name, role, pin, temporary=temporary)

    def job(tx: Transaction) -> None:
        if role is not Role.SUPERVISOR:
            _keeps_a_supervisor(tx, login)
        known = queries.user(tx.db, login) is not None
        tx.append(FactKind.USER_SET, content, by=by)
        if known:
            tx.append(FactKind.LOGIN_FREED, {"login": login, "from": ANY}, by=by)

    ledger.write(job)
    return pin


def set_active(ledger: Ledger, login: str, *, active: bool, by: str = "") -> None:
    """Lets a user in, or ends all their logins and lets them in no more. Raises LoginUnknown or LastSupervisor."""

    def job(tx: Transaction) -> None:
        user = queries.user(tx.db, login)
        if user is None:
            raise _unknown(login)
        if not active:
            _keeps_a_supervisor(tx, login)
        tx.append(FactKind.USER_SET, _content(user) | {"active": active}, by=by)

    ledger.write(job)


def change_pin(ledger: Ledger, login: str, old: str, new: str, address: str = "") -> User:
    """A user's own new PIN. Raises as `who`, PinTooWeak, or PinUsed when it is the old one."""
    user = who(ledger, login, old, address)
    if new == old:
        raise PinUsed()
    content = user_content(user.login, user.name, user.role, new)
    ledger.write(lambda tx: tx.append(FactKind.USER_SET, content, by=user.login))
    return queries.user(ledger.db(), login) or user


def who(ledger: Ledger, login: str, pin: str, address: str = "") -> User:
    """The active user whose login and PIN these are, typed at a computer with this address ("": the server itself).

    Raises LoginRefused, LoginWaits after too many wrong PINs, LoginBusy.
    """
    waits = _waits(ledger)
    login = login.strip().lower()[:40]
    tried = waits.ahead(login or _NONE, place_of(address))
    user = queries.user(ledger.db(), login)
    try:
        good = is_pin(user.pin_hash if user else None, pin)
    except BaseException:
        waits.undone(tried)
        raise
    if not good or user is None or not user.active:
        _tell(ledger, waits, tried, known=user is not None)
        raise LoginRefused()
    waits.right(tried)
    return user


def log_in(ledger: Ledger, login: str, pin: str, address: str = "") -> User:
    """Lets a user in, which becomes a fact. Raises as `who`."""
    user = who(ledger, login, pin, address)
    entered(ledger, user, address)
    return user


def entered(ledger: Ledger, user: User, address: str = "") -> None:
    """Journals that a user came in."""
    _write(ledger, FactKind.LOGGED_IN, {"from": place_of(address)}, user.login)


def word_of(ledger: Ledger, login: str, pin: str, address: str = "") -> str:
    """The login of the supervisor whose login and PIN these are, typed at somebody else's screen.

    Raises as `who`, WordRefused for a login that is no supervisor's, PinGiven for a PIN that somebody else chose.
    """
    user = who(ledger, login, pin, address)
    if user.role is not Role.SUPERVISOR:
        raise WordRefused()
    if user.temporary:
        raise PinGiven()
    return user.login


def free_login(ledger: Ledger, login: str, *, place: str = ANY, by: str = "") -> None:
    """Lifts the waits of a login at all computers, or at one; without a login those of a computer.

    Raises LoginUnknown for a login that no user has.
    """
    if login and queries.user(ledger.db(), login) is None:
        raise _unknown(login)
    content = {"login": login, "from": place}
    ledger.write(lambda tx: tx.append(FactKind.LOGIN_FREED, content, by=by))


def waiting(ledger: Ledger) -> list[Waiting]:
    """Which logins and computers wait at this moment, the longest wait first."""
    known = {ANY} | {each.login for each in queries.users(ledger.db())}
    return [each for each in _waits(ledger).waiting() if each.login in known]


def user_content(login: str, name: str, role: Role, pin: str, *, temporary: bool = False) -> dict[str, object]:
    """The content of the fact that sets a user. Raises PinTooWeak."""
    check_pin(pin)
    return _content(User(login=login, name=name, role=role, pin_hash=hash_pin(pin), temporary=temporary))


def _content(user: User) -> dict[str, object]:
    return {
        "login": user.login,
        "name": user.name,
        "role": user.role.value,
        "pin_hash": user.pin_hash,
        "active": user.active,
        "temporary": user.temporary,
    }


def _unknown(login: str) -> LoginUnknown:
    return LoginUnknown(login=login if _LOGIN.fullmatch(login) else "?")


def _keeps_a_supervisor(tx: Transaction, login: str) -> None:
    """Without a supervisor nobody could let anybody in any more. Raises LastSupervisor."""
    supervisors = {each.login for each in queries.users(tx.db) if each.active and each.role is Role.SUPERVISOR}
    if supervisors == {login}:
        raise LastSupervisor(login=login)


def _waits(ledger: Ledger) -> Waits:
    """The waits of an open ledger, with what its journal tells of them: from before a restart, or another program."""
    waits = _WAITS.get(ledger)
    if waits is None:
        waits = Waits()
        told = logins_told(ledger.db(), ledger.chain)
        if told:
            try:
                now = ledger.write(lambda tx: tx.now)
            except ParchiError:  # a full disk keeps nobody out
                now = told[-1].at
            waits.take_in(told, lambda each: (now - each.at).total_seconds())
        waits = _WAITS.setdefault(ledger, waits)
    waits.freed(logins_told(ledger.db(), ledger.chain, after=waits.read))
    return waits


def _tell(ledger: Ledger, waits: Waits, tried: Try, *, known: bool) -> None:
    """Journals a wait that began or grew. What was typed as a login is told only where it is one: it may be a PIN."""
    for (login, place), failures in waits.reached(tried):
        if not known and place == ANY:
            continue
        _write(ledger, FactKind.LOGIN_REFUSED, {"login": login if known else ANY, "failures": failures, "from": place})


def _write(ledger: Ledger, fact: FactKind, content: dict[str, object], by: str = "") -> None:
    with suppress(ParchiError):  # where nothing can be written any more, people come in all the same: to read
        ledger.write(lambda tx: tx.append(fact, content, by=by))
