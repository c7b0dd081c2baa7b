"""Made-up slips, from the plainest to one with everything at once: for the gallery, the printer test, the tests."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from fallback.hospital import PAPERS, Clinic, Fee, Hospital
from fallback.money import Mode, Payment
from fallback.printing.job import PrintedSlip, Reprint
from fallback.printing.pads import render_pads
from fallback.printing.slips import render_slips
from fallback.slip import Age, AgeUnit, Category, FeeStatus, Kind, Patient, Relation, Sex, Slip, SlipNumber, Visit

_WEEK = frozenset(range(1, 7))
HOSPITAL = Hospital(
    name="Sarvodaya Institute of Medical Sciences, New Delhi",
    name_hindi="सर्वोदय आयुर्विज्ञान संस्थान, नई दिल्ली",
    address="Ring Road, New Delhi 110029",
    address_hindi="रिंग रोड, नई दिल्ली 110029",
    phone="011-5550 0100",
    uhid_pattern="[0-9]{9}",
    uhid_system="https://hospital.example/uhid",
    slip_system="https://hospital.example/slip",
    patient_system="https://hospital.example/patient",
    state=7,
    district="New Delhi",
    clinics=(
        Clinic(number=7, code="ENT", name="Ear, Nose and Throat", name_hindi="कान, नाक व गला रोग", room="312 B",
               unit="Unit II", weekdays=_WEEK, fees=(Fee(since=date(2026, 1, 1), rupees=10),)),
        Clinic(number=8, code="CAS", name="Casualty", name_hindi="आपात विभाग", room="G-4", unit="", weekdays=_WEEK,
               fees=(), casualty=True),
    ),
)  # fmt: skip
PAID = Payment(mode=Mode.CARD, reference="482913", book="B-0471")


def digits(count: int, seed: int) -> str:
    """So many digits, always the same for a seed: a code to look at, which holds nothing."""
    chance = random.Random(seed)  # noqa: S311 - a picture of a code, not a secret
    return "1" + "".join(chance.choices("0123456789", k=count - 1))


def plain() -> PrintedSlip:
    """A first registration as it is on most days."""
    patient = Patient(
        name="Krishnakant Ramprasad Chaturvedi",
        name_hindi="कृष्णकांत रामप्रसाद चतुर्वेदी",
        sex=Sex.MALE,
        age=Age(value=42),
        guardian="Ramprasad Chaturvedi",
        relation=Relation.FATHER,
        mobile="9810012345",
        state=9,
        district="Gautam Buddha Nagar",
        pin_code="201301",
        locality="House 14, Gali 3, Chhalera, Sector 44",
        category=Category.PMJAY,
        scheme_id="P4QX7K2LM",
        abha="91234567890123",
    )
    slip = Slip(
        number=SlipNumber(101, 123),
        hospital=0x1A2B3C4D,
        signer=101,
        issued=datetime(2026, 11, 23, 4, 11, tzinfo=UTC),
        patient=patient,
        visit=Visit(clinic=7, token=47, token_series=1, fee=10, booking="ORS-2026-448812"),
    )
    return PrintedSlip(slip=slip, digits=digits(363, 1), card=True, receipt="A-000123", desk_name="OPD 1", payment=PAID)


def full() -> PrintedSlip:
    """Everything at once: the longest code, every flag and number, long texts, a reprint."""
    first = plain()
    patient = replace(
        first.slip.patient,
        name="Smt. Rajarajeshwari Venkatanarasimharajuvaripeta Lakshminarayanan Subrahmanyam Mukhopadhyay "
        "Bandyopadhyay Shastri",
        name_hindi="श्रीमती राजराजेश्वरी वेंकटनरसिंहराजुवारिपेटा लक्ष्मीनारायणन सुब्रह्मण्यम मुखोपाध्याय बंद्योपाध्याय शास्त्री",
        sex=Sex.FEMALE,
        age=None,
        birth_date=date(1951, 2, 28),
        relation=Relation.HUSBAND,
        guardian="ज्ञानेश्वर Lakshminarayanan Subrahmanyam Mukhopadhyay of Kalyanpur village, tehsil Khandela",
        locality="मकान संख्या ४२/१७, प्रार्थना अपार्टमेंट, राष्ट्रीय राजमार्ग के पास, Village Kalyanpur, "
        "Post Office Khandela, Tehsil Shri",
        district="Dadra and Nagar Haveli and Daman and Diu",
        state=38,
    )
    slip = replace(
        first.slip,
        number=SlipNumber(999, 999_999),
        revision=2,
        replaces=bytes.fromhex("9c41d07e"),
        signer=102,
        uhid="106543217",
        patient_number=SlipNumber(101, 123),
        previous=SlipNumber(101, 7001),
        mother=SlipNumber(103, 88),
        reason="The name was spelt wrongly",
        emergency=True,
        medico_legal=True,
        alias=True,
        provisional=True,
        patient=patient,
        visit=replace(
            first.slip.visit,
            token=1947,
            token_series=702,
            fee_status=FeeStatus.EXEMPT,
            medico_legal_number="MLC/2026/11/00417",
        ),
    )
    again = Reprint(count=3, at=datetime(2026, 11, 23, 8, 45, tzinfo=UTC), by="asha")
    return replace(
        first, slip=slip, digits=digits(512, 2), reprint=again, cut=("name", "name_hindi", "guardian", "locality")
    )


def drill() -> PrintedSlip:
    """A slip of a rehearsal."""
    first = plain()
    return replace(first, slip=replace(first.slip, drill=True))


def empty() -> PrintedSlip:
    """An unknown patient: nearly nothing is told, the clock is not set."""
    patient = Patient(name="Unknown-M-Lotus-27", sex=Sex.MALE, age=Age(value=3, unit=AgeUnit.DAYS))
    slip = replace(plain().slip, issued=None, patient=patient, kind=Kind.CASUALTY, emergency=True, alias=True)
    slip = replace(slip, visit=Visit(clinic=8, token=3, token_series=1))
    return replace(plain(), slip=slip, card=False, receipt="", digits=digits(428, 3))


def void() -> PrintedSlip:
    """A void, with its reason."""
    slip = replace(
        plain().slip, kind=Kind.VOID, revision=1, replaces=b"\x01\x02\x03\x04", reason="गलत विभाग: wrong clinic",
        patient=Patient(), visit=Visit(clinic=7),
    )  # fmt: skip
    return replace(plain(), slip=slip, card=False, digits=digits(330, 4))


def pad(serial: int, *, drill: bool = False) -> PrintedSlip:
    """A numbered blank."""
    slip = Slip(number=SlipNumber(101, serial), kind=Kind.PAD, hospital=0x1A2B3C4D, signer=101, drill=drill)
    return PrintedSlip(slip=slip, digits=digits(211, serial), desk_name="Ward 5")


def sheets() -> Mapping[str, Mapping[str, PrintedSlip]]:
    """Every sheet that is made of one slip, by its layout's name, and slips that are worth a look on it, by name."""
    usual = {"plain": plain(), "full": full(), "drill": drill(), "unknown": empty()}
    paid = {name: printed for name, printed in usual.items() if printed.receipt}
    whole = usual | {"void": void()}
    return {
        **{f"slip-{paper}": whole for paper in PAPERS},
        "card": paid,
        "pad": {"pad": pad(5001), "drill": pad(5002, drill=True)},
        "sticker-24": usual,
        "sticker-40": usual,
        "label-50x25": usual,
        "wristband": usual,
        "receipt": paid,
        "token": usual,
        "referral": usual,
    }


def pages() -> Mapping[str, bytes]:
    """Each example's name and PDF."""
    return {
        "slip": render_slips([plain()], HOSPITAL),
        "slip-full": render_slips([full()], HOSPITAL),
        "slip-drill": render_slips([drill()], HOSPITAL),
        "slip-unknown": render_slips([empty()], HOSPITAL),
        "slip-void": render_slips([void()], HOSPITAL),
        "slip-a5": render_slips([plain()], HOSPITAL, paper="a5"),
        "slip-a5-full": render_slips([full()], HOSPITAL, paper="a5"),
        "pad": render_pads([pad(serial) for serial in (5001, 5002)], HOSPITAL),
    }
