"""Slips into three real systems over a line that fails, by an importer that is killed: each once, as it was, none lost.

`python bench/import.py [--quick] [--json] [--slips N] [--only NAME]`. SEKMET (FHIR R4), hl7v2-fhir-bridge (HL7 over
MLLP) and GNU Health (JSON-RPC), installed by `make targets`.

- Trouble: the real importer, in a process of its own over a real encrypted journal, sends a backlog of made-up patients
  of whom a third comes twice. Of the requests 4 % (HL7: 20 %) meet a line that hangs up, loses the answer, cuts it,
  delays it past our patience or repeats the request; the importer is killed (SIGKILL) at random and started again until
  nothing is left. Then the system is read past our own code: each slip number must have one visit, each person one
  patient, with the fields that the slip has.
- Speed: the same importer in this process without trouble, beside bare posts of the very same resources or messages
  over one connection, which look for nothing, read nothing back and write nothing down. Both in turns, on other slips.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from bench.ways.line import Line  # noqa: E402
from bench.ways.systems import PATIENCE, BridgeSystem, Gnu, Sekmet, System, connector, started  # noqa: E402
from fallback.episode import Episode  # noqa: E402
from fallback.hospital import Target  # noqa: E402
from fallback.ledger import queries  # noqa: E402
from fallback.recovery import approve, run_import  # noqa: E402
from fallback.rehearsal.people import people  # noqa: E402
from fallback.slip import Age, AgeUnit, Patient, Sex, Slip, SlipNumber, Visit  # noqa: E402
from tests.backlog import HOSPITAL, Backlog, cleared  # noqa: E402
from tests.journals import again  # noqa: E402
from tests.targets.install import installed  # noqa: E402

ALL = (Sekmet.name, BridgeSystem.name, Gnu.name)
_SHARE, _MLLP_SHARE = 0.04, 0.2  # of the requests meet a trouble: over MLLP a slip is one request
_TWICE = 3  # of so many persons one comes a second time
_DAY = date(2026, 11, 23)
_FIRST = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_ROUNDS = 2
_AIM = 1.3  # times what bare posts take


def persons(seed: int, count: int) -> list[Patient]:
    """Made-up patients, as a clerk would have them on a slip."""
    return [_patient(each.name, each.name_hindi, each.sex, each.age, each.age_unit, each.birth_date, each.mobile)
            for each in people(Random(seed), HOSPITAL, count, today=_DAY)]  # fmt: skip


def _patient(name: str, hindi: str, sex: str, age: str, unit: str, born: str, mobile: str) -> Patient:
    told = Age(value=int(age), unit=AgeUnit(unit or "years")) if age else None
    birthday = datetime.strptime(born, "%d-%m-%Y").replace(tzinfo=UTC).date() if born else None
    return Patient(name=name, name_hindi=hindi, sex=Sex(sex), age=told, birth_date=birthday, mobile=mobile)


def backlog(folder: Path, series: int, count: int, target: str) -> list[Slip]:
    """A journal with that many slips, all approved, every point of the check list answered."""
    made = Backlog(folder, series)
    slips: list[Slip] = []
    for place, patient in enumerate(persons(series, count)):
        first = slips[Random(place).randrange(len(slips))] if place % _TWICE == _TWICE - 1 else None
        if first is not None and first.patient_number is not None:
            first = None
        more: dict[str, Any] = {"issued": _FIRST + timedelta(minutes=place), "visit": Visit(clinic=1 + place % 2)}
        if first is not None:
            more["patient_number"] = first.number
        slips.append(made.issue(first.patient if first else patient, **more))
    cleared(made.ledger, target)
    approve(made.ledger, target, by="meena")
    made.ledger.close()
    return slips


def troubled(system: System, folder: Path, count: int, seed: int, *, quick: bool) -> dict[str, Any]:
    """The backlog over the line, with kills; what went wrong in the end, as counts."""
    chance = Random(seed)
    mllp = isinstance(system, BridgeSystem)
    share = _MLLP_SHARE if mllp else 2 * _SHARE if quick else _SHARE
    longest = 1.0 if quick else 6.0  # seconds that an importer lives
    kills = runs = 0
    with Line(system.port, mllp=mllp, share=share, late=PATIENCE + 0.5, seed=seed) as line:
        target = system.target(line.port)
        slips = backlog(folder, 700 + seed, count, target.name)
        began = time.monotonic()
        while _left(folder, target.name) and runs < 40 + count:
            runs += 1
            kills += _run(folder, target, system.secret, chance.uniform(0.05, longest))
        seconds = time.monotonic() - began
        wrong = judged(system, slips, folder, target.name)
        return {"troubles": sum(line.done.values()), "kills": kills, "runs": runs, "seconds": round(seconds), **wrong}


def _run(folder: Path, target: Target, secret: str, life: float) -> bool:
    """One importer, for so many seconds from its first slip on; whether it had to be killed."""
    command = [sys.executable, __file__, "--work", str(folder), target.kind, target.name, target.url]
    command += [target.database, target.login, target.organisation]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(secret.encode())
    process.stdin.close()
    with process.stdout:
        process.stdout.readline()
        try:
            process.wait(life)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return True
    return False


def work(folder: str, kind: str, name: str, url: str, database: str, login: str, organisation: str) -> None:
    """The importer that is killed: a process of its own."""
    target = Target(name=name, url=url, test=True, kind=kind, database=database, login=login, organisation=organisation)
    ledger = again(Path(folder))

    def progress(done: int, _total: int) -> None:
        if done == 1:
            os.write(1, b"begun\n")

    report = run_import(ledger, connector(target, sys.stdin.read()), by="meena", progress=progress)
    if report.stopped:
        print(report.stopped, file=sys.stderr)
    ledger.close()


def _left(folder: Path, target: str) -> int:
    ledger = again(folder)
    stages = [each.stage for each in queries.deliveries(ledger.db(), target).values()]
    ledger.close()
    return sum(stage in ("approved", "sending") for stage in stages)


def judged(system: System, slips: list[Slip], folder: Path, target: str) -> dict[str, Any]:
    """What the system has, against what it should have."""
    there = system.seen()
    wrong: dict[str, int] = dict.fromkeys(("lost", "twice", "differ", "patients twice", "held"), 0)
    whose: dict[str, set[str]] = defaultdict(set)
    for slip in slips:
        found = there.get(slip.number.text, [])
        wrong["lost"] += not found
        wrong["twice"] += len(found) > 1
        for each in found:
            whose[slip.person].add(each.patient)
        wrong["differ"] += bool(found) and any(replace(each, patient="") != system.expected(slip) for each in found)
    wrong["patients twice"] = sum(len(each) > 1 for each in whose.values())
    ledger = again(folder)
    for delivery in queries.deliveries(ledger.db(), target).values():
        if delivery.stage in ("held", "failed"):
            wrong["held"] += 1
            print(f"{system.name}: {delivery.number} {delivery.stage}: {delivery.reason}", file=sys.stderr)
    ledger.close()
    return wrong


def timed(system: System, folder: Path, count: int) -> tuple[float, float]:
    """Slips a second of the import and of bare posts, in turns."""
    ours = bare = 0.0
    target = system.target(system.port)
    for turn in range(_ROUNDS):
        series = 800 + turn
        backlog(folder / str(turn), series, count // _ROUNDS, target.name)
        ledger, way = again(folder / str(turn)), connector(target, system.secret)
        began = time.perf_counter()
        report = run_import(ledger, way, by="meena")
        ours += time.perf_counter() - began
        assert report.created == count // _ROUNDS, report.record()
        way.close()
        others = _others(ledger, 850 + turn)
        ledger.close()
        began = time.perf_counter()
        system.bare(others)
        bare += time.perf_counter() - began
    return count / ours, count / bare


def _others(ledger: Any, series: int) -> list[Slip]:
    """The same slips under other numbers, as they are told."""

    def renumbered(number: SlipNumber | None) -> SlipNumber | None:
        return number and SlipNumber(series, number.serial)

    return [
        Episode.of(
            row.slip,
            number=SlipNumber(series, row.slip.number.serial),
            patient_number=renumbered(row.slip.patient_number),
        )
        for row in queries.slips(ledger.db())
    ]


def main() -> None:
    """Measures and prints."""
    parser = options(
        __doc__, "12 slips into each system for trouble, 40 for speed; under 50 seconds where nothing else runs"
    )
    parser.add_argument("--slips", type=int, default=0, help="so many instead of 10,000")
    parser.add_argument("--only", choices=ALL, help="one system")
    given = parser.parse_args()
    if not installed():
        sys.exit("The systems are not installed. Run: make targets")
    count = given.slips or (12 if given.quick else 10_000)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="parchi-import-") as place:
        folder = Path(place)
        for seed, system in enumerate(started(folder, {given.only} if given.only else set(ALL)), 1):
            found = troubled(system, folder / f"trouble-{seed}", count, seed, quick=given.quick)
            bad = {name: found[name] for name in ("lost", "twice", "patients twice", "differ", "held")}
            beside = {name: found[name] for name in ("troubles", "kills", "runs", "seconds")}
            what = f"{system.name}, {count} slips: lost, twice, patients twice, different or held"
            rows.append({"what": what, "ours": sum(bad.values()), "peers": bad | beside, "unit": "slips"})
            ours, bare = timed(system, folder / f"speed-{seed}", max(40, min(count, 1_000)))
            peers = {"bare posts": round(bare, 1), "times": round(bare / ours, 2)}
            rows.append(
                {
                    "what": f"{system.name}, sent and read back",
                    "ours": round(ours, 1),
                    "peers": peers,
                    "unit": "a second",
                }
            )
    safe = not any(row["ours"] for row in rows if row["unit"] == "slips")
    fast = all(row["peers"]["times"] <= _AIM for row in rows if row["unit"] != "slips")
    tell(rows, safe and fast, as_json=given.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(*sys.argv[2:])
    else:
        main()
