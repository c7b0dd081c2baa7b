"""The printer test: what is printed is read back, what is worn reads less, and no code of it passes for a slip's."""

import importlib
import io
import itertools
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import click.testing
import pypdfium2
import pytest
from PIL import Image, ImageFilter

from fallback import payload
from fallback.cli import group
from fallback.errors import SlipNumberWrong
from fallback.printing import examples, render_slips
from fallback.printing.codes import QR_LIMIT, dot_of, qr
from fallback.printing.proof import (
    COPIES,
    ProofCode,
    ProofKind,
    dots_of,
    judge_proof,
    parse_proof,
    proof_text,
    standard_code,
    standard_dots,
)
from fallback.printing.proof_page import PROOF_PAPERS, draw_proof, render_proof
from fallback.scanning.codes import read_codes
from fallback.slip import SlipNumber
from tests.printers import RoomPrinter

DPIS = (203, 300, 600)
TRUE_DPI = {203: 203.2, 300: 300.0, 600: 600.0}


def every(dpi: int) -> list[ProofCode]:
    """All codes of a test page."""
    return [
        ProofCode(kind=kind, dpi=dpi, dots=dots, copy=copy)
        for kind in ProofKind
        for dots in dots_of(kind, dpi)
        for copy in range(1, COPIES + 1)
    ]


@cache
def pages(dpi: int, paper: str = "a4", scale: float = 0.0) -> list[Image.Image]:
    with pypdfium2.PdfDocument(render_proof(dpi, paper)) as document:
        return [
            document[place].render(scale=(scale or TRUE_DPI[dpi]) / 72, grayscale=True).to_pil().convert("L")
            for place in range(len(document))
        ]


def blurred(page: Image.Image, sigma: float, dpi: float) -> Image.Image:
    """Out of focus by so many mm."""
    return page.filter(ImageFilter.GaussianBlur(sigma * dpi / 25.4))


def read(*pictures: Image.Image) -> list[set[ProofCode]]:
    return [{code for each in read_codes(picture) if (code := parse_proof(each.text))} for picture in pictures]


def saved(folder: Path, name: str, *pictures: Image.Image) -> str:
    path = folder / name
    pictures[0].save(path, save_all=True, append_images=pictures[1:]) if len(pictures) > 1 else pictures[0].save(path)
    return str(path)


def run(*words: str, code: int = 0) -> str:
    done = click.testing.CliRunner().invoke(group, ["printer", *words])
    assert done.exit_code == code, (done.output, done.exception)
    return str(done.output)


@pytest.mark.parametrize("dpi", DPIS)
def test_a_text_says_where_it_was_printed(dpi: int) -> None:
    texts = {proof_text(code): code for code in every(dpi)}
    assert len(texts) == len(every(dpi))
    assert {parse_proof(text): text for text in texts} == {code: text for text, code in texts.items()}


@pytest.mark.parametrize("dpi", DPIS)
def test_no_code_of_the_test_can_be_taken_for_a_slip(dpi: int) -> None:
    for code in every(dpi):
        text = proof_text(code)
        assert not payload.looks_like_payload(text)
        assert payload.judge(text, None).outcome is payload.CodeOutcome.FOREIGN
        if code.kind is ProofKind.BARS:
            with pytest.raises(SlipNumberWrong):
                SlipNumber.parse(text)


def test_a_text_with_one_wrong_digit_is_none_of_ours() -> None:
    for code in every(300)[::7]:
        text = proof_text(code)
        for place in {0, 3, 5, len(text) // 2, len(text) - 1} & set(range(len(text))):
            changed = text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1 :]
            assert parse_proof(changed) != code
        assert parse_proof(text[:-1]) is None
        assert parse_proof(text + "0") is None
    assert parse_proof("") is parse_proof("९" * 11) is parse_proof(examples.plain().digits) is None
    assert parse_proof("9" * QR_LIMIT) is None


@pytest.mark.parametrize("dpi", DPIS)
def test_the_standard_size_is_what_a_slip_has(dpi: int) -> None:
    standard = standard_code(ProofKind.QR, dpi)
    slip = qr("1" * QR_LIMIT, dpi=dpi)
    assert standard.module == pytest.approx(slip.module)
    assert standard.width == pytest.approx(slip.width)
    assert standard.dots in dots_of(ProofKind.QR, dpi)
    assert standard_dots(ProofKind.BARS, dpi) in dots_of(ProofKind.BARS, dpi)
    assert max(dots_of(ProofKind.QR, dpi)) > standard.dots > min(dots_of(ProofKind.QR, dpi))


@pytest.mark.parametrize("paper", PROOF_PAPERS)
@pytest.mark.parametrize("dpi", DPIS)
def test_nothing_lies_on_anything_and_nothing_leaves_the_paper(dpi: int, paper: str) -> None:
    pdf, boxes = draw_proof(dpi, paper)
    solid = [box for box in boxes if box.kind != "code"]
    assert [(one, other) for one, other in itertools.combinations(solid, 2) if one.meets(other)] == []
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == (1 if paper == "a4" else COPIES)
        width, height = (side / 72 * 25.4 for side in document[0].get_size())
    margin = 9.9 if paper == "a4" else 3.9
    for box in boxes:
        assert margin <= box.left
        assert box.right <= width - margin
        assert margin <= box.top
        assert box.bottom <= height - margin
        assert not box.cut
    assert height <= 297.1


@pytest.mark.parametrize("dpi", DPIS)
def test_a_code_is_whole_dots_wide_and_stands_on_a_dot(dpi: int) -> None:
    _, boxes = draw_proof(dpi)
    dot = dot_of(dpi)
    for box in (box for box in boxes if box.kind == "code"):
        for length in (box.left, box.right - box.left):
            assert length / dot == pytest.approx(round(length / dot), abs=1e-3)


@pytest.mark.parametrize("paper", PROOF_PAPERS)
@pytest.mark.parametrize("dpi", DPIS)
def test_at_its_own_dots_every_code_is_read(dpi: int, paper: str) -> None:
    found = read(*pages(dpi, paper))
    assert set().union(*found) == set(every(dpi))
    for kind in ProofKind:
        finding = judge_proof(found, kind, dpi)
        assert finding.is_standard
        assert all(size.whole for size in finding.sizes)


def test_a_blurred_page_reads_less_and_asks_for_more() -> None:
    findings = [
        judge_proof(read(blurred(pages(300, scale=200)[0], sigma, 200)), ProofKind.QR, 300)
        for sigma in (0.0, 0.15, 0.25, 0.6)
    ]
    counts = [sum(size.read for size in finding.sizes) for finding in findings]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == len(counts)
    assert findings[0].is_standard
    assert findings[-1].fit is None
    asked = [finding.fit.dots if finding.fit else 99 for finding in findings]
    assert asked == sorted(asked)


def whole(kind: ProofKind, dpi: int, *, least: int, copies: Sequence[int] = (1, 2, 3)) -> set[ProofCode]:
    """A page of which all from a size on was read."""
    return {code for code in every(dpi) if code.kind is kind and code.dots >= least and code.copy in copies}


@pytest.mark.parametrize(
    ("dpi", "least", "fit"),
    [(300, 2, 8), (300, 6, 8), (300, 8, 10), (300, 10, None), (203, 4, 5), (203, 5, 6), (203, 6, 7), (600, 16, 20)],
)
def test_the_size_to_use_is_a_step_above_the_smallest_that_was_read(dpi: int, least: int, fit: int | None) -> None:
    finding = judge_proof([whole(ProofKind.QR, dpi, least=least)], ProofKind.QR, dpi)
    assert (finding.fit.dots if finding.fit else None) == fit
    assert finding.is_standard is (fit == standard_dots(ProofKind.QR, dpi))


def test_one_missed_copy_takes_the_margin_away() -> None:
    page = whole(ProofKind.QR, 300, least=2) - {ProofCode(kind=ProofKind.QR, dpi=300, dots=6, copy=2)}
    finding = judge_proof([page], ProofKind.QR, 300)
    assert finding.fit is not None
    assert finding.fit.dots == 10
    assert [(size.read, size.of) for size in finding.sizes if not size.whole] == [(2, 3)]


def test_strips_count_as_one_page_and_a_strip_that_is_missing_was_missed() -> None:
    strips = [whole(ProofKind.QR, 203, least=2, copies=(copy,)) for copy in (1, 2, 3)]
    assert judge_proof(strips, ProofKind.QR, 203).is_standard
    assert {(size.read, size.of) for size in judge_proof(strips, ProofKind.QR, 203).sizes} == {(3, 3)}
    assert judge_proof(strips[:2], ProofKind.QR, 203).fit is None


def test_two_scans_of_a_page_are_counted_both() -> None:
    page = whole(ProofKind.QR, 300, least=5)
    sizes = judge_proof([page, whole(ProofKind.QR, 300, least=6)], ProofKind.QR, 300).sizes
    assert {size.code.dots: (size.read, size.of) for size in sizes}[5] == (3, 6)


def test_bars_need_no_smaller_step() -> None:
    assert judge_proof([whole(ProofKind.BARS, 203, least=2)], ProofKind.BARS, 203).is_standard
    assert not judge_proof([whole(ProofKind.BARS, 203, least=3)], ProofKind.BARS, 203).is_standard


def test_the_commands_print_and_read_a_page(tmp_path: Path) -> None:
    out = tmp_path / "test.pdf"
    assert "100 %" in run("test", "--out", str(out), "--dpi", "203", "--paper", "roll")
    with pypdfium2.PdfDocument(out) as document:
        assert len(document) == COPIES
    scan = saved(tmp_path, "scan.tif", *pages(203, "roll", scale=300))
    said = run("read", scan)
    assert "Use the standard size (a module of 5 dots, 35.6 mm)" in said
    told = json.loads(run("read", scan, "--json"))
    assert (told["dpi"], told["pages"], told["qr"]["use_dots"]) == (203, 3, 5)
    assert told["qr"]["sizes"][-1] == {"dots": 7, "module_mm": 0.875, "width_mm": 49.9, "read": 3, "of": 3}


def test_a_worn_page_says_what_to_do_instead(tmp_path: Path) -> None:
    page = pages(300, scale=200)[0]
    for sigma, words in ((0.2, "Code 128 is not read safely"), (0.28, "has no margin here"), (0.4, "Neither the QR")):
        code = 0 if sigma == 0.2 else 4
        assert words in run("read", saved(tmp_path, "worn.png", blurred(page, sigma, 200)), code=code), sigma


def test_where_only_bars_are_read_code_128_and_the_journal_are_named(tmp_path: Path) -> None:
    page = pages(300, scale=200)[0].copy()
    for box in (box for box in draw_proof(300)[1] if box.kind == "slot" and box.text == ProofKind.QR):
        left, top, right, bottom = (round(side / 25.4 * 200) for side in (box.left, box.top, box.right, box.bottom))
        page.paste(255, (left, top, right, bottom))
    said = run("read", saved(tmp_path, "bars.png", page), code=4)
    assert "use Code 128 and the journal" in said


def test_what_is_no_test_page_is_told_in_a_sentence(tmp_path: Path) -> None:
    white = saved(tmp_path, "white.png", Image.new("L", (1654, 2339), 250))
    assert "No code of a printer test was read in white.png" in run("read", white, code=2)
    foreign = tmp_path / "slip.pdf"
    foreign.write_bytes(render_slips([examples.plain()], examples.HOSPITAL))
    assert "No code of a printer test" in run("read", str(foreign), code=2)
    empty = tmp_path / "empty.pdf"
    empty.touch()
    said = run("read", str(empty), code=2)
    assert "empty.pdf is empty" in said
    assert "No code" not in said
    assert "not there" in run("read", str(tmp_path / "none.pdf"), code=2)
    good = saved(tmp_path, "good.png", pages(300, scale=300)[0])
    said = run("read", str(empty), good)
    assert "empty.pdf is empty" in said
    assert "Use the standard size" in said


def test_pages_of_two_printers_are_not_judged_together(tmp_path: Path) -> None:
    scans = [saved(tmp_path, f"{dpi}.png", pages(dpi, scale=200)[0]) for dpi in (203, 300)]
    assert "made for 203, 300 dots per inch" in run("read", *scans, code=2)


def test_a_photograph_is_read_too(tmp_path: Path) -> None:
    page = pages(300, scale=300)[0]
    width, height = page.size
    corners = (60, 90, 0, height, width, height - 140, width - 130, 0)
    photo = page.transform((width, height), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=90)
    packed = io.BytesIO()
    photo.save(packed, "JPEG", quality=80)
    path = tmp_path / "photo.jpg"
    path.write_bytes(packed.getvalue())
    assert "Use the standard size" in run("read", str(path))


def hospital_with(folder: Path, *printers: str) -> Path:
    path = folder / "hospital.toml"
    text = (Path(__file__).parent.parent / "hospital.toml").read_text(encoding="utf-8")
    path.write_text(text + "".join(f"\n[[printer]]\n{each}\n" for each in printers), encoding="utf-8")
    return path


def listed(hospital: Path, *words: str, code: int) -> str:
    done = click.testing.CliRunner().invoke(group, ["--hospital", str(hospital), "printer", "list", *words])
    assert done.exit_code == code, (done.output, done.exception)
    return str(done.output)


def test_the_printers_are_listed_with_what_each_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "names no printer" in listed(hospital_with(tmp_path), code=0)
    thermal = 'name = "casualty"\nway = "escpos"\naddress = "tcp://127.0.0.1:1"\npaper = "roll"'
    laser = 'name = "lp-1"\nway = "cups"\naddress = "lp-1"\npaper = "a4"\ndpi = 600\ndesks = ["Counter 1"]'
    assert "RED  casualty (escpos, roll, 203 dpi): The printer casualty does not answer" in listed(
        hospital_with(tmp_path, thermal), code=4
    )
    rooms = {"casualty": RoomPrinter("empty"), "lp-1": RoomPrinter()}
    module = importlib.import_module("fallback.cli.printer")  # as an attribute of cli, the name is the command's
    monkeypatch.setattr(module, "spooler", lambda printer: rooms[printer.name])
    said = json.loads(listed(hospital_with(tmp_path, thermal, laser), "--json", code=4))
    assert [(each["name"], each["ready"], each["dpi"], each["desks"]) for each in said] == [
        ("casualty", False, 203, []),
        ("lp-1", True, 600, ["Counter 1"]),
    ]
    assert "put paper in" in said[0]["words"]
    assert "ok   lp-1 (cups, a4, 600 dpi): ready" in listed(hospital_with(tmp_path, laser), code=0)
