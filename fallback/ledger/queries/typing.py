"""What the page for the hand scanner asks: whose slip is being typed, which may be next, who has a UHID already."""

from sqlite_utils import Database

from fallback.slip import SlipNumber


def in_hand(db: Database, target: str, login: str) -> SlipNumber | None:
    """The slip that somebody is typing into a target, None when there is none."""
    row = db.execute(
        "SELECT number FROM delivery WHERE target = ? AND stage = 'sending' AND login = ? ORDER BY at LIMIT 1",
        (target, login),
    ).fetchone()
    return SlipNumber.parse(row[0]) if row else None


def waiting(db: Database, target: str, *, most: int) -> list[SlipNumber]:
    """The approved slips that come next, at most so many: those tried before last, the admitted and casualty first, a
    patient's first slip before the later ones. Nobody whom somebody else is typing at this moment.
    """
    rows = db.execute(
        "SELECT d.number FROM delivery AS d JOIN slip AS s USING (number) WHERE d.target = :target "
        "AND d.stage = 'approved' AND s.person NOT IN "
        "(SELECT o.person FROM delivery AS b JOIN slip AS o USING (number) "
        "WHERE b.target = :target AND b.stage = 'sending') "
        "ORDER BY d.attempts, s.kind <> 'admission', s.kind <> 'casualty', s.person <> s.number, d.number LIMIT :most",
        {"target": target, "most": most},
    )
    return [SlipNumber.parse(number) for (number,) in rows]


def tried(db: Database, target: str) -> bool:
    """Whether approved slips wait that somebody typed before, or began to."""
    asked = "SELECT 1 FROM delivery WHERE target = ? AND stage = 'approved' AND attempts > 0 LIMIT 1"
    return db.execute(asked, (target,)).fetchone() is not None


def counts(db: Database, target: str, login: str, since: str) -> tuple[int, int, int]:
    """How many slips are approved, how many are confirmed, and how many of those this login did since a time (ISO)."""
    row = db.execute(
        "SELECT coalesce(sum(stage = 'approved'), 0), coalesce(sum(stage = 'confirmed'), 0), "
        "coalesce(sum(stage = 'confirmed' AND login = ? AND at >= ?), 0) FROM delivery WHERE +target = ?",  # one pass
        (login, since, target),
    ).fetchone()
    return int(row[0]), int(row[1]), int(row[2])


def holders(db: Database, target: str, uhid: str) -> list[SlipNumber]:
    """The slips to which a target gave a UHID, by number."""
    rows = db.execute(
        "SELECT number FROM delivery WHERE target = ? AND uhid = ? AND uhid <> '' ORDER BY number", (target, uhid)
    )
    return [SlipNumber.parse(number) for (number,) in rows]


def given(db: Database, target: str, person: str) -> list[tuple[SlipNumber, str]]:
    """The slips that have a UHID of a target, with it, of a person (see `Slip.person`) and of all who were ever said to
    be the same as that one: whether that counts, their matches tell.
    """
    rows = db.execute(
        "WITH RECURSIVE who (person) AS (VALUES (?1) "
        "UNION SELECT match.number FROM match JOIN who USING (person) WHERE match.person <> '' "
        "UNION SELECT number FROM match JOIN who ON said_person = who.person WHERE said_person <> '') "
        "SELECT number, uhid FROM delivery WHERE target = ?2 AND uhid <> '' AND confirmed >= 0 AND number IN "
        "(SELECT number FROM slip JOIN who USING (person) UNION SELECT person FROM who) ORDER BY number",
        (person, target),
    )
    return [(SlipNumber.parse(number), uhid) for number, uhid in rows]


def open_runs(db: Database, target: str) -> list[tuple[str, int, str]]:
    """The tables that were handed over to a target and are not all back: name, how many slips, since when (ISO)."""
    rows = db.execute(
        "SELECT run, count(*), min(at) FROM delivery WHERE target = ? AND stage = 'sending' AND run <> '' "
        "GROUP BY run ORDER BY min(at), run",
        (target,),
    )
    return [(run, count, at) for run, count, at in rows]
