"""The commands after the import: the cross-walk, repairs, UHIDs, what is closed, and the archive on one PC."""

import json
from functools import partial
from pathlib import Path

import pytest

from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.recovery import repairs
from fallback.slip import SlipNumber
from tests import factories
from tests.test_cli import Shell
from tests.test_printed import a_shift

TARGET = factories.hospital().targets[0].name


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shift's slips, all of them in the target; the first under the wrong patient."""
    folder = tmp_path_factory.mktemp("hospital")
    made = factories.installation(folder / "data")
    a_shift(factories.counter(made))
    for place, row in enumerate(queries.slips(made.ledger.db())):
        content = {"number": row.slip.number.text, "revision": row.revision, "target": TARGET, "told": ""}
        told = {"patient": f"p{place}", "encounter": f"e{place}", "uhid": str(200000000 + place), "created": True}
        made.ledger.write(partial(Transaction.append, fact=FactKind.SLIP_SENDING, content=content, by="ravi"))
        made.ledger.write(partial(Transaction.append, fact=FactKind.SLIP_CONFIRMED, content=content | told, by="ravi"))
    first = next(queries.slips(made.ledger.db())).slip.number
    made.ledger.write(lambda tx: repairs.open(tx, first, right="uhid:200000900", reason="twins", by="meena"))
    made.close()
    secret = folder / "secret.txt"
    secret.write_text(factories.PASSPHRASE)
    return Shell(folder / "data", secret)


def test_the_cross_walk_by_commands(shell: Shell, tmp_path: Path) -> None:
    lab = {each["department"]: each for each in shell.json("crosswalk", "departments")}["Laboratory"]
    assert lab["waiting"] > 0 and lab["given"] is None
    out = tmp_path / "lab.csv"
    said = shell.run("crosswalk", "give", "Laboratory", "--out", str(out), "--by", "ravi")
    mark = said.rsplit(" ", 1)[-1].strip().rstrip(".")
    assert b"200000001" in out.read_bytes()
    shell.run("crosswalk", "received", "Laboratory", "0" * 16, "--receipt", "R. Nair", code=3)
    shell.run("crosswalk", "received", "Laboratory", mark, "--receipt", "R. Nair", "--by", "ravi")
    again = tmp_path / "again.csv"
    shell.run("crosswalk", "give", "Laboratory", "--out", str(again), code=4)
    assert not again.exists()
    for name, more in (("list.pdf", ("--by-uhid",)), ("stickers.pdf", ("--stickers", "--skip", "3"))):
        shell.run("crosswalk", "print", *more, "--out", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(b"%PDF")


def test_a_repair_and_then_the_account_by_commands(shell: Shell, tmp_path: Path) -> None:
    (found,) = shell.json("repair", "list", code=4)
    assert (found["wrong"], found["right"], found["open"]) == ("uhid:200000000", "uhid:200000900", True)
    number = found["number"]
    shell.run("repair", "order", number, "--out", str(tmp_path / "repair.pdf"))
    assert (tmp_path / "repair.pdf").read_bytes().startswith(b"%PDF")
    shell.run("close-account", "--note", "all is there", code=4)
    shell.run("repair", "tell", number, "--who", "Ward 5", "--by", "ravi")
    shell.run("repair", "done", number, "--uhid", "200000900", "--note", "read on the screen", "--by", "ravi")
    assert shell.json("repair", "list", "--all")[0]["told"] == ["Ward 5"]
    assert "No repair of slip" in shell.run("repair", "tell", number, "--who", "Ward 5", code=3)
    out = tmp_path / "account"
    shell.run("close-account", "--note", "all is there", "--out", str(out), "--by", "meena")
    assert json.loads((tmp_path / "account.json").read_text())["format"] == "parchi-account-1"
    shell.run("account", "--check", str(tmp_path / "account.json"))
    shell.run("close-account", "--reopen", "--note", "a late slip", "--by", "meena")
    assert "nothing to open again" in shell.run("close-account", "--reopen", "--note", "again", code=3)
    silent = sum(each["visits"] for each in shell.json("close-visits", "--days", "1"))
    closed = shell.json("close-visits", "--days", "1", "--reason", "the room's papers were lost", "--by", "meena")
    assert closed == {"closed": silent, "left": 0} and silent
    assert shell.json("close-visits", "--days", "1") == []
    out = tmp_path / "uhids.xlsx"
    assert "0 slips" in shell.run("uhids", "--out", str(out)) and out.read_bytes().startswith(b"PK")


def test_the_archive_by_commands(shell: Shell, tmp_path: Path) -> None:
    own = tmp_path / "own.txt"
    own.write_text("enquiry window two")
    folder = tmp_path / "archive"
    shell.run("archive", "make", str(folder), "--archive-passphrase-file", str(own))
    assert "something lies there already" in shell.run(
        "archive", "make", str(folder), "--archive-passphrase-file", str(own), code=3
    )
    enquiry = Shell(tmp_path / "nothing", own)
    number = "001 000 001 14"
    found = enquiry.json("archive", "ask", str(folder), number)
    assert found["uhid"] and found["kept"] == "uhid"
    assert enquiry.json("archive", "ask", str(folder), SlipNumber(999, 1).text)["kept"] == "unknown"
    assert not (tmp_path / "nothing").exists()
    logs = "".join(path.read_text() for path in (folder / "logs").glob("*.csv"))
    assert "lookup" in logs and number.replace(" ", "") not in logs and found["uhid"] not in logs
