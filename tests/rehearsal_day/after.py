"""After the outage, at the hospital's own office: merge, scan, work off, match, import, read back, close."""

import json
import multiprocessing
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from fallback import payload
from fallback.errors import DrillStopped
from fallback.frontdesk import Counter
from fallback.keys import PublicKeys
from fallback.ledger import queries
from fallback.recovery import account_of, gates
from fallback.rehearsal import compare, verdicts
from fallback.rehearsal.box import Laid, scan_box
from fallback.rehearsal.clerk import Clerk, Page
from fallback.rehearsal.officer import Truth, work_off
from fallback.rehearsal.pile import Pile, pile
from fallback.rehearsal.residents import settle
from fallback.scanning import read_files
from fallback.slip import Kind, Slip, SlipNumber
from tests.rehearsal_day.during import Day
from tests.rehearsal_day.eyes import Eyes
from tests.rehearsal_day.house import TARGET, House, Laptop
from tests.rehearsal_day.told import Report, Step

OFFICERS = ("ravi", "sita")
_FORK = multiprocessing.get_context("fork")  # a leaf of paper is a closure: only a fork can take it along
_REVIEW = re.compile(r"/records/review/(\d{11})(?:$|\?)")


@dataclass(slots=True)
class Box:
    """A day's paper: what it is in truth, and where each leaf is in the scanner's files."""

    day: Day
    pile: Pile
    laid: list[Laid] = field(default_factory=list)


def merge(office: Laptop, journals: Sequence[Path]) -> int:
    """Everything that the laptops and sticks hold comes together at the office; how many lines that brought."""
    lines = 0
    for each in journals:
        told = json.loads(office.run("journal", "merge", each, "--json"))
        lines += int(told["lines"])
    return lines


def boxes(house: House, office: Laptop, days: Sequence[Day], alive: Mapping[int, Laptop], seed: int) -> list[Box]:
    """The clinics fill in what they got and send it: a box a day. Desks whose laptop died sign no sheets any more."""
    desks = sorted(alive)

    def at(series: int) -> Counter:
        return alive[series].counter()

    found = []
    for place, day in enumerate(days):
        shifts = [key for key in day.shifts if int(key[:3]) in alive]
        made = pile(
            day.morning.printed, day.pads, office.counter(), desks, day.day, Random(seed + place), at=at, shifts=shifts
        )
        found.append(Box(day=day, pile=made))
    return found


def scan_all(house: House, found: Sequence[Box], seed: int) -> Path:
    """All boxes through the scanner, in as many processes as there are boxes; the folder of its files."""
    folder = house.folder / "scans"
    jobs = []
    for place, box in enumerate(found):
        ours, theirs = _FORK.Pipe()
        job = _FORK.Process(target=_scan, args=(box, folder / str(box.day.day), Random(seed + place), theirs))
        job.start()
        theirs.close()
        jobs.append((box, ours, job))
    for box, ours, job in jobs:
        try:
            places = ours.recv()
        except EOFError as wrong:
            raise DrillStopped(stage="the scanner", why="its process died") from wrong
        box.laid = [
            Laid(leaf=leaf, file=file, page=page) for leaf, (file, page) in zip(box.pile.leaves, places, strict=True)
        ]
        job.join()
    return folder


def _scan(box: Box, folder: Path, rng: Random, told: Any) -> None:
    laid = scan_box(box.pile.leaves, folder, rng)
    for file in {each.file for each in laid}:  # every day's files have names of their own
        (folder / file).rename(folder.parent / f"{box.day.day}-{file}")
    folder.rmdir()
    told.send([(f"{box.day.day}-{each.file}", each.page) for each in laid])


def read_paper(report: Report, office: Laptop, folder: Path, truths: Sequence[Mapping[str, Any]], day: Day) -> int:
    """What a day's paper alone says, with nothing but the file of public keys, field by field; how many slips."""
    keys = PublicKeys.load(office.data / "keys.json")
    by_version = {(str(truth["number"]), int(truth["revision"])): dict(truth) for truth in truths}
    judged = (
        payload.judge(code.text, keys)
        for page in read_files(sorted(folder.glob(f"{day.day}-*")))
        for code in page.texts
    )
    slips = [
        each.decoded
        for each in judged
        if each.outcome is payload.CodeOutcome.GENUINE and each.decoded and each.decoded.slip.kind is not Kind.PAD
    ]
    report.none(compare.paper_differences(by_version, slips), "what paper says differs from what was typed")
    report.must(slips, "no paper could be read")
    return len({each.slip.number.text for each in slips})


def judge_pages(report: Report, step: Step, office: Laptop, found: Sequence[Box]) -> set[str]:
    """Each page against what it is; gives the slips of which a form was read."""
    seen = verdicts.Seen()
    laid = [each for box in found for each in box.laid]
    report.none(list(verdicts.pages(laid, office.opened(), seen)), "pages that are taken for what they are not")
    step.say(f"{len(laid)} pages, {seen.not_read} not read and said so, {seen.boxes} boxes, {seen.doubtful} doubtful")
    report.must(seen.not_read + seen.no_form <= max(2, 0.05 * len(laid)), "too many pages were not read")
    return seen.forms


def work(house: House, office: Laptop, found: Sequence[Box]) -> int:
    """Two officers answer what the machine left to a person; how many answers that took."""
    whole = Pile(visits={number: visit for box in found for number, visit in box.pile.visits.items()})
    pads = [pad for box in found for pad in box.day.pads]
    of_pads = next((box.day.day for box in found if box.day.pads), found[0].day.day)
    truth = Truth(
        leaves={(each.file, each.page): each.leaf for box in found for each in box.laid},
        pile=whole,
        pads={pad.number.text: pad.person for pad in pads},
        day=of_pads,
        misread=pads[-1].number.text if pads else "",
    )
    logins = [(login, house.pins[login]) for login in OFFICERS]
    return work_off(office.address, logins, office.opened(), truth)


def judge_visits(report: Report, step: Step, office: Laptop, found: Sequence[Box], forms: set[str]) -> None:
    """The visits and the sheets, when nobody has anything left to do."""
    alone = {number for box in found for number in box.day.alone}
    visits = {number for box in found for number in box.pile.visits}
    sheets = 0
    wrong: set[str] = set()
    for box in found:
        for words in verdicts.visits(box.pile, forms, office.opened()):
            number = words[:11]
            if "is no visit" not in words or number not in visits | alone:
                wrong.add(words)
        count, bad = verdicts.compared(box.pile, office.opened(), box.day.day)
        sheets += count
        wrong.update(bad)
    report.none(sorted(wrong), "visits or sheets that do not say what the paper says")
    stored, bad = verdicts.pictures(office.opened())
    report.none(bad, "pictures of pages")
    report.must(not queries.open_pages(office.opened().ledger.db()), "pages are open still")
    step.say(f"{len(visits)} visits, {sheets} figures of sheets, {stored} pictures")


class Reviewer:
    """An officer who says whose slips are: the same only where the truth says so."""

    def __init__(self, house: House, office: Laptop, person_of: Callable[[str], str]) -> None:
        self._house, self._office, self._person_of = house, office, person_of

    def sweep(self, login: str) -> int:
        """Answers whatever there is for this person."""
        answers = 0
        with Clerk(self._office.address) as clerk:
            clerk.send(clerk.open("/").form("login", "pin"), login=login, pin=self._house.pins[login])
            page = clerk.open("/records/review/next")
            while (found := _REVIEW.search(page.url)) is not None:
                page = self._say(clerk, found[1], page)
                answers += 1
                if page.says:
                    raise DrillStopped(stage="the review", why=" ".join(page.says))
        return answers

    def _say(self, clerk: Clerk, number: str, page: Page) -> Page:
        form = next(each for each in page.forms if each.action.endswith("/say"))
        mine = self._person_of(number)
        same = [key for key in page.buttons.get("to", []) if self._person_of(key) == mine]
        return clerk.send(form, to=same[0]) if same else clerk.send(form, word="new")


def sent(eyes: Eyes, token: str) -> str:
    """Sends what is approved, from the page, and follows it to its end; what the page says then."""
    eyes.send("/import/start", at="/records/import", secret=token)
    eyes.watch("/records/import", "the import")
    return eyes.text()


def bring_in(house: House, office: Laptop, eyes: Eyes, truths: Sequence[Mapping[str, Any]]) -> None:
    """The system is back: check list, approval, the first ten, somebody looks, the rest."""
    target = next(each for each in house.hospital.targets if each.name == TARGET)
    settle(target, house.system.token, house.hospital, (Slip.from_record(dict(each)) for each in truths))
    eyes.log_in(office.address, "meena", house.pins["meena"])
    for point in gates.points(target, drill=office.opened().drill):
        mine = f"input[name=point][value={point.value}]"
        answer = gates.ANSWERS[point].good[0]
        eyes.send("/import/checklist", at="/records/import/checklist", inside=mine, answer=answer)
    eyes.send("/import/approve", at="/records/import")
    sent(eyes, house.system.token)
    eyes.send("/import/canary", at="/records/import", note="looked at in the rehearsal")
    sent(eyes, house.system.token)


def read_back(
    report: Report, house: House, truths: Mapping[str, dict[str, Any]], known_later: Mapping[str, str]
) -> int:
    """What the system has, by our own eyes, against what was typed; how many visits."""
    wanted = {number: dict(truth) for number, truth in truths.items()}
    for number, known in known_later.items():  # nobody's name: it hangs on whoever it turned out to be
        own = {name: wanted[number][name] for name in ("number", "issued", "clinic")}
        wanted[number] = {**wanted[known], **own, "patient_number": known}
    target = compare.Target(house.system.url, house.system.token, house.hospital)
    try:
        wrong, doubled = target.differences(wanted)
    finally:
        target.close()
    report.none(wrong, "what the system has differs from what was typed")
    report.must(not doubled, f"{doubled} are in the system twice")
    return len(wanted)


def close(report: Report, step: Step, house: House, office: Laptop, eyes: Eyes) -> None:
    """A supervisor closes and signs the account; anybody can check the signature with the public keys."""
    sign = "form[action$='/closing/account']"
    eyes.look_again("/records/closing", sign, "what is left before the account is signed")
    eyes.send("/closing/account", note="all is in")
    report.must(eyes.has("form[action$='/closing/reopen']"), f"the account is not closed: {eyes.says()}")
    with Clerk(office.address) as clerk:
        clerk.send(clerk.open("/").form("login", "pin"), login="meena", pin=house.pins["meena"])
        file = house.folder / "account.json"
        file.write_bytes(clerk.fetch("/records/closing/account?form=json"))
        pdf = clerk.fetch("/records/closing/account")
    report.must(pdf.startswith(b"%PDF"), "the account is no PDF")
    office.run("account", "--check", file)
    db = office.opened().ledger.db()
    account = account_of(db, TARGET)
    report.must(account.closed, "the account is open")
    counts = account.total.record()
    report.figures |= {f"account {name}": value for name, value in counts.items() if isinstance(value, int)}
    step.say(", ".join(f"{value} {name}" for name, value in counts.items() if isinstance(value, int) and value))


def prove(report: Report, office: Laptop, truths: Mapping[str, Any], pads: set[str]) -> None:
    """No number is missing, none was given twice; the journal is whole, its views can be made again."""
    ledger = office.opened().ledger
    by_series: dict[int, set[int]] = {}
    known = {row.slip.number.text for row in queries.slips(ledger.db())}
    report.none(sorted(set(truths) - known), "slips that were handed out and are not in the journal")
    for number in map(SlipNumber.parse, known | pads):
        by_series.setdefault(number.series, set()).add(number.serial)
    for series, serials in sorted(by_series.items()):
        gaps = set(range(1, max(serials) + 1)) - serials
        report.none(sorted(gaps), f"numbers of desk {series} of which nothing is known")
    report.must(ledger.verify().ok, "the journal is not whole")
    report.must(ledger.rebuild_views(), "the views cannot be made again")
