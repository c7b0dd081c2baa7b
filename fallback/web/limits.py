"""How often one computer and one login may ask for what a machine could do harm with by asking fast."""

from collections.abc import Mapping
from math import ceil

from flask import Flask, request

from fallback.errors import TooOften
from fallback.web.access import SAFE
from fallback.web.buckets import Share
from fallback.web.place import address, here, visitor

# No person does any of this faster, not even a shift's clerks who all come in through one router.
_PERSON = Share(burst=60, every=1.0)
SHARES: Mapping[str, Share] = {
    "enrolment.log_in": Share(burst=120, every=1.0),
    "enrolment.own_pin": _PERSON,
    "enrolment.new_pin": _PERSON,
    "enrolment.set_user": _PERSON,
    "enrolment.free_login": _PERSON,
    "computers.call": _PERSON,
    "computers.invite": _PERSON,
    "enrolment.enrol_desk": _PERSON,
    "frontdesk.find_picture": Share(burst=240, every=0.25),  # three pictures a second while a camera looks
    "frontdesk.identity": _PERSON,
    "frontdesk.index": _PERSON,
    "frontdesk.run_check": _PERSON,
    "frontdesk.test_sheet": _PERSON,
    "frontdesk.void": _PERSON,
    "recovery.hand_in": _PERSON,
    "recovery.take_photo": _PERSON,
}


def check(app: Flask) -> None:
    """Raises KeyError for a share of a page that is not there: it would limit nothing."""
    for endpoint in SHARES:
        app.view_functions[endpoint]


def gate() -> None:
    """Before every request that changes something. Raises TooOften."""
    share = SHARES.get(request.endpoint or "")
    if share is None or request.method in SAFE:
        return
    limiter, found = here().limiter, visitor()
    asking = [f"address {address()}", *([f"login {found.login}"] if found else [])]
    wait = max(limiter.take(request.endpoint or "", who, share) for who in asking)
    if wait:
        raise TooOften(seconds=ceil(wait))
