"""An outage rehearsed end to end: registered, printed, torn off, scanned, reconciled, imported, read back, compared."""

import ipaddress
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from waitress.server import create_server

from fallback import enrolment, frontdesk, payload, recovery
from fallback.downtime import Role
from fallback.ehospital.fhir import FhirConnector
from fallback.enrolment import Installation
from fallback.errors import DrillStopped, TargetNotAllowed
from fallback.hospital import Hospital, Target
from fallback.keys import PublicKeys, hospital_id
from fallback.rehearsal import compare
from fallback.rehearsal.box import Boxed, scan_box
from fallback.rehearsal.morning import Counter, Morning, work
from fallback.rehearsal.people import people
from fallback.rehearsal.target import TestSystem
from fallback.scanning import ReadPage, read_files
from fallback.slip import INDIA
from fallback.vault import Cost
from fallback.web import create_app

Tell = Callable[[str, int, int], None]
_CHEAP = Cost(passes=1, lanes=1, memory_kib=8 * 1024)  # the folder is thrown away: its passphrase need not be dear
_SUPERVISOR_PIN = "739164"


@dataclass(slots=True)
class Report:
    """What a drill found. `seconds` per stage; `differences` names slip, revision and field, never a value."""

    issued: int = 0
    printed: int = 0
    pages: int = 0
    read: int = 0
    unread: int = 0
    repeats: int = 0
    blank: int = 0
    imported: int = 0
    voided: int = 0
    missing: int = 0
    returning: int = 0
    corrected: int = 0
    sent_twice: int = 0
    reprinted: int = 0
    field_errors: int = 0
    duplicates_on_target: int = 0
    second_import_changed: int = 0
    account_closed: bool = False
    differences: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    ok: bool = False

    def record(self) -> dict[str, Any]:
        """The report as JSON values, `ok` last."""
        return {name: getattr(self, name) for name in self.__slots__}


def allowed(to: str, hospital: Hospital) -> Target:
    """The target that a drill may be sent to: loopback, or a test system of hospital.toml. Raises TargetNotAllowed."""
    listed = next((each for each in hospital.targets if to.rstrip("/") == each.url.rstrip("/")), None)
    if listed is not None:
        if not listed.test:
            raise TargetNotAllowed(url=to, why="hospital.toml does not mark it as a test system")
        return listed
    try:
        host = urlsplit(to).hostname or ""
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise TargetNotAllowed(
            url=to, why="it is not on this machine, and hospital.toml does not list it as a test system"
        )
    return Target(name="drill", url=to, test=True)


def run(
    hospital: Hospital,
    *,
    patients: int,
    seed: int,
    desks: int,
    tell: Tell,
    target: Target | None = None,
    token: str = "",
    keep: Path | None = None,
) -> Report:
    """Rehearses an outage. Without a target it starts a FHIR server of its own. Raises DrillStopped, TargetMissing."""
    report = Report()
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parchi-drill-")))
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise DrillStopped(stage="the start", why="the folder of --keep is not empty")
        if target is None:
            system = stack.enter_context(TestSystem())
            target, token = system.target, system.token
        secrets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parchi-drill-data-")))
        with _timed(report, "set-up"):
            installation, counters = _set_up(secrets, hospital, desks, stack)
        clock = datetime.now(UTC).astimezone(INDIA).date()
        queue = people(Random(seed), hospital, patients, today=clock)
        with _timed(report, "register"):
            morning = work(
                counters, queue, installation, hospital, folder / "printed", seed,
                lambda done: tell("registered", done, patients),
            )  # fmt: skip
        _leave_truth(folder, morning, installation)
        with _timed(report, "paper"):
            boxed = scan_box(morning.printed, folder / "scans", Random(seed + 1))
        with _timed(report, "scan"):
            read = _scan(report, installation, folder, boxed, tell)
        with _timed(report, "compare paper"):
            _compare_paper(report, morning, read)
        with _timed(report, "import"):
            _import(report, installation, hospital, target, token, tell)
        with _timed(report, "read back"):
            _compare_target(report, morning, hospital, target, token)
        _finish(report, installation, morning, boxed, target)
    return report


@contextmanager
def _timed(report: Report, stage: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    report.seconds[stage] = round(time.monotonic() - start, 2)


def _set_up(folder: Path, hospital: Hospital, desks: int, stack: ExitStack) -> tuple[Installation, list[Counter]]:
    """A drill's installation, its desks and clerks, a downtime, and the app served on a free port of this machine."""

    def clock() -> datetime:
        return datetime.now(UTC)

    installation, _, _ = enrolment.init(folder / "data", "drill", clock=clock, drill=True, cost=_CHEAP)
    stack.callback(installation.close)
    copy = folder / "copy"
    copy.mkdir()
    installation.ledger.copy_to(copy)
    supervisor = enrolment.set_user(installation.ledger, "meena", "Meena Joshi", Role.SUPERVISOR, _SUPERVISOR_PIN)
    counter = frontdesk.Counter(
        ledger=installation.ledger,
        hospital=hospital,
        hospital_id=hospital_id(installation.root),
        drill=True,
        sign=installation.sign,
    )
    server = create_server(create_app(installation, hospital), host="127.0.0.1", port=0, threads=max(4, desks))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    stack.callback(thread.join, 5)
    stack.callback(server.close)
    address = f"http://127.0.0.1:{server.effective_port}"
    counters = []
    for number in range(1, desks + 1):
        desk = enrolment.enrol_desk(installation, f"Counter {number}")
        login = f"clerk{number}"
        pin = enrolment.set_user(installation.ledger, login, f"Clerk {number}", Role.CLERK)
        counters.append(Counter(address=address, login=login, pin=pin, series=desk.series, supervisor_pin=supervisor))
    frontdesk.start_downtime(counter, "drill")
    return installation, counters


def _leave_truth(folder: Path, morning: Morning, installation: Installation) -> None:
    with (folder / "truth.jsonl").open("w", encoding="utf-8") as file:
        for truth in morning.truths:
            file.write(json.dumps(truth, ensure_ascii=False) + "\n")
    (folder / "keys.json").write_text(installation.keys().to_json(), encoding="utf-8")


def _scan(report: Report, installation: Installation, folder: Path, boxed: Boxed, tell: Tell) -> list[payload.Decoded]:
    """Accepts the box's pages, as the command does; keeps what the paper alone says, by the file of public keys."""
    keys = PublicKeys.load(folder / "keys.json")
    read: list[payload.Decoded] = []

    def seen() -> Iterator[ReadPage]:
        for page in read_files([folder / "scans"]):
            for code in page.texts:
                judged = payload.judge(code.text, keys)
                if judged.outcome is payload.CodeOutcome.GENUINE and judged.decoded:
                    read.append(judged.decoded)
            yield page

    found = recovery.accept_scan(
        installation.ledger, seen(), installation.keys(), drill=True, batch="drill", total=boxed.pages,
        progress=lambda done, total: tell("scanned", done, total),
    )  # fmt: skip
    report.pages, report.read, report.repeats = found.pages, found.read, found.repeats
    report.unread, report.blank = found.unread, found.outcomes["blank"]
    again = recovery.accept_scan(
        installation.ledger, read_files([folder / "scans"]), installation.keys(), drill=True, batch="drill again"
    )
    if again.repeats != again.pages:
        raise DrillStopped(stage="scanning", why="a page that was scanned before was taken for a new one")
    return read


def _compare_paper(report: Report, morning: Morning, read: list[payload.Decoded]) -> None:
    truths = {(truth["number"], truth["revision"]): truth for truth in morning.truths}
    report.differences += compare.paper_differences(truths, read)


def _import(
    report: Report, installation: Installation, hospital: Hospital, target: Target, token: str, tell: Tell
) -> None:
    connector = FhirConnector(target, hospital, token)
    try:
        recovery.approve(installation.ledger, target.name, by="meena")
        first = recovery.run_import(
            installation.ledger, connector, by="meena", progress=lambda done, total: tell("imported", done, total)
        )
        if first.stopped:
            raise DrillStopped(stage="the import", why="the target could not be worked with") from first.stopped
        recovery.approve(installation.ledger, target.name, by="meena")
        second = recovery.run_import(installation.ledger, connector, by="meena")
        report.second_import_changed = second.confirmed
    finally:
        connector.close()


def _compare_target(report: Report, morning: Morning, hospital: Hospital, target: Target, token: str) -> None:
    eyes = compare.Target(target.url, token, hospital)
    try:
        voided = set(morning.voided)
        truths = {truth["number"]: truth for truth in morning.truths if truth["kind"] != "void"}
        wanted = {number: truth for number, truth in truths.items() if number not in voided}
        different, report.duplicates_on_target = eyes.differences(wanted)
        report.differences += different
    finally:
        eyes.close()


def _finish(report: Report, installation: Installation, morning: Morning, boxed: Boxed, target: Target) -> None:
    account = recovery.account_of(installation.ledger.db(), target.name)
    counts = account.total.record()
    report.issued, report.printed = counts["issued"], len(morning.printed)
    report.imported, report.voided, report.missing = counts["imported"], counts["voided"], counts["missing"]
    report.returning, report.corrected = morning.returning, morning.corrected
    report.sent_twice, report.reprinted = morning.sent_twice, morning.reprinted
    report.account_closed = account.closed
    report.field_errors = len(report.differences)
    report.seconds["all"] = round(sum(report.seconds.values()), 2)
    report.ok = (
        account.closed
        and report.issued == report.imported + report.voided
        and report.unread == len(boxed.unreadable)
        and report.repeats >= boxed.repeats
        and not report.field_errors
        and not report.duplicates_on_target
        and not report.second_import_changed
        and installation.ledger.verify().ok
        and installation.ledger.rebuild_views()
    )
