"""Spreadsheets that lie about themselves, or would fill the memory: no row is lost, and a sentence says why."""

import io
import zipfile
from pathlib import Path

import pytest

from fallback.errors import TableWrong
from fallback.spreadsheet import HeldFile, Sheet, sheet_names, xlsx_of
from fallback.tables import survey

SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
XML = b'<%b xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
BOOK = xlsx_of([Sheet(title="1", header=["uhid", "name"], rows=[["100000001", "Sunita"], ["100000002", "Aslam"]])])


def changed(**members: bytes) -> bytes:
    """The book with other members, by the beginning of their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, members.get(Path(name).stem, old.read(name)))
    return out.getvalue()


def sheet() -> bytes:
    return zipfile.ZipFile(io.BytesIO(BOOK)).read(SHEET)


def rows(content: bytes) -> list[object]:
    file = HeldFile("b.xlsx", content)
    return [row for _, row in survey(file, need=["uhid"], sheet=sheet_names(file)[0]).rows()]


def test_a_sheet_that_says_it_is_smaller_loses_no_row() -> None:
    lies = sheet().replace(b"<sheetData>", b'<dimension ref="A1:A1"/><sheetData>', 1)
    assert b"dimension" in lies
    assert rows(changed(sheet1=lies)) == [["100000001", "Sunita"], ["100000002", "Aslam"]]


def test_a_row_beyond_the_last_that_a_sheet_can_have_is_refused(tmp_path: Path) -> None:
    one = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>uhid</t></is></c></row>'
    far = XML % b"worksheet" + one + b'<row r="999999999"><c r="A999999999"><v>1</v></c></row></sheetData></worksheet>'
    path = tmp_path / "b.xlsx"
    path.write_bytes(changed(sheet1=far))
    with pytest.raises(TableWrong, match="too large"):
        list(survey(path, need=["uhid"]).rows())


@pytest.mark.parametrize(
    ("name", "begin", "again", "end"),
    [
        ("sheet1", b'<sheetData><row r="1"><c t="inlineStr"><is><t>', b"A" * 1000, b"</t></is></c></row></sheetData>"),
        ("sheet1", b'<sheetData><row r="1">', b"<c/>" * 250, b"</row></sheetData>"),
        ("styles", b"<fonts>", b"<font/>" * 250, b"</fonts>"),
    ],
    ids=["one cell", "one row", "styles"],
)
def test_a_small_file_that_unpacks_to_any_size_is_refused_before_it_is_held(
    name: str, begin: bytes, again: bytes, end: bytes
) -> None:
    root = b"styleSheet" if name == "styles" else b"worksheet"
    bomb = changed(**{name: XML % root + begin + again * 5_000 + end + b"</" + root + b">"})
    assert len(bomb) < 100_000
    with pytest.raises(TableWrong, match="too large"):
        sheet_names(HeldFile("b.xlsx", bomb))
