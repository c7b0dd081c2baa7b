"""Every file that cannot be read gets a sentence that names it and says what to do, and the next file is read."""

import io
import os
import socket
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from fallback import errors
from fallback.errors import ParchiError
from fallback.rehearsal.scan_files import sheet, write_pdf
from fallback.scanning import ReadPage, read_files, unpack as unpack_module
from fallback.scanning.crew import Crew
from fallback.scanning.reader import read_pages
from fallback.scanning.unpack import Portion, Unpacking, unpack
from fallback.sealed import write_sealed
from tests.scans import A5, bomb_pdf, digits, page, pdf, picture_pdf, read_with


@pytest.fixture(scope="module")
def here() -> Iterator[Crew]:
    with Crew(1, None) as crew:
        yield crew


def saved(kind: str, folder: Path, **options: Any) -> bytes:
    path = folder / f"whole.{kind}"
    page().save(path, **options)
    data = path.read_bytes()
    path.unlink()
    return data


def locked_pdf(folder: Path) -> bytes:
    canvas = Canvas(str(folder / "locked"), encrypt="secret")
    canvas.drawString(100, 100, "words")
    canvas.save()
    data = (folder / "locked").read_bytes()
    (folder / "locked").unlink()
    return data


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size and has one row of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(min(width, 50_000) + 1))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def tiff_of(width: int, height: int, *, loops: bool = False) -> bytes:
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (279, 4, 10)]
    body = b"".join(
        struct.pack("<HHI", tag, kind, 1) + (struct.pack("<HH", value, 0) if kind == 3 else struct.pack("<I", value))
        for tag, kind, value in entries
    )
    return struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(entries)) + body + struct.pack("<I", 8 * loops)


def jpeg_of(width: int, height: int) -> bytes:
    """A JPEG of 8 x 8 pixels whose header claims another size."""
    buffer = io.BytesIO()
    Image.new("L", (8, 8), 128).save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of(width: int, height: int) -> bytes:
    """A WebP whose canvas claims a size."""
    buffer = io.BytesIO()
    Image.new("RGBA", (8, 8), (1, 2, 3, 4)).save(buffer, "WEBP", lossless=True)
    data = bytearray(buffer.getvalue())
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<I", 10) + b"\x10\0\0\0" + sides
    body = b"WEBP" + extended + bytes(data[data.index(b"VP8L") :])
    return b"RIFF" + struct.pack("<I", len(body)) + body


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these names and contents."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def nested_pdf(depth: int) -> bytes:
    """A PDF with a list within a list within a list."""
    return pdf(
        CATALOG,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Deep %s%s>>" % (b"[" * depth, b"]" * depth),
    )


def ring_pdf() -> bytes:
    """A PDF whose page tree goes round in a ring, and claims a million pages."""
    return pdf(CATALOG, b"<</Type/Pages/Count 1000000/Kids[2 0 R 2 0 R]>>")


def packed_pdf() -> bytes:
    """A PDF whose page lies in a packed object that unpacks to 300 MB of blanks."""
    squeeze = zlib.compressobj(9)
    inside = b"3 0 <</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]>>"
    data = squeeze.compress(inside) + b"".join(squeeze.compress(b" " * 1_000_000) for _ in range(300)) + squeeze.flush()
    objects = {
        1: CATALOG,
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(data), data),
    }
    body, places = b"%PDF-1.5\n", {}
    for number, content in objects.items():
        places[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    entries = b"".join(
        struct.pack(">BIB", 2, 4, 0) if number == 3 else struct.pack(">BIB", 1, places.get(number, len(body)), 0)
        for number in range(1, 6)
    )
    table = b"<</Type/XRef/Size 6/W[1 4 1]/Index[1 5]/Root 1 0 R/Length %d>>\nstream\n%s\nendstream" % (
        len(entries),
        entries,
    )
    return body + b"5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(body))


def vast_pdf() -> bytes:
    """A PDF of one page that is 14 million points wide and high, with a line on it."""
    draw = b"0 0 m 9999999 9999999 l S"
    return pdf(
        CATALOG,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 14400000 14400000]/Contents 4 0 R>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(draw), draw),
    )


def cut_tiff(folder: Path) -> bytes:
    faxes = [page(seed).convert("1") for seed in (1, 2)]
    faxes[0].save(folder / "t", "TIFF", save_all=True, append_images=faxes[1:], compression="group4")
    data = (folder / "t").read_bytes()
    (folder / "t").unlink()
    return data[: len(data) * 3 // 4]


def holed_zip() -> bytes:
    """A ZIP whose only page was overwritten in the middle."""
    data = bytearray(zipped(("a.png", os.urandom(9000)), how=zipfile.ZIP_STORED))
    data[60:70] = b"overwrites"
    data[35:43] = b"\x89PNG\r\n\x1a\n"
    return bytes(data)


def zip_bomb() -> bytes:
    """4 GB of black in 4 MB: by what it claims, since nothing is unpacked before that is looked at."""
    data = bytearray(zipped(("a.png", b"\x89PNG\r\n\x1a\n" + bytes(1_000_000))))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<I", 4_000_000_000)
    return bytes(data)


def locked_zip() -> bytes:
    """A ZIP that says its member needs a password."""
    data = bytearray(zipped(("a.png", b"\x89PNG\r\n\x1a\n" + bytes(900))))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
BAD: dict[str, tuple[str, Callable[[Path], bytes], type[ParchiError]]] = {
    "password": ("a.pdf", locked_pdf, errors.ScanLocked),
    "empty": ("a.pdf", lambda folder: b"", errors.ScanEmpty),
    "cut jpeg": ("a.jpg", lambda folder: saved("jpg", folder)[:20_000], errors.PageUnreadable),
    "cut png": ("a.png", lambda folder: saved("png", folder)[:9000], errors.PageUnreadable),
    "cut tiff": ("a.tif", lambda folder: saved("tif", folder)[:9000], errors.PageUnreadable),
    "head of a png": ("a.png", lambda folder: b"\x89PNG\r\n\x1a\n", errors.ScanDamaged),
    "head of a jpeg": ("a.jpg", lambda folder: b"\xff\xd8\xff\xe0", errors.ScanDamaged),
    "head of a pdf": ("a.pdf", lambda folder: b"%PDF-1.4\n", errors.ScanDamaged),
    "png bomb": ("a.png", lambda folder: png_of(100_000, 100_000), errors.PageTooLarge),
    "png too large": ("a.png", lambda folder: png_of(8_000, 8_000), errors.PageTooLarge),
    "tiff bomb": ("a.tif", lambda folder: tiff_of(100_000, 100_000), errors.PageTooLarge),
    "pdf bomb": ("a.pdf", lambda folder: bomb_pdf(), errors.PageTooLarge),
    "jpeg bomb": ("a.jpg", lambda folder: jpeg_of(65_500, 65_500), errors.PageTooLarge),
    "webp bomb": ("a.webp", lambda folder: webp_of(16_000, 16_000), errors.PageTooLarge),
    "jpeg bomb in a pdf": (
        "a.pdf",
        lambda folder: picture_pdf(b"/ColorSpace/DeviceGray/Filter/DCTDecode", jpeg_of(65_500, 65_500), 65_500, 65_500),
        errors.PageTooLarge,
    ),
    "jpeg bomb in a pdf that hides it": (
        "a.pdf",
        lambda folder: picture_pdf(b"/ColorSpace/DeviceGray/Filter/DCTDecode", jpeg_of(65_500, 65_500), 600, 800),
        errors.PageUnreadable,
    ),
    "pdf ring": ("a.pdf", lambda folder: ring_pdf(), errors.ScanTooManyPages),
    "rar": ("a.zip", lambda folder: b"Rar!\x1a\x07\x00" * 9, errors.ScanPacked),
    "docx": (
        "a.docx",
        lambda folder: zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")),
        errors.ScanNotPictures,
    ),
    "odt": (
        "a.odt",
        lambda folder: zipped(
            ("mimetype", b"application/vnd.oasis"),
        ),
        errors.ScanNotPictures,
    ),
    "doc": ("a.doc", lambda folder: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900), errors.ScanNotPictures),
    "empty zip": ("a.zip", lambda folder: zipped(), errors.ScanWithoutPages),
    "zip of text": ("a.zip", lambda folder: zipped(("a.txt", b"words")), errors.ScanNotPictures),
    "cut zip": ("a.zip", lambda folder: zipped(("a.png", b"x" * 9000))[:-30], errors.ScanDamaged),
    "head of a zip": ("a.zip", lambda folder: b"PK\x03\x04", errors.ScanDamaged),
    "zip with a hole": ("a.zip", lambda folder: holed_zip(), errors.ScanDamaged),
    "zip bomb": ("a.zip", lambda folder: zip_bomb(), errors.ScanBomb),
    "zip with a password": ("a.zip", lambda folder: locked_zip(), errors.ScanLocked),
    "zip in zip in zip": (
        "a.zip",
        lambda folder: zipped(("b.zip", zipped(("c.zip", zipped(("d.txt", b"words")))))),
        errors.ScanPacked,
    ),
    "text": ("a.jpg", lambda folder: "नमस्ते\n".encode() * 900, errors.ScanNotPictures),
    "bytes": ("a.tif", lambda folder: b"\x00\x01\x02", errors.ScanNotPictures),
    "film": ("a.mp4", lambda folder: b"\x00\x00\x00\x18ftypisom\x00\x00", errors.ScanNotPictures),
    "no pages": ("a.pdf", lambda folder: pdf(CATALOG, b"<</Type/Pages/Count 0/Kids[]>>"), errors.ScanDamaged),
    "no pages tiff": ("a.tif", lambda folder: b"II*\x00\x00\x00\x00\x00", errors.ScanWithoutPages),
    "broken jpeg inside": (
        "a.pdf",
        lambda folder: picture_pdf(b"/ColorSpace/DeviceGray/Filter/DCTDecode", b"no jpeg", *A5),
        errors.PageUnreadable,
    ),
}


def check_sentence(read: ReadPage, name: str) -> None:
    assert read.error is not None and read.problem == read.error.says
    sentence = str(read.error)
    assert name in sentence and "{" not in sentence and sentence.endswith(".")
    assert sentence.count(". ") >= 1  # what happened, then what to do next


def count_with(paths: Sequence[Path], crew: Crew) -> int:
    with Unpacking(crew, deep=False) as unpacking:
        return unpacking.count(paths)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_between_two_good_ones(tmp_path: Path, here: Crew, case: str) -> None:
    name, make, error = BAD[case]
    good = tmp_path / "good.png"
    page().save(good)
    bad = tmp_path / name
    bad.write_bytes(make(tmp_path))
    read = read_with([good, bad, good], here)
    assert len(read) == count_with([good, bad, good], here) == 3
    assert all(("qr", digits()) in {(code.symbology, code.text) for code in read[at].texts} for at in (0, 2))
    assert type(read[1].error) is error, read[1].error
    assert not read[1].blank and not read[1].texts and len(read[1].picture_hash) == 64
    check_sentence(read[1], name)


def test_a_cut_file_gives_the_pages_it_still_has(tmp_path: Path, here: Crew) -> None:
    (tmp_path / "a.tif").write_bytes(cut_tiff(tmp_path))
    page(1).save(tmp_path / "b.pdf", save_all=True, append_images=[page(2)])
    data = (tmp_path / "b.pdf").read_bytes()
    (tmp_path / "b.pdf").write_bytes(data[: data.rindex(b"startxref")])
    read = read_with([tmp_path], here)
    for name in ("a.tif", "b.pdf"):
        mine = [each for each in read if each.file == name]
        assert [each.page for each in mine] == list(range(1, len(mine) + 1))
        assert isinstance(mine[-1].error, errors.ScanCutShort)
        assert f"after page {len(mine) - 1}" in str(mine[-1].error)
    assert ("qr", digits(1)) in {(code.symbology, code.text) for code in read[0].texts}


def test_a_bad_page_between_good_ones_of_one_file(tmp_path: Path, here: Crew) -> None:
    path = tmp_path / "box.tif"
    page(1).save(path, save_all=True, append_images=[page(2), page(3)], compression="tiff_adobe_deflate")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle - 2000 : middle + 2000] = bytes(4000)
    path.write_bytes(data)
    first, second, third = read_with([path], here)
    assert first.texts and third.texts and first.error is third.error is None
    assert isinstance(second.error, errors.PageUnreadable) and "Page 2 of box.tif" in str(second.error)


def test_a_page_of_0_bytes_between_good_ones(tmp_path: Path, here: Crew) -> None:
    good = [sheet(page(seed)) for seed in (1, 2)]
    write_pdf([good[0], replace(good[0], data=b""), good[1]], tmp_path / "a.pdf")
    (tmp_path / "b.zip").write_bytes(zipped(("1.jpg", good[0].data), ("2.jpg", b""), ("3.jpg", good[1].data)))
    for name, error in (("a.pdf", errors.PageUnreadable), ("b.zip", errors.ScanEmpty)):
        first, second, third = read_with([tmp_path / name], here)
        assert qrs([first, third]) == [digits(1), digits(2)]
        assert isinstance(second.error, error) and not second.blank
        check_sentence(second, "a.pdf" if name == "a.pdf" else "b.zip/2.jpg")


def test_a_name_says_nothing_about_what_a_file_is(tmp_path: Path, here: Crew) -> None:
    (tmp_path / "1.pdf").write_bytes(saved("jpg", tmp_path))
    (tmp_path / "2.jpg").write_bytes(saved("pdf", tmp_path, resolution=200))
    (tmp_path / "3").write_bytes(saved("png", tmp_path))
    (tmp_path / "4.png").write_bytes(saved("tif", tmp_path))
    read = read_with([tmp_path], here)
    assert [each.error for each in read] == [None] * 4
    assert all(each.texts for each in read)


def test_paths_that_are_no_files(tmp_path: Path, here: Crew) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "lost").symlink_to("nowhere")
    (tmp_path / "empty").mkdir()
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "up").symlink_to(tmp_path)
    page().save(tmp_path / "inner" / "good.png")
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "Thumbs.db").write_text("x")
    (tmp_path / "bad\nname\udcff.txt").write_text("x")
    with socket.socket(socket.AF_UNIX) as plug:
        plug.bind(str(tmp_path / "plug"))
        paths = [tmp_path, Path("/dev/zero"), tmp_path / "not there", tmp_path / ("x" * 300), Path("nul\0")]
        read = read_with(paths, here)
    told = {each.file: type(each.error) for each in read}
    assert told == {
        "bad?name?.txt": errors.ScanNotPictures,
        "empty": errors.ScanFolderEmpty,
        "inner/good.png": type(None),
        "inner/up": errors.ScanFolderLoop,
        "itself": errors.ScanFolderLoop,
        "lost": errors.ScanMissing,
        "pipe": errors.ScanNotAFile,
        "plug": errors.ScanNotAFile,
        "zero": errors.ScanNotAFile,
        "not there": errors.ScanMissing,
        "x" * 200: errors.ScanNotAllowed,
        "nul?": errors.ScanMissing,
    }
    for each in read:
        if each.error:
            check_sentence(each, each.file)


def test_many_links_to_the_same_folders_are_read_once(tmp_path: Path, here: Crew) -> None:
    for level in range(25):
        (tmp_path / f"f{level}").mkdir()
        for side in "ab":
            (tmp_path / f"f{level}" / side).symlink_to(tmp_path / f"f{level + 1}")
    (tmp_path / "f25").mkdir()
    page().save(tmp_path / "f25" / "good.png")
    assert sum(bool(each.texts) for each in read_with([tmp_path / "f0"], here)) == 1


def test_a_tiff_whose_directories_go_round_in_a_ring_ends(tmp_path: Path, here: Crew) -> None:
    (tmp_path / "ring.tif").write_bytes(tiff_of(10, 1, loops=True))
    read = read_with([tmp_path], here)
    assert len(read) == 2 and isinstance(read[1].error, errors.ScanCutShort)


def test_a_picture_of_20000_pixels_a_side_never_takes_500_megabytes(tmp_path: Path) -> None:
    Image.new("L", (20_000, 20_000), 255).save(tmp_path / "huge.png", compress_level=1)
    (tmp_path / "huge.pdf").write_bytes(bomb_pdf())
    script = (
        "import sys; from pathlib import Path; from fallback.scanning.unpack import Portion, unpack\n"
        "for name in ('huge.pdf', 'huge.png'):\n"
        "    print(unpack(Portion(source=Path(sys.argv[1]) / name, name=name))[0].error)\n"
        "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    first, second, memory = done.stdout.strip().splitlines()
    assert "900 million pixels" in first and "over 89 million pixels" in second
    assert int(memory.split()[1]) < 500_000 and done.stderr == ""


def test_decoders_write_nothing_between_our_lines(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page().convert("1").save(tmp_path / "fax.tif", compression="group4")
    data = bytearray((tmp_path / "fax.tif").read_bytes())
    data[4000:4400] = b"\x55\xaa\x00\xff" * 100
    (tmp_path / "fax.tif").write_bytes(data)
    assert len(list(read_files([tmp_path], workers=1))) == 1
    assert capfd.readouterr() == ("", "")


def test_a_file_that_goes_away_between_looking_and_reading(tmp_path: Path) -> None:
    (gone,) = unpack(Portion(source=tmp_path / "gone.pdf", name="gone.pdf"))
    assert isinstance(gone.error, errors.ScanMissing)
    page().save(tmp_path / "fewer.tif")
    first, second = unpack(Portion(source=tmp_path / "fewer.tif", name="fewer.tif", last=2))
    assert first.content and isinstance(second.error, errors.PageUnreadable)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["pdf", "tif", "jpg", "png", "webp", "zip"]),
    places=st.lists(st.floats(0, 1), max_size=8),
    to=st.binary(),
)
def test_no_harmed_byte_raises(tmp_path: Path, here: Crew, kind: str, places: list[float], to: bytes) -> None:
    path = tmp_path / f"page.{kind}"
    if kind == "zip":
        picture = io.BytesIO()
        page().resize((300, 400)).save(picture, "PNG")
        path.write_bytes(zipped(("a.png", picture.getvalue()), ("b/c.png", picture.getvalue())))
    else:
        page().resize((300, 400)).save(path)
    data = bytearray(path.read_bytes())
    for place in places:
        start = int(place * len(data))
        data[start : start + len(to)] = to
    path.write_bytes(data)
    read = read_with([path], here)
    assert read and all(each.error is None or isinstance(each.error, ParchiError) for each in read)


# --- PDFs that carry more than pages, or less ------------------------------------------------------------------------


def carrying(what: bytes) -> bytes:
    """A PDF of one scanned page whose catalogue names more than pages."""
    picture = io.BytesIO()
    page().save(picture, "JPEG")
    head = b"/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode"
    whole = picture_pdf(head, picture.getvalue(), *A5, mask=b"a virus, or the scans themselves")
    return whole.replace(CATALOG, CATALOG[:-2] + what + b">>").replace(b"startxref", b"startxref")


@pytest.mark.parametrize(
    ("what", "word"),
    [
        (b"/Names<</EmbeddedFiles<</Names[(scans.zip)<</Type/Filespec/F(scans.zip)/EF<</F 6 0 R>>>>]>>>>", "attached"),
        (b"/Names<</JavaScript<</Names[(run)<</S/JavaScript/JS(app.alert\\(1\\))>>]>>>>", "JavaScript"),
    ],
)
def test_what_a_pdf_carries_besides_its_pages_is_told_and_not_opened(
    tmp_path: Path, here: Crew, what: bytes, word: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(carrying(what))
    first, second = read_with([tmp_path], here)
    assert ("qr", digits()) in {(code.symbology, code.text) for code in first.texts} and first.error is None
    assert isinstance(second.error, errors.ScanCarriesMore) and word in str(second.error)
    check_sentence(second, "a.pdf")


@pytest.mark.parametrize("make", [lambda: nested_pdf(100_000), packed_pdf, vast_pdf], ids=["deep", "packed", "vast"])
def test_a_pdf_made_to_exhaust_is_survived(tmp_path: Path, make: Callable[[], bytes]) -> None:
    (tmp_path / "a.pdf").write_bytes(make())
    page().save(tmp_path / "b.png")
    *bad, good = read_files([tmp_path], workers=1)
    assert good.texts and good.file == "b.png" and len(bad) <= 2
    for each in bad:
        assert not each.texts
        if each.error:
            check_sentence(each, "a.pdf")


# --- Files that change -----------------------------------------------------------------------------------------------


def test_a_file_that_grows_while_it_is_read_is_told_and_its_pages_stay(tmp_path: Path, here: Crew) -> None:
    path = tmp_path / "scanner.tif"
    page(1).save(path, save_all=True, append_images=[page(2)])
    page(3).save(tmp_path / "z.png")
    with Unpacking(here) as unpacking:
        scans = unpacking.pages([tmp_path])
        first = next(scans)
        with path.open("ab") as file:
            file.write(b"the scanner goes on")
        rest = list(scans)
    assert [(scan.file, scan.page, type(scan.error)) for scan in [first, *rest]] == [
        ("scanner.tif", 1, type(None)),
        ("scanner.tif", 2, type(None)),
        ("scanner.tif", 3, errors.ScanChanged),
        ("z.png", 1, type(None)),
    ]
    (told,) = [each for each in read_pages(rest, here) if each.error]
    check_sentence(told, "scanner.tif")


def test_a_file_that_is_cut_and_still_growing_is_said_to_grow(tmp_path: Path, here: Crew) -> None:
    path = tmp_path / "scanner.pdf"
    page().save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"startxref")])
    with Unpacking(here) as unpacking:
        scans = unpacking.pages([path])
        first = next(scans)
        path.write_bytes(whole)
        (end,) = scans
    assert first.content and isinstance(end.error, errors.ScanChanged)


# --- ZIP -------------------------------------------------------------------------------------------------------------


def encoded(seed: int, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    page(seed).save(buffer, kind, **options)
    return buffer.getvalue()


def qrs(read: Sequence[ReadPage]) -> list[str]:
    return [next((code.text for code in each.texts if code.symbology == "qr"), "") for each in read]


def test_a_zip_is_read_like_a_folder_and_a_zip_in_it_too(tmp_path: Path, here: Crew) -> None:
    """Nothing that lies in it is ever written in plain, and nothing is left."""
    faxes = io.BytesIO()
    page(3).convert("1").save(faxes, "TIFF", save_all=True, append_images=[page(4).convert("1")], compression="group4")
    inner = zipped(("page 2.jpg", encoded(6, "JPEG")), ("page 10.png", encoded(7, "PNG")))
    (tmp_path / "scans.zip").write_bytes(
        zipped(
            ("__MACOSX/._page 1.jpg", b"x"),
            (".DS_Store", b"x"),
            ("page 10.pdf", encoded(2, "PDF", resolution=200)),
            ("page 9.jpg", encoded(1, "JPEG")),
            ("page 11.tif", faxes.getvalue()),
            ("page 12/readme.txt", b"words"),
            ("page 13.zip", inner),
        )
    )
    spooled = set(Path("/tmp").glob("parchi-scans-*"))
    read = read_with([tmp_path / "scans.zip"], here)
    assert [(each.file, each.page, type(each.error)) for each in read] == [
        ("scans.zip/page 9.jpg", 1, type(None)),
        ("scans.zip/page 10.pdf", 1, type(None)),
        ("scans.zip/page 11.tif", 1, type(None)),
        ("scans.zip/page 11.tif", 2, type(None)),
        ("scans.zip/page 12/readme.txt", 1, errors.ScanNotPictures),
        ("scans.zip/page 13.zip/page 2.jpg", 1, type(None)),
        ("scans.zip/page 13.zip/page 10.png", 1, type(None)),
    ]
    assert qrs(read) == [digits(1), digits(2), digits(3), digits(4), "", digits(6), digits(7)]
    assert len({each.picture_hash for each in read}) == 7
    assert count_with([tmp_path / "scans.zip"], here) == 7
    assert set(Path("/tmp").glob("parchi-scans-*")) <= spooled


def test_a_sealed_zip_is_read_too(tmp_path: Path, here: Crew) -> None:
    sealed = write_sealed(
        tmp_path / "x", bytes(32), "scans.zip", [zipped(("a.pdf", encoded(2, "PDF", resolution=200)))]
    )
    (read,) = read_with([sealed], here)
    assert read.file == "scans.zip/a.pdf" and qrs([read]) == [digits(2)]


def test_names_in_a_zip_that_are_traps_are_only_names(tmp_path: Path, here: Crew) -> None:
    link = zipfile.ZipInfo("link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "traps.zip", "w") as archive:
        for seed, name in enumerate(["../../etc/passwd.jpg", "/root/.ssh.jpg", "C:\\windows\\a.jpg", "same", "same"]):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the same name twice
                archive.writestr(name, encoded(seed, "JPEG"))
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bad\nname.jpg", encoded(5, "JPEG"))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    read = read_with([tmp_path / "traps.zip"], here)
    assert sorted(qrs(read)) == sorted(["", *(digits(seed) for seed in (0, 2, 3, 4, 5))])  # 1 is hidden, as on a disk
    assert all(each.file.startswith("traps.zip/") and each.file.isprintable() for each in read)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_opens_in_a_partly_locked_zip_is_read(tmp_path: Path, here: Crew) -> None:
    data = bytearray(zipped(("a.jpg", encoded(1, "JPEG")), ("b.jpg", encoded(2, "JPEG"))))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    first, second = read_with([tmp_path], here)
    assert qrs([first]) == [digits(1)]
    assert isinstance(second.error, errors.ScanLocked) and second.file == "a.zip"


def test_a_full_disk_while_a_zip_is_unpacked_is_told(
    tmp_path: Path, here: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(("a.pdf", encoded(1, "PDF")), ("b.jpg", encoded(2, "JPEG"))))
    monkeypatch.setattr("fallback.scanning.unpack._surveyed", lay_on_a_full_disk)
    with Crew(1, None) as crew:
        first, second = read_with([tmp_path], crew)
    assert isinstance(first.error, errors.DiskFull) and qrs([second]) == [digits(2)]


def lay_on_a_full_disk(look: Any) -> Any:
    def full(*_: object) -> None:
        raise errors.DiskFull(folder="/tmp")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fallback.scanning.unpack.write_sealed", full)
        return SURVEYED(look)


SURVEYED = unpack_module._surveyed


def test_a_heic_photo_without_its_decoder_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    (tmp_path / "IMG_1.HEIC").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(99))
    (scan,) = unpack(Portion(source=tmp_path / "IMG_1.HEIC", name="IMG_1.HEIC"))
    assert isinstance(scan.error, errors.ScanNeedsMore) and "pillow-heif" in str(scan.error)


def test_an_encrypted_file_that_was_tampered_with_is_told(tmp_path: Path, here: Crew) -> None:
    sealed = write_sealed(tmp_path / "x", bytes(32), "a.png", [encoded(1, "PNG")])
    data = bytearray((tmp_path / "x").read_bytes())
    data[-5] ^= 1
    (tmp_path / "x").write_bytes(data)
    page(2).save(tmp_path / "b.png")
    first, second = read_with([sealed, tmp_path / "b.png"], here)
    assert isinstance(first.error, errors.SealBroken) and first.file == "a.png"
    assert qrs([second]) == [digits(2)]
