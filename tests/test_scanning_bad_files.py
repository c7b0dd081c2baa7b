"""Every file that cannot be read gets a sentence that names it and says what to do, and the next file is read."""

import os
import socket
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from fallback import errors
from fallback.errors import ParchiError
from fallback.scanning import ReadPage, count_pages, read_files
from fallback.scanning.reader import Portion, read_portion
from tests.scans import A5, bomb_pdf, digits, page, pdf, picture_pdf


@pytest.fixture
def here() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


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


def zipped(folder: Path) -> bytes:
    with zipfile.ZipFile(folder / "zip", "w") as archive:
        archive.writestr("a.txt", "a")
    data = (folder / "zip").read_bytes()
    (folder / "zip").unlink()
    return data


def cut_tiff(folder: Path) -> bytes:
    faxes = [page(seed).convert("1") for seed in (1, 2)]
    faxes[0].save(folder / "t", "TIFF", save_all=True, append_images=faxes[1:], compression="group4")
    data = (folder / "t").read_bytes()
    (folder / "t").unlink()
    return data[: len(data) * 3 // 4]


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
    "zip": ("a.pdf", zipped, errors.ScanPacked),
    "text": ("a.jpg", lambda folder: "नमस्ते\n".encode() * 900, errors.ScanNotPictures),
    "bytes": ("a.tif", lambda folder: b"\x00\x01\x02", errors.ScanNotPictures),
    "heic": ("a.jpg", lambda folder: b"\x00\x00\x00\x18ftypheic\x00\x00", errors.ScanNotPictures),
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


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_between_two_good_ones(tmp_path: Path, here: Executor, case: str) -> None:
    name, make, error = BAD[case]
    good = tmp_path / "good.png"
    page().save(good)
    bad = tmp_path / name
    bad.write_bytes(make(tmp_path))
    read = list(read_files([good, bad, good], executor=here))
    assert len(read) == count_pages([good, bad, good], executor=here) == 3
    assert all(("qr", digits()) in {(code.symbology, code.text) for code in read[at].texts} for at in (0, 2))
    assert type(read[1].error) is error, read[1].error
    assert not read[1].blank and not read[1].texts and len(read[1].picture_hash) == 64
    check_sentence(read[1], name)


def test_a_cut_file_gives_the_pages_it_still_has(tmp_path: Path, here: Executor) -> None:
    (tmp_path / "a.tif").write_bytes(cut_tiff(tmp_path))
    page(1).save(tmp_path / "b.pdf", save_all=True, append_images=[page(2)])
    data = (tmp_path / "b.pdf").read_bytes()
    (tmp_path / "b.pdf").write_bytes(data[: data.rindex(b"startxref")])
    read = list(read_files([tmp_path], executor=here))
    for name in ("a.tif", "b.pdf"):
        mine = [each for each in read if each.file == name]
        assert [each.page for each in mine] == list(range(1, len(mine) + 1))
        assert isinstance(mine[-1].error, errors.ScanCutShort)
        assert f"after page {len(mine) - 1}" in str(mine[-1].error)
    assert ("qr", digits(1)) in {(code.symbology, code.text) for code in read[0].texts}


def test_a_bad_page_between_good_ones_of_one_file(tmp_path: Path, here: Executor) -> None:
    path = tmp_path / "box.tif"
    page(1).save(path, save_all=True, append_images=[page(2), page(3)], compression="tiff_adobe_deflate")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle - 2000 : middle + 2000] = bytes(4000)
    path.write_bytes(data)
    first, second, third = read_files([path], executor=here)
    assert first.texts and third.texts and first.error is third.error is None
    assert isinstance(second.error, errors.PageUnreadable) and "Page 2 of box.tif" in str(second.error)


def test_a_name_says_nothing_about_what_a_file_is(tmp_path: Path, here: Executor) -> None:
    (tmp_path / "1.pdf").write_bytes(saved("jpg", tmp_path))
    (tmp_path / "2.jpg").write_bytes(saved("pdf", tmp_path, resolution=200))
    (tmp_path / "3").write_bytes(saved("png", tmp_path))
    (tmp_path / "4.png").write_bytes(saved("tif", tmp_path))
    read = list(read_files([tmp_path], executor=here))
    assert [each.error for each in read] == [None] * 4
    assert all(each.texts for each in read)


def test_paths_that_are_no_files(tmp_path: Path, here: Executor) -> None:
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
        read = list(read_files(paths, executor=here))
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


def test_many_links_to_the_same_folders_are_read_once(tmp_path: Path, here: Executor) -> None:
    for level in range(25):
        (tmp_path / f"f{level}").mkdir()
        for side in "ab":
            (tmp_path / f"f{level}" / side).symlink_to(tmp_path / f"f{level + 1}")
    (tmp_path / "f25").mkdir()
    page().save(tmp_path / "f25" / "good.png")
    assert sum(bool(each.texts) for each in read_files([tmp_path / "f0"], executor=here)) == 1


def test_a_tiff_whose_directories_go_round_in_a_ring_ends(tmp_path: Path, here: Executor) -> None:
    (tmp_path / "ring.tif").write_bytes(tiff_of(10, 1, loops=True))
    read = list(read_files([tmp_path], executor=here))
    assert len(read) == 2 and isinstance(read[1].error, errors.ScanCutShort)


def test_a_picture_of_20000_pixels_a_side_never_takes_500_megabytes(tmp_path: Path) -> None:
    Image.new("L", (20_000, 20_000), 255).save(tmp_path / "huge.png", compress_level=1)
    (tmp_path / "huge.pdf").write_bytes(bomb_pdf())
    script = (
        "import sys; from pathlib import Path; from fallback.scanning import read_files\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "for page in read_files([Path(sys.argv[1])], executor=ThreadPoolExecutor(1)): print(page.error)\n"
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
    (gone,) = read_portion(Portion(path=tmp_path / "gone.pdf", name="gone.pdf"))
    assert isinstance(gone.error, errors.ScanMissing)
    page().save(tmp_path / "fewer.tif")
    first, second = read_portion(Portion(path=tmp_path / "fewer.tif", name="fewer.tif", last=2))
    assert first.texts and isinstance(second.error, errors.PageUnreadable)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(["pdf", "tif", "jpg", "png"]), places=st.lists(st.floats(0, 1), max_size=8), to=st.binary())
def test_no_harmed_byte_raises(tmp_path: Path, kind: str, places: list[float], to: bytes) -> None:
    path = tmp_path / f"page.{kind}"
    page().resize((300, 400)).save(path)
    data = bytearray(path.read_bytes())
    for place in places:
        start = int(place * len(data))
        data[start : start + len(to)] = to
    path.write_bytes(data)
    with ThreadPoolExecutor(1) as executor:
        read = list(read_files([path], executor=executor))
    assert read and all(each.error is None or isinstance(each.error, ParchiError) for each in read)
