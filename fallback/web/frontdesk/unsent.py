"""What is being typed at the desk: kept while somebody pauses, brought back after a power cut or a closed tab."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from fallback.ledger import queries
from fallback.web.access import clerk
from fallback.web.door import form_again, own
from fallback.web.drafts import NEVER
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.place import db, here, user
from fallback.web.unsent import Typed

_KEY = 64  # letters of a form's own key


@blueprint.post("/typed")
@clerk
def keep_typed() -> ResponseReturnValue:
    """A form as it stands; it may not come back where it was sent, or is a confidential patient's.

    The desk seals such an identity to the supervisors and must not be able to read it again.
    """
    login, form, path = user().login, request.form.get("form", "")[:_KEY], own(request.form.get("typed_path", ""))
    if not form:
        return "", 204
    if request.form.get("confidential") or not path or queries.form_number(db(), form):
        here().unsent.forget(login, form)
        return "", 204
    items = [(name, value) for name, value in request.form.items(multi=True) if name not in (*NEVER, "typed_path")]
    here().unsent.keep(login, Typed(form=form, path=path, at=here().clock(), items=items))
    return "", 204


@blueprint.post("/typed/back")
@clerk
def bring_back() -> ResponseReturnValue:
    """A form that was typed and not sent, as it stood."""
    typed = here().unsent.of(user().login, request.form.get("typed", "")[:_KEY])
    again = form_again(user(), typed.path, MultiDict(typed.items), None) if typed else None
    return again or redirect(url_for("frontdesk.desk"))


@blueprint.post("/typed/forget")
@clerk
def forget_typed() -> ResponseReturnValue:
    """Nobody wants it back."""
    here().unsent.forget(user().login, request.form.get("typed", "")[:_KEY])
    return redirect(url_for("frontdesk.desk"))
