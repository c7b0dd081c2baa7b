"""Confidential patients on their way into a hospital system: held, until a supervisor says as whom they go."""

from collections.abc import Callable

from fallback import payload
from fallback.errors import Sentence
from fallback.ledger import queries
from fallback.ledger.queries import Database, identities
from fallback.slip import Slip

Reveal = Callable[[Slip], Slip]
_IDENTITY = "identity"
# What a system answers about a patient may name the patient, and what is journalled is read by many.
KEPT_BACK = Sentence(
    "The system did not take it as it is. Its answer is not kept, for it may tell who the patient is: look there."
)


def goes_as(db: Database, slip: Slip) -> str:
    """As whom a sealed slip goes: `identity`, `alias`, or "" while no supervisor has said so."""
    home = payload.home_of(slip)
    row = queries.slip(db, home)
    first = slip if home == slip.number else row.slip if row else None
    return identities.released(db, home, payload.seal_id(first)) if first and first.sealed else ""


def hold(db: Database, slip: Slip, reveal: Reveal | None) -> str:
    """Why a sealed slip does not go now; "" when it may, or is none."""
    if not slip.sealed:
        return ""
    match goes_as(db, slip):
        case "":
            return Sentence("Its identity is sealed. A supervisor opens it first, and says as whom it goes.")
        case "identity" if reveal is None:
            return Sentence("It goes under its sealed identity, which opens only with the hospital's passphrase.")
        case _:
            return ""


def told(db: Database, slip: Slip, reveal: Reveal | None) -> Slip:
    """A slip as it is told to a system: under its sealed identity, in memory alone, where a supervisor said so.

    Raises what `reveal` raises.
    """
    return reveal(slip) if reveal and goes_as_itself(db, slip) else slip


def goes_as_itself(db: Database, slip: Slip) -> bool:
    """Whether a sealed slip goes under the identity that is sealed."""
    return bool(slip.sealed) and goes_as(db, slip) == _IDENTITY
