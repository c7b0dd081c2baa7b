"""The desk's lists: server time of each keystroke, and how often the Hindi that is suggested for a name is right.

`python bench/lists.py [--quick] [--json]`. Every request goes through the desk's own page, with its session:
districts, localities, PIN codes, names in Hindi, as they are typed letter by letter. Beside them, in the same run, the
plain way on the same lists: every name looked through for the letters anywhere in it, every line of PIN codes. Right
is letter for letter, a dot under a letter (फ, फ़) left aside, as clerks do. Held back: the table is made ten times
without a tenth of its names, and those are asked; beside it one Hindi letter for each Latin one. Aims: p99 below 10 ms;
two of five held-back names and nine of ten words of the rehearsal's patients right.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback import enrolment, hospital_file, places  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.names import to_hindi  # noqa: E402
from fallback.names.hindi import pairs, spell, teach  # noqa: E402
from fallback.rehearsal.people import people  # noqa: E402
from fallback.vault import Cost  # noqa: E402
from fallback.web import close, create_app  # noqa: E402

PIN = "739164"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
Keystroke = tuple[str, dict[str, str]]


def now() -> datetime:
    """The clock of the bench."""
    return datetime.now(tz=UTC)


def beginnings(text: str) -> Iterator[str]:
    """A text as it is typed."""
    return (text[:end] for end in range(1, len(text) + 1))


def keystrokes(chance: Random, count: int) -> Iterator[Keystroke]:
    """What the page asks while addresses and names are typed."""
    districts = places.districts()
    for _ in range(count):
        district = chance.choice(districts)
        for typed in beginnings(chance.choice(district.names)[:10]):
            yield "district", {"typed": typed, "state": str(district.state) if chance.random() < 0.5 else ""}
        offices = places.localities(district)
        name, pin = chance.choice(offices) if offices else ("Gali 3", "110017")
        near = {"pin_code": pin} if chance.random() < 0.5 else {}
        for typed in beginnings(name[:10]):
            yield "locality", {"typed": typed, "district": district.name, "state": str(district.state)} | near
        yield "pin", {"pin_code": pin}
        latin = " ".join(chance.choice(pairs())[0].title() for _ in range(2))
        for typed in beginnings(latin if chance.random() < 0.6 else latin[::-1]):  # backwards: in no table
            yield "hindi", {"typed": typed}


def typing(chance: Random, count: int) -> dict[str, list[tuple[float, float]]]:
    """Milliseconds of each request, by list: as a clerk waits, and of them those of work."""
    taken: dict[str, list[tuple[float, float]]] = {"district": [], "locality": [], "pin": [], "hindi": []}
    with tempfile.TemporaryDirectory() as folder:
        made, _, _ = enrolment.init(Path(folder) / "data", "bench", clock=now, state=Path(folder) / "state", cost=CHEAP)
        enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, PIN)
        app = create_app(made, hospital_file.load(HOME / "hospital.toml"), clock=now)
        client = app.test_client()

        def token(page: str) -> str:
            return page.split('name="csrf_token" value="')[1].split('"')[0]

        login = client.get("/login").get_data(as_text=True)
        client.post("/login", data={"csrf_token": token(login), "login": "asha", "pin": PIN})
        proof = token(client.get("/shift/open").get_data(as_text=True))
        for what, fields in keystrokes(chance, count):
            start, work = time.perf_counter(), time.thread_time()
            answer = client.post(f"/lists/{what}", data=fields | {"csrf_token": proof})
            taken[what].append(((time.perf_counter() - start) * 1000, (time.thread_time() - work) * 1000))
            if answer.status_code != 200:
                raise SystemExit(f"the desk answered {answer.status_code}")
        close(app)
        made.close()
    return taken


def plain_ways(chance: Random, count: int) -> dict[str, list[float]]:
    """Milliseconds of the plain way on the same lists."""
    names = [(name, each) for each in places.districts() for name in each.names]
    offices = [row for each in places.districts() for row in places.localities(each)]
    lines = (HOME / "fallback" / "places" / "pins.txt").read_text(encoding="utf-8").splitlines()
    ways: dict[str, Callable[[str], object]] = {
        "district": lambda typed: [each for name, each in names if typed in name.casefold()],
        "locality": lambda typed: [row for row in offices if typed in row[0].casefold()],
        "pin": lambda typed: [line for line in lines if line.startswith(typed)],
    }
    taken: dict[str, list[float]] = {what: [] for what in ways}
    for _ in range(count):
        name, pin = chance.choice(offices)
        for what, way in ways.items():
            start = time.perf_counter()
            way(pin if what == "pin" else name[:4].casefold())
            taken[what].append((time.perf_counter() - start) * 1000)
    return taken


def bare(hindi: str) -> str:
    """As it is compared: without the dots that half of all clerks leave out."""
    return hindi.replace("\u093c", "").replace("\u0901", "\u0902")


def letter_by_letter(latin: str) -> str:
    """The simplest way: one Hindi letter for each Latin one, the longest first."""
    table = dict(
        zip(
            "kh gh ch jh th dh ph bh sh k g j t d n p b m y r l v w s h f q z c x a i u e o".split(),  # noqa: SIM905
            "ख घ च झ थ ध फ भ श क ग ज त द न प ब म य र ल व व स ह फ क ज क क्स ा ि ु े ो".split(),  # noqa: SIM905
            strict=True,
        )
    )
    first = {"ा": "अ", "ि": "इ", "ु": "उ", "े": "ए", "ो": "ओ"}
    found, at = "", 0
    while at < len(latin):
        size = 2 if latin[at : at + 2] in table else 1
        sign = table.get(latin[at : at + size], "")
        found += first.get(sign, sign) if not found else sign
        at += size
    return found


def held_back(folds: int) -> tuple[int, int, int]:
    """Spellings asked of tables without their names: how many, how many right, and how many letter by letter."""
    names = sorted({hindi for _, hindi in pairs()})
    Random(1).shuffle(names)
    asked = right = simple = 0
    for fold in range(folds):
        held = set(names[fold::10])
        taught = teach((latin, hindi) for latin, hindi in pairs() if hindi not in held)
        for latin, hindi in pairs():
            if hindi in held:
                asked += 1
                right += bare(spell(latin, taught)) == bare(hindi)
                simple += bare(letter_by_letter(latin)) == bare(hindi)
    return asked, right, simple


def of_a_queue(count: int) -> tuple[int, int]:
    """Words of made-up patients' names, and how many come out as the patient writes them."""
    asked = right = 0
    hospital = hospital_file.load(HOME / "hospital.toml")
    for person in people(Random(3), hospital, count, today=date(2026, 11, 23)):
        found, meant = to_hindi(person.name).split(), person.name_hindi.split()
        if meant and len(found) == len(meant):
            asked += len(meant)
            right += sum(bare(one) == bare(other) for one, other in zip(found, meant, strict=True))
    return asked, right


def measure(count: int, folds: int) -> tuple[list[dict[str, Any]], bool]:
    """The rows, and whether the aims are met."""
    ours, theirs = typing(Random(1), count), plain_ways(Random(2), min(count, 60))
    rows: list[dict[str, Any]] = []
    slowest = 0.0
    for what, taken in ours.items():
        waited, worked = zip(*taken, strict=True)
        p50, last = statistics.median(waited), int(len(taken) * 0.99)
        p99 = sorted(waited)[last]
        slowest = max(slowest, p99)
        peers: dict[str, Any] = {"p99": round(p99, 2), "p99 of work": round(sorted(worked)[last], 2)}
        peers["keystrokes"] = len(taken)
        if what in theirs:
            peers["all looked through, without a page, p50"] = round(statistics.median(theirs[what]), 2)
        rows.append({"what": f"{what}, a keystroke, p50", "ours": round(p50, 2), "peers": peers, "unit": "ms"})
    asked, right, simple = held_back(folds)
    of = {"letter by letter": round(simple / asked, 3), "of spellings": asked}
    rows.append({"what": "held-back names right", "ours": round(right / asked, 3), "peers": of, "unit": "share"})
    words, good = of_a_queue(count * 5)
    queue = round(good / words, 3)
    rows.append(
        {"what": "words of a made-up queue right", "ours": queue, "peers": {"of words": words}, "unit": "share"}
    )
    return rows, slowest < 10 and right / asked > 0.4 and queue > 0.9


def main() -> None:
    """Measures and prints."""
    given = options(
        __doc__, "40 addresses instead of 400, two tenths of the table held back instead of ten"
    ).parse_args()
    rows, ok = measure(40 if given.quick else 400, 2 if given.quick else 10)
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
