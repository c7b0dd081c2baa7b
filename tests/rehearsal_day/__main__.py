"""`python -m tests.rehearsal_day [--patients N] [--seed S] [--keep DIR] [--json FILE]`: the whole day, rehearsed."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tests.rehearsal_day.play import play
from tests.rehearsal_day.told import Report


def main() -> int:
    """Rehearses; prints a line a step and the verdict; 0 when everything went as it must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2500, help="made-up people; five visits for every four of them")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="an empty folder that keeps everything")
    parser.add_argument("--json", type=Path, help="a file for the report")
    told = parser.parse_args()
    report = Report()
    with tempfile.TemporaryDirectory(prefix="parchi-rehearsal-") as passing:
        folder = told.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["PARCHI_STATE"] = str(folder / "own-state")
        try:
            play(report, folder, patients=told.patients, seed=told.seed)
        except Exception as fault:
            report.must(False, f"it ended early: {type(fault).__name__}")
            if told.keep:
                raise
    if told.json:
        told.json.write_text(json.dumps(report.record(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for each in report.wrong:
        print("WRONG", each)
    print("the rehearsal went as it must" if not report.wrong else "THE REHEARSAL FAILED")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
