"""Read-only questions about logins: who is a supervisor, who entered where, who was refused, whose waits ended."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fallback.downtime import Role
from fallback.ledger.facts import FactKind


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginTold:
    """A LOGGED_IN, LOGIN_REFUSED or LOGIN_FREED of a chain. `key` orders them; `failures` is 0 but of a refusal."""

    key: str
    fact: FactKind
    at: datetime
    login: str
    place: str
    failures: int


@dataclass(frozen=True, slots=True)
class LastLogin:
    """When a user entered last, and at which computer."""

    at: datetime
    place: str


def is_supervisor(db: Database, login: str) -> bool:
    """Whether a login is that of a supervisor who may enter."""
    asked = "SELECT 1 FROM user WHERE login = ? AND role = ? AND active = 1"
    return db.execute(asked, (login, Role.SUPERVISOR)).fetchone() is not None


def logins_told(db: Database, chain: str, *, after: str = "") -> list[LoginTold]:
    """What a chain tells of logins, in its order, later than the key `after`.

    Only one chain: what happened at another laptop must not make anybody wait at this one.
    """
    rows = db.execute(
        "SELECT key, fact, at, login, content FROM event WHERE fact IN (?, ?, ?) AND key > ? AND key LIKE ? "
        "ORDER BY key",
        (FactKind.LOGGED_IN, FactKind.LOGIN_REFUSED, FactKind.LOGIN_FREED, after, f"% {chain}"),
    ).fetchall()
    return [_told(*row) for row in rows]


def last_logins(db: Database) -> dict[str, LastLogin]:
    """Each user's last login that any chain tells of."""
    rows = db.execute(
        "SELECT login, max(at), content ->> '$.from' FROM event WHERE fact = ? GROUP BY login", (FactKind.LOGGED_IN,)
    )
    return {login: LastLogin(datetime.fromisoformat(at), place) for login, at, place in rows}


def _told(key: str, fact: str, at: str, by: str, text: str) -> LoginTold:
    content = json.loads(text)
    kind = FactKind(fact)
    return LoginTold(
        key=key,
        fact=kind,
        at=datetime.fromisoformat(at),
        login=by if kind is FactKind.LOGGED_IN else content["login"],
        place=content["from"],
        failures=content.get("failures", 0),
    )
