"""read --keys: the root from a poster, the desks from their cards, everything verified from paper alone."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from fallback import payload
from fallback.cli import group
from fallback.cli.trusted import trusted
from fallback.errors import KeysWrong, PayloadTooLong, ScanMissing, ScanNotPictures
from fallback.keys import PublicKeys, SigningKey, certify
from fallback.statement import BoxStatement, DayStatement, RootStatement, ShiftStatement
from tests import golden_payloads, golden_statements, scans

NAME = "Rajdhani General Hospital"


class Office:
    """A hospital's papers, each a picture that was scanned."""

    def __init__(self, folder: Path, name: str = NAME) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.root = SigningKey.new()
        self.desks = {series: SigningKey.new() for series in (1, 2)}
        self.hospital = PublicKeys(root=self.root.public).hospital
        self.poster = RootStatement(public=self.root.public, name=name)
        self.certificates = {
            series: certify(self.root, series, f"Counter {series}", key.public, drill=False)
            for series, key in self.desks.items()
        }

    def scan(self, name: str, codes: Sequence[bytes]) -> Path:
        """A page with these codes below each other, as a PNG."""
        pictures = [scans.qr_picture(payload.to_digits(code)) for code in codes]
        page = Image.new("L", (700, 100 + 400 * len(pictures)), 255)
        for at, picture in enumerate(pictures):
            page.paste(picture, (100, 50 + 400 * at))
        path = self.folder / name
        page.save(path)
        return path

    def poster_code(self) -> bytes:
        return payload.encode_root(self.poster, self.root.sign)

    def card_code(self, series: int) -> bytes:
        return payload.encode_certificate(self.certificates[series], self.hospital)

    def slip_code(self, series: int = 1) -> bytes:
        slip = replace(golden_payloads.slips()["plain"], hospital=self.hospital, signer=series)
        return payload.encode(slip, self.desks[series].sign)

    def sheet(self, name: str) -> Any:
        return replace(golden_statements.statements()[name], hospital=self.hospital)  # type: ignore[call-arg]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "ours")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(group, ["read", *map(str, words)])


def pages(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_paper_alone_verifies_a_slip(office: Office) -> None:
    poster, cards = office.scan("poster.png", [office.poster_code()]), office.scan("cards.png", [
        office.card_code(1), office.card_code(2)])  # fmt: skip
    slip = office.scan("slip.png", [office.slip_code()])
    result = run(slip, "--keys", poster, "--keys", cards, "--json")
    assert result.exit_code == 0, result.output
    (page,) = pages(result)
    assert page["outcome"] == "genuine"
    assert page["codes"][0]["slip"]["name"] == "Sunita Devi"
    assert f"hospital {office.hospital:08x}, {NAME}" in result.stderr
    found = trusted([cards, poster])
    assert found.poster == office.poster
    assert set(found.keys.certificates) == set(office.certificates.values())


def test_a_desk_without_its_card_is_unknown(office: Office) -> None:
    poster = office.scan("poster.png", [office.poster_code(), office.card_code(1)])
    result = run(office.scan("slip.png", [office.slip_code(2)]), "--keys", poster, "--json")
    assert result.exit_code == 4
    assert pages(result)[0]["outcome"] == "unknown_desk"


def test_statements_are_printed(office: Office, tmp_path: Path) -> None:
    shift: ShiftStatement = office.sheet("shift-plain")
    day: DayStatement = office.sheet("day-plain")
    box: BoxStatement = office.sheet("box-plain")
    sign = office.desks[1].sign
    codes = [payload.encode_statement(each, sign) for each in (shift, day, box)]
    papers = office.scan("papers.png", [office.poster_code(), office.card_code(1), *codes])
    keys = tmp_path / "keys.json"
    keys.write_text(PublicKeys(root=office.root.public, certificates=(office.certificates[1],)).to_json())
    result = run(papers, "--keys", keys, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    (page,) = pages(result)
    assert page["outcome"] == "genuine"
    assert [code["statement"]["type"] for code in page["codes"]] == ["root", "certificate", "shift", "day", "box"]
    assert page["codes"][2]["statement"] == shift.record()
    words = run(papers, "--keys", keys).stdout
    for part in (
        f"poster of hospital {office.hospital:08x}, {NAME}",
        "certificate of desk 001, Counter 1",
        "shift 001.3, page 1 of 1: 312 issued",
        f"void: {shift.voids[0].grouped} {shift.voids[1].grouped}",
        "day sheet of clinic 7, 23-11-2026: tokens A-26 to A-50",
        "box 2 of clinic 7, 23-11-2026: 120 slips",
    ):
        assert part in words
    bare = run(papers, "--json")
    assert bare.exit_code == 0
    assert {code["outcome"] for code in pages(bare)[0]["codes"]} == {"unverified"}
    assert all("statement" not in code for code in pages(bare)[0]["codes"])


def test_keys_of_every_kind_are_one_set(office: Office, tmp_path: Path) -> None:
    """keys.json by another name, a poster of the same root, a folder of cards, a page with slips among them."""
    keys = tmp_path / "copy of keys"
    keys.write_text(PublicKeys(root=office.root.public, certificates=(office.certificates[1],)).to_json())
    cards = tmp_path / "cards"
    cards.mkdir()
    office.scan("../cards/2.png", [office.card_code(2), office.slip_code()])
    found = trusted([keys, cards, office.scan("poster.png", [office.poster_code()])])
    assert found.poster is None  # keys.json was named first, and says the same
    assert set(found.keys.certificates) == set(office.certificates.values())


def test_what_cannot_be_trusted_is_named_with_its_place(office: Office, tmp_path: Path) -> None:
    poster = office.scan("poster.png", [office.poster_code()])
    cards = office.scan("cards.png", [office.card_code(1)])
    slip = office.scan("slip.png", [office.slip_code()])
    theirs = Office(tmp_path / "theirs", "Sadar Hospital")
    their_poster = theirs.scan("their poster.png", [theirs.poster_code()])
    forged = office.scan("forged.png", [payload.encode_root(office.poster, theirs.root.sign)])
    stolen = office.scan("stolen.png", [payload.encode_certificate(theirs.certificates[2], office.hospital)])
    (tmp_path / "keys.json").write_text(PublicKeys(root=theirs.root.public).to_json())
    (tmp_path / "letter.txt").write_text("Dear sir")
    cases: list[tuple[list[Path], type[Exception], str]] = [
        ([cards], KeysWrong, "cards.png .*there is no root"),
        ([poster, slip], KeysWrong, "slip.png .*no code of a poster"),
        ([poster, their_poster], KeysWrong, "their poster.png, page 1 .*not that of poster.png, page 1"),
        ([poster, tmp_path / "keys.json"], KeysWrong, "keys.json .*not that of poster.png"),
        ([forged], KeysWrong, "forged.png, page 1 .*did not sign it"),
        ([poster, stolen], KeysWrong, "stolen.png, page 1 .*series 2 is not signed by this root"),
        ([their_poster, cards], KeysWrong, "cards.png, page 1 .*series 1 is not signed by this root"),
        ([poster, tmp_path / "nothing.png"], ScanMissing, "nothing.png"),
        ([tmp_path / "nothing.json"], KeysWrong, "nothing.json .*cannot be opened"),
        ([poster, tmp_path / "letter.txt"], ScanNotPictures, "letter.txt"),
    ]
    for paths, error, words in cases:
        with pytest.raises(error, match=words):
            trusted(paths)
    result = run(slip, "--keys", poster, "--keys", their_poster)
    assert result.exit_code == 2
    assert "their poster.png, page 1" in result.stderr
    assert "Traceback" not in result.output


def test_a_name_that_a_strangers_poster_brings_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    office = Office(tmp_path / "odd", "Sadar\x1b[2J Hospital\n0000")
    slip, poster = office.scan("slip.png", [office.slip_code()]), office.scan("poster.png", [office.poster_code()])
    result = run(slip, "--keys", poster)
    assert "\x1b" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_desk_whose_card_could_not_be_printed_is_not_enrolled(tmp_path: Path) -> None:
    from fallback import enrolment
    from fallback.ledger import queries
    from tests import journals

    made, _, _ = enrolment.init(tmp_path / "data", journals.PASSPHRASE, clock=journals.clock(), cost=journals.CHEAP)
    enrol = partial(enrolment.enrol_desk, made)
    with pytest.raises(PayloadTooLong, match="Shorten name"):
        enrol("மருத்துவமனை" * 10)
    assert queries.desks(made.ledger.db()) == []
    assert enrol("Counter 1").series == 1
    code = payload.encode_certificate(made.keys().certificates[0], made.keys().hospital)
    assert payload.judge(payload.to_digits(code), made.keys()).outcome is payload.CodeOutcome.GENUINE
    made.close()
