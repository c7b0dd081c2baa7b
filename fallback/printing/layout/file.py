"""Reads a layout file: every key and value is checked, and what is wrong is named with its line."""

from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from pathlib import Path, PureWindowsPath
from typing import Any

from fallback.errors import LayoutUnknown, LayoutWrong, Sentence
from fallback.hospital import DPIS, Hospital
from fallback.printing.labels import Words
from fallback.printing.layout import rules
from fallback.printing.layout.areas import BLANKS, HISTORY, TICKS, VITALS
from fallback.printing.layout.kinds import KINDS, NAMING, SHEETS
from fallback.printing.layout.legible import LEAST_TYPE
from fallback.printing.layout.logo import check_logo
from fallback.printing.layout.model import LANGUAGES, SIDES, Align, Box, Layout, Part
from fallback.printing.typesetting import BOLD, REGULAR, add_font
from fallback.toml_lines import Place
from fallback.toml_table import Tables, document_of

BUNDLED = Path(__file__).parent.parent / "layouts"
_PAGE_LEAST, _PAGE_MOST = 10.0, 1200.0  # mm
_MOST_PARTS, _MOST_BOXES = 20, 200
_CORNER_LEAST, _CORNER_MOST = 3, 10  # mm: a smaller mark is lost in a scan of 150 dpi
_ENDLESS = "slip-roll"  # a roll is as long as its slip
_EDGES = ("top", "right", "bottom", "left")
_TOP = {"sheet", "page", "dpi", "language", "font", "font_bold", "logo", "mobile", "label", "value", "part"}
_PART = {"name", "page", "at", "size", "box", "repeat", "step", "torn", "cut", "corners", "inset"}
# Kinds of box whose fields are not those of the sheet.
_OWN_FIELDS: Mapping[str, Collection[str]] = {
    "vitals": VITALS,
    "history": HISTORY,
    "ticks": TICKS,
    "comb": BLANKS,
    "blank": BLANKS,
}


@cache
def names() -> tuple[str, ...]:
    """The sheets that there are, by their layout's name."""
    return tuple(sorted(path.stem for path in BUNDLED.glob("*.toml")))


def layout(name: str, hospital: Hospital) -> Layout:
    """The layout of a sheet: the hospital's own file where it has one, else ours. Raises LayoutUnknown, LayoutWrong."""
    if name not in names():
        raise LayoutUnknown(name=name[:40], names=", ".join(names()))
    path = path_of(name, hospital)
    try:
        state = path.stat()
    except OSError as error:
        why = Sentence(
            "The file cannot be read ({reason}). Check its place and its permissions.", reason=error.strerror
        )
        raise LayoutWrong(file=path.name, line=1, key="file", why=why) from error
    return _kept(path, (state.st_size, state.st_mtime_ns))


def path_of(name: str, hospital: Hospital) -> Path:
    """The file of a sheet's layout: the hospital's own where it has one, else ours."""
    own = hospital.layouts / f"{name}.toml" if hospital.layouts else None
    return own if own is not None and own.is_file() else BUNDLED / f"{name}.toml"


@lru_cache(maxsize=64)
def _kept(path: Path, _state: tuple[int, int]) -> Layout:
    """A file is read once for each state (size, time of change) that it is in."""
    return load(path)


def load(path: Path) -> Layout:
    """The layout that a file describes, checked against what no layout may do. Raises LayoutWrong."""
    document, tables = document_of(path, LayoutWrong)
    found = _Reader(tables).layout(document)
    rules.check(found, tables)
    ours = BUNDLED / path.name
    if ours.is_file() and not ours.samefile(path):
        _compare(found, load(ours), tables)
    return found


def _compare(found: Layout, ours: Layout, tables: Tables) -> None:
    """Holds a hospital's own file to what its name promises: the sheet, and a slip's paper."""
    if found.sheet != ours.sheet:
        why = "A file of this name is a layout for {sheet}. Give it another name, or another sheet."
        tables.fail(("sheet",), Sentence(why, sheet=ours.sheet))
    if found.sheet != "slip" or found.size is None or ours.size is None:
        return
    width, height = ours.size
    if found.size[0] > width or (found.size[1] > height and tables.path.stem != _ENDLESS):
        why = "The page is larger than its paper of {width} by {height} mm: printers shrink it, and the code with it."
        tables.fail(("page",), Sentence(why, width=f"{width:g}", height=f"{height:g}"))


class _Reader:
    """Turns a file's tables into a layout."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    def layout(self, document: dict[str, Any]) -> Layout:
        """The whole document."""
        tables = self.tables
        tables.only((), document, _TOP)
        sheet = tables.need((), document, "sheet", tables.one_of(tuple(SHEETS)))
        parts = document.get("part")
        if not isinstance(parts, list) or not parts:
            tables.fail(("part",), "There is no [[part]] table. A sheet has at least one part.")
        self.few(("part",), parts, _MOST_PARTS)
        return Layout(
            file=tables.path.name,
            sheet=sheet,
            size=self.page(document.get("page", "slip"), sheet),
            dpi=self.dpi(document.get("dpi", 300)),
            language=tables.one_of(LANGUAGES)(("language",), document.get("language", "both")),
            fonts=self.fonts(document),
            logo=self.logo(document.get("logo", "")),
            mobile=tables.one_of(("last4", "whole"))(("mobile",), document.get("mobile", "last4")),
            label=tables.number(LEAST_TYPE, 20)(("label",), document.get("label", 7.0)),
            value=tables.number(6, 40)(("value",), document.get("value", 10.5)),
            parts=tuple(self.part(("part", place), table, sheet) for place, table in enumerate(parts)),
        )

    def few(self, at: Place, tables: list[Any], most: int) -> None:
        """Refuses more tables than any sheet needs: each box is held against each other one."""
        if len(tables) > most:
            self.tables.fail(at, Sentence("There are more than {most} such tables. Take some away.", most=most))

    def page(self, value: object, sheet: str) -> tuple[float, float] | None:
        """The page's size; "slip", for a card, is that of the slip that it is printed with."""
        return None if value == "slip" and sheet == "card" else self.pair(("page",), value, _PAGE_LEAST, _PAGE_MOST)

    def dpi(self, value: object) -> int:
        """The printer's dots per inch."""
        if value not in DPIS or isinstance(value, bool):
            why = "The printer's dots per inch were expected: 203, 300 or 600."
            self.tables.fail(("dpi",), why)
        return int(float(str(value)))

    def fonts(self, document: dict[str, Any]) -> tuple[str, str]:
        """The regular and the bold type: ours, or the hospital's own files beside the layout."""
        found = []
        for key, own in (("font", REGULAR), ("font_bold", BOLD)):
            name = self.tables.text((key,), document.get(key, own))
            if name not in (REGULAR, BOLD):
                name, why = add_font(self.beside((key,), name))
                if why:
                    self.tables.fail((key,), why)
            found.append(name)
        return found[0], found[1]

    def logo(self, value: object) -> Path | None:
        """The hospital's sign, a picture beside the layout."""
        if value == "":
            return None
        file = self.beside(("logo",), self.tables.text(("logo",), value))
        why = check_logo(file)
        if why:
            self.tables.fail(("logo",), why)
        return file

    def beside(self, at: Place, name: str) -> Path:
        """A file in the layout's own folder, which `init` copies: no other place is there on the next machine."""
        if PureWindowsPath(name).name != name:
            self.tables.fail(at, "The name of a file beside the layout was expected, without any folder.")
        return self.tables.path.parent / name

    def part(self, at: Place, table: object, sheet: str) -> Part:
        """One [[part]]."""
        tables = self.tables
        table = tables.only(at, table, _PART)
        name = tables.need(at, table, "name", tables.one_of(tuple(SHEETS[sheet].parts)))
        boxes = table.get("box")
        if not isinstance(boxes, list) or not boxes:
            tables.fail((*at, "box"), "The part has no [[part.box]]. Nothing would be printed.")
        self.few((*at, "box"), boxes, _MOST_BOXES)
        width, height = tables.need(at, table, "size", lambda where, value: self.pair(where, value, 5, _PAGE_MOST))
        x, y = self.corner((*at, "at"), table.get("at", [0, 0]))
        across, down = self.pair((*at, "repeat"), table.get("repeat", [1, 1]), 1, 100)
        return Part(
            name=name,
            line=tables.lines.get(at, 1),
            page=tables.whole(1, 9)((*at, "page"), table.get("page", 1)),
            x=x,
            y=y,
            width=width,
            height=height,
            boxes=tuple(self.box((*at, "box", place), each, sheet) for place, each in enumerate(boxes)),
            repeat=(int(across), int(down)),
            step=self.pair((*at, "step"), table.get("step", [width, height]), 0, _PAGE_MOST),
            torn=self.edges((*at, "torn"), table.get("torn", [])),
            cut=self.edges((*at, "cut"), table.get("cut", [])),
            corners=self.corners((*at, "corners"), table.get("corners", 0)),
            inset=tables.number(0, 20)((*at, "inset"), table.get("inset", 5)),
        )

    def corners(self, at: Place, value: object) -> float:
        """The side of a part's corner marks, 0 for none."""
        side = self.tables.number(0, _CORNER_MOST)(at, value)
        return self.tables.number(_CORNER_LEAST, _CORNER_MOST)(at, value) if side else 0.0

    def edges(self, at: Place, value: object) -> frozenset[str]:
        """Edges of a part."""
        if not isinstance(value, list) or any(edge not in _EDGES for edge in value):
            self.tables.fail(at, 'A list of edges was expected, like ["bottom"]: top, right, bottom, left.')
        return frozenset(value)

    def box(self, at: Place, table: object, sheet: str) -> Box:
        """One [[part.box]]."""
        tables = self.tables
        if not isinstance(table, dict):
            tables.fail(at, "A table was expected here. Copy its shape from the example file.")
        draw = tables.need(at, table, "draw", tables.one_of(tuple(KINDS)))
        tables.only(at, table, {"draw", "at", "size", "when", *KINDS[draw]})
        x, y = tables.need(at, table, "at", lambda where, value: self.pair(where, value, 0, _PAGE_MOST))
        width, height = tables.need(at, table, "size", lambda where, value: self.pair(where, value, 0, _PAGE_MOST))
        if "field" in table:
            fields: tuple[tuple[str, float], ...] = ((tables.text((*at, "field"), table["field"]), 1.0),)
        else:
            fields = self.fields((*at, "fields"), table.get("fields", []))
        self.known(at, draw, fields, sheet)
        count = tables.whole(1, 100)((*at, "count"), table.get("count", 1)) if "count" in table else 0
        return Box(
            draw=draw,
            line=tables.lines.get(at, 1),
            x=x,
            y=y,
            width=width,
            height=height,
            when=tables.one_of(("void", "live"))((*at, "when"), table["when"]) if "when" in table else "",
            fields=fields,
            words=Words(self.said(at, table, "english"), self.said(at, table, "hindi")),
            code=self.code(at, table, draw, sheet),
            type=tables.number(6, 120)((*at, "type"), table["type"]) if "type" in table else 0.0,
            least=tables.number(LEAST_TYPE, 120)((*at, "least"), table["least"]) if "least" in table else 0.0,
            label=tables.number(LEAST_TYPE, 20)((*at, "label"), table["label"]) if "label" in table else 0.0,
            bold=self.bold((*at, "bold"), table.get("bold", False), fields),
            align=self.align((*at, "align"), table.get("align", "left")),
            columns=tables.whole(1, 20)((*at, "columns"), table.get("columns", 3)),
            count=count or tables.whole(2, 3)((*at, "lines"), table.get("lines", 3)),
            choices=self.choices((*at, "choices"), table.get("choices", []), draw, fields),
            number=tables.flag((*at, "number"), table.get("number", False)),
        )

    def align(self, at: Place, value: object) -> Align:
        """On which side of its box a text stands."""
        return SIDES[self.tables.one_of(tuple(SIDES))(at, value)]

    def known(self, at: Place, draw: str, fields: tuple[tuple[str, float], ...], sheet: str) -> None:
        """Refuses a field that the sheet does not know, and a box that needs one and has none."""
        fit = SHEETS[sheet].columns if draw == "table" else SHEETS[sheet].fields
        known: Collection[str] = _OWN_FIELDS.get(draw, fit)
        if draw in (*NAMING, "ticks", "comb") and not fields:
            self.tables.fail(at, "The box names no field. Write which ones stand there.")
        for name, _ in fields:
            if name not in known:
                names = ", ".join(sorted(known))
                why = Sentence("{name} cannot stand in this box. Known are: {names}.", name=name[:40], names=names)
                self.tables.fail(at, why)

    def code(self, at: Place, table: dict[str, Any], draw: str, sheet: str) -> str:
        """Which text a code shows: bars the number alone, a QR all else."""
        if draw not in ("qr", "bars"):
            return ""
        known = tuple(sorted(code for code in SHEETS[sheet].codes if (code == "bars") is (draw == "bars")))
        if not known:
            self.tables.fail(at, "This sheet has no such code. Take the box away.")
        return self.tables.one_of(known)((*at, "code"), table.get("code", draw))

    def said(self, at: Place, table: dict[str, Any], key: str) -> str:
        return self.tables.text((*at, key), table[key]) if key in table else ""

    def bold(self, at: Place, value: object, fields: tuple[tuple[str, float], ...]) -> frozenset[str]:
        """True for all of a box, or the fields that are bold."""
        if isinstance(value, bool):
            return frozenset({"*"}) if value else frozenset()
        if not isinstance(value, list) or not {name for name, _ in fields} >= set(map(str, value)):
            self.tables.fail(at, "Either true, or a list of fields of this box was expected.")
        return frozenset(map(str, value))

    def choices(self, at: Place, value: object, draw: str, fields: tuple[tuple[str, float], ...]) -> tuple[str, ...]:
        """The answers that a box of ticks offers; of clinics the codes of hospital.toml, which are looked at there."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            self.tables.fail(at, 'A list of words was expected, like ["seen", "admitted"].')
        if draw == "ticks" and fields[0][0] != "clinic":
            known = TICKS[fields[0][0]]
            if not value or len(set(value)) < len(value):
                self.tables.fail(at, 'A list of words was expected, like ["seen", "admitted"].')
            for each in value:
                if each not in known:
                    self.tables.fail(
                        at, Sentence("One of these was expected, in quotation marks: {names}.", names=", ".join(known))
                    )
        return tuple(value)

    def fields(self, at: Place, value: object) -> tuple[tuple[str, float], ...]:
        """Fields with their shares of the width: `["sex", ["guardian", 2]]`."""
        if not isinstance(value, list):
            self.tables.fail(at, 'A list of fields was expected, like ["sex", ["guardian", 2]].')
        found = []
        for each in value:
            name, share = each if isinstance(each, list) and len(each) == 2 else (each, 1)
            if not isinstance(name, str):
                self.tables.fail(at, 'A list of fields was expected, like ["sex", ["guardian", 2]].')
            found.append((name, self.tables.number(0.1, 1000)(at, share)))
        return tuple(found)

    def corner(self, at: Place, value: object) -> tuple[float | None, float]:
        """Where a part stands; "middle" for across the page."""
        if isinstance(value, list) and len(value) == 2 and value[0] == "middle":
            return None, self.pair(at, [0, value[1]], 0, _PAGE_MOST)[1]
        return self.pair(at, value, 0, _PAGE_MOST)

    def pair(self, at: Place, value: object, low: float, high: float) -> tuple[float, float]:
        """Two numbers within bounds."""
        if not isinstance(value, list) or len(value) != 2:
            self.tables.fail(at, "Two numbers in brackets were expected, in mm, like [12, 40.5].")
        check = self.tables.number(low, high)
        return check(at, value[0]), check(at, value[1])
