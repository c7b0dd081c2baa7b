"""Looks into the patient index: how many, by whom, and what they were for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Looker:
    """What a login did in a stretch of time: looks, the patients shown, and the returning patients registered.

    `typing` of the looks were made by a form that was being typed, and `issued` are all slips: many more looks than
    returning patients, or many more forms than slips, is browsing.
    """

    login: str
    name: str
    looks: int
    shown: int
    registered: int
    last: datetime
    typing: int = 0
    issued: int = 0

    @property
    def idle(self) -> int:
        """Looks that no registration followed: of a returning patient, or of anybody where a form was being typed."""
        return max(0, self.looks - self.typing - self.registered) + max(0, self.typing - self.issued)


def looks_since(db: Database, login: str, moment: datetime) -> int:
    """How often a login looked since a moment (UTC); the looks of a review come with its work."""
    row = db.execute(
        "SELECT count(*) FROM event WHERE fact = 'patient_looked_up' AND login = ? AND at > ? "
        "AND content ->> '$.reason' IS NOT 'review'",
        (login, moment.isoformat()),
    ).fetchone()
    return int(row[0])


def lookers(db: Database, now: datetime, hours: int = 24) -> list[Looker]:
    """Everybody who looked within the last hours, who looked most beyond their registrations first. The looks of a
    review are no desk's.
    """
    since = (now - timedelta(hours=hours)).isoformat()
    rows = db.execute(
        "SELECT login, count(*), sum(content ->> '$.found'), max(at), sum(content ->> '$.reason' = 'typing') "
        "FROM event WHERE fact = 'patient_looked_up' AND at > ? AND content ->> '$.reason' IS NOT 'review' "
        "GROUP BY login",
        (since,),
    ).fetchall()
    names = dict(db.execute("SELECT login, name FROM user").fetchall())
    issued = {
        login: (returning, count)
        for login, returning, count in db.execute(
            "SELECT login, sum(record ->> '$.uhid' <> ''), count(*) FROM version WHERE journalled = 1 AND revision = 0 "
            "AND record ->> '$.issued' > ? GROUP BY login",
            (since,),
        ).fetchall()
    }
    found = [
        Looker(
            login=login,
            name=names.get(login, login),
            looks=looks,
            shown=shown,
            registered=issued.get(login, (0, 0))[0],
            last=datetime.fromisoformat(last),
            typing=typing,
            issued=issued.get(login, (0, 0))[1],
        )
        for login, looks, shown, last, typing in rows
    ]
    return sorted(found, key=lambda each: (-each.idle, each.login))
