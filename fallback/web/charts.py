"""Charts as plain shapes: columns over time and bars by name, which a template draws as SVG.

A part of a whole is hatched, not coloured, so that a chart says the same in black and white; every figure is text.
"""

from collections.abc import Sequence
from dataclasses import dataclass

# Units of a picture, which a page scales: columns take the whole width of a page, bars half of it.
WIDE, HALF = 940, 460
_LETTER = 6.4  # the width of a digit at 11 units


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A name and its figure, of which `part` is hatched. `note` is said after the figure."""

    name: str
    value: int
    part: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled rectangle; `hatched` where it is a part."""

    x: float
    y: float
    width: float
    height: float
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A text on its baseline; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of a width and height, in units, and what is drawn in it."""

    width: float
    height: float
    shapes: tuple[Shape, ...] = ()
    labels: tuple[Label, ...] = ()
    rules: tuple[Rule, ...] = ()


def columns(values: Sequence[Value], *, named_every: int = 1, height: float = 190) -> Chart:
    """A column for each value, the first at the left; every so many of them are named below.

    Figures stand over the columns where there is room, else lines across say how high they are.
    """
    left, top, bottom = 34.0, 16.0, 22.0
    room, floor = WIDE - left, height - bottom
    step, most = _scale(max((each.value for each in values), default=0))
    pitch = room / max(len(values), 1)
    wide = min(pitch * 0.8, 36.0)
    rules, labels, shapes = [], [], []
    for line in range(0, most + 1, step):
        y = floor - (floor - top) * line / most
        rules.append(Rule(left, y, WIDE, y))
        labels.append(Label(left - 5, y + 4, str(line), "end"))
    for place, each in enumerate(values):
        x, middle = left + pitch * place + (pitch - wide) / 2, left + pitch * (place + 0.5)
        high, part = ((floor - top) * figure / most for figure in (each.value, min(each.part, each.value)))
        shapes.append(Shape(x, floor - high, wide, high - part))
        if part:
            shapes.append(Shape(x, floor - part, wide, part, hatched=True))
        if each.value and len(str(each.value)) * _LETTER <= pitch:
            labels.append(Label(middle, floor - high - 4, str(each.value), strong=True))
        if place % named_every == 0:
            labels.append(Label(middle, height - 6, each.name))
    return Chart(width=WIDE, height=height, shapes=tuple(shapes), labels=tuple(labels), rules=tuple(rules))


def bars(values: Sequence[Value], *, name_width: float = 170) -> Chart:
    """A bar for each value, its name before it and its figure behind it, the first on top."""
    pitch, tall = 22.0, 14.0
    longest = max((len(f"{each.value}{each.note}") for each in values), default=1)
    room = HALF - name_width - longest * _LETTER - 16
    most = max((each.value for each in values), default=0) or 1
    shapes, labels = [], []
    for place, each in enumerate(values):
        y = pitch * place + (pitch - tall) / 2
        long, part = (room * figure / most for figure in (each.value, min(each.part, each.value)))
        shapes.append(Shape(name_width, y, max(long - part, 0.0), tall))
        if part:
            shapes.append(Shape(name_width + long - part, y, part, tall, hatched=True))
        labels.append(Label(name_width - 7, y + 11.5, _short(each.name, name_width), "end"))
        labels.append(Label(name_width + long + 6, y + 11.5, f"{each.value}{each.note}", "start", strong=True))
    rules = (Rule(name_width, 0, name_width, pitch * max(len(values), 1)),)
    return Chart(
        width=HALF, height=pitch * max(len(values), 1), shapes=tuple(shapes), labels=tuple(labels), rules=rules
    )


def _scale(highest: int) -> tuple[int, int]:
    """The distance of the lines across, a round number, and the topmost of them: at most five, whatever the height."""
    step = 1
    while highest > 4 * step:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step, max(step, -(-highest // step) * step)


def _short(name: str, width: float) -> str:
    most = int(width / _LETTER) - 1
    return name if len(name) <= most else name[: most - 1] + "…"
