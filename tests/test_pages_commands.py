"""The commands `pages`, and the copy of the pictures: brought up to date, brought back, restored beside the journal."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fallback import custody
from fallback.cli import group
from fallback.enrolment import open_installation
from fallback.errors import CopyForeign, PictureDamaged
from fallback.evidence import PageStore
from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from fallback.slip import SlipNumber
from fallback.vault import Vault
from tests import factories
from tests.journals import CHEAP, PASSPHRASE, clock, make
from tests.page_facts import accept, decide, deliver, slip, store, tell


def content_of(serial: int) -> tuple[str, bytes]:
    content = b"\xff\xd8\xff" + f"page {serial} ".encode() * 300
    return hashlib.sha256(content).hexdigest(), content


@dataclass(frozen=True)
class Desk:
    """A data folder with two imported slips and a page that waits, and the command line beside it."""

    folder: Path

    def __call__(self, *words: str, code: int = 0) -> str:
        base = ["--data", str(self.folder / "data"), "--passphrase-file", str(self.folder / "secret")]
        base += ["--hospital", str(self.folder / "hospital.toml")]
        done = CliRunner().invoke(group, [*base, *words], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.stdout if code in (0, 4) else done.stderr

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code).splitlines()[-1])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = factories.installation(tmp_path / "data")
    (tmp_path / "secret").write_text(factories.PASSPHRASE)
    example = Path(__file__).parent.parent / "hospital.toml"
    (tmp_path / "hospital.toml").write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(made.ledger._writer, "_clock", lambda: datetime(2020, 11, 23, 4, tzinfo=UTC))
    made.pages.put(content_of(serial) for serial in (1, 2, 3))
    store(made.ledger, "monday", *((serial, content_of(serial)[0]) for serial in (1, 2, 3, 4)))
    for serial in (1, 2):
        number = slip(made.ledger, serial)
        deliver(made.ledger, FactKind.SLIP_CONFIRMED, number)
        form = {"place": 0, "form": "slip.hospital", "sure": True, "marks": {}}
        accept(made.ledger, content_of(serial)[0], "read", number, batch="monday", page=serial, forms=[form])
    accept(made.ledger, content_of(3)[0], "unread", batch="monday", page=3)
    made.close()
    return Desk(tmp_path)


def test_the_batches_are_listed(desk: Desk) -> None:
    (found,) = desk.json("pages", "list")
    assert found == {
        "batch": "monday", "pages": 4, "read": 2, "repeat": 0, "foreign": 0, "forged": 0, "blank": 0, "needs_eyes": 1,
        "waiting": 1,
    }  # fmt: skip
    heads, row = desk("pages", "list").splitlines()
    assert row.split() == ["4", "2", "0", "0", "0", "0", "1", "1", "monday"]
    assert heads.split()[-1] == "batch"


def test_pages_are_exported_both_ways(desk: Desk) -> None:
    out = desk.folder / "out"
    report = desk.json("pages", "export", "--to", str(out), "--by", "meena")
    assert (report["pages"], report["written"], report["missing"]) == (3, 3, [])
    assert (out / "001-000001-14" / "page-1.jpg").read_bytes() == content_of(1)[1]
    assert "3 were there" in desk("pages", "export", "--to", str(out))
    one = desk.json("pages", "export", "--to", str(desk.folder / "one"), "--number", "001 000 001 14", "--fhir")
    assert one["pages"] == 1
    assert (desk.folder / "one" / "Binary.ndjson").exists()
    assert "not a slip number" in desk("pages", "export", "--to", str(out), "--number", "001 000 001 15", code=2)
    assert "data folder" in desk("pages", "export", "--to", str(desk.folder / "data" / "x"), code=2)
    (desk.folder / "data" / "pages" / content_of(1)[0][:2] / f"{content_of(1)[0]}.page").write_bytes(b"x")
    assert f"damaged: {content_of(1)[0]}" in desk("pages", "export", "--to", str(out), code=4)


def test_pages_are_destroyed_when_the_hospital_says_so(desk: Desk) -> None:
    words = ("pages", "destroy", "--reason", "five years are over", "--by")
    assert "keep_days" in desk(*words, "meena", code=3)
    with (desk.folder / "hospital.toml").open("a", encoding="utf-8") as file:
        file.write("\n[pages]\nkeep_days = 30\n")
    assert "supervisor" in desk(*words, "ravi", code=3)
    dry = desk.json(*words, "meena", "--dry-run")
    assert dry == {"destroyed": 2, "kept": {"waits": 1}, "dry_run": True}
    assert desk("pages", "destroy", "--by", "meena", code=2)
    said = desk(*words, "meena")
    assert said.splitlines() == ["2 pictures were destroyed.", "  1 kept: a person has yet to look at it"]
    assert [path.stem for path in (desk.folder / "data" / "pages").rglob("*.page")] == [content_of(3)[0]]
    assert desk.json("pages", "export", "--to", str(desk.folder / "out"))["destroyed"] == 2


def test_the_rule_of_the_hospital_is_checked(desk: Desk) -> None:
    path = desk.folder / "hospital.toml"
    text = path.read_text(encoding="utf-8")
    for wrong in (
        "[pages]\nkeep_days = 0",
        "[pages]\nkeep_day = 400",
        "[pages]",
        "pages = 3",
        "[pages]\nkeep_days = '9'",
    ):
        path.write_text(f"{wrong}\n{text}" if wrong == "pages = 3" else f"{text}\n{wrong}\n", encoding="utf-8")
        assert "pages" in desk("pages", "export", "--to", str(desk.folder / "out"), code=2)


# --- The copy -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Ledger, PageStore, Path]:
    ledger = make(tmp_path / "data")
    pages = PageStore(tmp_path / "data" / "pages", ledger.vault)
    pages.put(content_of(serial) for serial in range(100))
    return ledger, pages, tmp_path / "stick"


def test_a_copy_follows_and_holds_nothing_in_plain(pair: tuple[Ledger, PageStore, Path]) -> None:
    ledger, pages, stick = pair
    told: list[tuple[int, int]] = []
    first = custody.copy_pages(ledger, pages, stick, progress=lambda done, total: told.append((done, total)))
    assert (first.copied, first.there, first.damaged, told[-1]) == (100, 0, [], (100, 100))
    pages.put([content_of(100)])
    second = custody.copy_pages(ledger, pages, stick)
    assert (second.copied, second.there) == (1, 100)
    beside = PageStore(stick / "pages", Vault.open(stick, PASSPHRASE))
    assert list(beside.pictures()) == list(pages.pictures())
    assert beside.get(content_of(7)[0]) == content_of(7)[1]
    assert not any(b"page 7" in path.read_bytes() for path in stick.rglob("*") if path.is_file())
    cut = stick / "pages" / content_of(7)[0][:2] / f"{content_of(7)[0]}.page"
    cut.write_bytes(cut.read_bytes()[:50])
    assert custody.copy_pages(ledger, pages, stick).copied == 1
    assert beside.get(content_of(7)[0]) == content_of(7)[1]


def test_what_is_lost_or_damaged_comes_back(pair: tuple[Ledger, PageStore, Path]) -> None:
    ledger, pages, stick = pair
    custody.copy_pages(ledger, pages, stick)
    lost, rotten, both = (content_of(serial)[0] for serial in (1, 2, 3))
    pages.remove(lost)
    for picture in (rotten, both):
        path = pages._path(picture)
        path.write_bytes(path.read_bytes()[:-1] + b"\0")
    copy = PageStore(stick / "pages", ledger.vault)._path(both)
    copy.write_bytes(copy.read_bytes()[:-1] + b"\0")
    report = custody.copy_pages(ledger, pages, stick, back=True)
    assert (report.copied, report.there, report.damaged) == (2, 97, [both])
    assert pages.get(lost) and pages.get(rotten)
    with pytest.raises(PictureDamaged):
        pages.get(both)


def test_a_damaged_picture_never_replaces_a_whole_one_of_the_copy(pair: tuple[Ledger, PageStore, Path]) -> None:
    ledger, pages, stick = pair
    custody.copy_pages(ledger, pages, stick)
    picture, content = content_of(5)
    for damage in (b"", pages._path(picture).read_bytes()[:-1] + b"\0"):
        pages._path(picture).write_bytes(damage)
        custody.copy_pages(ledger, pages, stick)
        assert PageStore(stick / "pages", ledger.vault).get(picture) == content


def test_what_a_rule_destroyed_leaves_the_copy_and_never_comes_back(pair: tuple[Ledger, PageStore, Path]) -> None:
    ledger, pages, stick = pair
    custody.copy_pages(ledger, pages, stick)
    gone = content_of(4)[0]
    tell(ledger, FactKind.PICTURES_DESTROYED, pictures=[gone], reason="old")
    pages.remove(gone)
    assert custody.copy_pages(ledger, pages, stick, back=True).copied == 0
    assert not pages.has(gone)
    custody.copy_pages(ledger, pages, stick)
    assert not PageStore(stick / "pages", ledger.vault).has(gone)


def test_a_strangers_folder_is_refused(pair: tuple[Ledger, PageStore, Path], tmp_path: Path) -> None:
    ledger, pages, stick = pair
    with pytest.raises(CopyForeign):
        custody.copy_pages(ledger, pages, stick, back=True)
    stick.mkdir()
    Vault.create(stick, "another hospital's", cost=CHEAP)
    (stick / "pages").mkdir()
    for back in (False, True):
        with pytest.raises(CopyForeign):
            custody.copy_pages(ledger, pages, stick, back=back)


def test_a_new_laptop_gets_journal_and_pictures_from_one_stick(desk: Desk) -> None:
    stick = desk.folder / "stick"
    stick.mkdir()
    desk("journal", "export", str(stick / "journal.parchi"))
    assert desk.json("pages", "copy", "--to", str(stick)) == {"copied": 3, "there": 0, "damaged": []}
    shutil.rmtree(desk.folder / "data")
    said = desk.json("restore", str(stick))
    assert (said["pages"], said["damaged"]) == (3, [])
    made = open_installation(desk.folder / "data", factories.PASSPHRASE, clock=clock())
    assert made.pages.get(content_of(2)[0]) == content_of(2)[1]
    decide(made.ledger, content_of(3)[0], "belongs", number=SlipNumber(1, 1).text)
    made.close()
    assert desk.json("pages", "copy", "--from", str(stick)) == {"copied": 0, "there": 3, "damaged": []}
    assert "either --to or --from" in desk("pages", "copy", code=2)
    assert "either --to or --from" in desk("pages", "copy", "--to", str(stick), "--from", str(stick), code=2)
