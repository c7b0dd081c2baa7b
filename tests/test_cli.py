"""The command line, as the hospital's IT staff use it: in a process of its own, with a passphrase file."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fallback import hospital_file
from tests import factories

HOME = Path(__file__).parent.parent


@dataclass(frozen=True)
class Shell:
    """A terminal in a hospital: a data folder and a passphrase file."""

    data: Path
    secret: Path

    def run(self, *words: str, code: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "fallback", "--data", self.data, "--passphrase-file", self.secret, *words],
            cwd=HOME,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout if code in (0, 4) else done.stderr

    def json(self, *words: str, code: int = 0, **environment: str) -> Any:
        return json.loads(self.run(*words, "--json", code=code, **environment))


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("hospital")
    made = Shell(folder / "data", folder / "secret.txt")
    made.secret.write_text(factories.PASSPHRASE)
    words = made.run("init")
    assert "Recovery key" in words
    assert "PIN" in words
    return made


def test_init_refuses_a_folder_that_is_taken(shell: Shell) -> None:
    assert "already holds an installation" in shell.run("init", code=3)


def test_a_folder_without_an_installation_says_what_to_do(shell: Shell, tmp_path: Path) -> None:
    assert "init" in Shell(tmp_path / "none", shell.secret).run("desk", "list", code=3)


def test_a_wrong_passphrase_is_told(shell: Shell, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("not the passphrase")
    assert "passphrase" in Shell(shell.data, wrong).run("desk", "list", code=3).lower()
    assert "a passphrase" in Shell(shell.data, tmp_path / "nothing").run("desk", "list", code=2)


def test_an_unknown_setting_is_an_error(shell: Shell) -> None:
    with pytest.raises(AssertionError, match="PARCHI_DATA"):
        shell.run("desk", "list", PARCHI_DATTA="x")


def test_desks_users_and_downtime(shell: Shell) -> None:
    made = shell.json("desk", "enrol", "Counter 2")
    assert made == {"series": 2, "name": "Counter 2"}
    assert [each["series"] for each in shell.json("desk", "list")] == [1, 2]
    shell.run("desk", "retire", "2", "--reason", "laptop stolen")
    assert shell.json("desk", "list")[1]["retired"]
    assert "PIN" in shell.run("user", "set", "asha", "--name", "Asha Rani")
    assert [each["login"] for each in shell.json("user", "list")] == ["asha", "supervisor"]
    assert "switched off" in shell.run("user", "set", "asha", "--inactive")
    assert [each["active"] for each in shell.json("user", "list")] == [False, True]
    shell.run("user", "set", "asha", "--active")
    assert "last supervisor" in shell.run("user", "set", "supervisor", "--inactive", code=3)
    assert "may try again" in shell.run("user", "unlock", "supervisor")
    assert "No user has the login" in shell.run("user", "unlock", "nobody", code=3)
    for words in (["asha"], ["asha", "--active", "--inactive"], ["asha", "--name", "Asha", "--active"]):
        shell.run("user", "set", *words, code=2)
    assert not shell.json("downtime", "status")["lasts"]
    shell.run("downtime", "start", "--reason", "e-Hospital is down")
    assert shell.json("downtime", "status")["lasts"]
    assert "started already" in shell.run("downtime", "start", "--reason", "again", code=3)
    shell.run("downtime", "end")


def test_pads_are_printed_and_read_back_from_paper_alone(shell: Shell, tmp_path: Path) -> None:
    pdf = tmp_path / "pads.pdf"
    numbers = shell.json("pad", "--desk", "1", "--count", "2", "--to", "Ward 5", "--out", str(pdf))["numbers"]
    keys = shell.data / "keys.json"
    lines = shell.run("read", str(pdf), "--keys", str(keys), "--json", code=0).splitlines()
    pages = [json.loads(line) for line in lines]
    assert [page["outcome"] for page in pages] == ["genuine", "genuine"], "the cover, and the pad"
    codes = [code for page in pages for code in page["codes"] if "slip" in code]
    assert sorted({code["slip"]["number"] for code in codes}) == sorted(numbers)
    assert {code["slip"]["kind"] for code in codes} == {"pad"}
    bare = [json.loads(line) for line in shell.run("read", str(pdf), "--json").splitlines()]
    assert all("slip" not in code for page in bare for code in page["codes"])


def test_the_journal_is_exported_verified_merged_rebuilt_and_restored(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "counter-1.parchi"
    shell.run("journal", "export", str(file))
    assert shell.json("journal", "verify")["ok"]
    assert shell.json("journal", "verify", str(file))["ok"]
    assert shell.json("journal", "merge", str(file))["lines"] == 0
    assert shell.json("journal", "views") == {"identical": True}
    spare = Shell(tmp_path / "spare", shell.secret)
    assert spare.json("restore", str(file))["lines"] > 0
    assert [each["series"] for each in spare.json("desk", "list")] == [
        each["series"] for each in shell.json("desk", "list")
    ]


def test_check_is_red_without_a_second_copy_and_green_with_one(shell: Shell, tmp_path: Path) -> None:
    found = {each["what"]: each["well"] for each in shell.json("check", code=4)}
    assert found == {what: what != "second copy" for what in found}
    stick = tmp_path / "stick"
    stick.mkdir()
    assert "RED" not in shell.run("check", PARCHI_COPY=str(stick))
    told = shell.run("check", code=4, PARCHI_KIT=str(tmp_path), PARCHI_COPY=str(stick))
    assert "RED  stick: " in told
    assert "due  enrolment cards: 0 spare cards are left" in told
    assert "none follows; Plug a stick in again" in shell.run("check", code=4)
    told = Shell(tmp_path / "none", shell.secret).run("check", code=4, PARCHI_KIT=str(tmp_path))
    assert "RED  stick: " in told  # no desk yet: what can be tried, and no advice to make a new hospital
    assert "init" not in told


def test_check_lists_what_must_lie_in_the_cupboard(shell: Shell, tmp_path: Path) -> None:
    assert "visits_a_day" in shell.run("check", "--stock", code=3)
    file = tmp_path / "hospital.toml"
    text = (HOME / "hospital.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("# [ready]\n# visits", "[ready]\nvisits"), encoding="utf-8")
    found = shell.json("check", "--stock", PARCHI_HOSPITAL=str(file))
    assert (found["hours"], found["slips"]) == (72, 12_000)
    assert {"Paper A4", "Blank slips", "Ribbon"} <= {line["what"] for line in found["lines"]}
    pdf = tmp_path / "stock.pdf"
    said = shell.run("check", "--stock", "--out", str(pdf), PARCHI_HOSPITAL=str(file), PARCHI_LANGUAGE="hi")
    assert "काग़ज़ A4" in said
    assert pdf.read_bytes().startswith(b"%PDF")
    shell.run("check", "--out", str(pdf), code=2)


def test_read_names_what_it_cannot_read(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "letter.txt").write_text("Dear sir")
    pages = [json.loads(line) for line in shell.run("read", str(tmp_path), "--json", code=4).splitlines()]
    assert [page["outcome"] for page in pages] == ["problem", "problem"]
    assert all(page["problem"] for page in pages)
    wrong = tmp_path / "keys.json"
    wrong.write_text("{}")
    assert "keys.json" in shell.run("read", str(tmp_path), "--keys", str(wrong), code=2)


def test_init_beside_its_own_hospital_file_still_tells_the_recovery_key(shell: Shell, tmp_path: Path) -> None:
    new = Shell(tmp_path / "data", shell.secret)
    new.data.mkdir()
    hospital = new.data / "hospital.toml"
    hospital.write_bytes((HOME / "hospital.toml").read_bytes())
    assert "Recovery key" in new.run("init", PARCHI_HOSPITAL=str(hospital))
    (new.data / "vault.json").unlink()  # a header that was lost is not an empty folder
    assert "second copy" in new.run("desk", "list", code=3)
    assert "Nothing was changed" in new.run("init", code=3)
    assert not (new.data / "vault.json").exists()


def test_init_keeps_the_hospitals_layouts_beside_its_file(shell: Shell, tmp_path: Path) -> None:
    office = tmp_path / "office"
    (office / "our sheets" / "logos").mkdir(parents=True)
    (office / "our sheets" / "slip-a4.toml").write_text("# ours")
    (office / "our sheets" / "logos" / "lion.png").write_bytes(b"a lion")
    text = (
        (HOME / "hospital.toml")
        .read_text(encoding="utf-8")
        .replace("\nstate = 7", '\nlayouts = "our sheets"\nstate = 7')
    )
    (office / "hospital.toml").write_text(text, encoding="utf-8")
    new = Shell(tmp_path / "data", shell.secret)
    new.run("init", PARCHI_HOSPITAL=str(office / "hospital.toml"))
    kept = hospital_file.load(new.data / "hospital.toml").layouts
    assert kept == (new.data / "our sheets").resolve()
    assert (kept / "slip-a4.toml").read_text() == "# ours"
    assert (kept / "logos" / "lion.png").read_bytes() == b"a lion"


REFUSED: list[list[str]] = [
    ["desk", "enrol", ""],
    ["desk", "enrol", "x" * 121],
    ["desk", "enrol", os.fsdecode(b"\xff")],
    ["downtime", "start", "--reason", " \x1b\n"],
    ["user", "set", "asha", "--name", "आ" * 500],
    ["approve", "--day", "yesterday"],
    ["approve", "--to", "http://[bad/fhir"],
    ["pad", "--desk", "1", "--out", "pads.pdf"],
    ["pad", "--desk", "1", "--to", " ", "--out", "pads.pdf"],
    ["serve", "--port", "0"],
    ["serve", "--port", "-5"],
    ["serve", "--port", "99999"],
    ["account", "--out", "/"],
    ["account", "--out", "."],
]


def test_what_cannot_be_used_is_refused_with_a_sentence(shell: Shell) -> None:
    before = shell.json("journal", "verify")["lines"]
    for words in REFUSED:
        assert shell.run(*words, code=2), words
    assert shell.json("journal", "verify")["lines"] == before


def test_no_number_is_taken_for_pads_that_cannot_be_written(shell: Shell, tmp_path: Path) -> None:
    before = shell.json("journal", "verify")["lines"]
    for out in (tmp_path / "missing" / "pads.pdf", shell.secret / "pads.pdf"):
        assert "cannot be written" in shell.run("pad", "--desk", "1", "--to", "Ward 5", "--out", str(out), code=3)
    assert shell.json("journal", "verify")["lines"] == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_an_output_that_is_gone_or_without_hindi_is_no_fault_of_the_program(shell: Shell) -> None:
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "fallback",
        "--data",
        shell.data,
        "--passphrase-file",
        shell.secret,
    ]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, "desk", "list"], cwd=HOME, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, "Traceback" in done.stderr) == (4, False)
    assert "could not be written" in done.stderr
    shell.run("user", "set", "meena", "--name", "मीना")
    assert "meena" in shell.run("user", "list", "--json", PYTHONIOENCODING="cp1252")


def test_a_restored_folder_says_which_key_it_lacks_and_takes_it(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "all.parchi"
    shell.run("journal", "export", str(file))
    spare = Shell(tmp_path / "spare", shell.secret)
    spare.run("restore", str(file))
    assert "private/root.key" in spare.run("desk", "enrol", "Counter 9", code=3)
    (spare.data / "private").mkdir(exist_ok=True)
    (spare.data / "private" / "root.key").write_bytes((shell.data / "private" / "root.key").read_bytes())
    assert "is enrolled" in spare.run("desk", "enrol", "Counter 9")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signal")
def test_ctrl_c_while_the_workers_of_a_scan_start_is_one_sentence(shell: Shell, tmp_path: Path) -> None:
    shell.run("pad", "--desk", "1", "--count", "100", "--to", "Ward 5", "--out", str(tmp_path / "pads.pdf"))
    words = ["read", str(tmp_path / "pads.pdf")]
    command: list[str | Path] = [sys.executable, "-m", "fallback", "--data", shell.data, *words]
    for patience in (0.9, 1.2, 1.5):
        reading = subprocess.Popen(
            command, cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        time.sleep(patience)
        if reading.poll() is None:
            os.killpg(reading.pid, signal.SIGINT)  # as a terminal does: to the workers, too
        assert "Traceback" not in reading.communicate(timeout=60)[1]
        assert reading.returncode in (0, 130, -signal.SIGINT)  # the last: while its modules are still being read


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks at the console, whatever the input is")
@pytest.mark.parametrize("closed", [False, True], ids=["empty", "closed"])
def test_a_question_that_nobody_can_answer_says_what_to_do(shell: Shell, closed: bool) -> None:
    command: list[str | Path] = [sys.executable, "-m", "fallback", "--data", shell.data, "desk", "list"]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *command] if closed else command, cwd=HOME, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "--passphrase-file" in done.stderr


def test_a_file_without_a_passphrase_is_named_whole(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "root parts").write_bytes(b"\xff\xfe")
    for file in (tmp_path / "root parts", tmp_path / "none"):
        assert str(file) in shell.run("key", "put-back", "root", "--parts-file", str(file), code=2)


def test_a_second_copys_folder_is_merged_and_verified_as_its_file_is(shell: Shell, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    shell.run("desk", "list", PARCHI_COPY=str(stick))
    assert shell.json("journal", "verify", str(stick))["ok"]
    assert shell.json("journal", "merge", str(stick))["lines"] == 0
    file = stick / "journal.parchi"
    raw = bytearray(file.read_bytes())
    raw[-20] ^= 1
    file.write_bytes(raw)
    words = shell.run("journal", "verify", str(stick), code=4)
    assert "line 0" not in words and "journal.parchi, line" in words


def test_a_fresh_laptop_is_this_hospitals_from_the_stick_alone(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    text = (HOME / "hospital.toml").read_text().replace('"Rajdhani General Hospital"', '"Hill Town Hospital"')
    (tmp_path / "own" / "hospital.toml").write_text(text.replace('# layouts = "layouts"', 'layouts = "layouts"'))
    layouts = tmp_path / "own" / "layouts"
    layouts.mkdir()
    (layouts / "slip-a4.toml").write_bytes((HOME / "fallback/printing/layouts/slip-a4.toml").read_bytes())
    stick, secret = tmp_path / "stick", tmp_path / "secret"
    stick.mkdir()
    secret.write_text(factories.PASSPHRASE)
    made = Shell(tmp_path / "data", secret)
    made.run("init", PARCHI_HOSPITAL=str(tmp_path / "own" / "hospital.toml"))
    made.run("desk", "list", PARCHI_COPY=str(stick))
    assert b"Hill Town" not in b"".join(each.read_bytes() for each in stick.iterdir())
    fresh = Shell(tmp_path / "fresh", secret)
    assert fresh.json("restore", str(stick))["hospital_file"]
    found = {each["what"]: each["words"] for each in fresh.json("check", code=4)}
    assert "Hill Town Hospital" in found["hospital file"]
    assert (fresh.data / "layouts" / "slip-a4.toml").read_bytes() == (layouts / "slip-a4.toml").read_bytes()

    other = Shell(tmp_path / "other", secret)
    (stick / "hospital.parchi").write_bytes(b"changed")
    assert "hospital.toml" in other.run("restore", str(stick))
    made.run("desk", "list", PARCHI_COPY=str(stick))  # damaged: made anew at the next look
    assert Shell(tmp_path / "third", secret).json("restore", str(stick))["hospital_file"]
