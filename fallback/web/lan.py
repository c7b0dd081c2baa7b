"""The door for the other desks, beside the pages: `/lan/...`, without a session, a cookie or a form of any page."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from fallback.custody.network.exchange import HELLO
from fallback.custody.network.hearing import JOIN, JOINED, Asked
from fallback.custody.network.link import Link
from fallback.web.buckets import Limiter, Share

PATH = "/lan/"
_PIECE = 1 << 16
# Of whoever has proved nothing yet; a desk says hello once for each line that it opens.
_SHARES = {HELLO: Share(burst=60, every=0.2), JOIN: Share(burst=10, every=2.0), JOINED: Share(burst=10, every=2.0)}


def beside(pages: WSGIApplication, link: Link) -> WSGIApplication:
    """The app of the pages with the other desks' door beside it: what is asked there, no page's guard ever sees."""
    limiter = Limiter()

    def app(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not str(environ.get("PATH_INFO", "")).startswith(PATH):
            return pages(environ, start)
        status, body = _answer(link, limiter, environ)
        headers = [("Content-Type", "application/octet-stream"), ("Cache-Control", "no-store")]
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    return app


def _answer(link: Link, limiter: Limiter, environ: WSGIEnvironment) -> tuple[int, bytes]:
    asked = Asked(
        address=str(environ.get("REMOTE_ADDR", "")),
        path=str(environ["PATH_INFO"]),
        proof=str(environ.get("HTTP_PARCHI_LAN", "")),
        digest=str(environ.get("HTTP_PARCHI_BODY", "")),
        length=_length(environ),
    )
    if environ["REQUEST_METHOD"] != "POST" or environ["wsgi.url_scheme"] != "https":
        return 405, b""
    share = _SHARES.get(asked.path)
    if share is not None and limiter.take(asked.path, asked.address, share):
        return 429, b""
    return link.hearing.answer(asked, lambda size: _read(environ["wsgi.input"], size))


def _length(environ: WSGIEnvironment) -> int:
    told = str(environ.get("CONTENT_LENGTH") or "0")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 12 else 0


def _read(body: Any, size: int) -> bytes:
    """So many bytes; fewer where the line was cut, which fits no digest then."""
    pieces: list[bytes] = []
    left = size
    while left > 0 and (piece := body.read(min(left, _PIECE))):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
