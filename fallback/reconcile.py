"""What a read slip is to what is known, and the two accounts: every number that was handed out, in exactly one place.

Pure: no clock, no disk, no chance. Registrations: issued = imported + on return + voided + spoiled + unused + held +
failed + waiting + missing. Paper: printed = back + not back; the paper is reported and never keeps the first account
open.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fallback.slip import Kind, Slip, SlipNumber


class Verdict(StrEnum):
    """What a code on a page means for the ledger."""

    NEW = "new"
    SAME_AGAIN = "same_again"
    CONFLICT = "conflict"
    CORRECTED = "corrected"
    VOIDED = "voided"
    FOREIGN = "foreign"
    FORGED = "forged"
    DRILL = "drill"
    REVOKED = "revoked"


def verdict(slip: Slip, digest: str, known: Mapping[str, int], *, drill: bool, revoked: bool = False) -> Verdict:
    """The verdict on a slip with a genuine signature. It is an idempotent union: nothing here replaces anything.

    `digest` is the fact's identity in hex; `known` are the digests that the ledger has of this number, each with its
    revision. `drill` says whether the ledger is a drill's, `revoked` that its key is in strange hands and no shift's
    sheet vouches for it: then only what is known already is taken as it is.
    """
    if slip.drill != drill:
        return Verdict.DRILL
    if digest in known:
        return Verdict.SAME_AGAIN
    if revoked:
        return Verdict.REVOKED
    before = [each for each, revision in known.items() if revision == slip.revision - 1]
    if slip.revision in known.values() or (before and not any(each.startswith(slip.replaces.hex()) for each in before)):
        return Verdict.CONFLICT
    if slip.kind is Kind.VOID:
        return Verdict.VOIDED
    return Verdict.CORRECTED if known else Verdict.NEW


def knows_voids(shifts: Set[int], last: int, highest: int) -> bool:
    """Whether all voids of a desk are known, of which some slips are known by their paper alone.

    `shifts` are the ordinals of its shifts whose end is known, by the journal or by their signed sheets; `last` is the
    highest serial that those sheets name, `highest` that of the slips known by paper alone. A void that came without
    paper stands in the sheet of its shift only: of any shift that is missing nobody knows what it voided.
    """
    return bool(shifts) and shifts == set(range(1, max(shifts) + 1)) and highest <= last


class PageState(StrEnum):
    """Where a scanned page ended. A page has exactly one state."""

    READ = "read"
    REPEAT = "repeat"
    FOREIGN = "foreign"
    FORGED = "forged"
    BLANK = "blank"
    NEEDS_EYES = "needs_eyes"


_PAGE_STATES = {
    "read": PageState.READ,
    "repeat": PageState.REPEAT,
    "foreign": PageState.FOREIGN,
    "other_hospital": PageState.FOREIGN,
    "drill": PageState.FOREIGN,
    "forged": PageState.FORGED,
    "blank": PageState.BLANK,
}


def page_state(outcome: str) -> PageState:
    """The state of a page by its outcome: whatever is none of the others needs eyes, also what nobody foresaw."""
    return _PAGE_STATES.get(outcome, PageState.NEEDS_EYES)


class Bucket(StrEnum):
    """Where a number that was handed out ended."""

    IMPORTED = "imported"
    ON_RETURN = "on_return"  # left for the live counter, until the patient comes again
    VOIDED = "voided"
    SPOILED = "spoiled"
    UNUSED = "unused"
    HELD = "held"
    FAILED = "failed"
    WAITING = "waiting"
    MISSING = "missing"


_OPEN = (Bucket.HELD, Bucket.FAILED, Bucket.WAITING)
_STAGES = {
    "confirmed": Bucket.IMPORTED,
    "on_return": Bucket.ON_RETURN,
    "held": Bucket.HELD,
    "failed": Bucket.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberState:
    """What is known of one number. `day` is an ISO date, "" when unknown; `clinic` 0 when unknown.

    `has_content`: journal or paper has its record. `stage` is where its newest revision stands with the hospital
    system; `sent`: any revision of it may be there. `spent` is unused, spoiled, missing or "", `reason` what was said.
    `printed`: paper with this number is known to have left a printer; `back`: its hospital copy came back. `issued_to`
    is the ward or counter that got it as a blank, "" if unknown. So many of its desk, day and clinic stand alike as
    `times` says, and this is the first; `before` is as in Gap.
    """

    number: SlipNumber
    clinic: int = 0
    day: str = ""
    has_content: bool = False
    voided: bool = False
    conflict: bool = False
    stage: str = ""
    sent: bool = False
    spent: str = ""
    reason: str = ""
    printed: bool = False
    back: bool = False
    issued_to: str = ""
    times: int = 1
    before: SlipNumber | None = None


def bucket(state: NumberState) -> Bucket:
    """The one place of a number. Content wins over what was declared; a void counts once the target has no visit.

    A blank that came back waits: what was written on it by pen is there, and nobody has typed it yet.
    """
    if not state.has_content:
        match state.spent:
            case "spoiled":
                return Bucket.SPOILED
            case "unused":
                return Bucket.UNUSED
            case "" if state.voided:  # its shift's signed sheet says so, and nothing else is left of it
                return Bucket.VOIDED
            case "" if state.back:
                return Bucket.WAITING
            case _:
                return Bucket.MISSING
    if state.conflict:
        return Bucket.HELD
    if state.voided and (not state.sent or state.stage == "confirmed"):
        return Bucket.VOIDED
    return _STAGES.get(state.stage, Bucket.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A number without content. `reason` is what a supervisor signed for, "" while nobody has.

    `before` is the nearest lower number of its series with content: who had it can say what became of this one.
    `issued_to` is the ward or counter that got it as a blank, "" if unknown.
    """

    number: SlipNumber
    reason: str
    before: SlipNumber | None
    issued_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Both accounts of some numbers. `counts` has every bucket."""

    counts: Mapping[Bucket, int] = field(default_factory=lambda: dict.fromkeys(Bucket, 0))
    printed: int = 0
    back: int = 0

    @property
    def issued(self) -> int:
        """How many numbers were handed out."""
        return sum(self.counts.values())

    @property
    def not_back(self) -> int:
        """How many hospital copies are still out."""
        return self.printed - self.back

    def record(self) -> dict[str, int]:
        """The sums as JSON values."""
        counts = {each.value: self.counts[each] for each in Bucket}
        return (
            {"issued": self.issued} | counts | {"printed": self.printed, "back": self.back, "not_back": self.not_back}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The sums of one desk (series), day and clinic; day "" and clinic 0 where nobody knows."""

    series: int
    day: str
    clinic: int
    sums: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Both accounts of a downtime, in parts and in all, and every gap.

    `repairs` are slips that stand under a wrong patient in the hospital system, and nobody has confirmed the repair.
    """

    parts: tuple[Part, ...]
    total: Sums
    gaps: tuple[Gap, ...]
    repairs: int = 0

    @property
    def unexplained(self) -> tuple[Gap, ...]:
        """The missing numbers that nobody has signed a reason for."""
        return tuple(gap for gap in self.gaps if not gap.reason)

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do: nothing held, failed, waiting or to be repaired, every gap with a reason."""
        return not (self.unexplained or self.repairs or any(self.total.counts[each] for each in _OPEN))

    def record(self) -> dict[str, Any]:
        """The account as JSON values."""
        return {
            "closed": self.closed,
            "repairs": self.repairs,
            "total": self.total.record(),
            "parts": [
                {"series": part.series, "day": part.day, "clinic": part.clinic} | part.sums.record()
                for part in self.parts
            ],
            "missing": [
                {
                    "number": gap.number.text,
                    "reason": gap.reason,
                    "before": gap.before.text if gap.before else None,
                    "issued_to": gap.issued_to,
                }
                for gap in self.gaps
            ],
        }


def reconcile(states: Iterable[NumberState], *, repairs: int = 0) -> Account:
    """The account of all numbers, each given once, alone or with others; `repairs` are those not yet confirmed."""
    parts: dict[tuple[int, str, int], list[NumberState]] = {}
    gaps: list[Gap] = []
    everything = sorted(states, key=lambda state: state.number)
    for state in everything:
        parts.setdefault((state.number.series, state.day, state.clinic), []).append(state)
        if bucket(state) is Bucket.MISSING:
            gap = Gap(number=state.number, reason=state.reason, before=state.before, issued_to=state.issued_to)
            gaps.append(gap)
    return Account(
        parts=tuple(
            Part(series=series, day=day, clinic=clinic, sums=_sums(found))
            for (series, day, clinic), found in sorted(parts.items())
        ),
        total=_sums(everything),
        gaps=tuple(gaps),
        repairs=repairs,
    )


def by_day(account: Account) -> tuple[Part, ...]:
    """The same sums by day alone, for a screen: desk and clinic are 0."""
    days: dict[str, list[Sums]] = {}
    for part in account.parts:
        days.setdefault(part.day, []).append(part.sums)
    return tuple(
        Part(
            series=0,
            day=day,
            clinic=0,
            sums=Sums(
                counts={each: sum(one.counts[each] for one in sums) for each in Bucket},
                printed=sum(one.printed for one in sums),
                back=sum(one.back for one in sums),
            ),
        )
        for day, sums in sorted(days.items())
    )


def _sums(states: Iterable[NumberState]) -> Sums:
    counts = dict.fromkeys(Bucket, 0)
    printed = back = 0
    for state in states:
        counts[bucket(state)] += state.times
        if state.printed or state.back:  # what came back was printed, by whomever
            printed += state.times
            back += state.times * state.back
    return Sums(counts=counts, printed=printed, back=back)
