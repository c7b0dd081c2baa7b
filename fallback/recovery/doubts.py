"""What is known by paper alone and may not be as it seems: it goes nowhere before a person has looked."""

from fallback.errors import Sentence
from fallback.ledger.queries import Database, SlipRow
from fallback.ledger.queries.shift_ends import paper_desks
from fallback.reconcile import knows_voids

_VOIDS_UNKNOWN = Sentence(
    "Voids unknown: only the paper of this slip is here, and a shift sheet of its desk is missing, which would say "
    "whether it is void. Scan the sheet, or look at it and approve it once more (--again)."
)


def voids_unknown(db: Database) -> set[int]:
    """The desks (series) of which slips are known by paper alone, and nobody knows which of those are void."""
    return {desk.series for desk in paper_desks(db) if not knows_voids(desk.ended, desk.last, desk.highest)}


def doubt(row: SlipRow, unknown: set[int]) -> str:
    """Why a person must look at a slip first, "" when nobody must. `unknown` are the series of `voids_unknown`."""
    if row.strange:
        return Sentence(
            "Signed with the key of desk {desk}, which is revoked, and neither the journal nor a shift's sheet knew "
            "this slip before. Look at its paper, or ask the patient, then approve it once more (--again).",
            desk=f"{row.slip.signer:03d}",
        )
    told = row.journalled or row.voided or row.slip.number.series not in unknown
    return "" if told else _VOIDS_UNKNOWN
