"""An outage rehearsed end to end: registered, printed, torn off, scanned, reconciled, imported, read back, compared."""

import ipaddress
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from fallback import enrolment, frontdesk, payload, recovery
from fallback.downtime import Role
from fallback.ehospital.fhir import FhirConnector
from fallback.enrolment import Installation
from fallback.errors import CanaryWaits, DrillStopped, TargetNotAllowed
from fallback.frontdesk.seen import mark_seen
from fallback.hospital import Hospital, Target
from fallback.keys import PublicKeys, hospital_id
from fallback.ledger import queries
from fallback.outcome import Seen
from fallback.recovery import gates
from fallback.rehearsal import compare, verdicts
from fallback.rehearsal.box import Laid, scan_box
from fallback.rehearsal.morning import Counter, Morning, typed, work
from fallback.rehearsal.officer import Truth, work_off
from fallback.rehearsal.people import people
from fallback.rehearsal.pile import Pile, pile
from fallback.rehearsal.residents import settle
from fallback.rehearsal.target import TestSystem
from fallback.rehearsal.ward import Pad, fill_pads, patients
from fallback.scanning import read_files
from fallback.serving import served
from fallback.slip import INDIA, Kind, Slip, SlipNumber
from fallback.vault import Cost
from fallback.web import create_app

Tell = Callable[[str, int, int], None]
_CHEAP = Cost(passes=1, lanes=1, memory_kib=8 * 1024)  # the folder is thrown away: its passphrase need not be dear
_MOST_UNREAD = 0.05  # of the pages: paper is creased through a code now and then, and a person sees it
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
    unused: int = 0
    not_read: int = 0
    no_form: int = 0
    wrong_pages: int = 0
    wrong_reads: int = 0
    boxes: int = 0
    boxes_doubtful: int = 0
    boxes_wrong: int = 0
    answers: int = 0
    open_pages: int = 0
    pads: int = 0
    visits_wrong: int = 0
    sheets_compared: int = 0
    sheets_wrong: int = 0
    pictures: int = 0
    pictures_wrong: int = 0
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
                counters, queue, installation.ledger, hospital, folder / "printed", seed,
                lambda done: tell("registered", done, patients),
            )  # fmt: skip
        _leave_truth(folder, morning, installation)
        with _timed(report, "paper"):
            made = _paper(report, installation, hospital, counters, morning, clock, seed)
            laid = scan_box(made.pile.leaves, folder / "scans", Random(seed + 2))
        with _timed(report, "scan"):
            read = _scan(report, installation, hospital, folder, tell)
        with _timed(report, "compare paper"):
            _compare_paper(report, morning, read)
            seen = _compare_pages(report, installation, laid)
        with _timed(report, "worklist"):
            _work_off(report, installation, counters, made, laid, clock)
            _compare_visits(report, installation, made, seen, morning, hospital)
        with _timed(report, "import"):
            registered = {truth["number"]: truth for truth in morning.truths if truth["kind"] != "void"}
            settle(target, token, hospital, map(Slip.from_record, registered.values()))
            _import(report, installation, hospital, target, token, tell)
        with _timed(report, "read back"):
            _compare_target(report, morning, hospital, target, token)
        _finish(report, installation, morning, laid, target)
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

    installation, _, _ = enrolment.init(
        folder / "data", "drill", clock=clock, drill=True, cost=_CHEAP, state=folder / "state"
    )
    stack.callback(installation.close)
    copy = folder / "copy"
    copy.mkdir()
    installation.ledger.copy_to(copy)
    supervisor = enrolment.set_user(installation.ledger, "meena", "Meena Joshi", Role.SUPERVISOR, _SUPERVISOR_PIN)
    counter = _counter(installation, hospital)
    address = stack.enter_context(served(create_app(installation, hospital)))
    counters = []
    for number in range(1, desks + 1):
        desk = enrolment.enrol_desk(installation, f"Counter {number}")
        login = f"clerk{number}"
        pin = enrolment.set_user(installation.ledger, login, f"Clerk {number}", Role.CLERK)
        counters.append(Counter(address=address, login=login, pin=pin, series=desk.series, supervisor_pin=supervisor))
    frontdesk.start_downtime(counter, "drill")
    return installation, counters


def _counter(installation: Installation, hospital: Hospital) -> frontdesk.Counter:
    return frontdesk.Counter(
        ledger=installation.ledger,
        hospital=hospital,
        hospital_id=hospital_id(installation.root),
        drill=True,
        sign=installation.sign,
    )


def _leave_truth(folder: Path, morning: Morning, installation: Installation) -> None:
    with (folder / "truth.jsonl").open("w", encoding="utf-8") as file:
        for truth in morning.truths:
            file.write(json.dumps(truth, ensure_ascii=False) + "\n")
    (folder / "keys.json").write_text(installation.keys().to_json(), encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was made on paper: the pile, and the pads with who was written on them."""

    pile: Pile
    pads: list[Pad]


def _paper(
    report: Report,
    installation: Installation,
    hospital: Hospital,
    counters: list[Counter],
    morning: Morning,
    day: date,
    seed: int,
) -> _Made:
    """The clinics fill in what they got, a ward its pads, and a nurse says that one whose copy is lost was seen."""
    rng, desks = Random(seed + 1), [counter.series for counter in counters]
    counter = _counter(installation, hospital)
    pads, unused = fill_pads(counter, patients(rng, hospital, day), series=desks[0], spare=1)
    made = pile(morning.printed, pads, counter, desks, day, rng)
    for number in sorted(made.lost)[:1]:
        mark_seen(counter, SlipNumber.parse(number), Seen.SEEN, by="meena")
        made.by_nurse.add(number)
    report.pads, report.unused = len(pads), len(unused)
    return _Made(pile=made, pads=pads)


def _scan(
    report: Report, installation: Installation, hospital: Hospital, folder: Path, tell: Tell
) -> list[payload.Decoded]:
    """Takes the box's pages in, as the command does; gives what the paper alone says, by the file of public keys."""
    scans = folder / "scans"
    found = recovery.scan(
        installation, hospital, [scans], batch="drill", by="meena",
        progress=lambda progress: tell("scanned", progress.done, progress.total) if progress.total else None,
    )  # fmt: skip
    report.pages, report.read, report.repeats = found.pages, found.read, found.repeats
    report.unread, report.blank = found.unread, found.outcomes["blank"]
    again = recovery.scan(installation, hospital, [scans], batch="drill again", by="meena")
    if again.repeats != again.pages:
        raise DrillStopped(stage="scanning", why="a page that was scanned before was taken for a new one")
    keys = PublicKeys.load(folder / "keys.json")
    judged = (payload.judge(code.text, keys) for page in read_files([scans]) for code in page.texts)
    return [each.decoded for each in judged if each.outcome is payload.CodeOutcome.GENUINE and each.decoded]


def _compare_paper(report: Report, morning: Morning, read: list[payload.Decoded]) -> None:
    truths = {(truth["number"], truth["revision"]): truth for truth in morning.truths}
    slips = [each for each in read if each.slip.kind is not Kind.PAD]
    report.differences += compare.paper_differences(truths, slips)


def _compare_pages(report: Report, installation: Installation, laid: list[Laid]) -> verdicts.Seen:
    """Each page against what it is, before a person says anything."""
    seen = verdicts.Seen()
    wrong = list(verdicts.pages(laid, installation, seen))
    report.not_read, report.no_form = seen.not_read, seen.no_form
    report.boxes, report.boxes_doubtful = seen.boxes, seen.doubtful
    report.boxes_wrong, report.wrong_pages = seen.wrong, len(wrong) - seen.wrong
    report.wrong_reads = sum(each.endswith(verdicts.WRONG_READ) for each in wrong)
    report.differences += wrong
    return seen


def _work_off(
    report: Report, installation: Installation, counters: list[Counter], made: _Made, laid: list[Laid], day: date
) -> None:
    """Two officers answer what the machine left to a person; one of them misreads a digit of a pad."""
    logins = [
        (login, enrolment.set_user(installation.ledger, login, name, Role.RECORDS))
        for login, name in (("ravi", "Ravi Das"), ("sita", "Sita Rao"))
    ]
    truth = Truth(
        leaves={(each.file, each.page): each.leaf for each in laid},
        pile=made.pile,
        pads={pad.number.text: pad.person for pad in made.pads},
        day=day,
        misread=made.pads[-1].number.text,
    )
    report.answers = work_off(counters[0].address, logins, installation, truth)
    report.open_pages = queries.open_pages(installation.ledger.db())


def _compare_visits(
    report: Report,
    installation: Installation,
    made: _Made,
    seen: verdicts.Seen,
    morning: Morning,
    hospital: Hospital,
) -> None:
    """What is known of the visits and of the sheets when nobody has anything left to do; pads are slips by now."""
    wrong_visits = list(verdicts.visits(made.pile, seen.forms, installation))
    report.sheets_compared, wrong_sheets = verdicts.compared(made.pile, installation)
    report.pictures, wrong_pictures = verdicts.pictures(installation)
    report.visits_wrong, report.sheets_wrong = len(wrong_visits), len(wrong_sheets)
    report.pictures_wrong = len(wrong_pictures)
    report.differences += wrong_visits + wrong_sheets + wrong_pictures
    for pad in made.pads:
        row = queries.slip(installation.ledger.db(), pad.number)
        if row is None or row.slip.kind is Kind.PAD:
            report.differences.append(f"{pad.number} was not typed in")
        else:
            morning.truths.append(row.slip.record() | typed(pad.person, hospital))


def _import(
    report: Report, installation: Installation, hospital: Hospital, target: Target, token: str, tell: Tell
) -> None:
    connector = FhirConnector(target, hospital, token)
    try:
        for point in gates.points(target, drill=True):  # the drill's own people answer for the drill's own system
            recovery.check(installation.ledger, target.name, point, gates.ANSWERS[point].good[0], by="meena")
        recovery.approve(installation.ledger, target.name, by="meena")
        first = recovery.run_import(installation.ledger, connector, by="meena")
        if isinstance(first.stopped, CanaryWaits):
            recovery.confirm_canary(installation.ledger, target.name, note="looked at in the drill", by="meena")
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


def _finish(report: Report, installation: Installation, morning: Morning, laid: list[Laid], target: Target) -> None:
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
        and report.issued == report.imported + report.voided + counts["unused"]
        and report.pages == len(laid)
        and report.repeats >= sum(each.leaf.again is not None for each in laid)
        and report.boxes > 0
        and report.not_read + report.no_form <= _MOST_UNREAD * report.pages
        and not report.open_pages
        and not report.field_errors
        and not report.duplicates_on_target
        and not report.second_import_changed
        and installation.ledger.verify().ok
        and installation.ledger.rebuild_views()
    )
