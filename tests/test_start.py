"""START from a stick, with Python alone: looks at every byte, puts the program on this computer, runs it from there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fallback.kit import start, sums
from fallback.kit.fits import CODE
from fallback.kit.program import program_files
from fallback.kit.start_words import SAYS
from tests import factories, kits

STUB = """
import sys

def main():
    import small
    print(small.WHAT, sys.argv[1:], sys.flags.isolated, sys.flags.no_site)
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, bytes]:
    """A small stick: the real start and what it stands on, one wheel, and a program that says what it was asked."""
    work = tmp_path_factory.mktemp("built")
    stick = work / "stick"
    for place, source in program_files():
        if (
            place.startswith(("program/fallback/kit/", "program/fallback/errors/"))
            or place.count("/") == 2
            or (place == "program/start.py")
        ):
            (stick / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, stick / place)
    (stick / "program" / "fallback" / "cli").mkdir()
    (stick / "program" / "fallback" / "cli" / "__init__.py").write_text(STUB)
    (stick / "wheels").mkdir()
    kits.small_wheel(stick / "wheels", "small", f"{CODE}-{CODE}-manylinux_2_17_x86_64")
    for name in ("START.sh", "VERIFY.sh"):
        shutil.copy(Path(start.__file__).parent / "scripts" / name, stick / name)
    _, root = kits.hospital(stick / "hospital", work)
    kits.sealed(stick, work, root)
    return stick, work, root


@pytest.fixture
def stick(built: tuple[Path, Path, bytes], tmp_path: Path) -> Path:
    shutil.copytree(built[0], tmp_path / "stick")
    return tmp_path / "stick"


def started(stick: Path, state: Path, *words: str, script: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("PARCHI_", "PYTHON"))}
    environment |= {"PARCHI_STATE": str(state)}
    program = [sys.executable, "-I", "-S", "-B", str(stick / "program" / "start.py")]
    command = ["sh", str(stick / script)] if script else program
    return subprocess.run([*command, *words], env=environment, capture_output=True, text=True, timeout=60)


def contents(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def programs(state: Path) -> list[Path]:
    return sorted(each for each in (state / "programs").glob("*") if each.is_dir())


def test_it_runs_from_this_computer_and_writes_nothing_on_the_stick(stick: Path, tmp_path: Path) -> None:
    before = contents(stick)
    done = started(stick, tmp_path / "state", "check", "--stock")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "a wheel ['check', '--stock'] 1 1"
    again = started(stick, tmp_path / "state")
    assert again.stdout.splitlines() == [f"a wheel ['kit', 'start', '--kit', '{stick}'] 1 1"], "nothing is unpacked"
    assert contents(stick) == before
    (found,) = programs(tmp_path / "state")
    assert found.name.startswith(json.loads((stick / sums.SEAL).read_text())["sums"][:12])


def test_without_the_stick_the_program_of_this_computer_starts_by_itself(stick: Path, tmp_path: Path) -> None:
    state = tmp_path / """state of $HOME's "own" `id`"""
    assert started(stick, state).returncode == 0
    shutil.rmtree(stick)
    done = subprocess.run(["sh", str(state / "START.sh")], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["a wheel ['kit', 'start'] 1 1"], done.stderr


def test_start_and_verify_by_the_shell(stick: Path, tmp_path: Path) -> None:
    done = started(stick, tmp_path / "state", "--version", script="START.sh")
    assert (done.returncode, "a wheel" in done.stdout) == (0, True), done.stdout + done.stderr
    assert started(stick, tmp_path / "state", script="VERIFY.sh").returncode == 0
    (stick / "program" / "autorun.inf").write_text("[autorun]")
    done = started(stick, tmp_path / "state", script="VERIFY.sh")
    assert (done.returncode, "program/autorun.inf" in done.stdout) == (3, True)


@pytest.mark.parametrize("hurt", ["changed", "missing", "added", "cut", "list", "no seal"])
def test_a_stick_that_is_not_as_it_was_made_is_refused_before_anything_of_it_is_unpacked(
    stick: Path, tmp_path: Path, hurt: str
) -> None:
    wheel = next((stick / "wheels").iterdir())
    match hurt:
        case "changed":
            wheel.write_bytes(wheel.read_bytes().replace(b"a wheel", b"a trick"))
        case "missing":
            (stick / "hospital" / "keys.json").unlink()
        case "added":
            (stick / "program" / "fallback" / "json.py").write_text("raise SystemExit('ours')")
        case "cut":
            with (stick / "hospital" / "hospital.toml").open("r+b") as file:
                file.truncate(100)
        case "list":
            (stick / sums.SUMS).write_text("")
        case _:
            (stick / sums.SEAL).unlink()
    done = started(stick, tmp_path / "state")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Take the other stick" in done.stdout
    assert "पेन ड्राइव" in done.stdout
    assert "Traceback" not in done.stderr
    assert not programs(tmp_path / "state")
    assert started(stick, tmp_path / "state", script="VERIFY.sh").returncode == 3


@pytest.mark.parametrize("hurt", ["file gone", "file empty", "not sealed", "nothing left"])
def test_what_a_virus_scanner_or_a_power_cut_took_is_put_there_again(stick: Path, tmp_path: Path, hurt: str) -> None:
    state = tmp_path / "state"
    assert started(stick, state).returncode == 0
    (found,) = programs(state)
    match hurt:
        case "file gone":
            (found / "site" / "small.py").unlink()
        case "file empty":
            (found / "program" / "fallback" / "machine.py").write_bytes(b"")
        case "not sealed":
            (found / start.READY).write_bytes(b"")
        case _:
            shutil.rmtree(found)
            (state / "programs" / f".{found.name}.fresh").mkdir()  # an unpacking that was cut off
    done = started(stick, state)
    assert (done.returncode, "a wheel" in done.stdout) == (0, True), done.stdout + done.stderr
    assert programs(state) == [found]


def test_a_program_that_cannot_be_loaded_is_put_there_once_more_and_then_told(stick: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert started(stick, state).returncode == 0
    (found,) = programs(state)
    file = found / "program" / "fallback" / "cli" / "__init__.py"
    file.write_bytes(bytes(len(file.read_bytes())))  # its size is right: a file system forgot what was in it
    shutil.rmtree(file.parent / "__pycache__")
    done = started(stick, state)
    assert (done.returncode, "a wheel" in done.stdout, "once more" in done.stdout) == (0, True, True)


def test_two_double_clicks_at_once(stick: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PARCHI_STATE": str(tmp_path / "state")}
    command = [sys.executable, "-I", "-S", "-B", str(stick / "program" / "start.py"), "twice"]
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [each.communicate(timeout=60)[0] for each in both]
    assert all("a wheel ['twice']" in each for each in said), said
    assert len(programs(tmp_path / "state")) == 1


def test_a_full_disk_leaves_nothing_behind(
    stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARCHI_STATE", str(tmp_path / "state"))
    usage = shutil._ntuple_diskusage(10**9, 10**9, 10**7)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(start._Refused) as refused:
        start.from_stick(stick, ["--prepare"])
    assert "MB must be free" in refused.value.lines[0]
    assert not list((tmp_path / "state" / "programs").glob("*[!.]*/*"))


def test_an_account_that_may_not_write(stick: Path, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder must be")
    done = started(stick, tmp_path / "state")
    assert (done.returncode, "may not write" in done.stdout) == (3, True), done.stderr


def test_a_newer_program_of_this_computer_is_run_and_an_older_stick_never_opens_its_desk(
    stick: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    assert started(stick, state).returncode == 0
    (found,) = programs(state)
    newer = found.with_name("abcdefabcdef-" + found.name.rpartition("-")[2])
    shutil.copytree(found, newer)
    stub = newer / "program" / "fallback" / "cli" / "__init__.py"
    stub.write_text(STUB.replace("small.WHAT", "'newer'"))
    sealed = json.loads((newer / start.READY).read_text())
    sealed["files"]["program/fallback/cli/__init__.py"] = stub.stat().st_size
    (newer / start.READY).write_text(json.dumps(sealed))
    desk = state / f"desk-{json.loads((stick / sums.SEAL).read_text())['hospital_id']}"
    desk.mkdir()
    (desk / "program.json").write_text(json.dumps({"version": "1.10.0", "program": newer.name}))
    done = started(stick, state)
    assert (done.returncode, done.stdout.splitlines()[-1][:5]) == (0, "newer"), done.stdout + done.stderr
    (newer / "site" / "small.py").unlink()
    done = started(stick, state)
    assert (done.returncode, "Take the newer stick" in done.stdout) == (3, True)
    (desk / "program.json").write_text(json.dumps({"version": "0.9.0", "program": "../../evil"}))
    assert "a wheel" in started(stick, state).stdout, "a newer stick goes on with an older desk"


def test_wheels_are_chosen_for_this_python_and_this_system() -> None:
    code, minor = CODE, sys.version_info[1]
    many = [
        "wheels/a-1-py3-none-any.whl",
        f"wheels/b-1-{code}-{code}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        f"wheels/b-1-cp3{minor + 1}-cp3{minor + 1}-manylinux_2_17_x86_64.whl",
        f"wheels/b-1-{code}-{code}-win_amd64.whl",
        "wheels/c-1-cp39-abi3-manylinux_2_17_x86_64.whl",
        "wheels/c-1-cp39-abi3-musllinux_1_2_x86_64.whl",
        "wheels/pywin32-1-cp311-cp311-win_amd64.whl",
        "wheels/d-1-py2.py3-none-any.whl",
    ]
    assert [each.split("/")[1][0] for each in start.fitting(many)] == ["a", "b", "c", "d"]
    assert f"-{code}-{code}-manylinux" in start.fitting(many)[1]
    with pytest.raises(start._Refused) as refused:
        start.fitting([*many, f"wheels/e-1-cp3{minor + 1}-cp3{minor + 1}-manylinux_2_17_x86_64.whl"])
    assert refused.value.code == start.UNFIT
    with pytest.raises(start._Refused):
        start.fitting([f"wheels/b-1-{code}-{code}-manylinux_2_99_x86_64.whl"])  # a C library that is newer than ours


def test_a_wheel_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "x.whl", "w") as packed:
        for name in ("../out.py", "/abs.py", "good.py", "x-1.data/scripts/run.py", "x-1.data/purelib/pure.py"):
            packed.writestr(name, "")
    with zipfile.ZipFile(tmp_path / "x.whl") as opened:
        assert [target for _, target in start._members(opened)] == ["good.py", "pure.py"]


def test_every_sentence_of_start_is_in_both_languages_with_the_same_values() -> None:
    import string

    for english, hindi in SAYS.values():
        names = [sorted(name for _, name, _, _ in string.Formatter().parse(each) if name) for each in (english, hindi)]
        assert names[0] == names[1], english
        assert any("\u0900" <= sign <= "\u097f" for sign in hindi)


def test_start_stands_on_the_standard_library_alone() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import fallback.kit.start; print(sorted(sys.modules))"
    home = Path(start.__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(home)], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in eval(done.stdout)}
    assert loaded <= {*sys.stdlib_module_names, "fallback", "__main__"} | {
        each for each in loaded if each.startswith("_")
    }
    assert factories.PASSPHRASE not in done.stdout
