"""The review of matches in a browser: a slip beside who may be its patient, one key for each answer, by two people."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback.errors import FieldWrong, MatchElsewhere, PageNotOpen, ParchiError, PassphraseNeeded, SlipUnknown
from fallback.language import format_moment, say
from fallback.language.fields import LABELS
from fallback.ledger import queries
from fallback.ledger.queries import after, matches, review as asked, stages
from fallback.ledger.queries.review import Question
from fallback.recovery import review as act
from fallback.recovery.review import Word
from fallback.recovery.reviews import Review, Wanted
from fallback.slip import SlipNumber, number_on
from fallback.web.access import reader, records, shown_again
from fallback.web.bar import duration
from fallback.web.forms import text
from fallback.web.forms.review import SaidForm
from fallback.web.place import db, here, language, user
from fallback.web.recovery.account import target
from fallback.web.recovery.blueprint import blueprint
from fallback.web.recovery.comparing import compared, percent, reasons_of
from fallback.web.recovery.imports import time_left

_PACE = timedelta(minutes=20)  # of which the speed is told
_CALLS_SHOWN = 200
_LONGEST_NOTE = 200


def _no_match() -> ParchiError | None:
    """Why the matcher cannot run here; None where it can."""
    place = here()
    if place.index.here:
        return None if place.installation.vault.whole else PassphraseNeeded()
    return MatchElsewhere() if place.index_address else None


def _reviews(_typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    wanted = here().reviews.wanted(user().login)
    figures, words = here().reviews.figures(), asked.told_since(db(), here().clock() - _PACE)
    left = figures.left
    waits = left.total() - left[Question.PATIENT]
    pace = sum(words.values()) * (timedelta(hours=1) // _PACE)
    same, new = act.errors_of_the_matcher(db())
    state, no_match = here().matcher.state(), _no_match()
    ended = error or (state.error if state else None)
    return render_template(
        "recovery/reviews.html",
        left=left,
        waits=waits,
        wanted=wanted,
        days=stages.days(db()),
        words=sorted(words.items()),
        pace=pace,
        lasts=duration(timedelta(hours=waits / pace)) if pace else "",
        sure=figures.sure,
        same=same,
        new=new,
        state=state,
        ended=say(ended, language()) if ended else "",
        no_match=say(no_match, language()) if no_match else "",
        unread=here().standings.counts(target(), stages.Filter(), "clinic").value.total.get("read", 0),
        has_index=here().index.here,
        time_left=time_left,
        Question=Question,
    )


@blueprint.get("/records/review")
@reader
def reviews() -> ResponseReturnValue:
    """How far the matcher is and how often it is wrong, what is left to review, of which clinic and day, how fast."""
    return _reviews()


@blueprint.post("/records/review/match")
@records
@shown_again(_reviews)
def start_match() -> ResponseReturnValue:
    """Lets the matcher run in the background; one that was stopped goes on."""
    if (why := _no_match()) is not None:
        raise why
    here().matcher.start(by=user().login)
    return redirect(url_for("recovery.reviews"))


@blueprint.post("/records/review/match/stop")
@records
@shown_again(_reviews)
def stop_match() -> ResponseReturnValue:
    """Stops the matcher after the slips that are being compared."""
    here().matcher.stop()
    return redirect(url_for("recovery.reviews"))


@blueprint.post("/records/review/want")
@records
def want_reviews() -> ResponseReturnValue:
    """From now on only slips of a clinic, of a day, or the urgent ones."""
    clinic, day = request.form.get("clinic", ""), request.form.get("day", "")
    try:
        of_day = date.fromisoformat(day).isoformat() if day else ""
        chosen = Wanted(
            clinic=int(clinic or 0) if len(clinic) < 5 else 0, day=of_day, urgent=request.form.get("urgent") == "y"
        )
    except ValueError:
        chosen = Wanted()
    here().reviews.want(user().login, chosen)
    return redirect(url_for("recovery.next_review"))


@blueprint.get("/records/review/next")
@records
def next_review() -> ResponseReturnValue:
    """The slip that is this person's now, or the next."""
    found = here().reviews.next(user().login)
    if found is None:
        wanted = here().reviews.wanted(user().login)
        left = asked.left(db(), clinic=wanted.clinic, day=wanted.day)
        if wanted.urgent:
            found_urgent = asked.waiting(db(), clinic=wanted.clinic, day=wanted.day, urgent=True)
            left = Counter(each.question for each in found_urgent)
        return render_template("recovery/review_done.html", left=left, wanted=wanted, last=_last(), Question=Question)
    return redirect(url_for("recovery.review", number=found.number))


def _held(number: SlipNumber) -> Review:
    found = here().reviews.item(user().login, number)
    if found is None:
        raise PageNotOpen()
    return found


def _page(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, number: SlipNumber | None = None
) -> ResponseReturnValue:
    if number is None:
        raise PageNotOpen()
    review = _held(number)
    form = SaidForm(formdata=typed)
    sentence = form.mark(error)
    trouble = review.standing.trouble
    return render_template(
        "recovery/review.html",
        review=review,
        slip=review.row.slip,
        lines=compared(review),
        labels=LABELS,
        form=form,
        sentence=sentence,
        trouble=say(trouble, language()) if trouble else "",
        picture=review.picture if review.picture and here().installation.pages.has(review.picture) else "",
        left=here().reviews.left(user().login),
        last=_last(),
        Question=Question,
    )


@blueprint.get("/records/review/<slip:number>")
@records
def review(number: SlipNumber) -> ResponseReturnValue:
    """A slip and who stands beside it; when it is somebody else's by now, the next."""
    try:
        return _page(number=number)
    except PageNotOpen:
        return redirect(url_for("recovery.next_review"))


@blueprint.post("/records/review/<slip:number>/say")
@records
@shown_again(_page)
def say_review(number: SlipNumber) -> ResponseReturnValue:
    """Who the patient is: one of those who stand there, a new one, or somebody must ask."""
    review = _held(number)
    to = request.form.get("to", "")[:64]
    try:
        word = Word.SAME if to else Word(request.form.get("word", ""))
    except ValueError as wrong:
        raise FieldWrong(field="decision", why="Choose one from the list.") from wrong
    note = text("reason", request.form.get("reason", "")[:_LONGEST_NOTE], needed=False)
    act.say(here().installation.ledger, review, word, to, note, by=user().login)
    here().reviews.release(user().login)
    back = "recovery.review_calls" if review.question is Question.PATIENT else "recovery.next_review"
    return redirect(url_for(back))


@blueprint.get("/records/review/<slip:number>/take")
@records
def take_review(number: SlipNumber) -> ResponseReturnValue:
    """One slip, off the call list or after an undo; the next when somebody else has it."""
    found = here().reviews.take(user().login, number)
    return redirect(url_for("recovery.review", number=number) if found else url_for("recovery.next_review"))


@blueprint.post("/records/review/skip")
@records
def skip_review() -> ResponseReturnValue:
    """This slip later, the next now."""
    here().reviews.skip(user().login)
    return redirect(url_for("recovery.next_review"))


@blueprint.post("/records/review/undo")
@records
def undo_review() -> ResponseReturnValue:
    """Takes back what this person said last, and shows that slip again."""
    last = _last()
    if last is None:
        raise PageNotOpen()
    act.take_back(here().installation.ledger, last.number, "undo", by=user().login)
    return redirect(url_for("recovery.take_review", number=last.number))


def _last() -> asked.Told | None:
    """What this person said last, None when nothing can be taken back: nobody said a word, or it was sent."""
    found = asked.last_told(db(), user().login, 1)
    return found[0] if found and not after.sent_to(db(), found[0].number) else None


@blueprint.post("/records/review/hold")
@records
def hold_review() -> ResponseReturnValue:
    """Says that the slip is still being looked at."""
    return Response(status=204 if here().reviews.renew(user().login) else 409)


@blueprint.post("/records/review/leave")
@records
def leave_review() -> ResponseReturnValue:
    """The page was closed: somebody else may have the slip now."""
    here().reviews.release(user().login)
    return Response(status=204)


@blueprint.get("/records/review/calls")
@records
def review_calls() -> ResponseReturnValue:
    """The patients whom somebody must ask, to be printed and called."""
    rows = [row for number in asked.calls(db(), _CALLS_SHOWN) if (row := queries.slip(db(), number))]
    left = here().reviews.figures().left[Question.PATIENT]
    return render_template("recovery/review_calls.html", rows=rows, left=left)


def _said(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, number: SlipNumber | None = None
) -> ResponseReturnValue:
    row = queries.slip(db(), number) if number else None
    if row is None:
        raise SlipUnknown(number=number.grouped if number else "")
    first = row.slip.patient_number or row.slip.number
    said, waiting = matches.matched(db(), first), asked.waits(db(), first)
    secret = waiting is not None and waiting.question is Question.SECOND and waiting.said_by != user().login
    unsaid = secret or (waiting is not None and waiting.question is Question.WHO)
    form = SaidForm(formdata=typed)
    return render_template(
        "recovery/review_said.html",
        row=row,
        first=first,
        said=said,
        reasons=reasons_of(said),
        others=[(person, percent(chance)) for person, chance in said.others] if said else [],
        chance=percent(said.chance) if said else "",
        when=format_moment(datetime.fromisoformat(said.said_at)) if said and said.said_at else "",
        whom=matches.whom(db(), first),
        blind=secret,
        unsaid=unsaid,
        words=matches.words(db(), first),
        targets=after.sent_to(db(), row.slip.number),
        sentence=form.mark(error),
        form=form,
    )


@blueprint.get("/records/review/said")
@reader
def find_said() -> ResponseReturnValue:
    """What was said of a slip, by its number as it was typed. Raises FieldWrong, SlipNumberWrong."""
    typed = request.args.get("number", "").strip()[:40]
    if not typed:
        raise FieldWrong(field="number", why="Type the number, or scan it.")
    return redirect(url_for("recovery.review_said", number=number_on(typed)))


@blueprint.get("/records/review/<slip:number>/said")
@reader
def review_said(number: SlipNumber) -> ResponseReturnValue:
    """Everything that was said of a slip's patient: by the matcher, with its reasons, and by people."""
    return _said(number=number)


@blueprint.post("/records/review/<slip:number>/back")
@records
@shown_again(_said)
def take_back_review(number: SlipNumber) -> ResponseReturnValue:
    """Takes back what people said of a slip that was not sent yet."""
    reason = text("reason", request.form.get("reason", "")[:_LONGEST_NOTE], needed=True)
    act.take_back(here().installation.ledger, number, reason, by=user().login)
    return redirect(url_for("recovery.review_said", number=number))


@blueprint.post("/records/review/<slip:number>/right")
@records
@shown_again(_said)
def set_right(number: SlipNumber) -> ResponseReturnValue:
    """Says who the patient of a slip that was sent really is: a repair order is made."""
    wanted, reason = request.form.get("wanted", "")[:40], request.form.get("reason", "")[:_LONGEST_NOTE]
    if request.form.get("word") == Word.NEW.value:
        wanted = ""
    elif not wanted.strip():
        raise FieldWrong(field="wanted", why="Type the slip or the UHID of the person.")
    made = act.set_right(here().installation.ledger, here().hospital, number, wanted, reason, by=user().login)
    return redirect(url_for("recovery.repairs") if made else url_for("recovery.review_said", number=number))
