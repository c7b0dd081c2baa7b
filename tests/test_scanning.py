"""Pages of every kind come back as the texts of their codes, in order, on any executor."""

import io
import pickle
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from fallback.errors import ScanLocked
from fallback.rehearsal.scan_files import sheet, write_pdf
from fallback.scanning import ReadPage, count_pages, open_picture, page_picture, read_files
from fallback.scanning.codes import read_codes
from fallback.scanning.crew import Crew, result
from fallback.scanning.ink import is_blank
from fallback.scanning.reader import read_content
from fallback.sealed import SealedFile, write_sealed
from tests.scans import A5, NUMBER, digits, page, picture_pdf, read_with, scans_of


@pytest.fixture(scope="module")
def here() -> Iterator[Crew]:
    """One process for all that these tests read."""
    with Crew(1, None) as crew:
        yield crew


def texts(read: ReadPage) -> set[tuple[str, str]]:
    """The QRs; bars are for pages whose QR is lost, and may be told or not."""
    return {(code.symbology, code.text) for code in read.texts} - {("code128", NUMBER)}


def slip(seed: int = 1) -> set[tuple[str, str]]:
    return {("qr", digits(seed))}


def save(folder: Path, name: str, *pages: Image.Image, **options: Any) -> Path:
    path = folder / name
    if len(pages) > 1:
        options |= {"save_all": True, "append_images": list(pages[1:])}
    if path.suffix == ".pdf":
        options["resolution"] = 200
    pages[0].save(path, **options)
    return path


def test_every_kind_of_file_on_our_own_processes(tmp_path: Path) -> None:
    save(tmp_path, "page10.pdf", page(1), page(2), page(3))
    save(tmp_path, "page2.tif", page(4), page(5).convert("1"), compression=None)
    save(tmp_path, "page1.png", page(6).convert("RGB"))
    inner = tmp_path / "second box"
    inner.mkdir()
    save(inner, "a.jpeg", page(7), quality=60)
    single = save(tmp_path, "z.jpg", page(8))
    paths = [single, tmp_path]
    read = list(read_files(paths, workers=2))
    assert [(each.file, each.page) for each in read] == [
        ("z.jpg", 1),
        ("page1.png", 1),
        ("page2.tif", 1),
        ("page2.tif", 2),
        ("page10.pdf", 1),
        ("page10.pdf", 2),
        ("page10.pdf", 3),
        ("second box/a.jpeg", 1),
        ("z.jpg", 1),
    ]
    assert [texts(each) for each in read] == [slip(seed) for seed in (8, 6, 4, 5, 1, 2, 3, 7, 8)]
    assert all(each.error is None and not each.blank and each.size == A5 for each in read)
    assert read[0].picture_hash == read[-1].picture_hash
    assert len({each.picture_hash for each in read}) == 8
    assert count_pages(paths, workers=1) == 9


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_any_rotation_in_a_picture_and_in_a_pdf(tmp_path: Path, here: Crew, turn: int) -> None:
    turned = page().rotate(turn, expand=True)
    paths = [save(tmp_path, "turned.png", turned), save(tmp_path, "turned.pdf", turned)]
    for read in read_with(paths, here):
        assert texts(read) == slip()


def test_a_mirrored_page_gives_no_wrong_text() -> None:
    found = read_codes(page().transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert {code.text for code in found} <= {digits(), NUMBER}


def test_a_negative_fax_is_read() -> None:
    assert "qr" in {code.symbology for code in read_codes(page().point([255 - level for level in range(256)]))}


def test_both_copies_on_a_sheet_are_told_with_their_places() -> None:
    sheet = Image.new("L", (A5[0], 2 * A5[1]), 255)
    sheet.paste(page(), (0, 0))
    sheet.paste(page(), (0, A5[1]))
    boxes = [code.box for code in read_codes(sheet) if code.symbology == "qr"]
    assert len(boxes) == 2
    left, top, right, bottom = boxes[0]
    assert 780 < left < 820 and 1040 < right < 1080 and 120 < top < 160 and 380 < bottom < 420
    assert boxes[1][1] - top == pytest.approx(A5[1], abs=3)


@pytest.mark.parametrize("harm", ["grain", "lines"])
def test_the_slower_views_read_what_the_fast_pass_cannot(harm: str) -> None:
    worn = page()
    if harm == "grain":
        noise = Image.frombytes("L", A5, Random(1).randbytes(A5[0] * A5[1]))
        worn = Image.blend(worn, noise, 0.6)
    else:
        for y in range(150, 400, 60):
            ImageDraw.Draw(worn).line((760, y, 1100, y + 40), fill=0, width=3)
    assert ("qr", digits()) in {(code.symbology, code.text) for code in read_codes(worn)}


def test_pictures_inside_a_pdf_are_taken_out_and_drawings_drawn(tmp_path: Path, here: Crew) -> None:
    path = tmp_path / "mixed.pdf"
    canvas = Canvas(str(path), pagesize=(420, 595))
    picture = ImageReader(page())
    canvas.drawImage(picture, 0, 0, 420, 595)
    hidden = canvas.beginText(20, 20)
    hidden.setTextRenderMode(3)
    hidden.textLine("the invisible words of a scanner's OCR")
    canvas.drawText(hidden)
    canvas.showPage()
    canvas.drawImage(picture, 60, 100, 340, 482)  # not covering: the page must be drawn
    canvas.drawString(20, 20, "words")
    canvas.showPage()
    canvas.drawString(50, 300, "a page with words and no picture")
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    first, second, third, fourth = read_with([path], here)
    assert first.size == A5 and texts(first) == slip()
    assert second.size == (1167, 1653) and ("qr", digits()) in texts(second)
    assert not third.texts and not third.blank and third.error is None
    assert fourth.blank and fourth.error is None


def test_the_same_page_is_known_again_in_another_kind_of_file(tmp_path: Path, here: Crew) -> None:
    fax = page().convert("1")
    paths = [
        save(tmp_path, "a.pdf", fax),
        save(tmp_path, "b.tif", fax, compression="group4"),
        save(tmp_path, "c.png", page(2)),
    ]
    first, second, other = read_with(paths, here)
    assert first.picture_hash == second.picture_hash != other.picture_hash


def test_blank_is_said_only_of_paper_with_nothing_on_it() -> None:
    assert is_blank(Image.new("L", A5, 240))
    pencil = Image.new("L", A5, 240)
    ImageDraw.Draw(pencil).text((500, 800), "seen 14/3", fill=150, font_size=60)
    assert not is_blank(pencil)
    assert not is_blank(Image.new("L", A5, 0))  # the lid, or a negative: a person looks
    assert not is_blank(page())
    assert is_blank(Image.new("L", (1, 1), 255))


def test_a_page_is_shown_with_the_pixels_that_were_read(tmp_path: Path, here: Crew) -> None:
    path = save(tmp_path, "two.pdf", page(1), page(2))
    read = read_with([path], here)[1]
    shown = page_picture(path, 2).picture
    assert shown is not None and shown.size == read.size


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_depth_and_colour(tmp_path: Path, here: Crew, mode: str) -> None:
    if mode == "I;16":
        deep = page().convert("I").point(lambda level: level * 257).convert("I;16")
        path = save(tmp_path, "deep.png", deep)
    elif mode == "CMYK":
        path = save(tmp_path, "print.tif", page().convert("RGB").convert("CMYK"))
    elif mode in ("RGBA", "LA"):
        ink = Image.new("LA", A5, (0, 0))  # black ink on a transparent ground
        ink.putalpha(page().point([255 - level for level in range(256)]))
        path = save(tmp_path, "clear.png", ink.convert(mode))
    else:
        path = save(tmp_path, "page.png", page().convert(mode))
    (read,) = read_with([path], here)
    assert texts(read) == slip()


def test_errors_cross_processes_with_their_values() -> None:
    error = pickle.loads(pickle.dumps(ScanLocked(file="a.pdf")))
    assert isinstance(error, ScanLocked) and str(error) == str(ScanLocked(file="a.pdf"))


def test_a_jpeg_above_the_limit_is_read_at_a_part_of_its_size(tmp_path: Path, here: Crew) -> None:
    large = page().resize((6 * A5[0], 6 * A5[1]), Image.Resampling.NEAREST)
    path = save(tmp_path, "large.jpg", large, quality=50)
    (scan,) = scans_of([path], here)
    assert scan.content == path.read_bytes()
    assert open_picture(scan.content).size == (3 * A5[0], 3 * A5[1])
    (read,) = read_with([path], here)
    assert texts(read) >= {("qr", digits())}
    buffer = io.BytesIO()
    large.save(buffer, "JPEG", progressive=True, quality=50)
    (tmp_path / "slow.jpg").write_bytes(buffer.getvalue())
    (refused,) = read_with([tmp_path / "slow.jpg"], here)
    assert "69 million pixels" in str(refused.error)


# --- What is kept ----------------------------------------------------------------------------------------------------


def test_the_scanners_own_jpeg_is_kept_byte_for_byte(tmp_path: Path, here: Crew) -> None:
    grey, colour = sheet(page(1)), io.BytesIO()
    page(2).convert("RGB").save(colour, "JPEG", quality=70)
    write_pdf([grey], tmp_path / "grey.pdf")
    (tmp_path / "colour.pdf").write_bytes(
        picture_pdf(b"/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", colour.getvalue(), *A5)
    )
    (tmp_path / "grey.jpg").write_bytes(grey.data)
    png = save(tmp_path, "page.png", page(3)).read_bytes()
    webp = save(tmp_path, "page.webp", page(4), quality=80).read_bytes()
    kept = {scan.file: scan for scan in scans_of([tmp_path], here)}
    assert kept["grey.pdf"].content == kept["grey.jpg"].content == grey.data
    assert kept["grey.pdf"].identity == kept["grey.jpg"].identity
    assert kept["colour.pdf"].content == colour.getvalue()
    assert kept["page.png"].content == png and kept["page.webp"].content == webp
    assert all(
        texts(each) >= {("qr", digits(seed))}
        for each, seed in zip(read_with([tmp_path], here), [2, 1, 1, 3, 4], strict=True)
    )


@pytest.mark.parametrize(
    ("name", "more", "mode"),
    [
        ("a table of levels", b"/Decode[1 0]", "L"),
        ("its own mask", b"/SMask 6 0 R", "L"),
        ("a CMYK picture", b"", "CMYK"),
    ],
)
def test_a_jpeg_that_a_pdf_shows_otherwise_is_not_kept_as_it_is(
    tmp_path: Path, here: Crew, name: str, more: bytes, mode: str
) -> None:
    """A mask here shows the page's left half only; a table of levels turns it into a negative."""
    picture = io.BytesIO()
    page().convert(mode).save(picture, "JPEG", quality=80)
    colours = b"/ColorSpace/DeviceCMYK" if mode == "CMYK" else b"/ColorSpace/DeviceGray"
    head = b"/BitsPerComponent 8" + colours + b"/Filter/DCTDecode" + more
    mask = Image.new("L", A5, 255)
    mask.paste(0, (A5[0] // 2, 0, *A5))
    (tmp_path / "a.pdf").write_bytes(picture_pdf(head, picture.getvalue(), *A5, mask=mask.tobytes()))
    (scan,) = scans_of([tmp_path / "a.pdf"], here)
    assert scan.content.startswith(b"\x89PNG") and scan.error is None
    shown = open_picture(scan.content)
    right = shown.crop((shown.width // 2, 0, shown.width, shown.height)).resize((1, 1), Image.Resampling.BOX)
    left = shown.crop((0, 0, shown.width // 2, shown.height)).resize((1, 1), Image.Resampling.BOX)
    if name == "its own mask":
        assert right.getpixel((0, 0)) == 255 and left.getpixel((0, 0)) != 255
    if name == "a table of levels":
        assert right.getpixel((0, 0)) < 80  # type: ignore[operator]


def test_a_mask_elsewhere_in_the_file_does_not_spoil_the_scanners_jpeg(tmp_path: Path, here: Crew) -> None:
    grey = sheet(page())
    data = picture_pdf(b"/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode", grey.data, *A5)
    (tmp_path / "a.pdf").write_bytes(data.replace(b"%PDF-1.4\n", b"%PDF-1.4\n%/SMask \n"))
    (scan,) = scans_of([tmp_path / "a.pdf"], here)
    assert scan.content == grey.data


def test_the_same_fax_is_the_same_page_whatever_it_came_in(tmp_path: Path, here: Crew) -> None:
    fax = page().convert("1")
    grey = fax.convert("L")
    paths = [
        save(tmp_path, "a.tif", fax, compression="group4"),
        save(tmp_path, "b.tif", grey, compression="tiff_lzw"),
        save(tmp_path, "c.pdf", fax),
    ]
    scans = scans_of(paths, here)
    assert len({scan.identity for scan in scans}) == 1
    with Image.open(io.BytesIO(scans[0].content)) as kept:
        assert kept.mode == "1" and kept.convert("L").tobytes() == grey.tobytes()


def test_heic_photos_are_read_where_their_decoder_is_installed(tmp_path: Path, here: Crew) -> None:
    heif = pytest.importorskip("pillow_heif")
    heif.from_pillow(page().convert("RGB")).save(tmp_path / "IMG_0001.HEIC", quality=90)
    (scan,) = scans_of([tmp_path], here)
    assert scan.content.startswith(b"\xff\xd8")
    (read,) = read_with([tmp_path], here)
    assert texts(read) >= {("qr", digits())} and read.size == A5


def test_a_page_with_notes_on_it_is_drawn_with_them(tmp_path: Path, here: Crew) -> None:
    """A tick made on a tablet lies above the scan."""
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=(420, 595))
    canvas.drawImage(ImageReader(page()), 0, 0, 420, 595)
    canvas.freeTextAnnotation("seen", "0 g /Helv 12 Tf", Rect=[20, 20, 200, 60])
    canvas.save()
    (scan,) = scans_of([path], here)
    assert open_picture(scan.content).size == (1167, 1653)


def test_an_encrypted_file_is_read_like_any_other(tmp_path: Path, here: Crew) -> None:
    kept: list[SealedFile] = []
    for number, name in enumerate(["box.pdf", "fax.tif", "page.jpg"]):
        path = save(tmp_path, name, page(number + 1), **({"compression": "raw"} if name == "fax.tif" else {}))
        kept.append(write_sealed(tmp_path / f"{number}.sealed", bytes(32), name, [path.read_bytes()]))
        path.unlink()
    read = read_with(kept, here)
    assert [each.file for each in read] == ["box.pdf", "fax.tif", "page.jpg"]
    assert all(texts(each) >= {("qr", digits(seed))} for seed, each in enumerate(read, start=1))
    assert count_pages(kept, workers=1) == 3


def test_an_executor_that_never_answers_is_not_waited_for(tmp_path: Path) -> None:
    class Deaf(Executor):
        def submit(self, *_: Any, **__: Any) -> "Future[Any]":
            return Future()

    with Crew(1, Deaf(), page_seconds=0.05) as crew:
        assert crew.patience is not None
        assert result(crew.submit(read_content, b""), crew.patience) is None
    with Crew(1, None) as crew:
        assert crew.patience is None
