"""What the records room waits for with two weeks of slips: each page of recovery, and each act of it.

`python bench/recovery_pages.py [--quick] [--json]`. A journal of 150,000 slips of 14 days, 30 clinics and 12 desks in
the middle of its recovery (`--quick`: 3,000), made up and encrypted; `--keep FOLDER` keeps it for another run. Each
page is asked for through the app three times: the first time, once more, and after something was written, which makes
what was counted before old. Then the acts: the list of what is to be done, an approval, the first slip of a run and its
pace into a system in memory, the account. Aim: every page below half a second of the processor, but for the first time.
"""

import re
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from bench.weeks import PIN, TARGET, Weeks  # noqa: E402
from fallback import recovery  # noqa: E402
from fallback.hospital import Target  # noqa: E402
from fallback.ledger.facts import FactKind  # noqa: E402
from fallback.recovery import Choice, closing  # noqa: E402
from fallback.recovery.pace import Pace  # noqa: E402
from fallback.recovery.stages import approve, work_at  # noqa: E402
from fallback.web import close, create_app  # noqa: E402
from tests.fake_target import FakeTarget  # noqa: E402

AIM = 0.5
PAGES = {
    "the records room": "/records",
    "the import": "/records/import",
    "the import by day": "/records/import?facet=day",
    "the import of a clinic": "/records/import?clinic=3",
    "the import by hold": "/records/import?facet=hold",
    "slips that are ready": "/records/import/slips?stage=ready",
    "slips that are there": "/records/import/slips?stage=confirmed",
    "slips that wait for a person": "/records/import/slips?stage=matched",
    "slips that are held": "/records/import/slips?stage=held",
    "held slips of a clinic": "/records/import/slips?stage=held&clinic=3",
    "the check list": "/records/import/checklist",
    "the dry run": "/records/import/plan",
    "the dry run as a file": "/records/import/plan.csv",
    "one slip of the import": "/records/import/slips/{number}",
    "the review": "/records/review",
    "the next review": "/records/review/next",
    "the call list": "/records/review/calls",
    "what was said of a slip": "/records/review/{number}/said",
    "the account": "/records/account",
    "the signed account": "/records/account.json",
    "the closing": "/records/closing",
    "the cross-walk": "/records/crosswalk",
    "doubted UHIDs": "/records/uhids",
    "doubted UHIDs as a file": "/records/uhids.csv",
    "repairs": "/records/repairs",
    "the short closing": "/records/short",
    "open pages": "/records/pages",
    "the next page": "/records/work",
    "batches": "/records/batches",
    "a batch": "/records/batch?name=box-0",
}  # fmt: skip
# A file or a signed paper takes what it takes: nobody has a page open in front of it.
_FILES = frozenset({"the signed account", "the dry run as a file", "doubted UHIDs as a file"})


def resident() -> float:
    """Megabytes that this process has in memory now."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+)", text)
    return int(found[1]) / 1000 if found else 0.0


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor that something takes in this thread, whatever else this machine does; what it gives."""
    begun = time.thread_time()
    given = act()
    return time.thread_time() - begun, given


def pages(weeks: Weeks, number: str, only: str) -> Iterator[tuple[str, list[float]]]:
    """Each page, and the seconds of three requests: first, once more, after a line was written."""
    app = create_app(weeks.installation, weeks.hospital, clock=weeks.now_and_on)
    try:
        client = app.test_client()
        login = client.get("/login").get_data(as_text=True)
        token = login.split('name="csrf_token" value="')[1].split('"')[0]
        client.post("/login", data={"csrf_token": token, "login": "ravi", "pin": PIN})
        for words, path in PAGES.items():
            if only not in words:
                continue
            taken = []
            for turn in range(3):
                if turn == 2:
                    weeks.write()
                spent, answer = timed(partial(client.get, path.format(number=number), follow_redirects=True))
                if answer.status_code != 200:
                    raise SystemExit(f"{path} answered {answer.status_code}")
                taken.append(spent)
            yield words, taken
    finally:
        close(app)


def acts(weeks: Weeks, slips: int) -> Iterator[tuple[str, float, str]]:
    """What a person waits for after a press, in seconds; the run's pace in slips a second."""
    ledger, db = weeks.installation.ledger, weeks.installation.ledger.db()
    yield "what is to be done, all of it (work_at)", timed(lambda: work_at(db, TARGET))[0], "s"
    few = Choice(clinics=frozenset({3}), days=frozenset({"2026-11-12"}))
    yield "approving a clinic's day", timed(lambda: approve(ledger, TARGET, few, by="ravi"))[0], "s"
    yield (
        "approving a clinic",
        timed(lambda: approve(ledger, TARGET, Choice(clinics=frozenset({4})), by="ravi"))[0],
        "s",
    )
    yield "the account (reconcile)", timed(lambda: recovery.account_of(db, TARGET))[0], "s"
    yield "how the account stands (closing)", timed(lambda: closing.closing(db, TARGET))[0], "s"
    fake = FakeTarget()
    fake.target = Target(name=TARGET, url="http://127.0.0.1:9/fhir", test=False, kind="fhir")
    cleared = {"target": TARGET, "numbers": ["none"], "note": ""}
    ledger.write(lambda tx: tx.append(FactKind.CANARY_CONFIRMED, cleared, by="meena"))
    first: list[float] = []
    begun = time.perf_counter()
    report = recovery.run_import(
        ledger, fake, by="ravi", choice=Choice(stages=frozenset({"approved"})), limit=slips,
        progress=lambda _done, _all: first.append(time.perf_counter()), pace=Pace(0),
    )  # fmt: skip
    if report.stopped is not None or len(first) < 2:
        raise SystemExit(f"the run stopped: {report.stopped}")
    yield "the first slip of a run", first[0] - begun, "s"
    yield f"a run, of {len(first)} slips", (len(first) - 1) / (first[-1] - first[0]), "slips/s"


def main() -> None:
    """The command."""
    parser = options(__doc__, "3,000 slips instead of 150,000")
    parser.add_argument("--keep", help="a folder in which the journal stays")
    parser.add_argument("--only", default="", help="only the pages whose name has these words")
    given = parser.parse_args()
    slips = 3_000 if given.quick else 150_000
    rows: list[dict[str, Any]] = []
    ok = True
    with tempfile.TemporaryDirectory() as name:
        weeks = Weeks(Path(given.keep or name), slips)
        begun = resident()
        db = weeks.installation.ledger.db()
        row = db.execute("SELECT number FROM match WHERE said <> '' LIMIT 1").fetchone()
        for words, (cold, warm, dirty) in pages(weeks, row[0], given.only):
            peers = {"once more": round(warm, 3), "after a line was written": round(dirty, 3)}
            rows.append({"what": words, "ours": round(cold, 3), "peers": peers, "unit": "s"})
            ok = ok and (words in _FILES or max(warm, dirty) < AIM)
            if not given.json:
                print(f"{words}: {cold:.3f} {warm:.3f} {dirty:.3f}", flush=True)
        if not given.only:
            for words, found, unit in acts(weeks, 100 if given.quick else 300):
                rows.append({"what": words, "ours": round(found, 3), "peers": {}, "unit": unit})
                if not given.json:
                    print(f"{words}: {found:.3f} {unit}", flush=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        memory = {"before the pages": round(begun), "at most": round(peak)}
        rows.append({"what": "memory of the server", "ours": round(resident()), "peers": memory, "unit": "MB"})
        weeks.installation.close()
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
