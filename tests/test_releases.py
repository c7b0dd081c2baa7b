"""Years: what every release left behind opens in this one, verifies, restores, reads and accounts as it did then."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fallback import custody, enrolment, frontdesk, payload, recovery
from fallback.enrolment import Installation, identities, open_installation
from fallback.errors import DeskNotHere, JournalNewer
from fallback.keys import PublicKeys, is_genuine
from fallback.kit import seal
from fallback.ledger import queries
from fallback.ledger.migrations import KNOWN, migrations
from fallback.payload import CodeOutcome
from fallback.slip import SlipNumber
from fallback.statement import CertificateStatement, RootStatement
from fallback.vault import Vault
from tests import factories

HOME = Path(__file__).parent / "releases"
NAMES = sorted(each.name for each in HOME.iterdir() if (each / "told.json").is_file())


@dataclass(frozen=True)
class Release:
    """A release's folder, its data folder copied to where a test may write, and what must be found again."""

    home: Path
    folder: Path
    told: dict[str, Any]

    @property
    def passphrase(self) -> str:
        return str(self.told["passphrase"])

    def open(self, secret: str = "") -> Installation:
        return open_installation(self.folder, secret or self.passphrase, clock=factories.clock())


@pytest.fixture(params=NAMES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Release:
    home = HOME / request.param
    shutil.copytree(home / "data", tmp_path / "data")
    return Release(home, tmp_path / "data", json.loads((home / "told.json").read_text(encoding="utf-8")))


@pytest.fixture
def made(release: Release) -> Iterator[Installation]:
    opened = release.open()
    yield opened
    opened.close()


def finds_all(made: Installation, told: dict[str, Any]) -> None:
    """The journal is whole, its views are those of its lines, and every slip is as it was told of then."""
    assert custody.verify(made.ledger).ok
    assert custody.rebuild_views(made.ledger)
    assert made.ledger.db().execute(
        "SELECT lower(hex(hash)) FROM line WHERE chain = ? AND sequence = ?", (told["chain"], told["lines"])
    ).fetchone() == (told["head"],)
    rows = {row.slip.number.text: row for row in queries.slips(made.ledger.db())}
    assert {number: (row.slip.patient.name, row.voided) for number, row in rows.items()} == {
        number: (each["name"], each["voided"]) for number, each in told["slips"].items()
    }
    for number, row in rows.items():
        assert payload.to_digits(row.payload) == told["slips"][number]["digits"], number


def test_a_folder_for_each_release_and_none_is_ever_taken_away() -> None:
    assert {"0.1-line", "0.1-paper-out", "0.1-paper-in", "0.1-trust", "0.1-desk", "0.1-recovery"} <= set(NAMES)
    page = (HOME / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in page] == []


def test_its_data_folder_opens_is_migrated_and_verifies(release: Release, made: Installation) -> None:
    assert made.root.hex() == release.told["root"]
    finds_all(made, release.told)
    assert not migrations.pending(made.ledger.db())
    steps = [each.name for each in migrations.applied(made.ledger.db())]
    assert set(release.told["steps"]) <= set(steps), "a step that a release applied is gone from the list"


def test_every_secret_of_it_opens_it(release: Release) -> None:
    for secret in (release.told["recovery_key"], *release.told["cards"]):
        made = release.open(secret)
        assert made.root.hex() == release.told["root"]
        made.close()


def test_its_copy_and_its_export_are_in_the_journal_line_by_line(release: Release, made: Installation) -> None:
    for place in (release.home / "copy", release.home / "export" / "counters.parchi"):
        assert custody.verify(made.ledger, place).ok
        report = custody.merge(made.ledger, place)
        assert (report.lines, report.conflicts) == (0, ())


@pytest.mark.parametrize("place", ["copy", "export/counters.parchi"])
def test_a_new_folder_is_made_of_its_copy_or_export(release: Release, tmp_path: Path, place: str) -> None:
    folder = tmp_path / "restored"
    for secret in (release.passphrase, release.told["recovery_key"]):
        report = custody.restore(release.home / place, folder, secret, clock=factories.clock())
        assert report.lines == release.told["lines"]
        made = open_installation(folder, secret, clock=factories.clock())
        finds_all(made, release.told)
        made.close()
        shutil.rmtree(folder)


def test_its_paper_is_genuine(release: Release, made: Installation) -> None:
    keys = made.keys()
    for number, each in release.told["slips"].items():
        judged = payload.judge(each["digits"], keys)
        assert judged.outcome is CodeOutcome.GENUINE, number
        assert judged.number is not None
        assert judged.number.text == number
    for digits in release.told["papers"]:
        assert payload.judge(digits, keys).outcome is CodeOutcome.GENUINE
    assert PublicKeys.load(release.home / "data" / "keys.json").root == made.root


def test_its_paper_alone_proves_its_paper(release: Release) -> None:
    """The poster and the desks' cards, as they hang and lie there, are the only keys."""
    judged = [payload.judge(digits, None) for digits in release.told["papers"]]
    keys = PublicKeys(root=b"")
    for each in judged:
        if isinstance(each.statement, RootStatement):
            keys = PublicKeys(root=each.statement.public)
    for each in judged:
        if isinstance(each.statement, CertificateStatement):
            keys = keys.with_certificate(each.statement.certificate)
    if not judged:
        pytest.skip("this release had no poster and no cards")
    assert keys.root.hex() == release.told["root"]
    for each in release.told["slips"].values():
        assert payload.judge(each["digits"], keys).outcome is CodeOutcome.GENUINE


def test_its_confidential_patients_are_opened(release: Release, made: Installation) -> None:
    sealed = [SlipNumber.parse(number) for number, each in release.told["slips"].items() if each["sealed"]]
    if "journal_6" not in release.told["steps"]:
        assert sealed == []
        return
    (number,) = sealed
    opened = identities.open_identity(made, number, "the ward asked", by="meena", allowed_by="meena")
    assert opened.identity.name == "Asha Kumari"


def test_its_account_is_proved_and_comes_out_the_same(release: Release, made: Installation) -> None:
    record = json.loads((release.home / "account.json").read_text(encoding="utf-8"))
    is_as_it_was(made, record, release.told["target"])


def test_its_rehearsed_recovery_is_accounted_as_it_was(release: Release, tmp_path: Path) -> None:
    told = json.loads((release.home / "drill" / "told.json").read_text(encoding="utf-8"))
    custody.restore(release.home / "drill" / "drill.parchi", tmp_path / "drill", "drill", clock=factories.clock())
    made = open_installation(tmp_path / "drill", "drill", clock=factories.clock())
    assert made.drill
    assert custody.verify(made.ledger).ok
    is_as_it_was(made, told["account"], told["target"])
    assert told["account"]["total"]["imported"] > 0
    made.close()


def is_as_it_was(made: Installation, record: dict[str, Any], target: str) -> None:
    """The signature of an account stands, and this release counts the same slips into the same places."""
    assert is_genuine(made.root, recovery.message(record), bytes.fromhex(record["signature"]))
    today = recovery.account_of(made.ledger.db(), target).record()
    for figure, then in record["total"].items():
        assert today["total"][figure] == then, figure
    assert today["closed"] == record["closed"]
    assert [each["number"] for each in today["missing"]] == [each["number"] for each in record["missing"]]
    parts = {(each["series"], each["clinic"], each["day"]): each for each in today["parts"]}
    for each in record["parts"]:
        assert each.items() <= parts[each["series"], each["clinic"], each["day"]].items()


def test_it_goes_on_with_a_desk_of_today_and_gives_no_number_twice(release: Release, made: Installation) -> None:
    """A folder of a release with seats was moved: its own desks issue nothing here. An unused card of it does."""
    if release.told["cards"]:
        with pytest.raises(DeskNotHere):
            made.sign(1)
        desk = enrolment.enrol_with_card(made, "Counter 7", release.told["cards"][0])
    else:
        desk = enrolment.enrol_desk(made, "Counter 7")
    counter = factories.counter(made)
    frontdesk.start_downtime(counter, "the servers are down again")
    shift = frontdesk.open_shift(counter, series=desk.series, login="asha")
    number = frontdesk.register(counter, shift.key, factories.registration("Lakshmi Nair")).row.slip.number
    assert number.text not in release.told["slips"]
    assert custody.verify(made.ledger).ok
    record = json.loads((release.home / "account.json").read_text(encoding="utf-8"))
    today = recovery.account_of(made.ledger.db(), release.told["target"]).record()
    assert today["total"]["issued"] == record["total"]["issued"] + 1


def test_its_kit_is_whole_and_its_seal_is_good(release: Release) -> None:
    if not (release.home / "kit").exists():
        assert release.home.name.startswith("0."), "a kit is kept of every release from 1.0 on"
        return
    kit = seal.verify(release.home / "kit")
    assert kit.hospital == factories.hospital().name


def test_a_journal_of_a_later_version_is_left_alone(release: Release) -> None:
    """An older program would write facts past views that it does not know."""
    release.open().close()
    vault = Vault.open(release.folder, release.passphrase)
    db = vault.connect(release.folder / "journal.db")
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('ledger', 'journal_99', '')")
    db.close()
    before = (release.folder / "journal.db").read_bytes()
    with pytest.raises(JournalNewer, match="newer stick"):
        release.open()
    assert (release.folder / "journal.db").read_bytes() == before


_KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from fallback import ledger
from fallback.vault import Vault

whole, killed, passphrase = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
connect, count = ledger._connect, 0

def migrate(folder, last):
    def counted(vault, path):
        db = connect(vault, path)
        def seen(statement):
            global count
            count += 1
            if count == last:
                os.kill(os.getpid(), signal.SIGKILL)
        db.conn.set_trace_callback(seen)
        return db
    ledger._connect = counted
    ledger._prepare(Vault.open(folder, passphrase), folder / "journal.db")
    return count

def copied(name):
    return Path(shutil.copytree(whole, killed / name))

total = migrate(copied("none"), 0)
for last in sorted({1, 5, *range(9, total, max(1, total // 6)), total - 2, total - 1, total}):
    folder, count = copied(str(last)), 0
    if (child := os.fork()) == 0:
        migrate(folder, last)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, last
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9; its journal is the same SQLite")
def test_power_that_goes_while_its_journal_is_migrated_costs_nothing(release: Release, tmp_path: Path) -> None:
    """Killed at each of a dozen statements from the first to the last: the journal opens and has everything."""
    killed = tmp_path / "killed"
    subprocess.run(
        [sys.executable, "-c", _KILLED, str(release.folder), str(killed), release.passphrase],
        cwd=HOME.parent.parent, timeout=120, check=True,
    )  # fmt: skip
    folders, migrated = sorted(killed.iterdir()), set(release.told["steps"]) != KNOWN
    assert len(folders) > (6 if migrated else 3)  # a journal of this version has nothing to be migrated
    for folder in folders:
        made = open_installation(folder, release.passphrase, clock=factories.clock())
        finds_all(made, release.told)
        made.close()
        shutil.rmtree(folder)
