"""The page at the door: to log in, or to open a locked screen again. It shows no patient and no form."""

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from fallback.downtime import User
from fallback.errors import ParchiError
from fallback.language import say
from fallback.web import drafts
from fallback.web.access import may, stated_by
from fallback.web.place import language, locked


def door_page(error: ParchiError | None, *, kept: str = "", after: str = "", login: str = "") -> str:
    """The page. `kept` is a sealed form, `after` where to go then, `login` what stands in its field."""
    owner = locked()
    return render_template(
        "enrolment/login.html",
        error=say(error, language()) if error else "",
        owner=owner,
        kept=kept,
        next=after,
        login=login or (owner.login if owner else ""),
    )


def own(path: str, *, page: bool = False) -> str:
    """The path when it is one of ours, else "": a login never leads to another site. `page`: only one to look at."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or not path.isprintable():
        return ""
    if page:
        try:
            current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
        except HTTPException:
            return ""
    return path


def resume(found: User, kept: str, error: ParchiError) -> ResponseReturnValue | None:
    """The page that shows a kept form again; None when this user has no such page, or did not type it.

    Raises FormStale for a form that is not one of ours.
    """
    draft = drafts.give_back(kept)
    return form_again(found, draft.path, draft.typed, error) if draft.login in ("", found.login) else None


def form_again(
    found: User, path: str, typed: MultiDict[str, str], error: ParchiError | None
) -> ResponseReturnValue | None:
    """The page that shows a form again which is to be sent to a path; None when this user has no such page."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return None
    asked = stated_by(current_app.view_functions[endpoint])
    if asked.again is None or asked.public or not may(found, asked):
        return None
    return asked.again(typed, error, **values)
