"""Makes golden vectors: `python -m tests.golden_payloads` adds those that tests/golden/payload-v1.json lacks.

A vector that is there is never changed: paper with it may lie in a box somewhere.
"""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from fallback import payload
from fallback.keys import SigningKey
from fallback.slip import (
    Age,
    AgeUnit,
    Category,
    FeeStatus,
    Kind,
    Patient,
    Relation,
    Sex,
    Slip,
    SlipNumber,
    Visit,
)

FILE = Path(__file__).parent / "golden" / "payload-v1.json"
KEY = SigningKey(hashlib.sha256(b"Parchi golden vectors: not a secret").digest())
ISSUED = datetime(2026, 11, 23, 4, 11, 30, tzinfo=UTC)
HOSPITAL = 0x5A17C0DE


def slips() -> dict[str, Slip]:
    """Every vector's slip, by its name."""
    plain = Slip(
        number=SlipNumber(1, 123),
        hospital=HOSPITAL,
        signer=1,
        issued=ISSUED,
        patient=Patient(
            name="Sunita Devi",
            sex=Sex.FEMALE,
            age=Age(value=34),
            guardian="Ram Prasad",
            relation=Relation.HUSBAND,
            mobile="9810000001",
            state=7,
            district="South Delhi",
            pin_code="110017",
            locality="H.No. 14, Devli Village",
            category=Category.BPL,
        ),
        visit=Visit(clinic=7, token=17, token_series=1, fee=10),
    )
    full = replace(
        plain,
        kind=Kind.CASUALTY,
        revision=3,
        replaces=bytes.fromhex("89abcdef"),
        signer=12,
        drill=True,
        patient_number=SlipNumber(1, 1),
        uhid="104729385",
        previous=SlipNumber(2, 999_999),
        mother=SlipNumber(3, 5),
        patient=replace(
            plain.patient,
            name="Asha",
            name_hindi="आशा",
            age=None,
            birth_date=date(1992, 2, 29),
            abha="91123456789012",
            scheme_id="P4Q7",
            guardian="",
            relation=None,
            district="",
            locality="",
            sex=Sex.OTHER,
        ),
        visit=Visit(
            clinic=255,
            token=512,
            token_series=12,
            fee=1500,
            fee_status=FeeStatus.LATER,
            booking="ORS-2026-4488",
            medico_legal_number="MLC/26/0117",
        ),
        alias=True,
        emergency=True,
        medico_legal=True,
        provisional=True,
    )
    blank = Slip(number=SlipNumber(4, 1), hospital=HOSPITAL, signer=4)
    made = {"plain": plain, "full": full, "least": blank}
    made |= {f"kind-{kind.value}": replace(plain, kind=kind) for kind in Kind}
    made |= {f"sex-{sex.value}": replace(plain, patient=replace(plain.patient, sex=sex)) for sex in Sex}
    made |= {
        f"category-{each.value}": replace(plain, patient=replace(plain.patient, category=each)) for each in Category
    }
    made |= {
        f"relation-{each.value}": replace(plain, patient=replace(plain.patient, relation=each)) for each in Relation
    }
    made |= {f"fee-{each.value}": replace(plain, visit=replace(plain.visit, fee_status=each)) for each in FeeStatus}
    texts = {
        "capitals": "RAM PRASAD",
        "mixed-case": "McDonald van der Berg",
        "small": "rani",
        "signs": "D'Souza-Rao, K. (Jr.) #4/2 & Co",
        "hindi": "ज्ञानेश्वर श्रीमती क्षत्रिय",
        "hindi-digits": "गली नं. 14",
        "hindi-joiner": "क्\u200dष",
        "mixed-script": "Kumar कुमार",
        "tamil": "முருகன்",
        "emoji": "🙂",
        "accent": "José",
        "space": " two  spaces ",
        "mark": "ends in …",
    }
    for name, text in texts.items():
        made[f"text-{name}"] = replace(plain, patient=replace(plain.patient, name=text, name_hindi=text))
    made["pad"] = replace(blank, kind=Kind.PAD)
    made["void"] = replace(
        blank, kind=Kind.VOID, revision=1, replaces=b"\x01\x02\x03\x04", issued=ISSUED, reason="registered twice"
    )
    made["newborn"] = replace(
        plain, mother=plain.number, patient=replace(plain.patient, age=Age(value=2, unit=AgeUnit.DAYS), mobile="")
    )
    made["months"] = replace(plain, patient=replace(plain.patient, age=Age(value=30, unit=AgeUnit.MONTHS)))
    made["uhid-text"] = replace(plain, uhid="AIIMS/2022-00117")
    made["uhid-zeros"] = replace(plain, uhid="000123")
    made["odd-mobile"] = replace(plain, patient=replace(plain.patient, mobile="+977 98510", abha="12", pin_code="SW1A"))
    made["token-of-another-desk"] = replace(plain, visit=replace(plain.visit, token_series=9))
    made["clock-not-trusted"] = replace(plain, issued=None)
    made["sealed"] = replace(
        plain, alias=True, sealed=bytes(range(70)), patient=Patient(name="Lotus 27", category=Category.OTHER)
    )
    made["extension"] = replace(plain, extension=b"later")
    made["cut"] = replace(
        plain,
        patient=replace(
            plain.patient,
            name="Thiruvananthapuram Venkatasubramanian",
            name_hindi="तिरुवनन्तपुरम् वेङ्कटसुब्रह्मण्यन् शास्त्री",
            guardian="Lakshminarayanan Venkatasubramanian",
            locality="House 128/4-B, Second Floor, Gali Number 14, Near Old Shiv Mandir, Village Raipur Khadar",
        ),
    )
    made["cut-reason"] = replace(
        made["void"], reason="The patient was registered at counter 3 an hour ago with the same mobile number; " * 3
    )
    made["cut-joined"] = replace(plain, patient=replace(plain.patient, locality="", guardian="👩\u200d👧\u200d👦" * 12))
    made["token-series-alone"] = replace(blank, visit=Visit(token_series=9))
    made["drill"] = replace(plain, drill=True)
    made["admission"] = replace(
        plain,
        kind=Kind.ADMISSION,
        visit=Visit(clinic=1, ward=12, bed="F-07", unit="Unit II", ipd_number="IPD/26/10443"),
    )
    made["in-bed-already"] = replace(
        made["admission"],
        visit=Visit(ward=255, bed="१२", in_bed=True, admitted_on="2026-11-19"),
        patient=Patient(name="Sunita Devi", sex=Sex.FEMALE, age=Age(value=34)),
    )
    casualty = Visit(
        clinic=30,
        token=4,
        token_series=1,
        medico_legal_number="MLC/26/0117",
        brought_by="PCR van Eagle 12, HC Ramesh",
        found_at="Ring Road, below Moolchand flyover",
        police_station="Lajpat Nagar",
        brought_dead=True,
    )
    unknown = Patient(
        name="Unknown Lotus 27",
        sex=Sex.MALE,
        age=Age(value=40),
        identification_marks="Tattoo of Om on the right forearm, old scar above the left eyebrow",
    )
    made["casualty"] = replace(
        plain, kind=Kind.CASUALTY, patient=unknown, visit=casualty, alias=True, emergency=True, medico_legal=True
    )
    made["casualty-cut"] = replace(
        made["casualty"],
        revision=1,
        replaces=b"\x01\x02\x03\x04",
        visit=replace(casualty, found_at="Under the flyover near the old vegetable market, " * 4),
        patient=replace(unknown, identification_marks="मस्से का निशान, " * 8),
    )
    made["twin"] = replace(
        made["newborn"],
        patient=replace(made["newborn"].patient, name="Baby girl 2 of Sunita", birth_time="23:59", birth_order=2),
    )
    made["another-day"] = replace(plain, visit=replace(plain.visit, day="2026-11-26"))
    made["extension-of-a-later-version"] = replace(made["admission"], extension=b"\x02later")
    made["extension-like-ours"] = replace(plain, extension=b"\x01\xff")
    made["largest-values"] = Slip(
        number=SlipNumber(999, 999_999),
        kind=Kind.SHIFT,
        revision=15,
        replaces=b"\xff" * 4,
        hospital=2**32 - 1,
        signer=998,
        issued=datetime(2041, 1, 4, 18, 48, 31, tzinfo=UTC),
        uhid="9" * 15,
        patient=Patient(
            birth_date=date(2079, 6, 6),
            age=Age(value=125),
            mobile="9999999999",
            abha="9" * 14,
            state=63,
            pin_code="999999",
        ),
        visit=Visit(clinic=255, token=2**32 - 1, token_series=999, fee=2**32 - 1),
    )
    return made


def vector(slip: Slip) -> dict[str, Any]:
    """What a vector holds: the record as given, the bytes, the digits, what was cut, the record as read."""
    signed = payload.encode(slip, KEY.sign)
    decoded = payload.decode(signed)
    return {
        "record": slip.record(),
        "payload": signed.hex(),
        "digits": payload.to_digits(signed),
        "digest": decoded.digest.hex(),
        "cut": list(decoded.cut),
        "read": decoded.slip.record(),
    }


def main() -> None:
    """Adds what is missing."""
    known: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known.setdefault("public", KEY.public.hex())
    known.setdefault("vectors", {})
    for name, slip in slips().items():
        known["vectors"].setdefault(name, vector(slip))
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
