"""Commands that bring slips into the hospital's system: approved, sent, left for the live counter, linked by hand."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any, TypeVar, cast

import click

from fallback import recovery
from fallback.cli.data import DAY, Data, Words, clinic_of, json_option, show
from fallback.cli.recover import (
    again_option,
    by_option,
    progress,
    target_of,
    target_option,
    token_from,
)
from fallback.cli.spoken import _, table, told, told_again
from fallback.ehospital import Connector
from fallback.enrolment import Installation
from fallback.enrolment.identities import for_import
from fallback.hospital import Hospital
from fallback.language import format_date
from fallback.language.stages import FACET_LABELS, HOLD_LABELS, STAGE_LABELS, STEP_LABELS
from fallback.ledger.queries import stages as asked
from fallback.recovery import Choice
from fallback.settings import language
from fallback.slip import SlipNumber

F = TypeVar("F", bound=Callable[..., Any])

clinic_option = click.option(
    "--clinic", "clinics", multiple=True, help="Only this clinic, by its code; may be given several times."
)
day_option = click.option(
    "--day", "days", type=DAY, multiple=True, help="Only this day, as 24-11-2026; may be given several times."
)
desk_option = click.option("--desk", "desks", type=int, multiple=True, help="Only this desk, by its series.")
number_option = click.option("--number", "numbers", multiple=True, help="Only this slip, by its number.")
token_option = click.option(
    "--token-file", type=click.Path(path_type=Path), help="A file with the system's access token or password."
)
authority_option = click.option(
    "--authority", type=click.Path(path_type=Path), help="A file with the hospital's own certificate authority."
)


def filtered(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Gives a command some of these four options, and hands it what they mean as `choice`."""

    def over(command: F) -> F:
        @wraps(command)
        def chosen(*told: Any, **named: Any) -> Any:
            data: Data = click.get_current_context().obj
            given = {name: named.pop(name, ()) for name in ("clinics", "days", "desks", "numbers")}
            return command(*told, choice=_choice(data.hospital(), **given), **named)

        found = cast(F, chosen)
        for option in reversed(options):
            found = option(found)
        return found

    return over


def _choice(
    hospital: Hospital,
    clinics: tuple[str, ...],
    days: tuple[datetime, ...],
    desks: tuple[int, ...],
    numbers: tuple[str, ...],
) -> Choice:
    return Choice(
        clinics=frozenset(clinic_of(hospital, code) for code in clinics) or None,
        days=frozenset(day.date().isoformat() for day in days) or None,
        series=frozenset(desks) or None,
        numbers=frozenset(map(SlipNumber.parse, numbers)) or None,
    )


@click.command()
@target_option
@filtered(clinic_option, day_option, desk_option, number_option)
@again_option
@by_option
@json_option
@click.pass_obj
def approve(
    data: Data,
    to: str,
    choice: Choice,
    again: bool,
    by: str,
    as_json: bool,
) -> None:
    """Lets slips go to the hospital system; without a filter, all that are ready.

    Example: python -m fallback approve --clinic ENT --day 24-11-2026 --by meena
    """
    with data.installation() as installation:
        count = recovery.approve(
            installation.ledger, target_of(data.hospital(), to).name, replace(choice, again=again), by=by
        )
        show({"approved": count}, as_json=as_json, text=_("{count} slips are approved.", count=count))


@click.command()
@target_option
@filtered(clinic_option, day_option, desk_option, number_option)
@click.option("--reason", type=Words(), required=True, help="Why, for the account.")
@by_option
@json_option
@click.pass_obj
def defer(
    data: Data,
    to: str,
    choice: Choice,
    reason: str,
    by: str,
    as_json: bool,
) -> None:
    """Leaves slips that were never sent for the live counter: they are registered when the patient returns.

    Example: python -m fallback defer --day 24-11-2026 --reason "old cases, by order of the superintendent" --by meena
    """
    with data.installation() as installation:
        target = target_of(data.hospital(), to).name
        count = recovery.defer(installation.ledger, target, choice, reason=reason, by=by)
        show({"on_return": count}, as_json=as_json, text=_("{count} slips wait for the live counter.", count=count))


@click.command("import")
@target_option
@filtered(clinic_option, day_option)
@click.option("--dry-run", is_flag=True, help="Show what would be sent; ask and change nothing.")
@click.option("--limit", type=click.IntRange(1), help="Send at most so many.")
@token_option
@authority_option
@click.option("--anew", is_flag=True, help="The system has changed since it was pinned, and that is right.")
@by_option
@json_option
@click.pass_context
def import_(
    context: click.Context,
    to: str,
    choice: Choice,
    dry_run: bool,
    limit: int | None,
    token_file: Path | None,
    authority: Path | None,
    anew: bool,
    by: str,
    as_json: bool,
) -> None:
    """Sends what is approved into the hospital system, each once. Stop it at any moment and run it again.

    The first ten go alone: look at them there, and say so (canary). Exits 4 when slips are held or failed or somebody
    must act, 5 when the system stopped the run.

    Example: python -m fallback import --to http://10.0.0.5/fhir --dry-run
    """
    data: Data = context.obj
    with data.installation() as installation, _way(data, installation, to, token_file, authority) as connector:
        if dry_run:
            _show_plan(installation, connector, choice, limit, as_json)
            return
        if anew:
            recovery.pin(installation.ledger, connector, by=by, anew=True)
        with _until_stopped() as halted:
            report = recovery.run_import(
                installation.ledger,
                connector,
                by=by,
                choice=choice,
                limit=limit,
                stop=halted.is_set,
                progress=progress(_("slips")),
                reveal=for_import(installation, by=by) if installation.vault.whole else None,
            )
    lines = [
        _(
            "{created} created, {there} there already, {updated} updated, {withdrawn} withdrawn, {held} held, "
            "{failed} failed, {left} left.",
            created=report.created,
            there=report.already_there,
            updated=report.updated,
            withdrawn=report.withdrawn,
            held=report.held,
            failed=report.failed,
            left=report.left,
        )
    ]
    lines += [f"  {number}: {told_again(reason)}" for number, reason in report.reasons.items()]
    if report.stopped:
        lines.append(told(report.stopped))
    show(report.record(), as_json=as_json, text="\n".join(lines))
    if report.stopped:
        context.exit(report.stopped.exit_code)
    if report.held or report.failed:
        context.exit(4)


@contextmanager
def _way(
    data: Data, installation: Installation, to: str, token_file: Path | None, authority: Path | None
) -> Iterator[Connector]:
    hospital = data.hospital()
    connector = recovery.open_way(
        installation, hospital, target_of(hospital, to), token_from(token_file), authority=authority
    )
    try:
        yield connector
    finally:
        connector.close()


@contextmanager
def _until_stopped() -> Iterator[Event]:
    """Ctrl-C stops after the slip that is under way; a second one at once, which loses nothing either."""
    halted = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if halted.is_set():
            raise KeyboardInterrupt
        halted.set()
        click.echo(_("It stops after this slip …"), err=True)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield halted
    finally:
        signal.signal(signal.SIGINT, before)


def _show_plan(
    installation: Installation, connector: Connector, choice: Choice, limit: int | None, as_json: bool
) -> None:
    planned = recovery.plan(installation.ledger, connector, choice, limit=limit)
    lines = [
        f"{each.number.grouped} r{each.revision} {_(STEP_LABELS[each.shown])} ({_(STAGE_LABELS[each.stage])}) "
        f"{told_again(each.reason)}".rstrip()
        for each in planned
    ]
    lines.append(_("{count} slips; nothing was sent.", count=len(planned)))
    show([each.record() for each in planned], as_json=as_json, text="\n".join(lines))


@click.command("link")
@target_option
@click.argument("number")
@click.option("--visit", default="", help="The visit's own number in the system, where it has several.")
@token_option
@authority_option
@by_option
@json_option
@click.pass_obj
def link(
    data: Data,
    to: str,
    number: str,
    visit: str,
    token_file: Path | None,
    authority: Path | None,
    by: str,
    as_json: bool,
) -> None:
    """Says that a visit which was typed by hand is this slip's: our number goes onto it, nothing is created.

    Example: python -m fallback link "001 000 017 44" --by ravi
    """
    parsed = SlipNumber.parse(number)
    with data.installation() as installation, _way(data, installation, to, token_file, authority) as connector:
        reveal = for_import(installation, by=by) if installation.vault.whole else None
        answer = recovery.link(installation.ledger, connector, parsed, visit, by=by, reveal=reveal)
    text = (
        _(answer.reason)
        if answer.reason
        else _("{number} is linked to {visit}.", number=parsed.grouped, visit=answer.encounter)
    )
    show({"outcome": answer.outcome.value, "visit": answer.encounter}, as_json=as_json, text=text)


@click.command()
@target_option
@click.argument("number")
@click.option("--uhid", required=True, help="The UHID that the live counter gave, or found.")
@by_option
@click.pass_obj
def returned(data: Data, to: str, number: str, uhid: str, by: str) -> None:
    """Says that a patient whose slip waits for the live counter was registered there, and under which UHID.

    Example: python -m fallback returned "001 000 017 44" --uhid 100200300 --by asha
    """
    hospital, parsed = data.hospital(), SlipNumber.parse(number)
    with data.installation() as installation:
        target = target_of(hospital, to).name
        recovery.returned(installation.ledger, target, parsed, uhid, pattern=hospital.uhid_pattern, by=by)
        click.echo(_("{number} is {uhid} in the system.", number=parsed.grouped, uhid=uhid))


@click.command()
@target_option
@click.option("--facet", type=click.Choice(asked.FACETS), default="clinic", help="Taken apart by this.")
@filtered(clinic_option, day_option, desk_option)
@click.option("--stage", "stage", type=click.Choice(asked.STAGES), help="List the slips of this stage with reasons.")
@click.option("--most", type=click.IntRange(1), default=50, help="List at most so many.")
@json_option
@click.pass_obj
def stages(
    data: Data,
    to: str,
    facet: str,
    choice: Choice,
    stage: str | None,
    most: int,
    as_json: bool,
) -> None:
    """Shows how many slips stand at which stage of their way into the system; with --stage, which ones and why.

    Example: python -m fallback stages --facet day --stage held
    """
    which = choice.filter
    with data.installation() as installation:
        db = installation.ledger.db()
        where = recovery.standing(db, target_of(data.hospital(), to).name)
        counted = asked.counts(db, where, which, facet=facet)
        chosen = asked.with_stage(which, stage) if stage else None
        listed = asked.rows(db, where, chosen, most=most) if chosen else []
    shown = [each for each in asked.STAGES if counted.total.get(each)]
    rows: list[list[object]] = [[_(FACET_LABELS[facet]), *(_(STAGE_LABELS[each]) for each in shown)]]
    rows += [
        [_part(data.hospital(), facet, part), *(counts.get(each, "") for each in shown)]
        for part, counts in counted.parts.items()
    ]
    rows.append([_("all"), *(counted.total[each] for each in shown)])
    lines = table(*rows) + [f"  {each.number.grouped} {_reason(each)}".rstrip() for each in listed]
    value = {"total": counted.total, "parts": {str(part): counts for part, counts in counted.parts.items()}}
    slips = [{"number": each.number.text, "hold": each.hold, "reason": each.reason} for each in listed]
    show(value | {"slips": slips}, as_json=as_json, text="\n".join(lines))


def _part(hospital: Hospital, facet: str, part: Any) -> str:
    """What one value of a facet is called."""
    if facet == "clinic":
        clinic = hospital.clinic(part)
        return (clinic.shown_hindi if language() == "hi" else clinic.shown) if clinic else "?"
    if facet == "day":
        return format_date(date.fromisoformat(part)) if part else "?"
    if facet == "hold":
        return _(HOLD_LABELS.get(part, part)) or "–"
    return f"{part:03d}"


def _reason(row: asked.StageRow) -> str:
    """Why a slip stands where it does, by kind and in a sentence."""
    said = (_(HOLD_LABELS.get(row.hold, row.hold)) if row.hold else "", told_again(row.reason))
    return ": ".join(each for each in said if each)
