"""UHIDs that a restored system does not have, or has given to somebody else: what is known of them, for its own team.

The patient's card is evidence: what was seen on it is kept, and no slip goes under a number that is doubtful.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from fallback.ehospital import Hold
from fallback.errors import FieldWrong, SlipUnknown
from fallback.hospital import Hospital
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, after, stages as asked
from fallback.ledger.queries.stages import Filter
from fallback.recovery.episodes import sent_as
from fallback.slip import Slip, SlipNumber
from fallback.spreadsheet import Cell, Sheet

HOLDS = frozenset({Hold.UHID_MISSING.value, Hold.UHID_ANOTHER.value})
_HEADER = (
    "uhid", "what", "name", "name_hindi", "sex", "born_or_age", "guardian", "mobile", "slip_number", "visit_date",
    "typed_at_desk", "card_seen_by", "in_patient_index", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A slip that is held for its UHID. `seen` are (UHID, whether on a card, login, moment) as people saw it; `indexed`
    says whether the frozen patient index has the number, None where there is no index here.
    """

    slip: Slip
    uhid: str
    hold: Hold
    reason: str
    at: str
    clerk: str
    seen: tuple[tuple[str, bool, str, str], ...]
    indexed: bool | None = None


def doubted(
    db: Database, target: str, *, indexed: Callable[[str], bool] | None = None, most: int | None = None
) -> list[Doubted]:
    """Every slip that a target holds for its UHID, by number. `indexed` looks a UHID up in the patient index."""
    found = []
    which = Filter(stages=frozenset({"held"}), holds=HOLDS)
    for row in asked.rows(db, asked.Standing(target=target), which, most=most):
        slip_row = queries.slip(db, row.number)
        if slip_row is None:
            continue
        slip = sent_as(db, slip_row)
        found.append(
            Doubted(
                slip=slip,
                uhid=slip.uhid,
                hold=Hold(row.hold),
                reason=row.reason,
                at=row.at,
                clerk=slip_row.login,
                seen=tuple(after.uhids_seen(db, row.number.text)),
                indexed=indexed(slip.uhid) if indexed and slip.uhid else None,
            )
        )
    return found


def see(ledger: Ledger, hospital: Hospital, number: SlipNumber, uhid: str, *, by_card: bool, by: str) -> None:
    """Writes down that the patient of a slip had a UHID: on a card that was seen, or in the hospital's own papers.

    Raises SlipUnknown, and FieldWrong for what is no UHID of this hospital.
    """
    if not re.fullmatch(hospital.uhid_pattern, uhid):
        raise FieldWrong(field="uhid", why="This is not a UHID of this hospital. Type it as it stands on the card.")

    def job(tx: Transaction) -> None:
        if queries.slip(tx.db, number) is None:
            raise SlipUnknown(number=number.grouped)
        content = {"uhid": uhid, "number": number.text, "by_card": by_card}
        tx.append(FactKind.UHID_SEEN, content, series=number.series, by=by)

    ledger.write(job)


def table(found: list[Doubted]) -> Sheet:
    """The list for the hospital's own team: they need to know whose number it is. Confidential patients are named by
    their slip alone.
    """
    return Sheet(title="UHID", header=_HEADER, rows=[_row(each) for each in found])


def _row(each: Doubted) -> list[Cell]:
    slip, patient = each.slip, each.slip.patient
    born = patient.birth_date or (f"{patient.age.value} {patient.age.unit.value}" if patient.age else "")
    hidden = bool(slip.sealed)
    cards = "; ".join(f"{uhid} {login} {at[:10]}" for uhid, by_card, login, at in each.seen if by_card)
    return [
        each.uhid,
        each.hold.value,
        "" if hidden else patient.name,
        "" if hidden else patient.name_hindi,
        "" if hidden else patient.sex.value,
        "" if hidden else born,
        "" if hidden else patient.guardian,
        "" if hidden else patient.mobile,
        slip.number.grouped,
        slip.visit_day,
        each.clerk,
        cards,
        "" if each.indexed is None else "yes" if each.indexed else "no",
        "" if hidden else each.reason,
    ]
