"""Where every slip stands on its way into a target, worked out by SQLite: counts and lists of 150,000 slips.

Where a slip stands is one expression, so that a list, a count, an approval and a run never differ.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from fallback.ledger.queries.matches import COUNTS
from fallback.slip import SlipNumber

# In the order of the way; `void` are those that were void before anything was sent: nothing is to be done.
STAGES = ("read", "matched", "ready", "approved", "sending", "confirmed", "held", "failed", "on_return", "void")
CONFLICT, DOUBT = "conflict", "doubt"  # kinds of hold that no target said
FACETS = ("clinic", "day", "series", "hold")  # by what counts may be taken apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands outside the tables of slips: `target` is its name; `unknown` are the desks (series) of which nobody
    knows which paper-only slips are void; `more` are the slips of which more is known by now than the target was told.
    """

    target: str
    unknown: frozenset[int] = frozenset()
    more: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which slips are meant: of these stages, clinics, days (ISO), desks (series), numbers, kinds of hold; and decided
    by `person`, `rule` or "" (nobody had to). None means all.
    """

    stages: frozenset[str] | None = None
    clinics: frozenset[int] | None = None
    days: frozenset[str] | None = None
    series: frozenset[int] | None = None
    numbers: frozenset[SlipNumber] | None = None
    holds: frozenset[str] | None = None
    decided: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A slip's place on its way. `hold` and `reason` say why it is held or failed, `at` (ISO, UTC) since when.

    `changed`: it was held or failed in another revision than it has now. `person` is who it is about, `uhid` the
    target's own number of them; `attempts` counts the sendings, `login` is who brought it there.
    """

    number: SlipNumber
    revision: int
    stage: str
    hold: str
    reason: str
    clinic: int
    day: str
    kind: str
    person: str
    attempts: int
    uhid: str = ""
    login: str = ""
    at: str = ""
    changed: bool = False
    voided: bool = False
    patient: str = ""
    encounter: str = ""


# Who need not be matched: the hidden and the unknown, and later visits, which go with the patient's first slip.
_ALONE = (
    "(SELECT record ->> '$.sealed' = '' AND NOT record ->> '$.alias' AND record ->> '$.patient_number' IS NULL "
    "FROM version WHERE version.digest = s.content)"
)
_DOUBTED = "(s.strange OR (NOT s.journalled AND NOT s.voided AND s.series IN (SELECT value FROM json_each(:unknown)))) "
_WHO = f"(SELECT outcome FROM ({COUNTS}) AS who WHERE who.number = s.number)"
_FIRST = f"(SELECT outcome FROM ({COUNTS}) AS who WHERE who.number = s.person AND s.person <> s.number)"
# A visit that stands under the wrong patient: whatever else is told of it would be told of that patient.
_REPAIR = """EXISTS (SELECT 1 FROM repair AS r WHERE r.number = s.number AND r.target = :target
    AND r.opened > r.closed)"""
STAGE = f"""CASE
    WHEN s.conflict THEN 'held'
    WHEN s.voided AND coalesce(d.attempts, 0) = 0 THEN 'void'
    WHEN d.stage IN ('held', 'failed', 'on_return') THEN d.stage
    WHEN (d.stage = 'confirmed' OR d.attempts = 0) AND d.confirmed = s.revision
        AND (s.voided OR s.number NOT IN (SELECT value FROM json_each(:more))) THEN 'confirmed'
    WHEN d.stage = 'sending' AND d.revision = s.revision THEN 'sending'
    WHEN :matching AND NOT s.voided AND 'ask' IN ({_WHO}, {_FIRST}) THEN 'matched'
    WHEN d.attempts > 0 AND NOT s.voided AND {_REPAIR} THEN 'matched'
    WHEN :matching AND NOT s.voided AND coalesce(d.attempts, 0) = 0 AND coalesce({_WHO}, '') = ''
        AND (s.name <> '' OR s.name_hindi <> '') AND {_ALONE} THEN 'read'
    WHEN d.stage = 'approved' AND d.revision = s.revision THEN 'approved'
    WHEN {_DOUBTED} THEN 'held'
    ELSE 'ready' END"""
_HOLD = f"""CASE WHEN s.conflict THEN '{CONFLICT}' WHEN d.stage = 'held' THEN d.hold
    WHEN coalesce(d.stage, '') NOT IN ('failed', 'on_return') AND {_DOUBTED} THEN '{DOUBT}' ELSE '' END"""
_FROM = """FROM slip AS s LEFT JOIN delivery AS d ON d.number = s.number AND d.target = :target
    WHERE s.kind NOT IN ('pad', 'shift')"""
_COLUMNS = f"""SELECT s.number AS number, s.revision AS revision, {STAGE} AS stage, {_HOLD} AS hold,
    CASE WHEN d.stage IN ('held', 'failed', 'on_return') THEN d.reason ELSE '' END AS reason,
    s.clinic AS clinic, s.day AS day, s.series AS series, s.kind AS kind, s.person AS person,
    coalesce(d.attempts, 0) AS attempts,
    coalesce(d.uhid, '') AS uhid, coalesce(d.login, '') AS login, coalesce(d.at, '') AS at,
    d.revision IS NOT NULL AND d.revision <> s.revision AS changed, s.voided AS voided,
    coalesce(d.patient, '') AS patient, coalesce(d.encounter, '') AS encounter,
    coalesce((SELECT by FROM ({COUNTS}) AS who WHERE who.number = s.number), '') AS decided """

_NAMES = (
    "number, revision, stage, hold, reason, clinic, day, kind, person, attempts, uhid, login, at, changed, voided, "
    "patient, encounter"
)

# Where the slips of a stage that has few of them are found without a look at all others.
_NEAR = {
    name: f"SELECT number FROM delivery WHERE target = :target AND stage = '{name}'"
    for name in ("approved", "sending", "failed", "on_return")
}
_NEAR["held"] = (
    "SELECT number FROM delivery WHERE target = :target AND stage = 'held' UNION ALL SELECT number FROM slip "
    "WHERE conflict = 1 UNION ALL SELECT number FROM slip WHERE journalled = 0 "
    "UNION ALL SELECT number FROM slip WHERE strange = 1"
)


def is_matching(db: Database) -> bool:
    """Whether slips wait for the matcher: a patient index was loaded here, or the matcher was run."""
    if db.execute("SELECT 1 FROM match WHERE outcome <> '' LIMIT 1").fetchone():
        return True
    told = db.execute(
        "SELECT fact FROM event WHERE fact IN ('index_loaded', 'index_destroyed') ORDER BY at DESC, key DESC LIMIT 1"
    ).fetchone()
    return told is not None and told[0] == "index_loaded"


@dataclass(slots=True)
class Counts:
    """How many slips stand at each stage: in all, and of each value of one of FACETS."""

    total: dict[str, int] = field(default_factory=dict)
    parts: dict[Any, dict[str, int]] = field(default_factory=dict)

    def add(self, value: Any, stage: str, count: int) -> None:
        """Counts slips in."""
        self.total[stage] = self.total.get(stage, 0) + count
        part = self.parts.setdefault(value, {})
        part[stage] = part.get(stage, 0) + count


def counts(db: Database, standing: Standing, which: Filter | None = None, *, facet: str = "clinic") -> Counts:
    """How many slips of a filter stand where, by a facet."""
    where, values = _where(db, standing, which or Filter())
    found = Counts()
    # The + keeps SQLite from going through an index of the facet, and so through the whole file in no order.
    asked = f"SELECT {facet}, stage, count(*) FROM ({_COLUMNS} {_FROM}){where} GROUP BY +{facet}, +stage"
    for value, stage, count in sorted(db.execute(asked, values).fetchall()):
        found.add(value, stage, count)
    return found


def rows(
    db: Database,
    standing: Standing,
    which: Filter | None = None,
    *,
    after: str = "",
    most: int | None = None,
    few: bool = False,
) -> list[StageRow]:
    """The slips of a filter by number, those after a number, at most so many. `few`: there are not many of them."""
    where, values = _where(db, standing, which or Filter(), after=after, near=few or not most)
    order = "+number" if few or not most else "number"  # through the file in its order, or through the index
    asked = f"SELECT {_NAMES} FROM ({_COLUMNS} {_FROM}){where} ORDER BY {order}"
    if most:  # in the text: bound, it has SQLite plan this long question anew each time, for 3 ms
        asked += f" LIMIT {int(most)}"
    return [
        StageRow(
            number=SlipNumber.parse(row[0]),
            revision=row[1],
            stage=row[2],
            hold=row[3],
            reason=row[4],
            clinic=row[5],
            day=row[6],
            kind=row[7],
            person=row[8],
            attempts=row[9],
            uhid=row[10],
            login=row[11],
            at=row[12],
            changed=bool(row[13]),
            voided=bool(row[14]),
            patient=row[15],
            encounter=row[16],
        )
        for row in db.execute(asked, values)
    ]


def with_stage(which: Filter, stage: str) -> Filter:
    """The same filter, of one stage."""
    return replace(which, stages=frozenset({stage}))


def one(db: Database, standing: Standing, number: SlipNumber) -> StageRow | None:
    """Where one slip stands; None for a number without content, or a blank."""
    found = rows(db, standing, Filter(numbers=frozenset({number})))
    return found[0] if found else None


def _where(
    db: Database, standing: Standing, which: Filter, *, after: str = "", near: bool = True
) -> tuple[str, dict[str, Any]]:
    """The conditions of a filter, and the values of the whole question."""
    values: dict[str, Any] = {
        "target": standing.target,
        "unknown": json.dumps(sorted(standing.unknown)),
        "more": json.dumps(sorted(standing.more)),
        "matching": int(is_matching(db)),
        "after": after,
    }
    numbers = None if which.numbers is None else frozenset(each.text for each in which.numbers)
    asked: dict[str, Iterable[Any] | None] = {
        "stage": which.stages, "clinic": which.clinics, "day": which.days, "series": which.series,
        "number": numbers, "hold": which.holds, "decided": which.decided,
    }  # fmt: skip
    said = []
    for name, wanted in asked.items():
        if wanted is not None:
            values[f"w_{name}"] = json.dumps(sorted(wanted))
            said.append(f"{name} IN (SELECT value FROM json_each(:w_{name}))")
    if near and is_near(which):
        found = (_NEAR[each] for each in sorted(which.stages or ()))
        said.append(f"number IN ({' UNION ALL '.join(found)})")
    if after:
        said.append("number > :after")
    return (" WHERE " + " AND ".join(said) if said else ""), values


def is_near(which: Filter) -> bool:
    """Whether the slips of a filter are found without a look at all others."""
    return which.stages is not None and which.stages <= set(_NEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What says when a slip is sent: `issued` (ISO, UTC, "" where the clock was not trusted), whether it is a patient's
    later visit or a newborn's, whether it is medico-legal.
    """

    issued: str
    later: bool
    mother: bool
    medico_legal: bool


def order(db: Database) -> dict[str, Order]:
    """The same of every slip, by number; one pass over all of them."""
    rows = db.execute(
        "SELECT slip.number, record ->> '$.issued', record ->> '$.patient_number' IS NOT NULL, "
        "record ->> '$.mother' IS NOT NULL, record ->> '$.medico_legal' "
        "FROM slip JOIN version ON version.digest = slip.content"
    )
    return {
        number: Order(issued=issued or "", later=bool(later), mother=bool(mother), medico_legal=bool(medico_legal))
        for number, issued, later, mother, medico_legal in rows
    }


def days(db: Database) -> list[str]:
    """The days (ISO) of which there are slips, oldest first."""
    # One step through the index for each day: 150,000 rows are not read for a dozen of days.
    rows = db.execute(
        "WITH RECURSIVE each_day (day) AS (SELECT min(day) FROM slip WHERE day <> '' UNION ALL "
        "SELECT (SELECT min(day) FROM slip WHERE slip.day > each_day.day) FROM each_day WHERE day IS NOT NULL) "
        "SELECT day FROM each_day WHERE day IS NOT NULL"
    )
    return [day for (day,) in rows]


def holds(db: Database, target: str) -> list[str]:
    """The kinds of reason for which slips are held at a target now, and those that no target says."""
    rows = db.execute(
        "SELECT DISTINCT hold FROM delivery WHERE target = ? AND stage = 'held' AND hold <> '' ORDER BY hold", (target,)
    )
    return [*(hold for (hold,) in rows), CONFLICT, DOUBT]
