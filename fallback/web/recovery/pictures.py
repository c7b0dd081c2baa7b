"""Pictures of pages in a browser: as they are stored, and cut-outs of what a pen left on them."""

from flask import Response
from flask.typing import ResponseReturnValue

from fallback import payload, recovery
from fallback.errors import PageUnknown, PictureDamaged
from fallback.evidence import media_type
from fallback.ledger import queries
from fallback.recovery.forms import PageForms
from fallback.web.access import reader
from fallback.web.place import db, here
from fallback.web.recovery.blueprint import blueprint


@blueprint.get("/records/pages/<picture>/picture")
@reader
def picture(picture: str) -> ResponseReturnValue:
    """A page's picture, byte for byte as it is stored: the browser decodes it, not the desk's own process."""
    content = _content(picture)
    kind = media_type(content)
    if not kind.startswith("image/"):
        raise PictureDamaged(picture=picture)
    return Response(content, mimetype=kind)


@blueprint.get("/records/pages/<picture>/cutouts/<int:place>/<name>")
@reader
def cutout(picture: str, place: int, name: str) -> ResponseReturnValue:
    """A box or a line of a form on a page, straight and large. Raises PageUnknown where there is none."""
    text = _text_at(picture, place)
    if not text:
        raise PageUnknown()
    found = here().cutter.cut(picture, text, lambda: (_content(picture), _forms().around(text)))
    if name not in found:
        raise PageUnknown()
    return Response(found[name], mimetype="image/png")


def cutouts(picture: str, place: int) -> frozenset[str]:
    """The names of the boxes and lines that the form at a place has, so that no picture is asked for in vain."""
    text = _text_at(picture, place)
    if not text or not here().installation.pages.has(picture):
        return frozenset()
    around = _forms().around(text)
    return frozenset(
        name for form in around for name in (*(line.name for line in form.lines), *(box.name for box in form.boxes))
    )


def _content(picture: str) -> bytes:
    return recovery.picture(here().installation.ledger, here().installation.pages, picture)


def _forms() -> PageForms:
    installation = here().installation
    return PageForms(here().hospital, installation.keys(), drill=installation.drill)


def _text_at(picture: str, place: int) -> str:
    """The digits of the code at a place of a page, written again from its record; "" where the ledger has none."""
    code = next((each for each in queries.codes(db(), picture) if each.place == place), None)
    signed = queries.payload_of(db(), code) if code else None
    return payload.to_digits(signed) if signed else ""
