"""Sheets from the journal: what is signed is read back from paper alone; the commands, and what they refuse."""

import json
import resource
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fallback import frontdesk
from fallback.cli import group
from fallback.enrolment import Installation
from fallback.errors import (
    DeskNotUsable,
    FieldWrong,
    LayoutWrong,
    ReceiptMissing,
    ShiftStillOpen,
    ShiftUnknown,
    SlipIsVoid,
)
from fallback.frontdesk import SLIP_SHEETS, Counter
from fallback.payload import CodeOutcome, judge
from fallback.slip import FeeStatus, SlipNumber
from fallback.statement import (
    BoxStatement,
    CertificateStatement,
    DayStatement,
    RootStatement,
    ShiftStatement,
    Statement,
)
from tests import factories
from tests.test_printing import codes_in, pictures, text_of

DAY = date(2026, 11, 23)


def clinic(code: str = "DEN") -> int:
    return next(each.number for each in factories.hospital().clinics if each.code == code)


def register(counter: Counter, key: str, name: str = "Sunita Devi", **other: object) -> SlipNumber:
    return frontdesk.register(counter, key, factories.registration(name, clinic="DEN", **other)).row.slip.number


def statements(installation: Installation, pdf: bytes) -> list[list[Statement]]:
    """The genuine statements of each page, as anyone with the public keys reads them."""
    found = []
    for page in pictures(pdf):
        judged = [judge(text, installation.keys()) for kind, text, _, _ in codes_in(page) if kind == "qr"]
        assert {each.outcome for each in judged} <= {CodeOutcome.GENUINE}
        found.append([each.statement for each in judged if each.statement])
    return found


def test_a_shift_sheet_says_what_the_journal_says(installation: Installation, counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha", opening_float=500).key
    issued = [register(counter, key, f"Sunita {letter}") for letter in "ABCDE"]
    register(counter, key, "Rekha", fee_status=FeeStatus.EXEMPT, exemption="BPL")
    register(counter, key, "Meera", fee_status=FeeStatus.LATER)
    frontdesk.correct(counter, key, issued[0], factories.registration("Sunita Z", clinic="DEN"), "misspelt")
    for place in (3, 1):
        frontdesk.void(counter, key, issued[place], "wrong clinic", allowed_by="meena", receipt=f"{key}-{place + 1}")
    frontdesk.reprint(counter, issued[2], by="asha", series=1)
    frontdesk.close_shift(counter, key, counted_cash=528, note="two short; सुबह गिनें", by="asha")
    end = counter.ledger.head()
    pdf = frontdesk.shift_sheet(counter, key)
    [[shift, certificate]] = [
        sorted(page, key=lambda each: each.type, reverse=True) for page in statements(installation, pdf)
    ]
    assert isinstance(shift, ShiftStatement) and isinstance(certificate, CertificateStatement)
    assert (shift.key, shift.issued, shift.first, shift.last) == (key, 7, 1, 7)
    assert shift.voids == (issued[1], issued[3])
    assert (shift.corrections, shift.reprints, shift.exempt, shift.later) == (1, 1, 1, 1)
    assert (shift.receipts, shift.receipts_rupees, shift.refunded_rupees) == (5, 50, 20)
    assert (shift.opening_float, shift.counted_cash) == (500, 528)
    assert (shift.head_sequence, shift.head) == (end.sequence, end.hash[:8])
    assert certificate.certificate.name == "Counter 1"
    text = text_of(pdf)
    for words in ("Asha Rani", "two short; सुबह गिनें", "₹530", "-₹2", issued[1].grouped, issued[3].grouped):
        assert words in text, words


def test_a_shift_sheet_made_again_later_is_the_same_file(counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    number = register(counter, key)
    frontdesk.close_shift(counter, key, counted_cash=10, note="", by="asha")
    first = frontdesk.shift_sheet(counter, key)
    later = frontdesk.open_shift(counter, series=1, login="asha").key
    frontdesk.void(counter, later, number, "moved", allowed_by="meena")
    register(counter, later)
    assert frontdesk.shift_sheet(counter, key) == first


def test_a_shift_of_many_voids_takes_more_pages(installation: Installation, counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    issued = [register(counter, key, fee_status=FeeStatus.LATER) for _ in range(45)]
    for number in issued:
        frontdesk.void(counter, key, number, "drill of the printer")
    frontdesk.close_shift(counter, key, counted_cash=0, note="", by="asha")
    pages = statements(installation, frontdesk.shift_sheet(counter, key))
    shifts = [each for page in pages for each in page if isinstance(each, ShiftStatement)]
    assert [(each.page, each.pages) for each in shifts] == [(1, 2), (2, 2)]
    assert [number for each in shifts for number in each.voids] == issued


def test_a_shift_that_is_open_or_unknown_has_no_sheet(counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    with pytest.raises(ShiftStillOpen):
        frontdesk.shift_sheet(counter, key)
    for unknown in ("001.9", "", "x" * 500, "\n"):
        with pytest.raises(ShiftUnknown):
            frontdesk.shift_sheet(counter, unknown)


def test_day_sheets_know_whom_this_journal_knows(installation: Installation, counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    first, second = register(counter, key, "Amina Bano"), register(counter, key, "Rekha Kumari")
    frontdesk.void(counter, key, second, "went home", allowed_by="meena")
    pdf = frontdesk.day_sheets(counter, clinic=clinic(), day=DAY, series=1, tokens=26)
    found = [day for page in statements(installation, pdf) for day in page if isinstance(day, DayStatement)]
    assert [(day.first, day.token_series, day.signer, day.clinic, day.day) for day in found] == [
        (1, 1, 1, clinic(), DAY),
        (26, 1, 1, clinic(), DAY),
    ]
    text = text_of(pdf)
    assert "Amina Bano" in text and first.grouped in text
    assert "Rekha" not in text and "VOID · रद्द" in text and second.grouped in text
    other = text_of(frontdesk.day_sheets(counter, clinic=clinic(), day=DAY, series=2))
    assert "Amina" not in other and "B-1 – B-25" in other
    yesterday = frontdesk.day_sheets(counter, clinic=clinic(), day=date(2026, 11, 22), series=1)
    assert "Amina" not in text_of(yesterday)


@pytest.mark.parametrize("tokens", [0, -1, 2501])
def test_a_number_of_tokens_that_no_day_has_is_refused(counter: Counter, tokens: int) -> None:
    with pytest.raises(FieldWrong, match="2500"):
        frontdesk.day_sheets(counter, clinic=1, day=DAY, series=1, tokens=tokens)


def test_a_box_sheet_is_signed(installation: Installation, counter: Counter) -> None:
    pdf = frontdesk.box_sheet(counter, clinic=clinic(), day=DAY, series=2, box=3, count=88)
    [[box]] = statements(installation, pdf)
    assert isinstance(box, BoxStatement)
    assert (box.signer, box.clinic, box.day, box.box, box.count) == (2, clinic(), DAY, 3, 88)
    with pytest.raises(FieldWrong):
        frontdesk.box_sheet(counter, clinic=clinic(), day=DAY, series=2, box=0)


def test_a_register_holds_the_clinic_s_day_and_the_journal_s_head(counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    numbers = [register(counter, key, name) for name in ("Amina Bano", "Rekha Kumari")]
    elsewhere = frontdesk.register(counter, key, factories.registration("Other Clinic", clinic="MED")).row.slip.number
    frontdesk.void(counter, key, numbers[1], "went home", allowed_by="meena")
    frontdesk.print_pads(counter, series=1, count=2, issued_to="Ward 5")
    text = text_of(frontdesk.register_sheets(counter, clinic=clinic(), day=DAY))
    assert "Amina Bano" in text and "Rekha Kumari" in text and "VOID" in text
    assert elsewhere.grouped not in text and "Other Clinic" not in text
    assert "9810000001" not in text and "0001" in text
    assert counter.ledger.head().hash.hex()[:4] in text
    empty = text_of(frontdesk.register_sheets(counter, clinic=clinic(), day=date(2026, 1, 1)))
    assert "1 / 1" in empty and "Amina" not in empty


def test_the_poster_and_a_desk_s_card_are_all_that_is_needed(installation: Installation, counter: Counter) -> None:
    [[root]] = statements(installation, frontdesk.poster(counter, installation.root, installation.sign_as_hospital))
    assert isinstance(root, RootStatement)
    assert (root.public, root.name) == (installation.root, counter.hospital.name)
    card = frontdesk.desk_card(counter, 2)
    [[desk]] = statements(installation, card)
    assert isinstance(desk, CertificateStatement)
    assert (desk.certificate.series, desk.certificate.name, desk.hospital) == (2, "Counter 2", root.hospital)
    assert "23-11-2026" in text_of(card), "the day it was enrolled"
    with pytest.raises(DeskNotUsable):
        frontdesk.desk_card(counter, 9)


def test_pads_come_behind_a_cover_that_proves_their_desk(installation: Installation, counter: Counter) -> None:
    numbers, pdf = frontdesk.print_pads(counter, series=2, count=3, issued_to="Ward 5", by="meena")
    cover, *pads = statements(installation, pdf)
    assert [each.type for each in cover] == ["certificate"] and pads == [[], []]
    text = text_of(pdf)
    for words in ("Ward 5", "Meena Joshi", "23-11-2026", *(number.grouped for number in numbers)):
        assert words in text, words


@pytest.mark.parametrize("name", ["pad", "pad-cover"])
def test_no_number_is_taken_for_a_pad_whose_layout_is_wrong(counter: Counter, tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.toml").write_text("sheet = 7\n", encoding="utf-8")
    broken = replace(counter, hospital=replace(counter.hospital, layouts=tmp_path))
    before = counter.ledger.head()
    with pytest.raises(LayoutWrong):
        frontdesk.print_pads(broken, series=1, count=3, issued_to="Ward 5")
    assert counter.ledger.head() == before


def test_a_drill_s_sheets_are_a_drill_s(tmp_path: Path) -> None:
    installation = factories.installation(tmp_path / "drill", drill=True)
    counter = factories.counter(installation)
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    frontdesk.close_shift(counter, key, counted_cash=0, note="", by="asha")
    sheets = [
        frontdesk.shift_sheet(counter, key),
        frontdesk.day_sheets(counter, clinic=clinic(), day=DAY, series=1),
        frontdesk.box_sheet(counter, clinic=clinic(), day=DAY, series=1),
        frontdesk.register_sheets(counter, clinic=clinic(), day=DAY),
        frontdesk.poster(counter, installation.root, installation.sign_as_hospital),
        frontdesk.desk_card(counter, 1),
    ]
    for pdf in sheets:
        assert "DRILL" in text_of(pdf)
        assert statements(installation, pdf)
    installation.close()


@pytest.mark.parametrize("name", SLIP_SHEETS)
def test_every_sheet_of_a_slip_carries_its_number(counter: Counter, name: str) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    number = register(counter, key)
    text = text_of(frontdesk.slip_sheet(counter, number, name, count=2)).replace(" ", "")
    assert number.text in text
    void = register(counter, key)
    frontdesk.void(counter, key, void, "went home", allowed_by="meena")
    with pytest.raises(SlipIsVoid):
        frontdesk.slip_sheet(counter, void, name)


def test_a_slip_without_money_has_no_receipt(counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    number = register(counter, key, fee_status=FeeStatus.EXEMPT, exemption="BPL")
    with pytest.raises(ReceiptMissing):
        frontdesk.slip_sheet(counter, number, "receipt")


def test_stickers_begin_where_the_sheet_is_not_used_up_and_tubes_go_on(counter: Counter) -> None:
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    number = register(counter, key)
    pdf = frontdesk.slip_sheet(counter, number, "sticker-24", count=3, first_tube=4, start=23)
    bars = [text for page in pictures(pdf) for kind, text, _, _ in codes_in(page) if kind == "bars"]
    assert sorted(bars) == [f"{number.text}{tube:02d}" for tube in (4, 5, 6)]
    assert len(pictures(pdf, 20)) == 2
    later = frontdesk.slip_sheet(counter, number, "label-50x25", count=1)
    assert f"{number.text}07" in [code[1] for page in pictures(later) for code in codes_in(page)]
    before = counter.ledger.head()
    for count, first_tube, start in ((0, 1, 1), (100, 1, 1), (1, -1, 1), (2, 99, 1), (93, 0, 1), (1, 1, 25), (1, 1, 0)):
        with pytest.raises(FieldWrong):
            frontdesk.slip_sheet(
                counter, number, "sticker-24", count=count, first_tube=first_tube, start=start, by="asha"
            )
    assert counter.ledger.head() == before, "what cannot be drawn was not made"


# --- The commands ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terminal:
    data: Path
    secret: Path

    def __call__(self, *words: object, code: int = 0) -> Result:
        said = ["--data", self.data, "--passphrase-file", self.secret, *words]
        result = CliRunner().invoke(group, [str(word) for word in said])
        assert result.exit_code == code, (result.exit_code, result.output, result.exception)
        return result


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """A data folder with one closed shift of two slips, the second void."""
    folder = tmp_path_factory.mktemp("hospital")
    installation = factories.installation(folder / "data")
    counter = factories.counter(installation)
    key = frontdesk.open_shift(counter, series=1, login="asha").key
    register(counter, key)
    frontdesk.void(counter, key, register(counter, key), "went home", allowed_by="meena")
    frontdesk.close_shift(counter, key, counted_cash=10, note="", by="asha")
    installation.close()
    (folder / "secret.txt").write_text(factories.PASSPHRASE)
    return Terminal(folder / "data", folder / "secret.txt")


_NUMBER = SlipNumber(1, 1).grouped
_DAY = ("--clinic", "den", "--date", "2026-11-23")


@pytest.mark.parametrize(
    ("words", "pages", "shown"),
    [
        (("poster",), 1, "root"),
        (("desk-card", "--desk", "2"), 1, "certificate"),
        (("shift", "001.1"), 1, "shift"),
        (("day", *_DAY, "--desk", "1", "--pages", "2"), 2, "day"),
        (("box", *_DAY, "--desk", "1", "--box", "2", "--count", "40"), 1, "box"),
        (("register", *_DAY), 1, ""),
        (("round", "fmw"), 2, ""),
        (("census", "--date", "2026-11-23"), 1, ""),
        (("labels", _NUMBER, "--count", "4", "--start", "22"), 2, ""),
        (("labels", "00100000114", "--layout", "label-50x25"), 4, ""),
        (("labels", "00100000114", "--layout", "label-50x25", "--start", "6"), 4, ""),
        (("wristband", _NUMBER), 1, ""),
        (("receipt", _NUMBER), 1, ""),
        (("token", _NUMBER), 1, ""),
        (("referral", _NUMBER), 1, ""),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_every_sheet_has_a_command(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...], pages: int, shown: str
) -> None:
    out = tmp_path / "sheet.pdf"
    assert str(out) in terminal("sheet", *words, "--out", out).output
    assert len(pictures(out.read_bytes(), 20)) == pages
    texts = [text for kind, text, _, _ in codes_in(pictures(out.read_bytes())[0]) if kind == "qr"]
    kinds = {each.statement.type for each in (judge(text, None) for text in texts) if each.statement}
    assert shown in kinds if shown else not kinds


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("shift", "001.7"), 3, "There is no shift 001.7"),
        (("desk-card", "--desk", "9"), 3, "never enrolled"),
        (("desk-card", "--desk", "9" * 23), 3, "never enrolled"),
        (("day", "--clinic", "XYZ", "--desk", "1"), 2, "No clinic has the code XYZ"),
        (("day", "--clinic", "DEN", "--desk", "9"), 3, "Desk 9"),
        (("day", "--clinic", "DEN", "--desk", "1", "--date", "31-02-2026"), 2, "date"),
        (("box", "--clinic", "DEN", "--desk", "1", "--box", "0"), 2, "--box"),
        (("receipt", "12345"), 2, "12345 is not a slip number"),
        (("receipt", SlipNumber(1, 77).text), 3, "not known here"),
        (("token", SlipNumber(1, 2).text), 3, "is void"),
        (("labels", _NUMBER, "--start", "30"), 2, "24 stickers"),
    ],
)
def test_what_cannot_be_made_is_told_and_nothing_is_written(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    out = tmp_path / "sheet.pdf"
    assert says in terminal("sheet", *words, "--out", out, code=code).output
    assert list(tmp_path.iterdir()) == []


def test_a_sheet_that_cannot_be_written_is_told(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal("sheet", "poster", "--out", tmp_path / "nowhere" / "poster.pdf", code=3)
    assert "nowhere" in result.output


def test_what_the_commands_signed_is_in_no_journal(terminal: Terminal, tmp_path: Path) -> None:
    """Making a sheet again changes nothing: it is made of the journal, and of nothing else."""
    before = json.loads(terminal("journal", "verify", "--json").output)
    terminal("sheet", "day", *_DAY, "--desk", "1", "--out", tmp_path / "day.pdf")
    assert json.loads(terminal("journal", "verify", "--json").output) == before


def test_a_full_disk_takes_no_number_for_a_blank(terminal: Terminal, tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(
        resource.RLIMIT_FSIZE, (40_000, limit[1])
    )  # less than a pad, as a full disk has; SIGXFSZ is ignored
    try:
        terminal("pad", "--desk", "1", "--to", "Ward 5", "--out", tmp_path / "pads.pdf", code=3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert list(tmp_path.iterdir()) == []
    after = terminal("pad", "--desk", "1", "--count", "1", "--to", "Ward 5", "--out", tmp_path / "pads.pdf").output
    assert SlipNumber(1, 3).grouped in after, "the next number is the one after the last slip"


def _hospital(folder: Path, more: str) -> Path:
    file = folder / "hospital.toml"
    text = (Path(__file__).parent.parent / "hospital.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("\n[[clinic]]\n", f"\n{more}\n\n[[clinic]]\n", 1), encoding="utf-8")
    return file


def test_check_names_a_mistyped_desk_and_a_printer_that_is_off(terminal: Terminal, tmp_path: Path) -> None:
    table = '[[printer]]\nname = "hall"\nway = "escpos"\naddress = "/nowhere/lp0"\npaper = "roll"\ndesks = ["{}"]'
    said = terminal("--hospital", _hospital(tmp_path, table.format("Counter 77")), "check", code=4).output
    assert "RED  printers: hall serves Counter 77, but no desk has that name." in said
    said = terminal("--hospital", _hospital(tmp_path, table.format("Counter 1")), "check", code=4).output
    assert "RED  printers: The printer hall " in said
    wide = table.format("Counter 1").replace('"roll"', '"a4"')
    said = terminal("--hospital", _hospital(tmp_path, wide), "check", code=4).output
    assert "RED  printers: hall has 203 dpi, and the layout slip-a4 is for 300." in said


def test_check_names_a_layout_that_is_broken_and_one_that_is_used_for_nothing(
    terminal: Terminal, tmp_path: Path
) -> None:
    folder = tmp_path / "layouts"
    folder.mkdir()
    file = _hospital(tmp_path, "")
    text = file.read_text(encoding="utf-8").replace('# layouts = "layouts"', 'layouts = "layouts"')
    file.write_text(text, encoding="utf-8")
    (folder / "receipt.toml").write_text('sheet = "receipt"\n', encoding="utf-8")
    assert "RED  layouts: receipt.toml, line 1" in terminal("--hospital", file, "check", code=4).output
    (folder / "receipt.toml").rename(folder / "reciept.toml")
    assert (
        "RED  layouts: reciept.toml: no sheet has such a name" in terminal("--hospital", file, "check", code=4).output
    )
