"""A phone as a scanner: each picture is sent by itself, and what it was is said as soon as it is read."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback.downtime import Role
from fallback.errors import FieldWrong, PageUnknown
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import PageRow
from fallback.reconcile import PageState, page_state
from fallback.recovery import BatchState
from fallback.slip import INDIA, SlipNumber
from fallback.web.access import allow, takes, upload
from fallback.web.labels import called
from fallback.web.place import _, db, here, language, today, user
from fallback.web.recovery.blueprint import blueprint
from fallback.web.words import problem

PHOTO_MEGABYTES = 32
_SHOWN = 5

photographer = allow(Role.RECORDS, Role.SUPERVISOR, Role.COUNTER)


@dataclass(frozen=True, slots=True)
class Told:
    """What a picture was, in words; `kind` is good, look or failed, "" while nobody knows; `over` when it is known."""

    says: str
    kind: str = ""
    over: bool = True


@blueprint.get("/records/camera")
@photographer
def camera() -> ResponseReturnValue:
    """The page for a phone; without JavaScript it shows the last pictures and comes again while one is read."""
    own = [state for state in here().intake.states() if state.batch == _batch()][:_SHOWN]
    told = [_told(state) for state in own]
    return render_template("recovery/camera.html", told=told, megabytes=PHOTO_MEGABYTES)


@blueprint.post("/records/camera")
@photographer
@takes(PHOTO_MEGABYTES)
def take_photo() -> ResponseReturnValue:
    """Takes pictures; the answer says where to ask what they were."""
    key = here().intake.take(_named(upload().files()), batch=_batch(), by=user().login)
    if not key:
        raise FieldWrong(field="files", why="Take a picture of the slip first.")
    if request.accept_mimetypes.best == "application/json":
        return jsonify(look=url_for("recovery.photo", key=key))
    return redirect(url_for("recovery.camera"))


@blueprint.get("/records/camera/<key>")
@photographer
def photo(key: str) -> ResponseReturnValue:
    """What a picture was; a counter asks of its own. Raises PageUnknown."""
    state = here().intake.state(key)
    if user().role is Role.COUNTER and state.by != user().login:
        raise PageUnknown()
    told = _told(state)
    return jsonify(says=told.says, kind=told.kind, over=told.over)


def _batch() -> str:
    return f"phone {today().isoformat()} {user().login}"


def _named(files: Iterator[tuple[str, Iterator[bytes]]]) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Every phone calls its pictures alike: each gets a name of its own, by which its page is found again."""
    at = here().clock().astimezone(INDIA)
    for _name, pieces in files:
        yield f"photo {at:%H-%M-%S} {secrets.token_hex(2)}", pieces


def _told(state: BatchState) -> Told:
    if state.error is not None:
        return Told(say(state.error, language()), "failed")
    if state.state != "done":
        return Told(
            _("It is being read …") if state.state != "stopped" else _("stopped"), over=state.state == "stopped"
        )
    pages = [page for file in state.files for page in queries.batch_pages(db(), state.batch, file=file)]
    told = [_page(page) for page in pages]
    kinds = {each.kind for each in told}
    kind = next((each for each in ("failed", "look", "good") if each in kinds), "failed")
    return Told(" · ".join(each.says for each in told) or _("There is no page in it."), kind)


def _page(page: PageRow) -> Told:
    numbers = dict.fromkeys(code.number for code in queries.codes(db(), page.picture) if code.number)
    slips = ", ".join(SlipNumber.parse(number).grouped.replace(" ", "\N{NO-BREAK SPACE}") for number in numbers)
    match page_state(page.outcome):
        case PageState.READ:
            return Told(_("Read: slip {number}").format(number=slips) if slips else _("Read"), "good")
        case PageState.REPEAT:
            return Told(_("Read before: slip {number}").format(number=slips), "good")
        case PageState.BLANK:
            return Told(_("A blank page"), "look")
        case PageState.NEEDS_EYES if page.outcome == "doubtful":  # the phone did its part; a person does the rest
            return Told(_("Read: slip {number}").format(number=slips) + " · " + _("some boxes are doubtful"), "good")
        case PageState.NEEDS_EYES if page.problem:
            return Told(problem(page), "failed")
        case _:
            return Told(_("Needs eyes: {what}").format(what=called(page.outcome)), "look")
