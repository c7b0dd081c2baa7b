"""Straight, small pictures of what a pen left on a form, by name, for a person to judge or to type from."""

import io
from collections.abc import Sequence

from PIL import Image, ImageOps

from fallback.marks import Area, MarkForm
from fallback.scanning.cascade import open_picture, read_page
from fallback.scanning.corners import is_negative
from fallback.scanning.crew import page_fence
from fallback.scanning.marks import MarkReading
from fallback.scanning.plane import distance
from fallback.scanning.reader import FormsTask, WantedForm, read_forms

_PER_MM = 8  # pixels, as at 200 dpi: a line to write on is 90 pixels high
_LINE_MARGIN = 1.5  # mm: letters hang below their line
_GREYS = 16  # levels: enough to tell a pen from a crease, in half the bytes


def snippets(content: bytes, forms: Sequence[MarkForm], text: str, margin: float = 3.0) -> dict[str, bytes]:
    """PNGs (grey, at most 200 dpi) of a form's boxes and lines, by their names, from the bytes of a stored page.

    `text` is that of the form's QR; `forms` are tried in turn. A box is shown with `margin` mm around it, for what a
    pen did beside it says what it meant. {} when the form is not on this page. Raises what `open_picture` does: to be
    run in a fenced process.
    """
    with page_fence():
        picture = open_picture(content)
        codes = [code.corners for code in read_page(content).codes if code.symbology == "qr" and code.text == text]
    # A slip's two copies carry the same code: the form hangs on one of them.
    places = [corners for corners in codes if len(corners) == 4 and distance(corners[0], corners[2])]
    wanted = tuple((WantedForm(place=place, forms=tuple(forms)), corners) for place, corners in enumerate(places))
    read = read_forms(FormsTask(content=content, wanted=wanted))
    if not read:
        return {}
    with page_fence():
        found = read[0]
        negative = is_negative(picture, found.reading.form, places[found.place])
        return _cut(ImageOps.invert(picture) if negative else picture, found.reading, margin)


def _cut(picture: Image.Image, reading: MarkReading, margin: float) -> dict[str, bytes]:
    form, plane = reading.form, reading.plane
    per_mm = plane.per_mm(form.width / 2, form.height / 2)
    times = max(1, int(per_mm / _PER_MM))
    if times > 1:
        picture, plane, per_mm = picture.reduce(times), plane.scaled(1 / times), per_mm / times

    def shown(area: Area, around: float) -> bytes:
        left, top, right, bottom = area
        wider = left - around, top - around, right + around, bottom + around
        return _png(plane.straight(picture, wider, min(per_mm, _PER_MM)))

    lines = {line.name: shown(line.area, _LINE_MARGIN) for line in form.lines}
    return lines | {box.name: shown(box.area, margin) for box in form.boxes}


def _png(picture: Image.Image) -> bytes:
    step = 255 / (_GREYS - 1)
    fewer = picture.point([round(round(level / step) * step) for level in range(256)])
    content = io.BytesIO()
    fewer.save(content, "PNG", optimize=True)
    return content.getvalue()
