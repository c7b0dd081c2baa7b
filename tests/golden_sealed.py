"""Makes golden vectors of sealed identities: `python -m tests.golden_sealed` adds those that its file lacks.

A vector that is there is never changed, nor can one be made again: a seal is never made twice alike.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

from fallback import payload
from fallback.identity import Identity
from fallback.keys import SealingKey, seal_to
from fallback.slip import Age, AgeUnit, Patient, Sex, Slip, SlipNumber, Visit
from tests.golden_payloads import HOSPITAL, ISSUED, KEY as DESK

FILE = Path(__file__).parent / "golden" / "payload-sealed-1.json"
KEY = SealingKey(hashlib.sha256(b"Parchi golden identities: not a secret").digest())


def identities() -> dict[str, Identity]:
    """Every vector's identity, by its name."""
    return {
        "plain": Identity(name="Zohra Qureshi", sex=Sex.FEMALE, age=Age(value=34), mobile="9876501234"),
        "everything": Identity.of(
            Patient(
                name="Krishnakant Ramprasad Chaturvedi",
                name_hindi="कृष्णकांत रामप्रसाद चतुर्वेदी",
                sex=Sex.MALE,
                birth_date=date(1951, 2, 28),
                mobile="9810012345",
                guardian="Ramprasad Chaturvedi",
                district="Gautam Buddha Nagar",
                state=9,
            ),
            "106543217",
            booking="ORS-2026-448812",
        ),
        "no-mobile": Identity(name="Asha", sex=Sex.OTHER, age=Age(value=9, unit=AgeUnit.DAYS)),
        "nothing-but-a-name": Identity(name="A"),
        "uhid-text": Identity(name="Ravi Das", sex=Sex.MALE, age=Age(value=125), uhid="AIIMS/2022-00117"),
        "uhid-zeros": Identity(name="Ravi Das", sex=Sex.MALE, age=Age(value=0), uhid="000123"),
        "odd-mobile": Identity(name="Tenzin", sex=Sex.UNKNOWN, age=Age(value=30), mobile="+977 98510"),
        "not-ascii": Identity(name="José Núñez", sex=Sex.MALE, birth_date=date(1900, 1, 1)),
        "longest": Identity(
            name="Rajarajeshwari Venkatasubramanian Iyengaris", sex=Sex.FEMALE, age=Age(value=71),
            mobile="9999999999", uhid="104729385",
        ),
    }  # fmt: skip


def record(identity: Identity) -> dict[str, Any]:
    """An identity as JSON values."""
    return {
        "sex": identity.sex.value,
        "birth_date": identity.birth_date.isoformat() if identity.birth_date else None,
        "age": identity.age.value if identity.age else None,
        "age_unit": identity.age.unit.value if identity.age else None,
        "mobile": identity.mobile,
        "uhid": identity.uhid,
        "name": identity.name,
    }


def vector(identity: Identity, serial: int) -> dict[str, Any]:
    """A vector: who it is, the forty bytes, a slip that carries them sealed, and the rest that the journal seals."""
    number = SlipNumber(1, serial)
    plain = payload.pack_identity(identity)
    sealed = payload.in_slip(seal_to(KEY.public, plain, payload.identity_context(HOSPITAL, number)))
    slip = Slip(
        number=number,
        hospital=HOSPITAL,
        signer=1,
        issued=ISSUED,
        patient=Patient(name="Copper Heron", sex=identity.sex),
        visit=Visit(clinic=7, token=serial, token_series=1, fee=10),
        sealed=sealed,
    )
    signed = payload.encode(slip, DESK.sign)
    rest = payload.pack_rest(identity.rest)
    return {
        "identity": record(identity),
        "plain": plain.hex(),
        "number": number.text,
        "sealed": sealed.hex(),
        "payload": signed.hex(),
        "digits": payload.to_digits(signed),
        "rest": dict(identity.rest),
        "sealed_rest": seal_to(KEY.public, rest, payload.rest_context(slip)).hex(),
    }


def main() -> None:
    """Adds what is missing."""
    known: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
    known.setdefault("secret", KEY.secret.hex())
    known.setdefault("hospital", f"{HOSPITAL:08x}")
    known.setdefault("vectors", {})
    for serial, (name, identity) in enumerate(identities().items(), 201):
        known["vectors"].setdefault(name, vector(identity, serial))
    FILE.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
