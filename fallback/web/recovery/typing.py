"""Typing by scanner in a browser: the test of the scanner, a slip as a code, and its UHID on the way back."""

from collections.abc import Mapping
from datetime import UTC, datetime, time

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from fallback import wedge
from fallback.downtime import Role
from fallback.ehospital.beep import TAB, TEST, TEST_END, BeepConnector
from fallback.errors import FieldWrong, ParchiError, RecipeMissing, Sentence
from fallback.hospital import Target
from fallback.ledger.queries import typing as asked
from fallback.printing.on_screen import Shape, bars_shape, qr_shape
from fallback.recovery import typing as acts
from fallback.slip import INDIA, SlipNumber, number_on
from fallback.web.access import allow, shown_again
from fallback.web.forms.typing import NextForm, ScannerForm, TypedForm
from fallback.web.place import db, here, today, user
from fallback.web.recovery.blueprint import blueprint

typist = allow(Role.CLERK, Role.RECORDS, Role.SUPERVISOR)


def _targets() -> list[Target]:
    return [each for each in here().hospital.targets if each.kind == "beep"]


def _connector() -> BeepConnector:
    """The way that the page is about: the one named in the address, else the first. Raises RecipeMissing."""
    wanted = request.values.get("target", "")
    found = next((each for each in _targets() if wanted in ("", each.name)), None)
    if found is None:
        raise RecipeMissing(target=wanted or "beep")
    return BeepConnector(found, here().hospital)


def _page(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, number: SlipNumber | None = None
) -> ResponseReturnValue:
    connector = _connector()
    name = connector.target.name
    sent = typed or {}
    scanner = ScannerForm(formdata=typed if "scanned" in sent else None)
    done = TypedForm(formdata=typed if number is not None else None)
    following = NextForm(formdata=typed if "number" in sent else None)
    sentence = (scanner if "scanned" in sent else following if "number" in sent else done).mark(error)
    tested = session.get("scanner") == user().login
    mine = acts.in_hand(db(), connector, by=user().login) if tested else None
    since = datetime.combine(today(), time(), INDIA).astimezone(UTC).isoformat()
    waits, confirmed, own = asked.counts(db(), name, user().login, since)
    closed = ""
    if tested and mine is None and not sentence:
        try:
            acts.open_gates(here().installation.ledger, connector)
        except ParchiError as wrong:
            closed = done.mark(wrong) or ""
    return render_template(
        "recovery/typing.html",
        target=connector.target,
        targets=_targets(),
        mine_field=connector.mine,
        tested=tested,
        test=qr_shape(f"{TEST}{TAB}{TEST_END}"),
        mine=mine,
        codes=[qr_shape(each) for each in mine.codes] if mine else [],
        look=bars_shape(mine.known or mine.slip.number.text) if mine else None,
        bars=_bars(mine) if mine else [],
        waits=waits,
        confirmed=confirmed,
        own=own,
        scanner=scanner,
        done=done,
        following=following,
        sentence=sentence or closed,
    )


def _bars(mine: acts.Typing) -> list[tuple[str, str, Shape | None]]:
    return [(each.field, each.text, bars_shape(each.text) if each.text else None) for each in mine.keys]


@blueprint.get("/records/typing")
@typist
def typing() -> ResponseReturnValue:
    """The slip that is being typed; before the first one the scanner is tried."""
    return _page()


@blueprint.post("/records/typing/scanner")
@typist
@shown_again(_page)
def try_scanner() -> ResponseReturnValue:
    """What the scanner typed from the test code: right to the last sign, or no slip is shown."""
    form = ScannerForm()
    first, second = form.typed("scanned").strip(), form.typed("after_tab").strip()
    if (first, second) != (TEST, TEST_END):
        raise FieldWrong(field="scanned", why=_wrong(first, second))
    session["scanner"] = user().login
    return _back()


def _wrong(first: str, second: str) -> str:
    """What is wrong with a scanner, by what it typed."""
    if not first:
        return Sentence("Nothing was scanned. Click into this field and scan the code.")
    if first == TEST or first.startswith(TEST):
        return Sentence(
            "The signs are right, but Tab did not come: set the scanner to send control characters as keys, or Tab "
            "after what it reads, as its sheet says."
        )
    keyboard = next((each.keyboard for each in wedge.undone(first) if each.text.startswith(TEST)), None)
    if keyboard == wedge.CAPS:
        return Sentence("Caps Lock is on. Switch it off and scan once more.")
    if keyboard:
        return Sentence("The keyboard is set to {keyboard}. Set it to English and scan once more.", keyboard=keyboard)
    if not second and TEST.startswith(first):
        return Sentence("A part is missing. Set the scanner to type more slowly, and scan once more.")
    return Sentence(
        "The scanner types other signs than the code has. Set it to the English (US) keyboard and scan once more."
    )


@blueprint.post("/records/typing/next")
@typist
@shown_again(_page)
def type_next() -> ResponseReturnValue:
    """The next approved slip, or the one that was scanned: of a patient who returned to a live counter."""
    scanned = NextForm().typed("number").strip()
    number = number_on(wedge.cleaned(scanned)) if scanned else None
    acts.begin(here().installation.ledger, _connector(), number, by=user().login)
    return _back()


@blueprint.post("/records/typing/<slip:number>/done")
@typist
@shown_again(_page)
def typed(number: SlipNumber) -> ResponseReturnValue:
    """The UHID came back: it is written down, and only then the next slip is shown."""
    place, connector = here(), _connector()
    uhid = wedge.cleaned(TypedForm().typed("uhid"))
    pattern = place.hospital.uhid_pattern
    try:
        acts.done(place.installation.ledger, connector, number, uhid, pattern=pattern, by=user().login)
    except ParchiError as wrong:
        raise FieldWrong(field="uhid", why=Sentence(wrong.says, **wrong.values)) from wrong
    return _onwards(connector)


@blueprint.post("/records/typing/<slip:number>/aside")
@typist
@shown_again(_page)
def put_aside(number: SlipNumber) -> ResponseReturnValue:
    """It cannot be typed: it is held with a reason."""
    reason = TypedForm().typed("reason").strip()
    if not reason:
        raise FieldWrong(field="reason", why="Say why, for whoever looks at it next.")
    connector = _connector()
    acts.put_aside(here().installation.ledger, connector, number, reason, by=user().login)
    return _onwards(connector)


@blueprint.post("/records/typing/<slip:number>/back")
@typist
def give_back(number: SlipNumber) -> ResponseReturnValue:
    """Nothing was saved, and this person stops: the slip is anybody's again."""
    acts.give_back(here().installation.ledger, _connector(), number, by=user().login)
    return _back()


def _onwards(connector: BeepConnector) -> ResponseReturnValue:
    try:
        acts.begin(here().installation.ledger, connector, by=user().login)
    except ParchiError:
        return _back()  # the page says what stands in the way
    return _back()


def _back() -> ResponseReturnValue:
    return redirect(url_for("recovery.typing", target=_connector().target.name))
