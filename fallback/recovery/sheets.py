"""Sheets that came back, held against what is known: what a box, a day sheet, a shift's sheet says, and what is found.

A difference says where to look. It neither opens nor closes the account.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from fallback.downtime import shift_key
from fallback.ledger import queries
from fallback.ledger.queries import Database, sheets
from fallback.ledger.queries.outcomes import evidence, tokens_known
from fallback.ledger.queries.papers import shift_voids
from fallback.ledger.queries.sheets import StatementRow
from fallback.outcome import Evidence, Seen, Told, VisitOutcome, outcome_of
from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One figure of one sheet. `sheet` is box, day or shift; `figure` is what was counted.

    A box or day has its clinic and ISO day, a day sheet the series of its tokens, a shift its series and key. `said` is
    None where the sheet does not say, or says two things. `eyes` counts what may still explain a difference: pages of
    the box's batch that need a person, tokens whose tick is doubtful, pages of the shift's sheet that were not read.
    """

    sheet: str
    figure: str
    clinic: int = 0
    day: str = ""
    series: int = 0
    shift: str = ""
    said: int | None
    found: int
    eyes: int = 0

    @property
    def difference(self) -> int | None:
        """How many more were found than the sheet says; None where it does not say."""
        return None if self.said is None else self.found - self.said

    def record(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return asdict(self) | {"difference": self.difference}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """What is known of all visits. `by` counts those seen, by who says so: one visit may be in several of them.

    `told` counts what doctors ticked; `contradictions` are the slips of which one says seen, another not.
    """

    visits: int
    seen: int
    not_seen: int
    by: dict[Evidence, int]
    told: dict[Told, int]
    doubtful: int
    contradictions: tuple[SlipNumber, ...]

    @property
    def unknown(self) -> int:
        """The visits of which nobody says whether the patient was seen, or of which two say different things."""
        return self.visits - self.seen - self.not_seen

    def record(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            "visits": self.visits,
            "seen": self.seen,
            "not_seen": self.not_seen,
            "unknown": self.unknown,
            "by": {each.value: self.by[each] for each in Evidence},
            "told": {each.value: self.told[each] for each in Told},
            "doubtful": self.doubtful,
            "contradictions": [each.text for each in self.contradictions],
        }


def outcomes(db: Database) -> dict[str, VisitOutcome]:
    """The outcome of every visit of which anybody says anything, by slip number."""
    return {number: outcome_of(witnesses) for number, witnesses in evidence(db).items()}


def visits(db: Database) -> Visits:
    """The outcomes of all visits in figures."""
    found = outcomes(db)
    seen = [each for each in found.values() if each.seen is Seen.SEEN]
    by = Counter(evidence for each in seen for evidence in each.by)
    told = Counter(ticked for each in found.values() for ticked in each.told)
    return Visits(
        visits=sheets.visits(db),
        seen=len(seen),
        not_seen=sum(each.seen is Seen.NOT_SEEN for each in found.values()),
        by={each: by[each] for each in Evidence},
        told={each: told[each] for each in Told},
        doubtful=sum(each.doubtful for each in found.values()),
        contradictions=tuple(SlipNumber.parse(number) for number, each in found.items() if each.contradiction),
    )


def contradictions(db: Database) -> dict[SlipNumber, VisitOutcome]:
    """The visits of which one says seen and another not: a person must look."""
    return {SlipNumber.parse(number): each for number, each in outcomes(db).items() if each.contradiction}


def comparisons(db: Database) -> list[Comparison]:
    """Every figure of every sheet that came back: boxes, then days, then shifts."""
    return [*_boxes(db), *_days(db), *_shifts(db)]


def _boxes(db: Database) -> Iterator[Comparison]:
    """Of a clinic's day: all its boxes together, for nothing says in which of them a copy lay."""
    counts: dict[tuple[int, str], dict[int, set[int]]] = {}
    batches: dict[tuple[int, str], set[str]] = {}
    for row in sheets.statements(db, "box"):
        where = row.record["clinic"], row.record["day"]
        counts.setdefault(where, {}).setdefault(row.record["box"], set()).add(row.record["count"])
        batches.setdefault(where, set()).update(row.batches)
    back = sheets.copies_back(db) if counts else {}
    waiting = Counter(page.batch for page in queries.pages(db, open_only=True)) if counts else Counter[str]()
    for (clinic, day), boxes in sorted(counts.items()):
        told = [said - {0} for said in boxes.values()]  # 0: a hand wrote it, and nobody has read that
        yield Comparison(
            sheet="box",
            figure="copies",
            clinic=clinic,
            day=day,
            said=sum(sum(said) for said in told) if all(len(said) == 1 for said in told) else None,
            found=len(back.get((clinic, day), ())),
            eyes=sum(waiting[batch] for batch in batches[clinic, day]),
        )


def _days(db: Database) -> Iterator[Comparison]:
    """Of a clinic's day and a desk's tokens: the slips that have the ticked tokens, and those whose copy is back."""
    ticked: dict[tuple[int, str, int], set[int]] = {}
    doubtful: dict[tuple[int, str, int], set[int]] = {}
    for sheet in sheets.ticked_tokens(db):
        where = sheet.clinic, sheet.day, sheet.token_series
        for each in (ticked, doubtful):
            each.setdefault(where, set())
        for token, (state, _) in sheet.tokens.items():
            (ticked if state == "ticked" else doubtful)[where].add(token)
    known = tokens_known(db) if ticked else {}
    back = set().union(*sheets.copies_back(db).values()) if ticked else set()
    for (clinic, day, series), tokens in sorted(ticked.items()):
        slips = [known.get((clinic, day, series, token), set()) for token in tokens]
        for figure, found in (("slips", sum(map(bool, slips))), ("copies", sum(bool(each & back) for each in slips))):
            yield Comparison(
                sheet="day",
                figure=figure,
                clinic=clinic,
                day=day,
                series=series,
                said=len(tokens),
                found=found,
                eyes=len(doubtful[clinic, day, series] - tokens),
            )


def _shifts(db: Database) -> Iterator[Comparison]:
    """Of a shift: its numbers and voids; its first and last and its money only where the journal has the shift."""
    pages: dict[tuple[int, int], list[StatementRow]] = {}
    for row in sheets.statements(db, "shift"):
        pages.setdefault((row.record["series"], row.record["ordinal"]), []).append(row)
    for (series, ordinal), rows in sorted(pages.items()):
        key = shift_key(series, ordinal)
        voids = sorted({number for row in rows for number in row.record["voids"]})
        own = sheets.voids_known(db, voids) | {each.text for each in shift_voids(db, key)}
        unread = rows[0].record["pages"] - len({row.record["page"] for row in rows})
        first, last = (_said(rows, name) for name in ("first", "last"))
        figures = [
            ("issued", _said(rows, "issued"), sheets.slips_between(db, series, first or 0, last or 0)),
            ("voids", len(voids), len(own)),
        ]
        if queries.shift(db, key) is not None:
            sums = queries.shift_sums(db, key)
            figures += [
                ("first", first, _serial(sums.first)),
                ("last", last, _serial(sums.last)),
                ("receipts", _said(rows, "receipts"), queries.receipts(db, key)),
                ("taken", _said(rows, "receipts_rupees"), sums.paid_rupees),
            ]
        for figure, said, found in figures:
            yield Comparison(
                sheet="shift", figure=figure, series=series, shift=key, said=said, found=found, eyes=unread
            )


def _said(rows: Iterable[StatementRow], name: str) -> int | None:
    """A figure that all pages of a shift's sheet have alike; None where two contradict each other."""
    told = {row.record[name] for row in rows}
    return int(told.pop()) if len(told) == 1 else None


def _serial(number: str) -> int:
    return SlipNumber.parse(number).serial if number else 0
