"""The guided drill: who practises, the next scene, the end with its certificate. Only in an app made for it."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, practice
from fallback.downtime import Role
from fallback.errors import PageUnknown, ParchiError
from fallback.frontdesk import Issued
from fallback.frontdesk.practising import Practising
from fallback.ledger import queries
from fallback.practice import Scene
from fallback.printing import render_slips
from fallback.slip import Kind
from fallback.web.access import allow, forget, public, shown_again
from fallback.web.forms import text
from fallback.web.forms.practice import BeginForm, people
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import db, here
from fallback.web.practice.blueprint import blueprint

_DARK = (Scene.LAPTOP, Scene.POWER)  # everybody is logged out when these begin


def _drill() -> Practising:
    """The drill of this app. Raises PageUnknown in every other app."""
    drill = here().practising
    if drill is None:
        raise PageUnknown()
    return drill


def _page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    drill = _drill()
    form = BeginForm(formdata=typed)
    sentence = form.mark(error)
    found = drill.standing()
    over = found.certificate if found else None
    return render_template(
        "practice/practise.html", form=form, sentence=sentence, found=found, over=over,
        code=practice.write(over) if over else "", setting=drill.setting, least=practice.PASSED,
    )  # fmt: skip


@blueprint.get("/practise")
@public
def practise() -> ResponseReturnValue:
    """Who practises; what was done; at the end the certificate."""
    return _page(None, None)


@blueprint.post("/practise")
@public
@shown_again(_page)
def begin() -> ResponseReturnValue:
    """Begins the drill with its first scene, at the door."""
    drill, form = _drill(), BeginForm()
    drill.begin(
        people(form.typed("people")), text("counter", form.typed("counter")), whole=form.typed("length") == "whole"
    )
    forget()
    return redirect(url_for("enrolment.log_in"))


def _on_again(_: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return _page(None, error)


@blueprint.post("/practise/on")
@public
@shown_again(_on_again)
def go_on() -> ResponseReturnValue:
    """The next scene; after the last one the end."""
    drill = _drill()
    after = next((scene for scene in Scene if scene.value == request.form.get("scene")), None)
    scene = drill.go_on(after) if after else None  # None also where it was sent twice, or by two people at once
    if scene is None:
        found = drill.standing()
        goes_on = found is not None and found.certificate is None
        return redirect(url_for("frontdesk.desk" if goes_on else "practice.practise"))
    if scene in _DARK:
        for user in queries.users(db()):
            here().sessions.end_all(user.login)
        forget()
        return redirect(url_for("enrolment.log_in"))
    return redirect(url_for("frontdesk.desk"))


@blueprint.post("/practise/leave")
@public
def leave() -> ResponseReturnValue:
    """Throws the drill away, and ends the program that was started for it."""
    drill = _drill()
    page = render_template("practice/left.html")
    drill.left.set()
    return page


@blueprint.get("/practise/certificate.pdf")
@public
def certificate() -> ResponseReturnValue:
    """The certificate, once the drill is over. Raises PageUnknown."""
    content = _drill().paper()
    if content is None:
        raise PageUnknown()
    return pdf(content, "practice-certificate.pdf")


@blueprint.get("/practise/scans.pdf")
@allow(Role.CLERK, Role.SUPERVISOR, Role.RECORDS)
def scans() -> ResponseReturnValue:
    """The drill's slips as a scanner would bring them, to be handed in. Raises PageUnknown while there is none."""
    drill = _drill()
    rows = [row for row in queries.slips(db()) if row.slip.kind is not Kind.PAD and not row.voided]
    if not rows:
        raise PageUnknown()
    sheets = [frontdesk.printed(drill.counter, Issued(row=row)) for row in rows]
    return pdf(render_slips(sheets, here().hospital), "scans.pdf")
