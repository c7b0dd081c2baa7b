"""The archive: numbers without names, opened by its own passphrase alone, asked by number and by scan."""

from pathlib import Path

import pytest

from fallback import payload
from fallback.errors import ArchiveWrong, VaultLocked
from fallback.keys import SigningKey
from fallback.recovery.archive import FILE_NAME, Archive, Found, Kept, make_archive
from fallback.slip import SlipNumber
from tests.backlog import HOSPITAL, Backlog
from tests.test_crosswalk import NOW, TARGET, confirm

SECRET = "enquiry window two"


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path / "data", 23)


def make(backlog: Backlog, folder: Path) -> None:
    made = make_archive(backlog.ledger, HOSPITAL, backlog.keys, TARGET, folder, SECRET, now=NOW)
    assert made.uhids <= made.slips


def test_an_archive_answers_by_number_and_by_the_code_on_the_paper(backlog: Backlog, tmp_path: Path) -> None:
    sent, void, waiting, hidden = (backlog.issue() for _ in range(4))
    secret = backlog.issue(sealed=b"s" * 60)
    confirm(backlog.ledger, sent, "100000001")
    confirm(backlog.ledger, secret, "", patient="p77")
    backlog.void(void)
    backlog.pads(1)
    make(backlog, tmp_path / "archive")
    backlog.ledger.close()  # the journal is in a safe
    archive = Archive.open(tmp_path / "archive", SECRET)
    assert archive.ask(sent.number.grouped) == Found(kept=Kept.UHID, number=sent.number, uhid="100000001")
    digits = payload.to_digits(backlog.sign(sent))
    assert archive.ask(f"]Q1{digits}\r\n").uhid == "100000001"
    assert archive.ask(void.number.text).kept is Kept.VOID
    assert archive.ask(waiting.number.text).kept is archive.ask(hidden.number.text).kept is Kept.OPEN
    assert archive.ask(SlipNumber(23, 6).text).kept is Kept.NO_SLIP
    assert archive.ask(SlipNumber(23, 7).text).kept is Kept.UNKNOWN
    assert archive.ask(secret.number.text).uhid == "CONFIDENTIAL"
    strange = payload.to_digits(payload.encode(sent, SigningKey.new().sign))
    assert archive.ask(strange) == Found(kept=Kept.UNTRUSTED, number=sent.number)
    for rubbish in ("", "12345", "\x00", "9" * 40000, "{'a': 1}", digits[:200]):
        assert archive.ask(rubbish).kept in (Kept.UNREADABLE, Kept.UNTRUSTED)


def test_nothing_of_it_lies_open_on_the_disk(backlog: Backlog, tmp_path: Path) -> None:
    slip = backlog.issue()
    confirm(backlog.ledger, slip, "100000001")
    make(backlog, tmp_path / "archive")
    for file in (tmp_path / "archive").iterdir():
        content = file.read_bytes()
        assert b"100000001" not in content and slip.number.text.encode() not in content and b"Sunita" not in content
    with pytest.raises(VaultLocked):
        Archive.open(tmp_path / "archive", "monsoon ward seven")  # the hospital's own passphrase does not open it


def test_a_folder_that_is_none_or_damaged_is_told(backlog: Backlog, tmp_path: Path) -> None:
    make(backlog, tmp_path / "archive")
    with pytest.raises(ArchiveWrong, match="something lies there already"):
        make(backlog, tmp_path / "archive")
    with pytest.raises(ArchiveWrong, match="it has no archive in it"):
        Archive.open(tmp_path / "data", SECRET)
    file = tmp_path / "archive" / FILE_NAME
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(ArchiveWrong, match="it is damaged"):
        Archive.open(tmp_path / "archive", SECRET)
