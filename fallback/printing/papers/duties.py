"""Papers that the law asks for: the incident sheet, the personal-data sheet, the certificate for electronic records.

What the journal knows stands on them, what only a person knows is a line to write on. Whoever signs answers for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.language import format_moment
from fallback.printing.content import Content
from fallback.printing.labels import Words
from fallback.printing.layout import Layout
from fallback.printing.layout.cells import TICK
from fallback.printing.papers.duty_labels import (
    AFFIRM,
    ALGORITHMS,
    CERTIFICATE,
    DEVICES,
    ENCLOSED,
    HASH_SAYS,
    HELD_BY,
    INCIDENT,
    INCIDENT_ROWS,
    LAWFUL,
    LINES,
    OBTAINED,
    PERSONAL_DATA,
    PERSONAL_DATA_ROWS,
    PRODUCED,
    TICKED,
)
from fallback.printing.papers.paper import content, in_fours, room, split


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySheet:
    """A report that is due: when it was noticed, until when it is due, and its lines, numbered, over as many pages as
    they need. Both times are aware; they are told in India and in UTC. `known` are the answers that there are, by the
    name of their line; a long one goes on in lines of its own, each after a line break.
    """

    name: ClassVar[str] = ""
    title: ClassVar[Words] = INCIDENT
    rows: ClassVar[Mapping[str, Words]] = INCIDENT_ROWS
    noticed: datetime
    due: datetime
    made: datetime
    known: Mapping[str, str]
    drill: bool = False

    def contents(self, plan: Layout, hospital: Hospital) -> list[Content]:
        """A content a page."""
        name, where = hospital.name, hospital.address
        if plan.language == "hi":
            name, where = hospital.name_hindi, hospital.address_hindi
        known = {"organisation": f"{name}, {where}, {hospital.phone}", "told_contact": hospital.phone} | dict(
            self.known
        )
        rows: list[dict[str, str]] = []
        for number, (name, question) in enumerate(self.rows.items(), 1):
            first, *more = known.get(name, "").split("\n")
            more += [""] * (LINES.get(name, 1) - 1 - len(more))
            rows.append({"no": str(number), "question": question.said(plan.language), "answer": first})
            rows += [{"answer": text} for text in more]
            rows += [{"no": TICK, "question": words.said(plan.language)} for words in TICKED.get(name, ())]
        values = {
            "noticed": both_times(self.noticed),
            "deadline": both_times(self.due),
            "made": format_moment(self.made),
        }
        leaves = split(rows, room(plan))
        return [
            content(
                plan, self.title, values | {"page": f"{place} / {len(leaves)}"}, rows=leaf, drill=self.drill
            )
            for place, leaf in enumerate(leaves, 1)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSheet(DutySheet):
    """What CERT-In's incident form asks, for the report within six hours of noticing."""

    name: ClassVar[str] = "incident"
    title: ClassVar[Words] = INCIDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalDataSheet(DutySheet):
    """What rule 7 of the DPDP Rules 2025 asks, for the Data Protection Board within 72 hours and for those affected."""

    name: ClassVar[str] = "personal-data"
    title: ClassVar[Words] = PERSONAL_DATA
    rows: ClassVar[Mapping[str, Words]] = PERSONAL_DATA_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate63:
    """The certificate of the Schedule to the Bharatiya Sakshya Adhiniyam 2023, section 63(4)(c): Part A for the party,
    Part B for the expert. The Schedule's words are the law's; the hash and the machine stand in both, persons' parts
    are blank. `hash` is SHA-256 in hex; `more` is what else is to be said of the record.
    """

    name: ClassVar[str] = "certificate"
    hash: str
    make_model: str = ""
    serial: str = ""
    device_id: str = ""
    more: str = ""
    drill: bool = False

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """Both parts, a page each."""
        values = {
            "affirm": AFFIRM,
            "produced": PRODUCED,
            "obtained": OBTAINED,
            "devices": DEVICES,
            "make_model": self.make_model,
            "serial": self.serial,
            "device_id": self.device_id,
            "device_more": self.more,
            "lawful": LAWFUL,
            "held_by": HELD_BY,
            "hash_says": HASH_SAYS,
            "hash": in_fours(self.hash),
            "algorithms": ALGORITHMS,
            "enclosed": ENCLOSED,
        }
        return [content(plan, CERTIFICATE, values, drill=self.drill)]


def both_times(at: datetime) -> str:
    """A moment in India and in UTC, as reports to CERT-In name it."""
    return f"{format_moment(at)} IST · {at.astimezone(UTC):%d-%m-%Y %H:%M} UTC"
