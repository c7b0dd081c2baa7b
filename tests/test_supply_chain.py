"""What runs here is what was chosen: every package is pinned by its hashes, for Linux and Windows, and has a reason."""

import json
import re
from pathlib import Path

import pytest

from tests import supply_chain

HOUSE = Path(__file__).parent.parent
LISTS = sorted(HOUSE.glob("requirements*.in"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(text: str) -> dict[str, str]:
    found = (PINNED.match(line) for line in text.splitlines())
    return {_normal(each[1]): each[2] for each in found if each}


def _bare(text: str) -> list[str]:
    """Packages of a hashed list that stand there without a single hash."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + text)
    return [entry.split("==")[0] for entry in entries if PINNED.match(entry) and "--hash=sha256:" not in entry]


def test_there_are_lists() -> None:
    assert {each.name for each in LISTS} >= {"requirements.in", "requirements-test.in"}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_what_is_installed_is_what_was_chosen(path: Path) -> None:
    chosen = _pins(path.read_text(encoding="utf-8"))
    hashed = path.with_suffix(".txt").read_text(encoding="utf-8")
    installed = _pins(hashed)
    wrong = {name: version for name, version in chosen.items() if installed.get(name) != version}
    assert not wrong, f"`make pins` writes {path.stem}.txt from {path.name}: {wrong}"
    assert not _bare(hashed), "a package without a hash may be anything"


def test_a_package_without_a_hash_is_found() -> None:
    assert _bare("click==8.5.1 \\\n    --hash=sha256:00\nidna==3.20\nsix==1.0") == ["idna", "six"]


@pytest.mark.parametrize("name", ["cryptography", "pillow", "sqlcipher3", "uharfbuzz", "zxing-cpp", "pypdfium2"])
def test_compiled_packages_have_more_than_one_build(name: str) -> None:
    """Their wheels differ by system: one hash would lock Windows out, or Linux."""
    text = (HOUSE / "requirements.txt").read_text(encoding="utf-8")
    entry = next(each for each in re.split(r"\n(?=[A-Za-z0-9])", text) if _normal(each).startswith(f"{name}=="))
    assert entry.count("--hash=") >= 4


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_package_that_was_chosen_has_a_reason(path: Path) -> None:
    reasons = "\n".join(each.read_text(encoding="utf-8") for each in (HOUSE / "docs" / "decisions").glob("*.md"))
    named = [
        PINNED.match(line) for line in path.read_text(encoding="utf-8").split("# What these bring")[0].splitlines()
    ]
    silent = [each[1] for each in named if each and _normal(each[1]) not in _normal(reasons)]
    assert not silent, f"say in docs/decisions/ why these are here: {silent}"


def test_what_the_audit_answers() -> None:
    answer = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]},
            {"name": "b", "version": "2", "vulns": []},
            {"name": "c", "skip_reason": "not found"},
        ]
    }
    assert supply_chain.told(json.dumps(answer)) == (2, ["a 1: PYSEC-1"])


@pytest.mark.parametrize("answer", ["", "no JSON", "[]", "{}"])
def test_no_answer_is_no_audit(answer: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        supply_chain.told(answer)
