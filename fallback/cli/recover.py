"""Commands after the outage, when the paper is in: reconcile, declare, judge, account."""

import json
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import click

from fallback import frontdesk, recovery
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.spoken import _, in_words, table
from fallback.disk import write_file
from fallback.errors import AccountWrong, TargetUnnamed, TokenMissing
from fallback.hospital import Hospital, Target
from fallback.keys import PublicKeys, is_genuine
from fallback.language import format_date
from fallback.ledger import queries
from fallback.ledger.queries import doubts
from fallback.reconcile import Bucket
from fallback.slip import SlipNumber

_SIGNER = "the hospital's root"  # as it stands in what is signed
_EVERY = 0.5  # seconds between two lines of progress
LABELS = {
    Bucket.IMPORTED: "imported",
    Bucket.ON_RETURN: "on return",
    Bucket.VOIDED: "voided",
    Bucket.SPOILED: "spoiled",
    Bucket.UNUSED: "unused",
    Bucket.HELD: "held",
    Bucket.FAILED: "failed",
    Bucket.WAITING: "waiting",
    Bucket.MISSING: "missing",
}

by_option = click.option(
    "--by", type=Words(empty=True), default="", help="The login of who does this, for the journal."
)
target_option = click.option("--to", "to", default="", help="The hospital system: its name in hospital.toml, or a URL.")
again_option = click.option(
    "--again", is_flag=True, help="Take in what was held or failed before: a person has looked."
)


@click.command()
@target_option
@json_option
@click.pass_context
def reconcile(context: click.Context, to: str, as_json: bool) -> None:
    """Shows both accounts as they stand: registrations and paper, per desk, day and clinic. Exits 4 while open.

    Example: python -m fallback reconcile --to "main system"
    """
    data: Data = context.obj
    hospital = data.hospital()
    with data.installation() as installation:
        account = recovery.account_of(installation.ledger.db(), target_of(hospital, to).name if to else _only(hospital))
        open_pages = len(queries.pages(installation.ledger.db(), open_only=True))
    rows: list[list[object]] = [[_("desk"), _("day"), _("clinic"), _("issued"), *(_(LABELS[each]) for each in Bucket)]]
    for part in account.parts:
        clinic, day = hospital.clinic(part.clinic), format_date(date.fromisoformat(part.day)) if part.day else "?"
        code = clinic.shown_code if clinic else "?"
        rows.append([f"{part.series:03d}", day, code, part.sums.issued, *(part.sums.counts[each] for each in Bucket)])
    total = account.total
    words = table(*rows, [_("all"), "", "", total.issued, *(total.counts[each] for each in Bucket)])
    paper = {"printed": total.printed, "back": total.back, "missing": total.not_back}
    words.append(_("Paper: {printed} printed, {back} back, {missing} not back.", **paper))
    words.append(_("Pages that need a person: {count}.", count=open_pages))
    words.append(_("The account is closed.") if account.closed else _("The account is open."))
    show(account.record() | {"open_pages": open_pages}, as_json=as_json, text="\n".join(words))
    if not account.closed:
        context.exit(4)


@click.command()
@click.argument("outcome", type=click.Choice(["unused", "spoiled", "missing"]))
@click.argument("numbers", nargs=-1, required=True)
@click.option("--reason", type=Words(), required=True, help="Why, for the account.")
@by_option
@click.pass_obj
def declare(data: Data, outcome: str, numbers: tuple[str, ...], reason: str, by: str) -> None:
    """Says what became of numbers without content: unused, spoiled or missing.

    Example: python -m fallback declare missing "001 000 017 44" --reason "pad lost in ward 5" --by meena
    """
    parsed = [SlipNumber.parse(number) for number in numbers]
    with data.installation() as installation:
        frontdesk.declare(data.counter(installation), parsed, outcome, reason, by=by)
        click.echo(_("{count} declared: {outcome}.", count=len(parsed), outcome=_(LABELS[Bucket(outcome)])))


@click.command()
@click.argument("number")
@click.option("--version", default="", help="The version that stands, by the beginning of its id; else all are listed.")
@click.option("--reason", type=Words(empty=True), default="", help="Why, for the record.")
@by_option
@json_option
@click.pass_obj
def judge(data: Data, number: str, version: str, reason: str, by: str, as_json: bool) -> None:
    """Lists the versions of a number that contradict each other, or says which one stands. All are kept.

    The patient of another version has no number then: register them again.

    Example: python -m fallback judge "017 000 001 42" --version 3fa2 --reason "her paper is here" --by meena
    """
    parsed = SlipNumber.parse(number)
    with data.installation() as installation:
        if version:
            recovery.judge(installation.ledger, parsed, version.lower(), reason, by=by)
        found = doubts.rivals(installation.ledger.db(), parsed)
    value = [
        {"version": each.digest, "name": each.slip.patient.name, "by": each.login, "stands": each.stands}
        for each in found
    ]
    lines = table(
        *(
            [
                each.digest[:8],
                each.slip.patient.name or in_words(each.slip.kind),
                _("by {login}", login=each.login) if each.login else _("by paper only"),
                "" if each.stands else _("(set aside)"),
            ]
            for each in found
        )
    )
    show(value, as_json=as_json, text="\n".join(lines) or _("Nothing is known of this number."))


@click.command()
@target_option
@click.option("--out", type=click.Path(path_type=Path), help="Writes OUT.pdf and OUT.json.")
@click.option("--check", "checked", type=click.Path(path_type=Path), help="Verifies an account's JSON instead.")
@click.option("--keys", "keys_file", type=click.Path(path_type=Path), help="keys.json, for --check.")
@click.pass_context
def account(context: click.Context, to: str, out: Path | None, checked: Path | None, keys_file: Path | None) -> None:
    """Writes the completeness account as PDF and JSON, signed by the hospital, with the journal's heads.

    Exits 4 while the account is open.

    Example: python -m fallback account --out account
    """
    data: Data = context.obj
    if out and out.name in ("", ".."):
        raise click.BadParameter(_("it names a folder. Write a name in it too, like account."), param_hint="--out")
    if checked:
        _check(checked, keys_file or data.folder / "keys.json")
        click.echo(_("The account is as the hospital signed it."))
        return
    hospital = data.hospital()
    with data.installation() as installation:
        db = installation.ledger.db()
        name = target_of(hospital, to).name if to else _only(hospital)
        found = recovery.account_of(db, name)
        record = recovery.account_record(
            installation.ledger,
            found,
            hospital,
            target=name,
            now=data.clock(),
            signer=_SIGNER,
            sign=installation.sign_as_hospital,
        )
        pdf = recovery.account_pdf(record, hospital, queries.desks(db))
    if out:
        write_file(out.with_name(out.name + ".json"), json.dumps(record, ensure_ascii=False, indent=1).encode())
        write_file(out.with_name(out.name + ".pdf"), pdf)
        click.echo(_("{file}.pdf and {file}.json are written.", file=out))
        click.echo(_("The account is closed.") if found.closed else _("The account is open."))
    else:
        click.echo(json.dumps(record, ensure_ascii=False))
    if not found.closed:
        context.exit(4)


def _check(path: Path, keys_file: Path) -> None:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        signature = bytes.fromhex(record["signature"])
        signed = recovery.message(record)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise AccountWrong(file=path.name, why="it cannot be read, or holds something else") from wrong
    if not is_genuine(PublicKeys.load(keys_file).root, signed, signature):
        raise AccountWrong(file=path.name, why="it was changed, or signed by another hospital")


def progress(what: str) -> Callable[[int, int], None]:
    """Tells on stderr how far it is, how fast, and how long it will take; a line at most twice a second."""
    start = last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal start, last
        now = time.monotonic()
        if not start:
            start = last = now
        if now - last < _EVERY and done < total:
            return
        last = now
        speed = done / max(now - start, 0.001)
        left = (total - done) / max(speed, 0.001)
        end = "\n" if done >= total else ""
        rate = {"speed": round(speed), "left": round(left)}
        line = _("{done} of {total} {what}, {speed} a second, {left} s left", done=done, total=total, what=what, **rate)
        sys.stderr.write(f"\r{line} {end}")
        sys.stderr.flush()

    return tell


def target_of(hospital: Hospital, to: str) -> Target:
    """The target that `--to` means: by name or URL of hospital.toml (the first when none is said), else a bare URL.

    A URL that the file does not list is never a test system. Raises TargetUnnamed when there is nothing to choose.
    """
    listed = [each for each in hospital.targets if to in ("", each.name, each.url, each.url.rstrip("/"))]
    if listed:
        return listed[0]
    try:
        place = urlsplit(to).netloc
    except ValueError:  # a bracket left open
        place = ""
    if not place:
        raise TargetUnnamed()
    return Target(name=place, url=to, test=False)


def _only(hospital: Hospital) -> str:
    """The name of the target meant when none is said: the first of the file, "" when it lists none."""
    return hospital.targets[0].name if hospital.targets else ""


def token_from(path: Path | None) -> str:
    """The access token in a file, "" without one. Raises TokenMissing."""
    if path is None:
        return ""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise TokenMissing(file=path.name) from wrong
