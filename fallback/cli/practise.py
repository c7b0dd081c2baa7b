"""Practice: the guided drill for staff, and what is known of it in the real installation."""

import time
import webbrowser
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import click

from fallback import practice as rule
from fallback.cli.data import DAY, Data, Words, json_option, show
from fallback.cli.spoken import _, table
from fallback.frontdesk import practised
from fallback.language import format_date
from fallback.ledger.queries import practice as told
from fallback.rehearsal.practise import practise as opened

_BREATH = 1  # second between two looks at whether it is over: Windows hears Ctrl-C no sooner
_LONGEST = 8 * 3600  # seconds: a practice that somebody forgot
KIND_LABELS = {"drill": "drill", "paper": "on paper", "outage": "a real outage"}


@click.command()
@click.option("--port", type=click.IntRange(1, 65_535), help="The port, else one that is free.")
@click.option("--browser/--no-browser", default=True, help="Open its first page in the browser.")
@click.pass_obj
def practise(data: Data, port: int | None, browser: bool) -> None:
    """A guided drill for the staff, in five minutes at one counter or with all scenes. Needs no data folder and no key.

    Made-up patients, a root and numbers of its own; at the end a score and a certificate. Ctrl-C throws it away.

    Example: python -m fallback practise
    """
    with opened(data.hospital(), port=port or 0, language=data.settings.language, clock=data.clock) as drill:
        click.echo(_("The practice is open at {address}  (Ctrl-C ends it; nothing of it stays)", address=drill.address))
        if browser:
            with suppress(webbrowser.Error, OSError):  # the address stands above
                webbrowser.open(drill.address)
        until = time.monotonic() + _LONGEST
        while not drill.drill.left.wait(_BREATH) and time.monotonic() < until:
            pass
        time.sleep(_BREATH)  # the last page is on its way


@click.group()
def practice() -> None:
    """What is known of practice in this hospital. Example: python -m fallback practice list"""


@practice.command("add")
@click.argument("code", required=False)
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="A file with the code's text.")
@click.option(
    "--kind", type=click.Choice(practised.BY_HAND), default="paper", show_default=True, help="Without a code."
)
@click.option("--day", type=DAY, help="The day of a practice without a code.")
@click.option("--counter", type=Words(), help="Its counter.")
@click.option("--people", type=Words(), help="Who practised, with commas between the names.")
@click.option("--minutes", type=click.IntRange(1, 1440), default=5, show_default=True, help="How long it took.")
@click.option("--by", type=Words(empty=True), default="", help="The login that vouches for it.")
@click.pass_obj
def add(
    data: Data,
    code: str | None,
    file: Path | None,
    kind: str,
    day: datetime | None,
    counter: str | None,
    people: str | None,
    minutes: int,
    by: str,
) -> None:
    """Takes a certificate in by the text of its code, or a practice without one. Each counts once.

    Example: python -m fallback practice add --day 26-11-2026 --counter "Counter 3" --people "Asha Rani, Ravi Das"
    """
    text = data.secret(file) if file else code
    with data.installation() as installation:
        now = data.clock()
        if text:
            row = practised.add_certificate(installation.ledger, text, now, by=by)
        elif day and counter and people:
            names = [name.strip() for name in people.split(",")]
            row = practised.add_by_hand(
                installation.ledger, kind, day.date(), counter, names, now, minutes=minutes, by=by
            )
        else:
            raise click.UsageError(_("Give the code of a certificate, or --day, --counter and --people."))
        click.echo(
            _(
                "It counts: {day}, {counter}, {people}.",
                day=format_date(row.day),
                counter=row.counter,
                people=", ".join(row.people),
            )
        )


@practice.command("list")
@json_option
@click.pass_obj
def list_(data: Data, as_json: bool) -> None:
    """The months with and without a practice, whose turn it is, who practised, and what each role did in the outages.

    Example: python -m fallback practice list --json
    """
    with data.installation() as installation:
        counter, now = data.counter(installation), data.clock()
        found, real = practised.record(counter, now), told.outages(installation.ledger.db())
        duties = [
            {"started": downtime.started.isoformat(), "share": rule.share(kept)}
            | {
                "duties": {
                    each.duty.value: {"role": each.role.value, "done": each.done, "due": each.due} for each in kept
                }
            }
            for downtime, kept in practised.all_kept(counter, now)
        ]
    value = {
        "turn": found.turn,
        "done_this_month": found.done,
        "missed": [_month(month.first) for month in found.missed],
        "practices": [
            {
                "day": row.day.isoformat(), "counter": row.counter, "people": list(row.people), "score": row.score,
                "minutes": row.minutes, "kind": row.kind, "code": row.code,
            }
            for row in found.practices
        ],
        "outages": [{"day": row.day.isoformat(), "desks": list(row.desks)} for row in real],
        "duties": duties,
    }  # fmt: skip
    words = [_("Whose turn it is: {counter}", counter=found.turn or "-")]
    if found.missed:
        words.append(_("Nobody practised in: {months}", months=", ".join(_month(each.first) for each in found.missed)))
    rows = [
        (format_date(row.day), row.counter, ", ".join(row.people), f"{row.score} %", _(KIND_LABELS[row.kind]))
        for row in found.practices
    ]
    rows += [(format_date(row.day), ", ".join(row.desks), "", "", _(KIND_LABELS["outage"])) for row in real]
    words += table(*rows) if rows else [_("Nobody practised yet.")]
    for each in duties:
        words.append(
            _(
                "Outage of {day}: {share} % of what was due was done.",
                day=_day(str(each["started"])),
                share=each["share"],
            )
        )
    show(value, as_json=as_json, text="\n".join(words))


def _month(first: date) -> str:
    return f"{first.month:02d}-{first.year:04d}"


def _day(text: str) -> str:
    return format_date(datetime.fromisoformat(text))
