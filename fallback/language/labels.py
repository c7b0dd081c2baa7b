"""What the values of the record are called when they are printed: `Category.PMJAY` is PM-JAY, आयुष्मान कार्ड."""

from collections.abc import Mapping
from enum import StrEnum

from fallback.downtime import LookReason, Role
from fallback.language import translate
from fallback.money import Mode
from fallback.slip import AgeUnit, Category, FeeStatus, Kind, Relation, Sex
from fallback.stay import Ended
from fallback.stream import Stream

# By kind first: members of two enums with one value (Sex.OTHER, Category.OTHER) are equal as dictionary keys.
LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Kind: {
        Kind.OPD: "OPD",
        Kind.CASUALTY: "Casualty",
        Kind.ADMISSION: "Admission",
        Kind.TRANSFER: "Transfer",
        Kind.DISCHARGE: "Discharge",
        Kind.DEATH: "Death",
        Kind.VOID: "Void",
        Kind.PAD: "Blank slip",
        Kind.SHIFT: "Shift",
    },
    Sex: {
        Sex.FEMALE: "Female",
        Sex.MALE: "Male",
        Sex.OTHER: "Other",
        Sex.UNKNOWN: "Not known",
    },
    AgeUnit: {
        AgeUnit.YEARS: "years",
        AgeUnit.MONTHS: "months",
        AgeUnit.DAYS: "days",
    },
    Relation: {
        Relation.FATHER: "Father",
        Relation.HUSBAND: "Husband",
        Relation.MOTHER: "Mother",
        Relation.WIFE: "Wife",
        Relation.SON: "Son",
        Relation.DAUGHTER: "Daughter",
        Relation.GUARDIAN: "Guardian",
    },
    Category: {
        Category.GENERAL: "General",
        Category.BPL: "BPL",
        Category.PMJAY: "PM-JAY (Ayushman)",
        Category.CGHS: "CGHS",
        Category.ECHS: "ECHS",
        Category.ESI: "ESI",
        Category.SENIOR_CITIZEN: "Senior citizen",
        Category.DISABLED: "Person with disability",
        Category.PREGNANT: "Pregnant woman",
        Category.FREEDOM_FIGHTER: "Freedom fighter",
        Category.STAFF: "Hospital staff",
        Category.STUDENT: "Student",
        Category.PRISONER: "Prisoner",
        Category.OTHER: "Other",
    },
    Stream: {
        Stream.EMERGENCY: "Emergency",
        Stream.PRIORITY: "Priority",
        Stream.GENERAL: "General",
    },
    FeeStatus: {
        FeeStatus.PAID: "Paid",
        FeeStatus.EXEMPT: "Exempt",
        FeeStatus.LATER: "To be paid later",
    },
    Mode: {
        Mode.CASH: "Cash",
        Mode.UPI: "UPI",
        Mode.CARD: "Card",
    },
    Ended: {
        Ended.DISCHARGED: "Discharged",
        Ended.LAMA: "Left against advice",
        Ended.ABSCONDED: "Absconded",
        Ended.DIED: "Died",
    },
    LookReason: {
        LookReason.CARD: "The patient is here, with the card",
        LookReason.CARD_LOST: "The patient is here, the card is lost",
        LookReason.CHECK: "A slip is being checked",
        LookReason.TYPING: "A registration is being typed",
        LookReason.REVIEW: "The backlog is being reviewed",
    },
    Role: {
        Role.CLERK: "Clerk",
        Role.SUPERVISOR: "Supervisor",
        Role.RECORDS: "Records officer",
        Role.AUDITOR: "Auditor",
        Role.COUNTER: "Counter",
    },
}


def label(value: StrEnum, language: str) -> str:
    """What a value is called on screens and paper in a language; KeyError for a value that has no label."""
    return translate(LABELS[type(value)][value], language)
