"""Which words of a person on a match a second person must confirm: those that harm two people if they are wrong."""

from enum import StrEnum

from fallback.matching import Verdict, Weight
from fallback.matching.weighing import AGE_SLACK
from fallback.person import Person
from fallback.slip import Sex, Slip


class Risk(StrEnum):
    """Why one person's word is not enough."""

    SEX = "sex"
    AGE = "age"
    NAME = "name"
    NUMBER = "number"
    NEWBORN = "newborn"
    MEDICO_LEGAL = "medico_legal"
    DOUBLE = "double"
    MACHINE = "machine"


def risks_of_same(slip: Slip, asked: Person, other: Person, weight: Weight) -> tuple[Risk, ...]:
    """What speaks against taking two records for one person: a wrong merge mixes two people's treatment."""
    against = {each.field for each in weight.reasons if each.bits < 0}
    years = abs(asked.year - other.year) if asked.year and other.year else 0
    found = {
        Risk.SEX: Sex.UNKNOWN not in (asked.sex, other.sex) and asked.sex is not other.sex,
        Risk.AGE: years > AGE_SLACK,
        Risk.NAME: "name" in against,
        Risk.NUMBER: "uhid" in against or bool(asked.abha and other.abha and asked.abha != other.abha),
        Risk.NEWBORN: slip.mother is not None or bool(slip.patient.birth_order),  # of twins the names come later
        Risk.MEDICO_LEGAL: slip.medico_legal,
    }
    return tuple(risk for risk, holds in found.items() if holds)


def risks_of_new(weights: tuple[Weight, ...]) -> tuple[Risk, ...]:
    """What speaks against a new person: one whom the hard rules alone would have taken stands beside."""
    return (Risk.DOUBLE,) if any(each.verdict is Verdict.SAFE for each in weights) else ()
