"""Draws the curves of read rates as SVG: a panel beside the other, a line for each printer, our choice marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

_WIDE, _HIGH, _LEFT, _TOP = 290, 310, 62, 78  # pixels: a panel, and where the first one stands
_BETWEEN, _LEGEND, _BELOW = 54, 232, 62
_LINES = (
    ("#00429d", ""), ("#3f8fd2", ""), ("#1b9e77", ""), ("#7fc97f", "6 3"), ("#7b3294", ""), ("#e08214", ""),
    ("#a50026", "6 3"), ("#f46d43", "2 3"),
)  # fmt: skip
_INK, _PALE, _GRID, _BAND = "#1a1a1a", "#5f6368", "#e3e5e8", "#fff3c4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line: its name, its points (mm, % read)."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One diagram."""

    title: str
    curves: tuple[Curve, ...]


def drawn(panels: Sequence[Panel], *, title: str, chosen: float) -> str:
    """The SVG; every panel has the same curves in the same order and the same widths."""
    across = len(panels) * _WIDE + (len(panels) - 1) * _BETWEEN
    size = (_LEFT + across + _LEGEND, _TOP + _HIGH + _BELOW)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" '
        f'viewBox="0 0 {size[0]} {size[1]}" font-family="Helvetica, Arial, sans-serif" font-size="14" fill="{_INK}">',
        f'<rect width="{size[0]}" height="{size[1]}" fill="white"/>',
        f'<text x="{_LEFT}" y="30" font-size="18" font-weight="bold">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _LEFT + number * (_WIDE + _BETWEEN), chosen)
    parts += _legend(panels[-1].curves, _LEFT + across + 22)
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, left: float, chosen: float) -> Iterator[str]:
    marks = [mm for mm, _ in panel.curves[0].points]
    least, most = min(marks), max(marks)

    def x(mm: float) -> float:
        return round(left + 12 + (mm - least) / (most - least) * (_WIDE - 24), 1)

    def y(share: float) -> float:
        return round(_TOP + _HIGH - share / 100 * _HIGH, 1)

    yield f'<text x="{left}" y="{_TOP - 18}" font-weight="bold">{escape(panel.title)}</text>'
    yield f'<rect x="{x(chosen) - 9}" y="{_TOP - 6}" width="18" height="{_HIGH + 6}" fill="{_BAND}"/>'
    for grid in range(0, 101, 20):
        yield f'<line x1="{left}" x2="{left + _WIDE}" y1="{y(grid)}" y2="{y(grid)}" stroke="{_GRID}"/>'
        yield f'<text x="{left - 8}" y="{y(grid) + 4}" text-anchor="end" fill="{_PALE}">{grid} %</text>'
    for mm in marks:
        bold = ' font-weight="bold"' if mm == chosen else f' fill="{_PALE}"'
        yield f'<text x="{x(mm)}" y="{_TOP + _HIGH + 18}" text-anchor="middle" font-size="11"{bold}>{mm:.1f}</text>'
    yield f'<text x="{x(chosen)}" y="{_TOP + _HIGH + 33}" text-anchor="middle" font-weight="bold">ours</text>'
    yield f'<text x="{left}" y="{_TOP + _HIGH + 50}" fill="{_PALE}">width of the code, mm (version 10)</text>'
    for curve, (colour, dash) in zip(panel.curves, _LINES, strict=True):
        points = " ".join(f"{x(mm)},{y(share)}" for mm, share in curve.points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'
        for mm, share in curve.points:
            yield f'<circle cx="{x(mm)}" cy="{y(share)}" r="{4 if mm == chosen else 2.4}" fill="{colour}"/>'


def _legend(curves: Sequence[Curve], left: float) -> Iterator[str]:
    """The names, each as near to the end of its line as the others allow."""
    ends = sorted(range(len(curves)), key=lambda place: -curves[place].points[-1][1])
    y: float = _TOP - 20
    for place in ends:
        colour, dash = _LINES[place]
        wanted = _TOP + _HIGH - curves[place].points[-1][1] / 100 * _HIGH
        y = max(y + 20, min(wanted, _TOP + _HIGH - 20 * (len(ends) - 1 - ends.index(place))))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<line x1="{left}" x2="{left + 26}" y1="{y}" y2="{y}" stroke="{colour}" stroke-width="3"{dashed}/>'
        yield f'<text x="{left + 33}" y="{y + 4.5}">{escape(curves[place].name)}</text>'
