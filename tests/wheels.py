"""Which wheel pip would take for every pinned package, on a system that is not here: `python -m tests.wheels`."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from fallback.kit.wheels import Pin, Target, pins

HOUSE = Path(__file__).parent.parent
HOSPITALS = ("requirements", "requirements-more", "requirements-rescue")  # what may be installed where Windows runs
_UNREACHED = ("connection", "resolve", "timed out", "retries", "unreachable", "proxy")


class RegistryAway(Exception):
    """Nobody answers here who has the wheels."""


def wanted(goal: Target, lists: tuple[str, ...] = HOSPITALS) -> list[Pin]:
    """Every package that a computer may need: a marker is asked of that computer, not of this one, as pip would."""
    found: dict[tuple[str, str], Pin] = {}
    for name in lists:
        for pin in pins(HOUSE / f"{name}.txt"):
            if pin.wanted(goal):
                found[pin.name, pin.version] = pin
    return list(found.values())


def resolved(goal: Target, needed: list[Pin]) -> dict[str, str]:
    """The file of each package by its name, none of them compiled, each of a pinned hash; nothing is installed.

    Raises RegistryAway, and ValueError with pip's own words where one has no wheel.
    """
    with TemporaryDirectory() as folder:
        asked, answer = Path(folder, "asked.txt"), Path(folder, "answer.json")
        asked.write_text("\n".join(pin.line() for pin in needed), encoding="utf-8")
        words = [
            "install",
            "--dry-run",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--ignore-installed",
        ]
        words += ["--platform", "win_amd64", "--python-version", goal.python, "--implementation", "cp", "--quiet"]
        words += ["--target", folder, "--report", str(answer), "--no-input", "--retries", "1", "-r", str(asked)]
        done = subprocess.run([sys.executable, "-m", "pip", *words], capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            if any(word in done.stderr.lower() for word in _UNREACHED):
                raise RegistryAway(done.stderr[-300:])
            raise ValueError(done.stderr[-1000:])
        taken = json.loads(answer.read_text(encoding="utf-8"))["install"]
    return {each["metadata"]["name"]: each["download_info"]["url"].rpartition("/")[2] for each in taken}


def main() -> int:
    """Prints them for Windows and each Python that a kit is for."""
    for python in ("3.11", "3.12", "3.13"):
        goal = Target(python=python, system="windows")
        for file in resolved(goal, wanted(goal)).values():
            print(python, file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
