"""What is known of practice: months, whose turn it is, certificates taken in, and what each role did in an outage."""

from collections.abc import Mapping

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fallback import practice
from fallback.downtime import Role
from fallback.errors import FieldWrong, ParchiError
from fallback.frontdesk import practised
from fallback.ledger.queries import practice as told
from fallback.web.access import overseer, shown_again, supervisor
from fallback.web.forms import text, whole_number
from fallback.web.forms.practice import ByHandForm, CodeForm, people
from fallback.web.forms.reading import to_date
from fallback.web.place import db, here, user
from fallback.web.practice.blueprint import blueprint

_SHOWN = 50


def _page(error: ParchiError | None = None, *, code: CodeForm | None = None, hand: ByHandForm | None = None) -> str:
    typed = code or hand
    sentence = typed.mark(error) if typed is not None else ""
    found = practised.record(here().counter, here().clock())
    return render_template(
        "practice/practice.html",
        code=code or CodeForm(formdata=None),
        hand=hand or ByHandForm(formdata=None),
        wrong_form=typed,
        sentence=sentence,
        found=found,
        shown=found.practices[:_SHOWN],
        outages=told.outages(db()),
        rota=here().hospital.ready.rota,
    )


@blueprint.get("/practice")
@overseer
def practice_page() -> ResponseReturnValue:
    """The months, whose turn it is, who practised."""
    return _page()


def _code_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return _page(error, code=CodeForm(formdata=typed))


@blueprint.post("/practice/certificate")
@supervisor
@shown_again(_code_again)
def add_certificate() -> ResponseReturnValue:
    """Takes a certificate in, by its code."""
    form = CodeForm()
    practised.add_certificate(here().installation.ledger, form.typed("certificate"), here().clock(), by=user().login)
    return redirect(url_for("practice.practice_page"))


def _hand_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return _page(error, hand=ByHandForm(formdata=typed))


@blueprint.post("/practice/by-hand")
@supervisor
@shown_again(_hand_again)
def add_by_hand() -> ResponseReturnValue:
    """Takes a practice in that has no certificate."""
    form = ByHandForm()
    day = to_date(form.typed("day"))
    if day is None:
        raise FieldWrong(field="day", why="Write the day like 26-11-2026.")
    practised.add_by_hand(
        here().installation.ledger, form.typed("kind"), day, text("counter", form.typed("counter")),
        people(form.typed("people")), here().clock(), minutes=whole_number(form.typed("minutes")) or 0, by=user().login,
    )  # fmt: skip
    return redirect(url_for("practice.practice_page"))


@blueprint.get("/practice/duties")
@overseer
def duties() -> ResponseReturnValue:
    """What each outage asked of each role, and how much of it was done: the newest five."""
    rows = []
    for downtime, kept in practised.all_kept(here().counter, here().clock()):
        by_role = ((role, [each for each in kept if each.role is role]) for role in Role)
        roles = [(role, mine, practice.share(mine)) for role, mine in by_role if mine]
        rows.append((downtime, roles, practice.share(kept)))
    return render_template(
        "practice/duties.html", rows=rows, published=practice.WITHOUT_PRACTICE, wanted=practice.WANTED
    )
