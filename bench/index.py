"""The patient index: rows a second while it loads, bytes a row, memory, and what a look costs then.

`python bench/index.py [--quick] [--rows N] [--json] [--keep FOLDER]`. Made-up people in a CSV file of seven columns, a
million (`--quick`: 200,000; 20,000,000 needs 7 GB of disk), loaded as the command does it: encrypted, checked, filed
under every key of the matcher. Beside it, in the same run, the floor: the same file through Python's csv into a plain
SQLite table, unchecked, with an index on number, mobile and name. Looks are by number, mobile, whole name, and the
matcher's own search for people told again as people are. Aims: 20 million rows in an hour (5,600 rows a second), below
1 GB in any process, p99 of a search below 50 ms.
"""

import contextlib
import csv
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from bench.town import Made, Town  # noqa: E402
from fallback.errors import LookTooWide  # noqa: E402
from fallback.patients import Columns, LookField, PatientIndex  # noqa: E402
from fallback.vault import Cost, Vault  # noqa: E402

CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
HEADING = ("uhid", "name", "sex", "birth_date", "guardian", "mobile", "locality")
LOOKS = 400


def write(path: Path, rows: int) -> list[Made]:
    """The hospital's file; some of its people, to be looked for."""
    sample, step = [], max(1, rows // LOOKS)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADING)
        for at, each in enumerate(Town(26).people(rows)):
            told = (each.sex.value, each.birth, each.guardian, each.mobile, each.locality)
            out.writerow((each.uhid, each.name, *told))
            if at % step == 0:
                sample.append(each)
    random.Random(5).shuffle(sample)
    return sample


def floor(path: Path, folder: Path) -> tuple[float, int]:
    """Seconds and bytes of the plain way: csv, SQLite, three indexes."""
    start = time.perf_counter()
    db = sqlite3.connect(folder / "floor.db")
    db.execute(f"CREATE TABLE p ({', '.join(HEADING)})")
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        db.executemany("INSERT INTO p VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    for column in ("uhid", "mobile", "name"):
        db.execute(f"CREATE INDEX p_{column} ON p ({column})")
    db.commit()
    db.close()
    return time.perf_counter() - start, (folder / "floor.db").stat().st_size


def timed(ask: Callable[[Made], object], sample: list[Made]) -> tuple[float, float]:
    """p50 and p99 in milliseconds."""
    taken = []
    for each in sample:
        start = time.perf_counter()
        with contextlib.suppress(LookTooWide):
            ask(each)
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken), sorted(taken)[int(len(taken) * 0.99)]


def measure(folder: Path, rows: int) -> tuple[list[dict[str, Any]], bool]:
    """The rows of the answer, and whether the aims are met."""
    path = folder / "patients.csv"
    sample = write(path, rows)
    plain, plain_size = floor(path, folder)
    vault, _ = Vault.create(folder, "bench", cost=CHEAP)
    index = PatientIndex(folder, vault)
    read = 0.0
    start = time.perf_counter()

    def reading(_done: int, _total: int) -> None:
        nonlocal read
        read = time.perf_counter() - start

    report = index.load(path, Columns(), progress=reading)
    whole = time.perf_counter() - start
    size = index.status().size
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    most = max(own.ru_maxrss, others.ru_maxrss) // 1024
    town = Town(27)
    looks = {
        "a look by number": timed(lambda each: index.look(LookField.UHID, each.uhid), sample),
        "a look by mobile": timed(lambda each: index.look(LookField.MOBILE, each.mobile or "9000000000"), sample),
        "a look by name": timed(lambda each: index.look(LookField.NAME, each.name), sample),
        "a search for the matcher": timed(lambda each: index.search(town.told_again(each)[0]), sample),
    }
    told = [
        row("rows loaded", report.rows / whole, "a second", plain=rows / plain, reading_s=read, filing_s=whole - read),
        row("on the disk", size / rows, "bytes a row", plain=plain_size / rows),
        row("most memory of a process", most, "MB"),
        row("work of the processor", (own.ru_utime + others.ru_utime) / rows * 1e6, "us a row, with the floor's"),
        *(row(f"{what}, p50", p50, "ms", p99=p99) for what, (p50, p99) in looks.items()),
    ]
    ok = report.rows / whole > 5_600 and most < 1_000 and looks["a search for the matcher"][1] < 50
    return told, ok and report.rows == rows


def row(what: str, ours: float, unit: str, **peers: float) -> dict[str, Any]:
    """One figure beside others."""
    digits = 2 if ours < 100 else 0
    return {
        "what": what,
        "ours": round(ours, digits),
        "unit": unit,
        "peers": {name: round(each, 2 if each < 100 else 0) for name, each in peers.items()},
    }


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__, "200,000 rows instead of a million")
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="an empty folder for the files")
    given = parser.parse_args()
    rows = given.rows or (200_000 if given.quick else 1_000_000)
    with tempfile.TemporaryDirectory() as place:
        told, ok = measure(given.keep or Path(place), rows)
    tell(told, ok, as_json=given.json)


if __name__ == "__main__":
    main()
