"""layout list, check, preview: what a hospital's own file is, or why it cannot be used."""

import json
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner, Result

from fallback.cli import group
from fallback.printing.layout import names
from fallback.printing.layout.file import BUNDLED


def layout(*words: object, code: int = 0) -> Result:
    result = CliRunner().invoke(group, ["layout", *map(str, words)])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def test_layouts_are_listed_with_the_hospital_s_own() -> None:
    listed = json.loads(layout("list", "--json").output)
    assert [each["name"] for each in listed] == list(names())
    assert "slip-a4" in layout("list").output


@pytest.mark.parametrize("name", names())
def test_every_layout_is_checked_and_shown(name: str, tmp_path: Path) -> None:
    file = BUNDLED / f"{name}.toml"
    assert f"{file} is a good layout for" in layout("check", file).output
    layout("preview", file, "--out", tmp_path / "seen")
    with pypdfium2.PdfDocument((tmp_path / "seen" / f"{name}.pdf").read_bytes()) as document:
        pages = len(document)
    made = sorted(path.name for path in (tmp_path / "seen").iterdir())
    assert made == sorted([f"{name}.pdf", *(f"{name}-{page}.png" for page in range(1, pages + 1))])


def test_a_wrong_layout_is_told_with_line_and_key_and_nothing_is_written(tmp_path: Path) -> None:
    text = (BUNDLED / "poster.toml").read_text(encoding="utf-8")
    file = tmp_path / "poster.toml"
    file.write_text(text.replace("size = [67, 67]", "size = [30, 30]"), encoding="utf-8")
    for words in (("check", file), ("preview", file, "--out", tmp_path / "seen")):
        said = layout(*words, code=2).output
        assert "poster.toml, line " in said and "too small" in said
    assert not (tmp_path / "seen").exists()
    assert "cannot be read" in layout("check", tmp_path / "nothing.toml", code=2).output


def test_a_layout_under_another_name_is_good_but_unused(tmp_path: Path) -> None:
    file = tmp_path / "my poster.toml"
    file.write_text((BUNDLED / "poster.toml").read_text(encoding="utf-8"), encoding="utf-8")
    said = layout("check", file).output
    assert "is a good layout for poster" in said and "under one of these names only" in said


def test_a_layout_for_another_sheet_than_its_name_s_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "poster.toml"
    file.write_text((BUNDLED / "register.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert "A file of this name is a layout for poster" in layout("check", file, code=2).output
