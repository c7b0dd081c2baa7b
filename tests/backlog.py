"""A backlog for the tests of recovery: a real ledger with signed slips; and the import that is killed, as a process.

`python -m tests.backlog import FOLDER URL TOKEN` prints a line per slip that is done.
"""

import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from fallback import payload
from fallback.ehospital.fhir import FhirConnector
from fallback.hospital import Clinic, Fee, Hospital, Target
from fallback.keys import PublicKeys, SigningKey, certify
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.recovery import gates, run_import
from fallback.rehearsal.residents import settle
from fallback.rehearsal.target import TestSystem
from fallback.scanning import ReadCode, ReadPage
from fallback.slip import Age, Kind, Patient, Relation, Sex, Slip, SlipNumber, Visit
from tests.journals import again, make

ISSUED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
SUNITA = Patient(
    name="Sunita Devi",
    name_hindi="सुनीता देवी",
    sex=Sex.FEMALE,
    age=Age(value=34),
    guardian="Ramesh Kumar",
    relation=Relation.HUSBAND,
    mobile="9810012345",
    abha="22722548295255",
    state=9,
    district="Agra",
    pin_code="282001",
    locality="Tajganj",
)


def clinic(number: int, code: str, name: str) -> Clinic:
    return Clinic(
        number=number,
        code=code,
        name=name,
        name_hindi="",
        room="1",
        unit="I",
        weekdays=frozenset(range(1, 8)),
        fees=(Fee(since=date(2020, 1, 1), rupees=0),),
    )


HOSPITAL = Hospital(
    name="Rajdhani General Hospital",
    name_hindi="राजधानी जनरल अस्पताल",
    address="New Delhi",
    address_hindi="नई दिल्ली",
    phone="011-2000 0100",
    uhid_pattern="[1-9][0-9]{8}",
    uhid_system="https://rajdhani.example/id/uhid",
    slip_system="https://rajdhani.example/id/slip",
    patient_system="https://rajdhani.example/id/patient",
    state=7,
    district="South East Delhi",
    clinics=(clinic(1, "ENT", "Ear, Nose and Throat"), clinic(2, "MED", "General Medicine")),
)


class Backlog:
    """A ledger with one desk whose key signs for real. Series differ by test, for all tests share one target."""

    def __init__(self, folder: Path, series: int, *, drill: bool = False) -> None:
        self.ledger: Ledger = make(folder)
        self.series, self.drill = series, drill
        root, self.desk = SigningKey.new(), SigningKey.new()
        certificate = certify(root, series, "Counter 1", self.desk.public, drill=drill)
        self.keys = PublicKeys(root=root.public, certificates=(certificate,))
        content = {"hospital": f"{self.keys.hospital:08x}", "root": root.public.hex(), "drill": drill}
        self.ledger.write(lambda tx: tx.append(FactKind.INSTALLATION_MADE, content))

    def draft(self, serial: int, patient: Patient = SUNITA, **more: Any) -> Slip:
        told: dict[str, Any] = {
            "number": SlipNumber(self.series, serial),
            "hospital": self.keys.hospital,
            "signer": self.series,
            "drill": self.drill,
            "issued": ISSUED + timedelta(minutes=serial),
            "patient": patient,
            "visit": Visit(clinic=1, token=serial, token_series=self.series),
        }
        return Slip(**(told | more))

    def sign(self, slip: Slip) -> bytes:
        return payload.encode(slip, self.desk.sign)

    def issue(self, patient: Patient = SUNITA, **more: Any) -> Slip:
        """A new slip, journalled."""

        def job(tx: Transaction) -> Slip:
            slip = self.draft(tx.take_number(self.series).serial, patient, **more)
            self.write(tx, FactKind.SLIP_ISSUED, slip)
            return slip

        return self.ledger.write(job)

    def correct(self, slip: Slip, **changes: Any) -> Slip:
        """The next revision, journalled."""
        row = queries.slip(self.ledger.db(), slip.number)
        assert row is not None
        done = replace(slip, revision=row.revision + 1, replaces=bytes.fromhex(row.head)[:4], **changes)
        self.ledger.write(partial(self.write, fact=FactKind.SLIP_REVISED, slip=done))
        return done

    def void(self, slip: Slip) -> Slip:
        """A void, journalled."""
        row = queries.slip(self.ledger.db(), slip.number)
        assert row is not None
        void = Slip(
            number=slip.number,
            kind=Kind.VOID,
            revision=row.revision + 1,
            replaces=bytes.fromhex(row.head)[:4],
            hospital=self.keys.hospital,
            signer=self.series,
            drill=self.drill,
            issued=ISSUED,
            reason="wrong person",
        )
        self.ledger.write(partial(self.write, fact=FactKind.SLIP_VOIDED, slip=void))
        return void

    def write(self, tx: Transaction, fact: FactKind, slip: Slip) -> None:
        signed = self.sign(slip)
        content = {
            "slip": slip.record(),
            "digest": payload.digest(signed).hex(),
            "cut": list(payload.decode(signed).cut),
        }
        tx.append(fact, content, payload=signed, series=self.series, shift=f"{self.series:03d}.1", by="asha")

    def pads(self, count: int) -> list[Slip]:
        """Numbered blanks, journalled."""

        def job(tx: Transaction) -> list[Slip]:
            blanks = [
                Slip(
                    number=tx.take_number(self.series),
                    kind=Kind.PAD,
                    hospital=self.keys.hospital,
                    signer=self.series,
                    drill=self.drill,
                )
                for _ in range(count)
            ]
            content = {
                "series": self.series,
                "first": blanks[0].number.serial,
                "count": count,
                "payloads": [self.sign(each).hex() for each in blanks],
            }
            tx.append(FactKind.PADS_PRINTED, content, series=self.series)
            return blanks

        return self.ledger.write(job)

    def page(self, *slips: Slip, picture: str = "", texts: tuple[str, ...] = (), **more: Any) -> ReadPage:
        """A page as the reader gives it: of each slip the QR and, below it, the bars with its number."""
        found = [text for slip in slips for text in (payload.to_digits(self.sign(slip)), slip.number.text)]
        return page(*found, *texts, picture=picture or "-".join(f"{s.number}.{s.revision}" for s in slips), **more)


def page(*texts: str, picture: str, **more: Any) -> ReadPage:
    codes = tuple(ReadCode(text=text, symbology="qr", box=(0, 0, 9, 9)) for text in texts)
    return ReadPage(file="box.pdf", page=1, picture_hash=picture, texts=codes, **more)


def has_patient(system: TestSystem, uhid: str, patient: Patient = SUNITA) -> None:
    """The hospital has this patient already: nobody is made there with a UHID by us."""
    slip = Slip(number=SlipNumber(1, 1), issued=ISSUED, uhid=uhid, patient=patient)
    settle(system.target, system.token, HOSPITAL, [slip])


def cleared(ledger: Ledger, target: str) -> None:
    """What people say before an import: every point of the target's check list, and that its first slips are right."""
    for point, answers in gates.ANSWERS.items():
        gates.check(ledger, target, point, answers.good[-1], "as agreed in writing", by="meena")
    said = {"target": target, "numbers": ["none"], "note": ""}
    ledger.write(lambda tx: tx.append(FactKind.CANARY_CONFIRMED, said, by="meena"))


def _import(folder: Path, url: str, token: str) -> None:
    connector = FhirConnector(Target(name="test-server", url=url, test=True), HOSPITAL, token)
    ledger = again(folder)

    def told(done: int, _total: int) -> None:
        os.write(1, f"{done}\n".encode())

    run_import(ledger, connector, by="asha", progress=told)
    ledger.close()


if __name__ == "__main__":
    _import(Path(sys.argv[2]), sys.argv[3], sys.argv[4])
