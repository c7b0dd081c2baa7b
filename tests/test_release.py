"""The release: the same bytes twice, all that a desk needs is in the wheel, and it says whose work it is made of."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from fallback import __version__
from tests import notices, release

HOUSE = Path(__file__).parent.parent
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
EPOCH = 1_795_000_000
# What no build needs: other people's folders, and pictures that take long to pack.
LEFT = shutil.ignore_patterns(".*", "build", "dist", "gallery", "golden", "releases", "__pycache__", "data")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of what lies here, built twice: in two folders, at two times, by two people."""
    home = tmp_path_factory.mktemp("release")
    for name, mask in (("one", 0o022), ("two", 0o077)):
        before = os.umask(mask)
        try:
            source = home / name / "parchi"
            shutil.copytree(HOUSE, source, ignore=LEFT, copy_function=shutil.copyfile)
            release.build(source, home / name / "dist", epoch=EPOCH)
        finally:
            os.umask(before)
    return home


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next((built / "one" / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as pip lays it out, with nothing of this folder beside it."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def test_two_builds_are_the_same_bytes(built: Path) -> None:
    one, two = (sorted((built / name / "dist").iterdir()) for name in ("one", "two"))
    assert [each.name for each in one] == [
        release.SUMS,
        f"parchi-{__version__}-py3-none-any.whl",
        f"parchi-{__version__}.tar.gz",
    ]
    for ours, theirs in zip(one, two, strict=True):
        assert ours.read_bytes() == theirs.read_bytes(), f"{ours.name} is another one each time"


def test_its_sums_are_what_sha256sum_reads(built: Path) -> None:
    done = subprocess.run(["sha256sum", "-c", release.SUMS], cwd=built / "one" / "dist", check=False)
    assert done.returncode == 0


def test_the_wheel_has_all_that_a_desk_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    for folder in ("templates", "static"):
        for each in (HOUSE / folder).rglob("*"):
            if each.is_file():
                assert f"fallback/{each.relative_to(HOUSE).as_posix()}" in names
    for each in (HOUSE / "fallback").rglob("*"):
        if each.is_file() and "__pycache__" not in each.parts:
            assert each.relative_to(HOUSE).as_posix() in names
    assert {"fallback/hospital.toml", "fallback/catalogues/hi.po"} <= names
    told = f"parchi-{__version__}.dist-info/licenses"
    assert {f"{told}/LICENSE", f"{told}/NOTICES", f"{told}/fallback/printing/fonts/OFL.txt"} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


def test_a_desk_opens_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    """The command, first page, style sheet, example hospital, and what goes onto a stick, away from this folder."""
    script = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from fallback import enrolment, hospital_file, settings, web
assert Path(settings.__file__).is_relative_to(sys.argv[1]), settings.__file__
now = lambda: datetime.now(UTC)
made, _, _ = enrolment.init(Path(sys.argv[2]), "a passphrase that is long enough", clock=now)
hospital = hospital_file.load(settings.Settings.read({}, data=Path(sys.argv[2])).hospital)
client = web.create_app(made, hospital, clock=now).test_client()
page = client.get("/login").get_data(as_text=True)
assert "parchi.css" in page, page
style = page.split('parchi.css')[1].split('"')[0]
assert client.get("/static/parchi.css" + style).status_code == 200
from fallback.kit import program, wheels
names = [name for name, _ in program.program_files()]
assert {"program/start.py", "program/hospital.toml", "program/docs/runbook.md", "program/LICENSE"} <= set(names)
assert any(name.startswith("program/templates/") for name in names)
assert wheels.pins(program.REQUIREMENTS)
print("open")
"""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PARCHI_")}
    environment |= {"PYTHONPATH": str(installed), "PARCHI_STATE": str(tmp_path / "state")}
    words = [sys.executable, "-c", script, str(installed), str(tmp_path / "data")]
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout == "open\n", done.stderr
    said = subprocess.run(
        [sys.executable, "-m", "fallback", "--version"],
        cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert __version__ in said.stdout, said.stderr


def test_the_command_parchi_is_the_program() -> None:
    assert PROJECT["project"]["scripts"] == {"parchi": "fallback.cli:main"}


def test_it_asks_for_what_was_chosen() -> None:
    text = (HOUSE / "requirements.in").read_text(encoding="utf-8")
    chosen = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert PROJECT["project"]["dependencies"] == [line.replace('"', "'") for line in chosen]


def test_the_builder_is_pinned_like_everything() -> None:
    text = (HOUSE / "requirements-test.in").read_text(encoding="utf-8")
    assert PROJECT["build-system"]["requires"] == re.findall(r"^hatchling==.*$", text, re.M)


def test_the_changelog_begins_with_this_version() -> None:
    told = release.released((HOUSE / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert next(iter(told)) == __version__
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_a_changelog_is_read() -> None:
    text = "# Changes\n\n## 1.1.0 · 2027-01-31\n\n- x\n\n## 1.0.0 · 2026-11-26\n"
    assert [*release.released(text)] == ["1.1.0", "1.0.0"]


def test_notices_name_all_that_runs() -> None:
    assert (HOUSE / "NOTICES").read_text(encoding="utf-8") == notices.notices(), "python -m tests.notices writes it"


@pytest.mark.parametrize("name", ["pywin32", "colorama", "sqlcipher3", "reportlab", "Mukta", "GODL", "Python's"])
def test_whose_work_is_in_it(name: str) -> None:
    assert name in (HOUSE / "NOTICES").read_text(encoding="utf-8")
