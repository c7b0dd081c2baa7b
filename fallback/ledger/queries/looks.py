"""Looks into the patient index: how many, by whom, and what they were for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """What a login did in a stretch of time: looks, the patients shown, and the returning patients registered.

    Many more looks than returning patients is browsing.
    """

    login: str
    name: str
    looks: int
    shown: int
    registered: int
    last: datetime

    @property
    def idle(self) -> int:
        """Looks that no registration of a returning patient followed."""
        return max(0, self.looks - self.registered)


def looks_since(db: Database, login: str, moment: datetime) -> int:
    """How often a login looked since a moment (UTC)."""
    row = db.execute(
        "SELECT count(*) FROM event WHERE fact = 'patient_looked_up' AND login = ? AND at > ?",
        (login, moment.isoformat()),
    ).fetchone()
    return int(row[0])


def lookers(db: Database, now: datetime, hours: int = 24) -> list[Looker]:
    """Everybody who looked within the last hours, who looked most beyond their registrations first."""
    since = (now - timedelta(hours=hours)).isoformat()
    rows = db.execute(
        "SELECT login, count(*), sum(content ->> '$.found'), max(at) FROM event "
        "WHERE fact = 'patient_looked_up' AND at > ? GROUP BY login",
        (since,),
    ).fetchall()
    names = dict(db.execute("SELECT login, name FROM user").fetchall())
    returning = dict(
        db.execute(
            "SELECT login, count(*) FROM version WHERE journalled = 1 AND revision = 0 AND record ->> '$.uhid' <> '' "
            "AND record ->> '$.issued' > ? GROUP BY login",
            (since,),
        ).fetchall()
    )
    found = [
        Looker(
            login=login,
            name=names.get(login, login),
            looks=looks,
            shown=shown,
            registered=returning.get(login, 0),
            last=datetime.fromisoformat(last),
        )
        for login, looks, shown, last in rows
    ]
    return sorted(found, key=lambda each: (-each.idle, each.login))
