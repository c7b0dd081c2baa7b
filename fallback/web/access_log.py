"""The access log of the web: a line for every request of a person, refused ones too, never a value of path or form."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from fallback import custody
from fallback.enrolment import Installation
from fallback.errors import HostWrong, ParchiError
from fallback.ledger import queries
from fallback.ledger.queries.events import clock_offset
from fallback.logbook import FOLDER_NAME, REFUSED_HOST, REFUSED_LOGIN, REQUEST, Logbook
from fallback.web.place import address, db, here, visitor

_LOGIN = "enrolment.log_in"
_ALIVE = "computers.alive"
_log = logging.getLogger(__name__)


def open_log(installation: Installation, clock: Callable[[], datetime]) -> Logbook:
    """The log of an installation, days that are over closed; each day is closed when the next begins."""
    folder, ledger = installation.folder / FOLDER_NAME, installation.ledger

    def close_days() -> None:
        try:
            custody.close_logs(ledger, folder, clock())
        except ParchiError as wrong:  # registration goes on; the next start tries again
            _log.warning("%s", wrong)

    def new_day() -> None:
        threading.Thread(target=close_days, name="access log", daemon=True).start()

    close_days()
    log = Logbook(folder, clock, lambda: clock_offset(ledger.db(), ledger.chain), new_day)
    log.write("started", "web")
    return log


def begin() -> None:
    """Before everything else: when the request came."""
    g.asked = time.perf_counter()


def end(response: Response) -> Response:
    """After everything else: the line."""
    if request.endpoint == _ALIVE:  # each thin desk asks all day, with nothing and for nothing
        return response
    found, began = visitor(), g.get("asked")
    event = REQUEST
    if response.status_code == HostWrong.http_status:
        event = REFUSED_HOST
    elif request.endpoint == _LOGIN and request.method == "POST" and response.status_code >= 400:
        event = REFUSED_LOGIN
    login, role = (found.login, found.role.value) if found else ("", "")
    if event == REFUSED_LOGIN and not login:
        login = _known(_typed())
    here().logbook.write(
        event,
        request.endpoint or "unknown",
        address=address(),
        login=login,
        role=role,
        method=request.method,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - began) * 1000) if began else 0,
        size=response.calculate_content_length() or 0,
    )
    return response


def _typed() -> str:
    """What was typed as the login; "" of a form that is too large to be read, for which the answer stands already."""
    try:
        return request.form.get("login", "")
    except HTTPException:
        return ""


def _known(typed: str) -> str:
    """A login that there is; of anything else, which may be a PIN or a patient's name, nothing is kept."""
    found = queries.user(db(), typed.strip().lower()[:40])
    return found.login if found else "unknown"
