"""The guard at the door: only names of ours, nothing kept by a browser, no code or style but our own files."""

from collections.abc import Iterable

from flask import Response, request
from werkzeug.datastructures import ImmutableMultiDict

from fallback.errors import HostWrong, RequestWrong
from fallback.web.place import here

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
PDF = "application/pdf"
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 1000
# Where our own pages load paper, or why there is none, or where it stands.
_FRAMED = frozenset({"frontdesk.print_slip", "frontdesk.reprint", "frontdesk.paper"})

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {ancestors}"
)
# The browser's own PDF reader is a page with styles of its own, shown inside a frame of ours.
_PAPER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=({camera}), microphone=(), geolocation=(), clipboard-read=()",
}


def named(hosts: Iterable[str]) -> frozenset[str]:
    """Names and addresses as a browser writes them: small, and IPv6 in brackets."""
    return frozenset(f"[{name}]" if ":" in name else name.lower() for name in hosts)


def check_host() -> None:
    """Raises HostWrong for a name that is not ours: a site that rebinds its name to this machine stays outside."""
    name = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    if name.lower() not in here().hosts:
        raise HostWrong()


def check_form() -> None:
    """Raises RequestWrong for a form of more fields than any of ours: taking it apart would hold up every desk."""
    if request.mimetype == _FORM and request.get_data().count(b"&") > _MOST_FIELDS:
        request.form = ImmutableMultiDict()  # nor does the page that says so take it apart
        raise RequestWrong()


def add_headers(response: Response) -> Response:
    """What every answer carries. Pages and papers are never stored; files of `static/` are, by their fingerprint."""
    paper = response.mimetype == PDF
    camera = "self" if request.blueprint == "frontdesk" else ""  # the one box reads codes with it
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value.format(camera=camera))
    framed = paper or request.endpoint in _FRAMED
    policy = _PAPER if paper else _PAGE.format(ancestors="'self'" if framed else "'none'")
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Frame-Options", "SAMEORIGIN" if framed else "DENY")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response
