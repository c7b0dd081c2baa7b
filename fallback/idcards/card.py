"""A patient's own identity card as its code tells it: what of it may fill a registration, and nothing else."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fallback.slip import Relation, Sex


class CardKind(StrEnum):
    """Whose code it is."""

    ABHA = "abha"
    AADHAAR = "aadhaar"


class Check(StrEnum):
    """What is known of the issuer's signature on a card: it fits, nobody looked (no certificate here), it does not."""

    GENUINE = "genuine"
    UNCHECKED = "unchecked"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdCard:
    """What a card says. Empty text, None and 0 mean: not told.

    `birth_date` or `birth_year`, never both. `abha` is the number of fourteen digits, `luhn` whether its check digit
    fits: a hint, no proof (domain.md, 1.5). `state` is the LGD code. `last4` are the last four digits of the Aadhaar;
    the number itself stands in no code that is taken. `check` is what is known of the signature.
    """

    kind: CardKind
    name: str = ""
    name_hindi: str = ""
    sex: Sex | None = None
    birth_date: date | None = None
    birth_year: int = 0
    guardian: str = ""
    relation: Relation | None = None
    mobile: str = ""
    abha: str = ""
    luhn: bool = True
    state: int = 0
    district: str = ""
    pin_code: str = ""
    locality: str = ""
    last4: str = ""
    check: Check = Check.UNCHECKED
