"""What is left is enough: a copy alone, paper alone, and both after everything that could be written was destroyed."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fallback import custody, enrolment, frontdesk, recovery
from fallback.downtime import Role
from fallback.enrolment import Installation, open_installation
from fallback.errors import CopyForeign, FolderTaken, LineWrong, ParchiError, VaultLocked
from fallback.groups import card_text
from fallback.keys import PublicKeys
from fallback.ledger import Ledger, queries
from fallback.ledger.carrier import DATABASE_NAME, FILE_NAME
from fallback.ledger.facts import FactKind
from fallback.reconcile import Bucket
from fallback.slip import SlipNumber
from fallback.vault import Vault
from tests import factories

HOME = Path(__file__).parent.parent
TARGET = "test-server"


@dataclass
class House:
    """A hospital with two desks, its papers as they would come off a scanner, and its second copy."""

    made: Installation
    papers: Path
    stick: Path

    @property
    def counter(self) -> frontdesk.Counter:
        return factories.counter(self.made)

    def shift(self, series: int, names: list[str], *, void: int | None = None, sheet: bool = True) -> list[SlipNumber]:
        """A shift with a slip for each name; the slip at `void` is voided, its paper is not printed again."""
        key = frontdesk.open_shift(self.counter, series=series, login="asha").key
        numbers = []
        for name in names:
            issued = frontdesk.register(self.counter, key, factories.registration(name))
            numbers.append(issued.row.slip.number)
            self.keep(f"slip-{numbers[-1].text}.pdf", frontdesk.sheet(self.counter, issued))
        if void is not None:
            frontdesk.void(self.counter, key, numbers[void], "wrong person", allowed_by="meena")
        frontdesk.close_shift(self.counter, key, counted_cash=0, note="", by="asha", carrier="Ram Singh")
        if sheet:
            self.keep(f"shift-{key}.pdf", frontdesk.shift_sheet(self.counter, key))
        return numbers

    def keep(self, name: str, pdf: bytes) -> Path:
        path = self.papers / name
        path.write_bytes(pdf)
        return path

    def keys(self) -> list[Path]:
        """The poster and the desks' cards, scanned."""
        folder = self.papers.with_name("keys")
        folder.mkdir(exist_ok=True)
        (folder / "poster.pdf").write_bytes(frontdesk.poster(self.counter, self.made.root, self.made.sign_as_hospital))
        for desk in queries.desks(self.made.ledger.db()):
            (folder / f"desk-{desk.series}.pdf").write_bytes(frontdesk.desk_card(self.counter, desk.series))
        return [folder]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    for name in ("papers", "stick"):
        (tmp_path / name).mkdir()
    made = factories.installation(tmp_path / "data")
    made.ledger.copy_to(tmp_path / "stick")
    yield House(made, tmp_path / "papers", tmp_path / "stick")
    made.close()


def _payloads(ledger: Ledger) -> dict[str, bytes]:
    """Every slip's newest content as its code has it."""
    return {row.slip.number.text: row.payload for row in queries.slips(ledger.db())}


def _run(data: Path, secret: Path, *words: str, code: int = 0, said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "fallback", "--data", data, "--passphrase-file", secret, *words],
        cwd=HOME, capture_output=True, text=True, check=False, timeout=300, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert said in done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text(factories.PASSPHRASE)
    return path


# --- restore: the copy alone


def test_the_copy_alone_is_the_journal_fact_by_fact(house: House, tmp_path: Path) -> None:
    house.shift(1, ["Sunita Devi", "Ramesh Kumar"], void=1)
    house.shift(2, ["Amina Bano"])
    custody.restore(house.stick, tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    with_it = open_installation(tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    report = custody.compare(house.made.ledger.lines(), with_it.ledger.lines())
    assert report.equal and not report.paper
    assert report.kinds["slip_issued"] == custody.Count(same=3)
    assert report.kinds["slip_voided"] == custody.Count(same=1)
    assert report.kinds["user_set"].same == 4
    assert sum(count.same for count in report.kinds.values()) == house.made.ledger.head().sequence
    assert _payloads(with_it.ledger) == _payloads(house.made.ledger)
    with pytest.raises(ParchiError):
        with_it.sign(1)  # its key is in no copy, and its numbers went on elsewhere
    with_it.close()
    other = custody.read_other(house.stick, house.made.vault, lambda: pytest.fail("one vault, no question"))
    assert custody.compare(house.made.ledger.lines(), other).equal


def test_a_card_restores_too(house: House, tmp_path: Path) -> None:
    house.made.vault.add_cards([(7, bytes(range(16)))])
    house.made.ledger.copy_to(house.stick)  # the header with the new slot goes along
    house.shift(1, ["Sunita Devi"])
    report = custody.restore(house.stick, tmp_path / "new", card_text(7, bytes(range(16))), clock=factories.clock())
    assert report.lines == house.made.ledger.head().sequence
    with pytest.raises(VaultLocked):
        custody.restore(house.stick, tmp_path / "newer", "not the passphrase", clock=factories.clock())
    assert not (tmp_path / "newer").exists()


def test_a_folder_copied_while_it_was_written_is_refused(house: House, tmp_path: Path) -> None:
    house.shift(1, ["Sunita Devi"])
    shutil.copytree(house.made.folder, tmp_path / "copied")
    for source in (tmp_path / "copied", tmp_path / "copied" / DATABASE_NAME, house.made.folder):
        with pytest.raises(CopyForeign, match="copied while it was written"):
            custody.restore(source, tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    with pytest.raises(FolderTaken):
        custody.restore(house.stick, house.made.folder, factories.PASSPHRASE, clock=factories.clock())


def test_a_stick_copied_while_it_is_written_restores_to_its_last_whole_line(house: House, tmp_path: Path) -> None:
    house.shift(1, ["Sunita Devi"])
    shutil.copytree(house.stick, tmp_path / "copied")
    whole = (tmp_path / "copied" / FILE_NAME).read_bytes()
    (tmp_path / "copied" / FILE_NAME).write_bytes(whole[:-9])
    report = custody.restore(tmp_path / "copied", tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    assert report.lines == house.made.ledger.head().sequence - 1
    (tmp_path / "copied" / FILE_NAME).write_bytes(whole[:-900] + b"\0" * 300 + whole[-600:])
    with pytest.raises(LineWrong, match="damaged"):
        custody.restore(tmp_path / "copied", tmp_path / "newer", factories.PASSPHRASE, clock=factories.clock())
    assert list((tmp_path / "newer").iterdir()) == []


@pytest.mark.parametrize("place", [0.2, 0.5, 0.8])
def test_a_damaged_stick_is_all_that_is_left(house: House, tmp_path: Path, place: float) -> None:
    house.shift(1, ["Sunita Devi", "Ramesh Kumar", "Amina Bano"], void=1)
    shutil.copytree(house.stick, tmp_path / "hurt")
    file = tmp_path / "hurt" / FILE_NAME
    lines = file.read_bytes().split(b"\n")
    lines[int(place * len(lines))] = b"\0" * 80
    file.write_bytes(b"\n".join(lines))
    with pytest.raises(LineWrong):
        custody.restore(file.parent, tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    report = custody.restore(file.parent, tmp_path / "new", factories.PASSPHRASE, clock=factories.clock(), damaged=True)
    assert report.damaged == 1
    with Ledger.open(
        tmp_path / "new", Vault.open(tmp_path / "new", factories.PASSPHRASE), clock=factories.clock()
    ) as new:
        lost = {number for number in _payloads(house.made.ledger) if number not in _payloads(new)}
        damaged = list(house.made.ledger.lines())[int(place * len(lines)) - 1]
        assert lost == ({damaged.content["slip"]["number"]} if damaged.fact is FactKind.SLIP_ISSUED else set())
        assert all(_payloads(house.made.ledger)[number] == held for number, held in _payloads(new).items())
        assert new.verify().ok and new.rebuild_views()


# --- compare


def test_what_differs_is_named(house: House, tmp_path: Path) -> None:
    numbers = house.shift(1, ["Sunita Devi", "Ramesh Kumar"])
    lines = list(house.made.ledger.lines())
    assert custody.compare(lines, lines).equal
    assert custody.compare(lines, lines[:-1]).kinds["shift_closed"].missing_there == 1
    assert custody.compare(lines[:-1], lines).kinds["shift_closed"].missing_here == 1
    place = next(at for at, line in enumerate(lines) if line.fact is FactKind.SLIP_ISSUED)
    payload = bytearray(lines[place].payload)
    payload[-1] ^= 1
    other = [*lines[:place], replace(lines[place], payload=bytes(payload)), *lines[place + 1 :]]
    report = custody.compare(lines, other)
    assert report.kinds["slip_issued"] == custody.Count(same=1, different=1)
    assert [(each.standing, each.place) for each in report.differences] == [("different", f"{numbers[0].text} 0")]
    place = next(at for at, line in enumerate(lines) if line.fact is FactKind.USER_SET)
    other = [*lines[:place], replace(lines[place], by="somebody"), *lines[place + 1 :]]
    assert custody.compare(lines, other).kinds["user_set"].different == 1


def test_the_command_says_it_and_its_code_too(house: House, tmp_path: Path, secret: Path) -> None:
    house.shift(1, ["Sunita Devi"])
    data, stick = house.made.folder, house.stick
    house.made.close()
    found = json.loads(_run(data, secret, "journal", "compare", str(stick), "--json"))
    assert found["equal"] and not found["paper"] and not found["differences"]
    with open_installation(data, factories.PASSPHRASE, clock=factories.clock()).ledger as ledger:
        enrolment.set_user(ledger, "ravi", "Ravi Das", Role.AUDITOR, factories.PIN)
    _run(data, secret, "journal", "compare", str(stick), code=4, said="missing there: user_set")
    _run(data, secret, "journal", "compare", str(tmp_path / "nowhere"), code=3, said="no such file")
    spare = tmp_path / "spare"
    _run(spare, secret, "restore", str(stick), said="Enrol its desks now")
    _run(spare, secret, "journal", "compare", str(stick), said="nothing differs")
    assert json.loads(_run(spare, secret, "journal", "views", "--json")) == {"identical": True}


# --- rebuild: the paper alone


def _rebuilt(folder: Path, keys: PublicKeys, *papers: Path) -> tuple[Installation, recovery.ScanReport]:
    """What the command does, here: the folder from the keys, then the papers into it."""
    made, _, _ = enrolment.make_from_paper(
        folder, factories.PASSPHRASE, keys, clock=factories.clock(), cost=factories.CHEAP
    )
    return made, recovery.scan(made, factories.hospital(), list(papers), batch="rebuild", workers=1)


def test_paper_alone_is_every_slip(house: House, tmp_path: Path, secret: Path) -> None:
    numbers = house.shift(1, ["Sunita Devi", "Ramesh Kumar", "Amina Bano"], void=1)
    house.shift(2, ["Lakshmi Narayanan Venkatasubramaniam Chidambaram Ramanathan Krishnamurthy"])
    keys = house.keys()
    new = tmp_path / "new"
    told = json.loads(
        _run(
            new,
            secret,
            "rebuild",
            "--workers",
            "1",
            str(house.papers),
            "--keys",
            str(keys[0]),
            "--json",
            said="Recovery key",
        )
    )
    assert told["hospital"] == f"{house.made.keys().hospital:08x}"
    assert [(desk["series"], desk["slips"], desk["voids"], desk["voids_known"]) for desk in told["desks"]] == [
        (1, 3, 1, True), (2, 1, 0, True),
    ]  # fmt: skip
    rebuilt = open_installation(new, factories.PASSPHRASE, clock=factories.clock())
    try:
        assert _payloads(rebuilt.ledger) == _payloads(house.made.ledger)
        report = custody.compare(house.made.ledger.lines(), rebuilt.ledger.lines())
        assert report.paper and report.equal, report
        assert report.kinds == {"slip_issued": custody.Count(same=4), "slip_voided": custody.Count(same=1)}
        row = queries.slip(rebuilt.ledger.db(), numbers[1])
        assert row is not None and row.voided
        assert Vault.open(new, factories.PASSPHRASE).key_id != house.made.vault.key_id
        assert rebuilt.keys().certificates == house.made.keys().certificates
        for series in (1, 2):
            with pytest.raises(ParchiError):
                rebuilt.sign(series)  # numbers that nobody has seen may be out there
        with pytest.raises(ParchiError):
            enrolment.enrol_desk(rebuilt, "Counter 9")
        assert recovery.approve(rebuilt.ledger, TARGET, by="ravi") == 3
        again = recovery.scan(rebuilt, factories.hospital(), [house.papers], batch="again", workers=1)
        assert again.repeats == again.pages and _payloads(rebuilt.ledger) == _payloads(house.made.ledger)
    finally:
        rebuilt.close()
    other = tmp_path / "other.txt"
    other.write_text(factories.PASSPHRASE)
    data = house.made.folder
    house.made.close()
    _run(data, secret, "journal", "compare", str(new), "--other-passphrase-file", str(other), said="only slips")
    (house.papers / f"slip-{numbers[2].text}.pdf").unlink()
    less = tmp_path / "less"
    _run(
        less,
        secret,
        "rebuild",
        "--workers",
        "1",
        str(house.papers),
        "--keys",
        str(keys[0]),
        said="1 numbers are missing",
    )
    out = _run(data, secret, "journal", "compare", str(less), "--other-passphrase-file", str(other), code=4)
    assert f"missing there: slip_issued {numbers[2].text} 0" in out


def test_without_a_shift_sheet_the_voids_are_unknown_and_nothing_goes_by_itself(house: House, tmp_path: Path) -> None:
    house.shift(1, ["Sunita Devi", "Ramesh Kumar"], void=1, sheet=False)
    house.shift(2, ["Amina Bano"])
    house.shift(2, ["Meena Kumari"], sheet=False)
    rebuilt, _ = _rebuilt(tmp_path / "new", house.made.keys(), house.papers)
    db = rebuilt.ledger.db()
    try:
        told = [(each.series, each.slips, each.voids_known, each.ended) for each in recovery.paper_only(db)]
        assert told == [(1, 2, False, ()), (2, 2, False, (1,))]
        assert recovery.approve(rebuilt.ledger, TARGET, by="ravi") == 0
        assert {work.stage for work in recovery.work_at(db, TARGET)} == {"held"}
        assert all("Voids unknown" in work.doubt for work in recovery.work_at(db, TARGET))
        assert recovery.account_of(db, TARGET).total.counts[Bucket.HELD] == 4
        # the missing sheet of desk 2 is found
        sheet = house.keep("late.pdf", frontdesk.shift_sheet(house.counter, "002.2"))
        recovery.scan(rebuilt, factories.hospital(), [sheet], batch="late", workers=1)
        assert [each.voids_known for each in recovery.paper_only(db)] == [False, True]
        assert recovery.approve(rebuilt.ledger, TARGET, by="ravi") == 2
        # of desk 1 a person looks, and says so
        only = recovery.Choice(series=frozenset({1}), again=True)
        assert recovery.approve(rebuilt.ledger, TARGET, only, by="ravi") == 2
        assert recovery.account_of(db, TARGET).total.counts[Bucket.HELD] == 0
    finally:
        rebuilt.close()


def test_a_sheet_in_the_middle_that_is_missing_leaves_the_voids_unknown(house: House, tmp_path: Path) -> None:
    for sheet in (True, False, True):
        house.shift(1, ["Sunita Devi"], sheet=sheet)
    rebuilt, _ = _rebuilt(tmp_path / "new", house.made.keys(), house.papers)
    [desk] = recovery.paper_only(rebuilt.ledger.db())
    assert (desk.voids_known, desk.ended, desk.missing) == (False, (1, 3), (2,))
    rebuilt.close()


def test_a_rebuild_needs_a_root_and_an_empty_folder(house: House, tmp_path: Path, secret: Path) -> None:
    house.shift(1, ["Sunita Devi"])
    house.keys()
    card = house.papers.with_name("keys") / "desk-1.pdf"
    _run(tmp_path / "new", secret, "rebuild", str(house.papers), "--keys", str(card), code=2, said="there is no root")
    assert not (tmp_path / "new").exists()
    for taken in (house.made.folder, house.stick):
        before = {each: each.read_bytes() for each in taken.iterdir() if each.is_file() and each.suffix != ".db-shm"}
        with pytest.raises(FolderTaken):
            _rebuilt(taken, house.made.keys(), house.papers)
        assert {each: each.read_bytes() for each in before} == before
        assert (taken == house.made.folder) == (taken / DATABASE_NAME).exists()


def test_papers_of_another_hospital_become_nobody(house: House, tmp_path: Path) -> None:
    house.shift(1, ["Sunita Devi"])
    other = factories.installation(tmp_path / "elsewhere")
    there = House(other, tmp_path / "theirs", tmp_path / "stick")
    there.papers.mkdir()
    there.shift(1, ["Somebody Else"])
    other.close()
    rebuilt, report = _rebuilt(tmp_path / "new", house.made.keys(), house.papers, there.papers)
    assert report.outcomes["other_hospital"] == report.unread > 0
    assert _payloads(rebuilt.ledger) == _payloads(house.made.ledger)
    rebuilt.close()


# --- everything that can be written is destroyed

_RANSOM = """
import os, sys
for root in sys.argv[1:]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            size = os.path.getsize(path)
            with open(path, "r+b") as file:
                file.write(os.urandom(size))
            os.rename(path, path + ".locked")
"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # the writer, on what is left
def test_whoever_encrypts_every_drive_takes_what_came_after_the_swap_and_paper_gives_it_back(
    house: House, tmp_path: Path
) -> None:
    place, drawer = house.stick, tmp_path / "drawer"
    before = house.shift(1, ["Sunita Devi", "Ramesh Kumar"], void=0)
    place.rename(drawer)  # the swap: this stick is carried away and signed for
    place.mkdir()
    after = house.shift(1, ["Amina Bano", "Meera Nair", "Gopal Das"], void=2)
    open_shift = frontdesk.open_shift(house.counter, series=2, login="meena").key
    last = frontdesk.register(house.counter, open_shift, factories.registration("Farida Khan"))
    house.keep("last.pdf", frontdesk.sheet(house.counter, last))
    assert (place / FILE_NAME).exists()
    truth = list(house.made.ledger.lines())
    payloads = _payloads(house.made.ledger)
    subprocess.run([sys.executable, "-c", _RANSOM, str(house.made.folder), str(place)], check=True)
    with pytest.raises(ParchiError):
        open_installation(house.made.folder, factories.PASSPHRASE, clock=factories.clock())
    for source in (place, house.made.folder):
        with pytest.raises(ParchiError):
            custody.restore(source, tmp_path / "no", factories.PASSPHRASE, clock=factories.clock())

    report = custody.restore(drawer, tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    restored = open_installation(tmp_path / "new", factories.PASSPHRASE, clock=factories.clock())
    try:
        held = truth[: report.lines]
        assert custody.compare(held, restored.ledger.lines()).equal, "all up to the swap"
        assert {number.text for number in before} == set(_payloads(restored.ledger))
        found = recovery.scan(restored, factories.hospital(), [house.papers], batch="the rest", workers=1)
        assert found.unread == 0
        assert _payloads(restored.ledger) == payloads, "each slip once, as its code has it"
        slips = {row.slip.number: row for row in queries.slips(restored.ledger.db())}
        assert len(slips) == 6 and not any(row.conflict for row in slips.values())
        assert {number for number, row in slips.items() if row.voided} == {before[0], after[2]}
        report_all = custody.compare(truth, restored.ledger.lines())
        assert report_all.kinds["slip_issued"] == custody.Count(same=6)
        assert report_all.kinds["slip_voided"] == custody.Count(same=2)
        # desk 1 has all its shift sheets; desk 2 was open: nobody knows what it voided
        ready = {work.number for work in recovery.work_at(restored.ledger.db(), TARGET) if work.stage == "ready"}
        assert ready == {before[1], after[0], after[1]}
        assert recovery.approve(restored.ledger, TARGET, by="ravi") == 3
        assert restored.ledger.verify().ok and restored.ledger.rebuild_views()
    finally:
        restored.close()
