"""Makes a release's fixture with that release's own code: in its tree, `python .../make.py OUT`. See README.md here."""

import dataclasses
import inspect
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))  # the tree of the release, not the one this file lies in

PASSPHRASE, PIN = "monsoon ward seven", "739164"


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def takes(call: Any, name: str) -> bool:
    return name in inspect.signature(call).parameters


def morning(counter: Any, frontdesk: Any, blank: Any) -> None:
    """Two shifts with one of everything that this release can issue."""
    from fallback.slip import Age, AgeUnit, FeeStatus, Kind, Patient, Sex
    from tests import factories

    clinic = factories.registration().clinic
    shift = frontdesk.open_shift(counter, series=1, login="asha", opening_float=500).key

    def register(registration: Any) -> Any:
        return frontdesk.register(counter, shift, registration).row.slip

    first = register(factories.registration("Sunita Devi"))
    misheard = register(factories.registration("Ram Prasad"))
    register(factories.registration("Sunita Devi", patient_number=first.number, previous=first.number))
    register(factories.registration("Mohan Lal", uhid="104512309"))
    frontdesk.correct(counter, shift, misheard.number, factories.registration("Rama Prasad"), "the name was misheard")
    twice = register(factories.registration("Kamla Devi", fee_status=FeeStatus.LATER))
    frontdesk.void(counter, shift, twice.number, "registered twice", allowed_by="meena")
    unknown = Patient(name="Unknown Lotus", sex=Sex.MALE, age=Age(value=40))
    baby = Patient(name="Sunitas Girl", sex=Sex.FEMALE, age=Age(value=2, unit=AgeUnit.DAYS))
    registration = frontdesk.Registration
    register(registration(patient=unknown, clinic=clinic, kind=Kind.CASUALTY, alias=True, emergency=True))
    register(registration(patient=baby, clinic=clinic, mother=first.number))
    if "confidential" in {each.name for each in dataclasses.fields(registration)}:
        register(factories.registration("Asha Kumari", confidential=True))
    frontdesk.close_shift(counter, shift, counted_cash=540, note="a slip was voided", by="asha")
    shift = frontdesk.open_shift(counter, series=2, login="asha").key
    frontdesk.fill_pad(counter, shift, blank, factories.registration("Geeta Bai"))
    register(factories.registration("Imran Khan"))
    frontdesk.close_shift(counter, shift, counted_cash=20, note="", by="asha")


def sheets(counter: Any, frontdesk: Any, made: Any) -> list[str]:
    """The codes of every sheet that is no slip, as digits; releases before statements have none."""
    from fallback import payload
    from tests import factories

    if not hasattr(frontdesk, "poster"):
        return []
    found: list[str] = []
    digits, day, clinic = payload.to_digits, factories.START.date(), factories.registration().clinic

    def kept(signed: bytes) -> str:
        found.append(digits(signed))
        return found[-1]

    setattr(payload, "to_digits", kept)  # noqa: B010
    frontdesk.poster(counter, made.root, made.sign_as_hospital)
    frontdesk.desk_card(counter, 1)
    frontdesk.desk_card(counter, 2)
    frontdesk.shift_sheet(counter, "001.1")
    frontdesk.day_sheets(counter, clinic=clinic, day=day, series=1)
    frontdesk.box_sheet(counter, clinic=clinic, day=day, series=1, box=1, count=7)
    setattr(payload, "to_digits", digits)  # noqa: B010
    return list(dict.fromkeys(found))


def hospital_day(out: Path) -> None:
    """A hospital's day: its data folder, its second copy, an export, its account, and what is to be found again."""
    from fallback import custody, enrolment, frontdesk, payload, recovery
    from fallback.downtime import Role
    from fallback.ledger import queries
    from tests import factories

    ticking = factories.clock()
    made, recovery_key, _ = enrolment.init(out / "data", PASSPHRASE, clock=ticking, cost=factories.CHEAP)
    for name in ("Counter 1", "Counter 2"):
        enrolment.enrol_desk(made, name)
    for login, name, role in (
        ("asha", "Asha Rani", Role.CLERK),
        ("meena", "Meena Joshi", Role.SUPERVISOR),
        ("ravi", "Ravi Das", Role.RECORDS),
    ):
        enrolment.set_user(made.ledger, login, name, role, PIN)
    if hasattr(enrolment, "make_cards"):
        cards = [each.text for each in enrolment.make_cards(made, 2, lambda _: None)]
    else:
        cards = []
    for folder in ("copy", "export"):
        (out / folder).mkdir()
    made.ledger.copy_to(out / "copy")
    counter = factories.counter(made)
    frontdesk.start_downtime(counter, "the servers are down", by="meena")
    whose = {"issued_to": "Ward 4"} if takes(frontdesk.print_pads, "issued_to") else {}
    blanks, _ = frontdesk.print_pads(counter, series=2, count=3, by="meena", **whose)
    morning(counter, frontdesk, blanks[0])
    papers = sheets(counter, frontdesk, made)
    frontdesk.declare(counter, [blanks[1]], "spoiled", "torn", by="meena")
    frontdesk.end_downtime(counter, by="meena")
    db, hospital = made.ledger.db(), factories.hospital()
    target = hospital.targets[0].name
    account = recovery.account_record(
        made.ledger,
        recovery.account_of(db, target),
        hospital,
        target=target,
        now=ticking(),
        signer="the hospital's root",
        sign=made.sign_as_hospital,
    )
    custody.export(made.ledger, out / "export" / "counters.parchi")
    told = {
        "passphrase": PASSPHRASE,
        "recovery_key": recovery_key,
        "cards": cards,
        "target": target,
        "root": made.root.hex(),
        "chain": made.ledger.chain,
        "head": made.ledger.head().hash.hex(),
        "lines": made.ledger.head().sequence,
        "papers": papers,
        "steps": [name for (name,) in db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")],
        "slips": {
            row.slip.number.text: {
                "digits": payload.to_digits(row.payload),
                "name": row.slip.patient.name,
                "sealed": bool(row.slip.sealed),
                "voided": row.voided,
            }
            for row in queries.slips(db)
        },
    }
    made.close()
    write(out / "account.json", account)
    write(out / "told.json", told)


def rehearsal(out: Path) -> None:
    """The release's own drill, from registration to read-back; kept is what it would throw away: its journal."""
    from fallback import custody, hospital_file, recovery
    from fallback.rehearsal import drill

    hospital = hospital_file.load(Path("hospital.toml"))
    finish = drill._finish

    def keep(report: Any, made: Any, *rest: Any) -> None:
        finish(report, made, *rest)
        out.mkdir()
        target, db = rest[-1].name, made.ledger.db()
        custody.export(made.ledger, out / "drill.parchi")
        account = recovery.account_record(
            made.ledger,
            recovery.account_of(db, target),
            hospital,
            target=target,
            now=made.ledger._writer._clock(),
            signer="the hospital's root",
            sign=made.sign_as_hospital,
        )
        told = {"account": account, "passphrase": "drill", "root": made.root.hex(), "target": target}
        write(out / "told.json", told)

    setattr(drill, "_finish", keep)  # noqa: B010
    report = drill.run(hospital, patients=10, seed=1, desks=1, tell=lambda *_: None)
    if not report.ok:
        sys.exit(f"the drill of this release found: {report}")


def stick(out: Path) -> None:
    """A kit with the hospital's part alone, sealed; releases before 1.0 have none."""
    if not Path("fallback/kit").exists():
        return
    from tests import kits

    with tempfile.TemporaryDirectory() as work:
        kits.bare(out / "kit", Path(work))


if __name__ == "__main__":
    place = Path(sys.argv[1]).absolute()
    place.mkdir(parents=True)
    if Path("fallback/machine.py").exists():  # a release before it refuses a setting that it does not know
        os.environ["PARCHI_STATE"] = str(place / "state")
    hospital_day(place)
    rehearsal(place / "drill")
    stick(place)
    shutil.rmtree(place / "state", ignore_errors=True)
