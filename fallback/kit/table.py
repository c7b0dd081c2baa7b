"""The table of hospitals that sticks are built for: each row by itself, what is wrong by line and column."""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from fallback.errors import Sentence, TableWrong
from fallback.kit.sums import is_portable
from fallback.places import find_district
from fallback.spreadsheet import HeldFile, sheet_names
from fallback.states import STATES
from fallback.tables import survey

NEEDED = ("code", "name", "address", "state", "district", "phone")
OPTIONAL = ("name_hindi", "address_hindi", "clinics", "uhid_pattern", "paper")
MOST_HOSPITALS = 5_000
_LARGEST = 20_000_000  # bytes
_LONGEST = 120  # letters, as in hospital.toml
_LOST = "???"  # Excel's plain CSV has no Hindi, and the keys of a hospital are made once
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalRow:
    """A hospital of the table: `line` in the file, `code` is the name of its folder, `state` an LGD code.

    `base` is the file beside the table that says its clinics, None for the one that all others have; `more` are values
    of [hospital] that replace the base's.
    """

    line: int
    code: str
    name: str
    name_hindi: str
    address: str
    address_hindi: str
    phone: str
    state: int
    district: str
    base: Path | None
    more: tuple[tuple[str, str], ...] = ()

    def values(self, hospital_id: str) -> dict[str, str | int]:
        """What its hospital.toml says in place of the base's; the addresses are its own by its id."""
        texts = ("name", "name_hindi", "address", "address_hindi", "phone", "state", "district")
        systems = {f"{name}_system": f"urn:parchi:{hospital_id}:{name}" for name in ("uhid", "slip", "patient")}
        return {name: getattr(self, name) for name in texts} | systems | dict(self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWrong:
    """A row that is refused: its line, the column, and why."""

    line: int
    column: str
    why: str


def read_table(path: Path) -> Iterator[HospitalRow | RowWrong]:
    """Every row of a CSV or XLSX file, or what is wrong with it. Raises TableWrong for a file that is no such table."""
    file = _held(path)
    sheet_names(file)  # refuses a spreadsheet that would fill the memory
    found = survey(file, need=("code", "name"))
    heading = [_column(name) for name in found.heading]
    for name in NEEDED:
        if heading.count(name) != 1:
            why = "it has no column {name}, or two of them. Write into a row of its first sheet: {columns}."
            raise TableWrong(file=path.name, why=Sentence(why, name=name, columns=", ".join((*NEEDED, *OPTIONAL))))
    codes: dict[str, int] = {}
    for count, (line, cells) in enumerate(found.rows()):
        if count >= MOST_HOSPITALS:
            yield RowWrong(
                line=line, column="code", why=Sentence("a table holds at most {count} hospitals", count=count)
            )
            return
        if isinstance(cells, str):
            yield RowWrong(line=line, column="code", why=cells)
            continue
        if not any(cell.strip() for cell in cells):
            continue  # only blanks were typed into it
        told = {name: cell for name, cell in zip(heading, cells, strict=False) if name in NEEDED + OPTIONAL}
        row = _row(line, told, path.parent)
        if isinstance(row, HospitalRow):
            first = codes.setdefault(row.code.lower(), line)
            if first != line:
                row = RowWrong(line=line, column="code", why=Sentence("line {line} has this code already", line=first))
        yield row


def with_values(text: str, values: dict[str, str | int]) -> str:
    """A hospital.toml with other values in its table [hospital]; whoever reads it checks it."""
    lines, inside, done = [], False, False
    for line in text.splitlines():
        if re.match(r"\s*\[", line) and not re.match(r"\s*\[\s*hospital\s*\]", line):
            inside = False
        if inside and (told := re.match(r"\s*([A-Za-z_]+)\s*=", line)) and told[1] in values:
            continue
        lines.append(line)
        if not done and re.match(r"\s*\[\s*hospital\s*\]", line):
            lines += [f"{name} = {_toml(value)}" for name, value in values.items()]
            inside = done = True
    return "\n".join(lines) + "\n"


def _row(line: int, told: dict[str, str], folder: Path) -> HospitalRow | RowWrong:
    for name, cell in told.items():
        if why := _wrong_text(cell):
            return RowWrong(line=line, column=name, why=why)
    texts = {name: " ".join(unicodedata.normalize("NFC", told.get(name, "")).split()) for name in NEEDED + OPTIONAL}
    for name in NEEDED:
        if not texts[name]:
            return RowWrong(line=line, column=name, why="it is empty")
    code = texts["code"]
    if not _CODE.fullmatch(code) or not is_portable(code):
        return RowWrong(
            line=line, column="code", why="it names a folder: write up to 40 letters a-z, digits and hyphens"
        )
    state = _state(texts["state"])
    if not state:
        names = get_close_matches(texts["state"], [each.name for each in STATES.values()], n=1)
        why = Sentence("no state is called so. Did you mean {near}?", near=names[0]) if names else _NO_STATE
        return RowWrong(line=line, column="state", why=why)
    base = None
    if name := texts["clinics"]:
        base = folder / name
        if Path(name).name != name or name == ".." or "\\" in name or not base.is_file():
            return RowWrong(line=line, column="clinics", why="there is no such file beside the table")
    district = find_district(texts["district"], state)
    made = HospitalRow(
        line=line, code=code, name=texts["name"], name_hindi=texts["name_hindi"] or texts["name"],
        address=texts["address"], address_hindi=texts["address_hindi"] or texts["address"], phone=texts["phone"],
        state=state, district=district.name if district else texts["district"], base=base,
    )  # fmt: skip
    return replace(made, more=tuple((name, texts[name]) for name in ("uhid_pattern", "paper") if texts[name]))


_NO_STATE = Sentence("no state is called so: write it in English, or its number in the Local Government Directory")


def _state(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,2}", text, re.ASCII):
        return int(text) if int(text) in STATES else 0
    called = (code for code, each in STATES.items() if text.casefold() in (each.name.casefold(), each.name_hindi))
    return next(called, 0)


def _wrong_text(cell: str) -> str:
    if len(cell) > _LONGEST:
        return Sentence("it has {count} letters; at most {most} fit on a slip", count=len(cell), most=_LONGEST)
    if not all(sign.isprintable() or sign in " \t\n\r\u200c\u200d" for sign in cell):
        return Sentence("it holds signs that no paper can show")
    if _LOST in cell:
        return Sentence("question marks stand where its letters were: save the table as XLSX, or as CSV in UTF-8")
    return ""


def _held(path: Path) -> HeldFile:
    try:
        if path.stat().st_size > _LARGEST:
            raise TableWrong(file=path.name, why=Sentence("it is larger than {size} MB.", size=_LARGEST // 1_000_000))
        return HeldFile(path.name, path.read_bytes())
    except OSError as wrong:
        why = Sentence("it cannot be read ({kind}).", kind=wrong.strerror or type(wrong).__name__)
        raise TableWrong(file=path.name, why=why) from wrong


def _column(name: str) -> str:
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def _toml(value: str | int) -> str:
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def column_of(key: str) -> str:
    """The column that a key of hospital.toml came from; the file of clinics for every other."""
    name = key.removeprefix("hospital.")
    return name if name in NEEDED + OPTIONAL else "clinics"
