"""A slip as a hospital system is told it: with what became of the visit, who registered it, and what was paid."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Self

from fallback.slip import Slip, SlipNumber
from fallback.stay import Stay


class Seen(StrEnum):
    """Whether the patient was seen. UNKNOWN: nobody says, or those who say contradict each other."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    UNKNOWN = "unknown"


class Told(StrEnum):
    """What the doctor ticked beside it."""

    ADMITTED = "admitted"
    REFERRED = "referred"
    INVESTIGATIONS = "investigations"
    MEDICO_LEGAL = "medico_legal"


class Known(StrEnum):
    """Who says which of the system's patients this is: nobody yet, a rule that is safe, or a person who looked."""

    NOBODY = ""
    RULE = "rule"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What became of a visit after its slip was signed. It may change after the slip was sent, and then is sent again.

    `stay` is of an admission, None of a visit. `seen`, `told` and `days` (until the follow-up, None: not told) are as
    `outcome` found them. `pages` are the pictures of the visit's papers that may go with it, by their SHA-256 (hex).
    """

    stay: Stay | None = None
    seen: Seen = Seen.UNKNOWN
    told: tuple[Told, ...] = ()
    days: int | None = None
    pages: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All of it as one line of JSON, "" for nothing: equal ones give equal texts."""
        told: dict[str, Any] = {
            "stay": self.stay.text if self.stay else "",
            "seen": "" if self.seen is Seen.UNKNOWN else self.seen.value,
            "told": sorted(self.told),
            "days": self.days,
            "pages": sorted(self.pages),
        }
        kept = {name: value for name, value in told.items() if value not in ("", [], None)}
        return json.dumps(kept, ensure_ascii=False, sort_keys=True) if kept else ""

    @classmethod
    def from_text(cls, number: SlipNumber, text: str) -> Self:
        """The inverse of `text`, of a slip's number. Raises ValueError for a text that is none."""
        told: Mapping[str, Any] = json.loads(text) if text else {}
        return cls(
            stay=Stay.from_text(number, told["stay"]) if told.get("stay") else None,
            seen=Seen(told.get("seen", "unknown")),
            told=tuple(map(Told, told.get("told", ()))),
            days=told.get("days"),
            pages=tuple(told.get("pages", ())),
        )


NOTHING = Learnt()


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(Slip):
    """Never signed, never printed. `learnt` became known after the slip.

    `receipt` is its number, `desk` and `clerk` are the names of who registered it, "" where nobody knows. `known`: who
    matched the patient to the UHID, or to the first slip, that the visit goes under now.
    """

    learnt: Learnt = NOTHING
    receipt: str = ""
    desk: str = ""
    clerk: str = ""
    known: Known = Known.NOBODY

    @classmethod
    def of(cls, slip: Slip, **beside: Any) -> Self:
        """A slip with what is known beside it; an episode with that of it replaced."""
        parts = {each.name: getattr(slip, each.name) for each in fields(slip)}
        return cls(**parts | beside)


def learnt_of(slip: Slip) -> Learnt:
    """What became of a slip's visit, as far as it is told with it."""
    return slip.learnt if isinstance(slip, Episode) else NOTHING
