"""Why a slip goes nowhere before a person has looked at it, whatever the target would say."""

from fallback.ehospital import Connector, Hold
from fallback.errors import Sentence
from fallback.ledger.queries import Database, SlipRow
from fallback.recovery.sealed_slips import Reveal, hold
from fallback.recovery.stages import Step
from fallback.slip import Slip


def reason_to_hold(
    db: Database, row: SlipRow, connector: Connector, slip: Slip, step: Step, reveal: Reveal | None
) -> tuple[Hold, str] | None:
    """Why a person must look before this slip goes anywhere; None when nobody must. `slip` is as the target is told."""
    if step is Step.WITHDRAW:
        return None
    if reason := hold(db, slip, reveal):
        return Hold.SEALED, reason
    if slip.alias:
        return Hold.OTHER, Sentence(
            "It was registered under another name. A supervisor decides under which it goes into the system."
        )
    told = {"name": slip.patient.name, "name_hindi": slip.patient.name_hindi}
    if cut := [name for name, text in told.items() if name in row.cut and text.endswith("…")]:
        return Hold.LACKS, Sentence(
            "Only the paper was read, and its code had no room for the {field}. Correct it.", field=cut[0]
        )
    reason = connector.objection(slip)
    return (Hold.LACKS, reason) if reason else None
