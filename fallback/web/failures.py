"""The web's one error handler: a failure becomes its sentence, on its form with everything typed, or on a page."""

import logging
import traceback

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from fallback.errors import LoggedOut, PageUnknown, ParchiError, RequestTooLarge, RequestWrong
from fallback.language import say
from fallback.web import drafts
from fallback.web.access import SAFE, may, stated, typed
from fallback.web.door import door_page
from fallback.web.place import language, visitor

_log = logging.getLogger(__name__)


def told(error: ParchiError) -> ResponseReturnValue:
    """The failure in the user's language, where it helps most."""
    asked = stated()
    user = visitor()
    if request.method not in SAFE and asked and asked.again:
        if asked.public or (user is not None and may(user, asked)):
            try:
                return make_response(asked.again(typed(), error, **(request.view_args or {})), error.http_status)
            except ParchiError as also:  # the page itself cannot be shown: its shift was closed, its slip is not there
                return _page(also)
        if isinstance(error, LoggedOut):
            return door_page(error, kept=drafts.keep(request.path, typed())), error.http_status
    return _page(error)


def refused(error: HTTPException) -> ResponseReturnValue:
    """What Flask itself refuses, as one of our sentences."""
    if isinstance(error, RequestEntityTooLarge):
        asked = stated()
        return _page(
            RequestTooLarge(megabytes=(asked.limit if asked else current_app.config["MAX_CONTENT_LENGTH"]) >> 20)
        )
    if error.code in (404, 405):
        return _page(PageUnknown())
    if error.code and error.code < 400:
        return error
    return _page(RequestWrong())


def broken(error: Exception) -> ResponseReturnValue:
    """A fault of ours. The log gets the kind and the places in the program: its text could hold a patient's data."""
    places = " < ".join(
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
        for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
    )
    _log.error("%s at %s (%s)", type(error).__name__, places, request.endpoint)
    sentence = say(ParchiError(), language())
    return render_template("failure.html", sentence=sentence), 500


def _page(error: ParchiError) -> ResponseReturnValue:
    return render_template("failure.html", sentence=say(error, language())), error.http_status
