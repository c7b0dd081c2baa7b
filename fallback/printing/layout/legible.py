"""How small a box may be: what nobody can read, tick or scan has not been printed."""

from collections.abc import Mapping
from math import ceil

from fallback.errors import Sentence
from fallback.printing.codes import narrowest
from fallback.printing.layout.areas import HISTORY_USUAL, medicine_head
from fallback.printing.layout.cells import table_head
from fallback.printing.layout.model import Box, Layout
from fallback.printing.layout.pen import GUTTER, TICK_SIDE
from fallback.printing.sheet import MM
from fallback.printing.typesetting import shape
from fallback.slip import SlipNumber

LEAST_TYPE = 5.0  # points: what old eyes read with their glasses on
_POINT = 1 / MM  # mm
_CELL, _NAME_CELL = 9.0, 20.0  # mm wide: of any field, of a name
_TICK_CELL = 10.0
_TABLE_ROW, _MEDICINE_ROW = 4.5, 4.5  # mm high
_BARS_HIGH, _DIGITS_HIGH = 7.0, 3.6  # mm of bars that a hand still hits with a reader, of the digits below them
_NUMBERS = frozenset({"number", "patient_number", "previous", "mother", "first", "last", "number_1", "number_2"})
_NAMES = frozenset({"name", "name_hindi"})
# Width and height in mm of the kinds that have one size for all; (0, 0) for those that need none.
_LEAST: Mapping[str, tuple[float, float]] = {
    "hospital": (20, 4),
    "logo": (5, 5),
    "title": (15, 3),
    "tags": (20, 3),
    "where": (60, 14),
    "text": (15, 2.5),
    "again": (25, 2.5),
    "notes": (40, 4),
    "vitals": (30, 8.5),
    "blank": (15, 4.5),
    "void": (40, 8),
    "frame": (0, 0),
    "rule": (0, 0),
}


def too_small(layout: Layout, box: Box) -> str:
    """Why a box is too small for what stands in it, "" when it is not."""
    width, height = _least(layout, box)
    if box.width >= width - 0.01 and box.height >= height - 0.01:
        return ""
    why = "It would be too small to be read: it needs {width} by {height} mm. Make it larger, or its type smaller."
    return Sentence(why, width=f"{_up(max(width, box.width)):g}", height=f"{_up(max(height, box.height)):g}")


def _up(length: float) -> float:
    return ceil(length * 10 - 0.01) / 10


def _least(layout: Layout, box: Box) -> tuple[float, float]:
    match box.draw:
        case "row" | "plain" | "value":
            return _cells(layout, box, GUTTER * (len(box.fields) - 1)), _cell_height(layout, box)
        case "table":
            return _cells(layout, box, 0), table_head(box.label or layout.label) + box.count * _TABLE_ROW
        case "bars":
            digits = 13 if layout.sheet == "label" else 11
            return narrowest(digits, layout.dpi), _BARS_HIGH + (_DIGITS_HIGH if box.number else 0)
        case "ticks":
            return box.columns * _TICK_CELL, -(-_offered(box) // box.columns) * TICK_SIDE
        case "comb":
            return (box.count * 4.5, 8.0) if box.height >= 8 else (box.count * 5 + 6.0, 5.0)
        case "header":
            return 60.0, 12.5 if box.count == 3 else 7.0
        case "history":
            return 20.0, _history_height(layout, box)
        case "medicines":
            return 60.0, medicine_head(box.label or layout.label) + max(3, box.count) * _MEDICINE_ROW
        case _:
            return _LEAST[box.draw]


def _history_height(layout: Layout, box: Box) -> float:
    told = [share for _, share in box.fields or HISTORY_USUAL]
    return (1.0 + (box.label or layout.label) * 0.42) * sum(told) / min(told)


def _offered(box: Box) -> int:
    """How many boxes to tick there are, of clinics at most."""
    if box.fields[0][0] != "clinic":
        return len(box.choices)
    return len(box.choices) + 1 if box.choices else max(box.count, 1)


def _cells(layout: Layout, box: Box, between: float) -> float:
    """The width of which each field's share is enough for it."""
    shares = sum(share for _, share in box.fields)
    return between + max(_cell(layout, box, name) * shares / share for name, share in box.fields)


def _cell(layout: Layout, box: Box, name: str) -> float:
    if name in _NUMBERS or name.startswith("void_"):  # one that is cut or broken over lines is no number
        least = box.least or LEAST_TYPE
        return shape(SlipNumber(999, 999_999).grouped, layout.fonts[1]).width * least * _POINT
    return _NAME_CELL if name in _NAMES else _CELL


def _cell_height(layout: Layout, box: Box) -> float:
    over = 0.9 + (box.label or layout.label) * 0.42 if box.draw == "row" else 0.0
    return over + (box.least or LEAST_TYPE) * _POINT
