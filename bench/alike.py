"""Look-alikes while a form is typed: server time per keystroke, and whether the right person stands there.

`python bench/alike.py [--quick] [--json]`. A journal of 200,000 slips and an index of 5 million patients, made up,
encrypted, on this machine; `--quick` has 20,000 and 100,000, and says so. Each keystroke is a request to the desk's
own page, with its session, its database and its answer. Beside it, on the same index in the same run: an exact look for
the mobile, and the plain `LIKE '%name%'` that finds a name by itself. Quality is measured on people of whom 60 % are in
the index, told again as people are: spelt otherwise, an age off by up to two years, another mobile (25 %) or none
(20 %), no guardian (15 %), moved (30 %); beside the NHA's rule (mobile and sex exact, age within two years, name close)
and beside soundex of given and last name with the age, or the mobile, the closest spelling first. `--keep FOLDER` keeps
the index and the journal for another run.
"""

import csv
import gc
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from bench.town import DAY, Made, Town  # noqa: E402
from fallback import enrolment, frontdesk, hospital_file, names  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.frontdesk import Counter  # noqa: E402
from fallback.keys import hospital_id  # noqa: E402
from fallback.ledger import queries  # noqa: E402
from fallback.ledger.facts import FactKind  # noqa: E402
from fallback.ledger.writer import Transaction  # noqa: E402
from fallback.matching import Verdict, weigh  # noqa: E402
from fallback.patients import Columns, IndexReader, PatientIndex  # noqa: E402
from fallback.person import Person  # noqa: E402
from fallback.slip import Age, Patient, Slip, Visit  # noqa: E402
from fallback.vault import Cost  # noqa: E402
from fallback.web import close, create_app  # noqa: E402

PIN = "739164"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)


class Ground:
    """The installation with its index and its journal, made, or taken from an earlier run."""

    def __init__(self, folder: Path, slips: int, rows: int) -> None:
        self.town = Town(26)
        self.people: list[Made] = []
        fresh = not (folder / "data").exists()
        data = folder / "data"
        if fresh:
            made, _, _ = enrolment.init(data, "bench", clock=_now, state=folder / "state", cost=CHEAP)
            enrolment.enrol_desk(made, "Counter 1")
            enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, PIN)
        else:
            made = enrolment.open_installation(data, "bench", clock=_now, state=folder / "state")
        self.installation = made
        self.hospital = replace(hospital_file.load(HOME / "hospital.toml"), looks_an_hour=10_000)
        self.counter = Counter(
            ledger=made.ledger,
            hospital=self.hospital,
            hospital_id=hospital_id(made.root),
            drill=made.drill,
            sign=made.sign,
        )
        self.index = PatientIndex(made.folder, made.vault)
        start = time.perf_counter()
        self.sample: list[Made] = []
        everybody = self.town.people(rows)
        if fresh:
            frontdesk.start_downtime(self.counter, "bench")
            with (folder / "patients.csv").open("w", newline="") as file:
                out = csv.writer(file)
                out.writerow(("uhid", "name", "sex", "birth_date", "guardian", "mobile", "locality"))
                for each in self._sampling(everybody, rows):
                    told = (each.sex.value, each.birth, each.guardian, each.mobile, each.locality)
                    out.writerow((each.uhid, each.name, *told))
            start = time.perf_counter()
            frontdesk.load_index(made.ledger, self.index, folder / "patients.csv", Columns())
            (folder / "patients.csv").unlink()
            self.loading = time.perf_counter() - start
            self._journal(slips)
        else:
            self.loading = 0.0
            for _ in self._sampling(everybody, rows):
                pass

    def _sampling(self, everybody: Iterator[Made], rows: int) -> Iterator[Made]:
        step = max(1, rows // 3_000)
        for at, each in enumerate(everybody):
            if at % step == 0:
                self.sample.append(each)
            yield each

    def _journal(self, slips: int) -> None:
        """Slips of strangers to the index, many lines at once: what is measured is reading them."""
        people = Town(27).people(slips)
        clinics = [each.number for each in self.hospital.clinics]

        def job(tx: Transaction) -> None:
            for at, each in zip(range(500), people, strict=False):
                number = tx.take_number(1)
                patient = Patient(
                    name=each.name, sex=each.sex, age=Age(value=DAY.year - int(each.birth[:4])),
                    guardian=each.guardian, mobile=each.mobile, locality=each.locality,
                )  # fmt: skip
                slip = Slip(
                    number=number, signer=1, issued=tx.now.replace(microsecond=0), patient=patient,
                    visit=Visit(clinic=clinics[at % len(clinics)]),
                )  # fmt: skip
                content = {"slip": slip.record(), "receipt": "", "digest": f"{number.text:0>64}", "cut": []}
                tx.append(FactKind.SLIP_ISSUED, content, payload=b"\0" * 150, series=1, shift="001.1", by="asha")

        for _ in range(-(-slips // 500)):
            self.counter.ledger.write(job)


def _now() -> datetime:
    return datetime.now(UTC)


def keystrokes(person: Person, mobile: str) -> Iterator[dict[str, str]]:
    """The form after each key, in the order of asking; a list takes one key."""
    form = {"name": "", "sex": "", "age": "", "guardian": "", "mobile": "", "locality": ""}
    whole = {
        "name": person.name, "sex": person.sex.value, "age": str(DAY.year - person.year), "guardian": person.guardian,
        "mobile": mobile, "locality": person.locality,
    }  # fmt: skip
    for field, text in whole.items():
        for end in (len(text),) if field == "sex" else range(1, len(text) + 1):
            form[field] = text[:end]
            yield dict(form)


def typing(ground: Ground, forms: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of each request while forms are typed; of those in which the index was asked; and what each took of
    the processor, whatever else this machine does.
    """
    app = create_app(ground.installation, ground.hospital, clock=_now)
    client = app.test_client()

    def token(page: str) -> str:
        return page.split('name="csrf_token" value="')[1].split('"')[0]

    login = client.get("/login").get_data(as_text=True)
    client.post("/login", data={"csrf_token": token(login), "login": "asha", "pin": PIN})
    opening = client.get("/shift/open").get_data(as_text=True)
    if 'name="clock"' in opening:  # else it is open from an earlier run
        client.post("/shift/open", data={"csrf_token": token(opening), "desk": "1", "opening_float": "0", "clock": "y"})
    proof = token(client.get("/").get_data(as_text=True))
    taken: list[float] = []
    asked: list[float] = []
    own: list[float] = []
    gc.collect()
    gc.freeze()  # as the desk's worker does
    for at, made in enumerate(ground.town.rng.sample(ground.sample, forms)):
        person, mobile = ground.town.told_again(made)
        for form in keystrokes(person, mobile):
            start, busy = time.perf_counter(), time.thread_time()
            answer = client.post("/alike", data=form | {"csrf_token": proof, "form": f"bench {at}"})
            spent = (time.perf_counter() - start) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"the desk answered {answer.status_code}")
            taken.append(spent)
            own.append((time.thread_time() - busy) * 1000)
            if form["name"] and (form["age"] or form["guardian"] or len(form["mobile"]) == 10):
                asked.append(spent)
    close(app)
    return taken, asked, own


def box(ground: Ground, count: int) -> list[float]:
    """Milliseconds of a search in the one box, for names, whole and half."""
    db, taken = ground.counter.ledger.db(), []
    for made in ground.town.rng.sample(ground.sample, count):
        typed = ground.town.spelt(made.name)
        for text in (typed, typed[:4]):
            start = time.perf_counter()
            queries.find_slips(db, text, 20)
            taken.append((time.perf_counter() - start) * 1000)
    return taken


def plain(ground: Ground, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the plain way on the same file: LIKE over the names, and the mobile's index alone."""
    like: list[float] = []
    exact: list[float] = []
    reader = IndexReader(ground.index.reader_key())
    db = reader.db
    db.execute("PRAGMA cache_size = -65536")
    for made in ground.town.rng.sample(ground.sample, count):
        start = time.perf_counter()
        db.execute("SELECT * FROM patient WHERE name LIKE ? LIMIT 20", (f"%{made.name}%",)).fetchall()
        like.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        reader.with_mobile(made.mobile, 20)
        exact.append((time.perf_counter() - start) * 1000)
    db.close()
    return like, exact


@dataclass(slots=True)
class Quality:
    """Of people who are in the index, how many were found, by place; of all, how many were taken for another."""

    present: int = 0
    first: int = 0
    three: int = 0
    shown: int = 0
    safe: int = 0
    wrong: int = 0
    strangers: int = 0
    loud: int = 0

    def count(self, keys: list[str], truth: str, safe: list[str]) -> None:
        """One person: who was named, likeliest first, and who was called safe."""
        if truth:
            self.present += 1
            self.first += keys[:1] == [truth]
            self.three += truth in keys[:3]
            self.shown += truth in keys
            self.safe += safe[:1] == [truth] and len(safe) == 1
        else:
            self.strangers += 1
            self.loud += bool(keys)
        self.wrong += len(safe) == 1 and safe[0] != truth


def soundex(word: str) -> str:
    """The classic code of a word: a letter and three digits."""
    codes = {
        letter: str(digit) for digit, row in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for letter in row
    }
    plain_word = "".join(each for each in word.casefold() if "a" <= each <= "z")
    if not plain_word:
        return ""
    coded = [codes.get(each, "") for each in plain_word]
    kept = [code for at, code in enumerate(coded) if code and at and code != coded[at - 1]]
    return (plain_word[0] + "".join(kept) + "000")[:4]


class Soundex:
    """The same index by the keys that people reach for first: soundex of given name and surname, and the mobile."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.db = sqlite3.connect(folder / "soundex.db")
        made = self.db.execute("SELECT name FROM sqlite_master").fetchone()
        if not made:
            self.db.execute(
                "CREATE TABLE p (key TEXT, year INT, mobile TEXT, uhid TEXT, name TEXT, sex TEXT, birth TEXT)"
            )
            people = (
                (_sounds(each.name), int(each.birth[:4]), each.mobile, each.uhid, each.name, each.sex.value, each.birth)
                for each in Town(26).people(rows)
            )
            self.db.executemany("INSERT INTO p VALUES (?, ?, ?, ?, ?, ?, ?)", people)
            self.db.execute("CREATE INDEX k ON p (key, year)")
            self.db.execute("CREATE INDEX m ON p (mobile)")
            self.db.commit()

    def ranked(self, person: Person, mobile: str) -> list[str]:
        """People by soundex and age, and by mobile, the closest spelling first."""
        rows = self.db.execute(
            "SELECT uhid, name, mobile, sex FROM p WHERE key = ? AND year BETWEEN ? AND ? LIMIT 2000",
            (_sounds(person.name), person.year - 2, person.year + 2),
        ).fetchall()
        if mobile:
            rows += self.db.execute("SELECT uhid, name, mobile, sex FROM p WHERE mobile = ?", (mobile,)).fetchall()
        found = {
            uhid: (bool(mobile) and other == mobile, names.similarity(name.casefold(), person.name.casefold()))
            for uhid, name, other, sex in rows
            if sex == person.sex.value
        }
        return sorted(found, key=lambda uhid: found[uhid], reverse=True)[: frontdesk.SHOWN]


def by_rule(reader: IndexReader, person: Person, mobile: str) -> list[str]:
    """The NHA's rule on the same file: mobile and sex exact, age within two years, the name close."""
    if not mobile:
        return []
    rows = [(each.uhid, each.name, each.sex, each.birth) for each in reader.with_mobile(mobile, -1)]
    likely = (
        (names.similarity(name.casefold(), person.name.casefold()), uhid)
        for uhid, name, sex, birth in rows
        if sex is person.sex and abs(int(birth[:4]) - person.year) <= 2
    )
    return [uhid for likeness, uhid in sorted(likely, reverse=True) if likeness >= 0.85]


def _sounds(name: str) -> str:
    words = name.split()
    return f"{soundex(words[0])} {soundex(words[-1]) if len(words) > 1 else ''}" if words else ""


def quality(ground: Ground, folder: Path, rows: int, count: int) -> dict[str, Quality]:
    """The whole form of people of whom 60 % are in the index, by our way and by the others."""
    town, others = ground.town, Soundex(folder, rows)
    found = {name: Quality() for name in ("ours", "soundex", "nha")}
    reader = IndexReader(ground.index.reader_key())
    strangers = list(Town(28).people(count, first=200_000_000))
    for at in range(count):
        present = town.rng.random() < 0.6
        made = town.rng.choice(ground.sample) if present else strangers[at]
        person, mobile = town.told_again(made)
        truth = made.uhid if present else ""
        weighed = [(weigh(person, each), patient.uhid) for patient, each in ground.index.candidates(person)]
        likely = sorted(
            ((w, uhid) for w, uhid in weighed if w.verdict is not Verdict.NO), key=lambda each: -each[0].value
        )
        safe = [uhid for weight, uhid in likely if weight.verdict is Verdict.SAFE]
        found["ours"].count([uhid for _, uhid in likely][: frontdesk.SHOWN], truth, safe)
        found["soundex"].count(others.ranked(person, mobile), truth, [])
        ruled = by_rule(reader, person, mobile)
        found["nha"].count(ruled, truth, ruled)
    reader.close()
    return found


def quantile(values: list[float], share: float) -> float:
    """A quantile, by the nearest rank, in two digits."""
    return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 2)


def row(what: str, ours: float, unit: str, **peers: float) -> dict[str, Any]:
    """A figure beside its peers'."""
    return {"what": what, "ours": ours, "peers": peers, "unit": unit}


def times(
    where: str,
    taken: list[float],
    asked: list[float],
    own: list[float],
    searched: list[float],
    like: list[float],
    exact: list[float],
) -> list[dict[str, Any]]:
    """The rows of milliseconds."""
    plainly = {"LIKE '%name%' p50": quantile(like, 0.5), "LIKE p99": quantile(like, 0.99)}
    plainly |= {"mobile alone p50": quantile(exact, 0.5)}
    return [
        row(f"a keystroke, p50 ({where})", quantile(taken, 0.5), "ms", **plainly),
        row("a keystroke, p99", quantile(taken, 0.99), "ms", aim=50, **plainly),
        row("of them those that ask the index, p50", quantile(asked, 0.5), "ms", **plainly),
        row("of them those that ask the index, p99", quantile(asked, 0.99), "ms", aim=50),
        row("of the processor alone, p99", quantile(own, 0.99), "ms", aim=50),
        row("the one box by name, p99", quantile(searched, 0.99), "ms", aim=50),
    ]


def quality_row(what: str, name: str, judged: dict[str, Quality]) -> dict[str, Any]:
    """A share: of the people who are in the index, of strangers, or of all."""
    ones = {"loud": "strangers", "wrong": "all"}.get(name, "those present")

    def share(of: Quality) -> float:
        base = {"strangers": of.strangers, "all": of.present + of.strangers}.get(ones, of.present)
        return round(int(getattr(of, name)) / max(1, base), 4)

    others = {each: share(judged[each]) for each in ("soundex", "nha")}
    return row(what, share(judged["ours"]), f"of {ones}", **others)


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__, "20,000 slips and an index of 100,000")
    parser.add_argument("--rows", type=int, help="patients of the index")
    parser.add_argument("--slips", type=int, help="slips of the journal")
    parser.add_argument("--keep", type=Path, help="a folder that keeps what was made")
    given = parser.parse_args()
    rows = given.rows or (100_000 if given.quick else 5_000_000)
    slips = given.slips or (20_000 if given.quick else 200_000)
    with tempfile.TemporaryDirectory() as name:
        folder = given.keep or Path(name)
        folder.mkdir(exist_ok=True, parents=True)
        ground = Ground(folder, slips, rows)
        taken, asked, own = typing(ground, 60 if given.quick else 200)
        like, exact = plain(ground, 10)
        searched = box(ground, 150)
        judged = quality(ground, folder, rows, 500 if given.quick else 2_000)
        size = ground.index.path.stat().st_size / 1e6
        ground.installation.close()
    ours, sound, nha = judged["ours"], judged["soundex"], judged["nha"]
    figures = [
        *times(f"{slips:,} slips, index of {rows:,}", taken, asked, own, searched, like, exact),
        quality_row("the right one ranked first", "first", judged),
        quality_row("the right one in the first three", "three", judged),
        quality_row("safe without a person", "safe", judged),
        quality_row("somebody else called safe", "wrong", judged),
        quality_row("strangers to whom somebody was shown", "loud", judged),
        row("loading the index", round(ground.loading), "s", **{"MB on disk": round(size)}),
        row("measured", len(taken), "keystrokes", **{"mean ms": round(statistics.mean(taken), 2)}),
    ]
    ok = quantile(taken, 0.99) < 50 and quantile(searched, 0.99) < 50 and ours.first > max(sound.first, nha.first)
    tell(figures, ok and ours.wrong <= max(1, nha.wrong), as_json=given.json)


if __name__ == "__main__":
    main()
