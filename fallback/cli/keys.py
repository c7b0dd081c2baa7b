"""key: the passphrase, the recovery key, the root's and supervisors' keys: changed, printed in parts, away, back."""

from collections.abc import Sequence
from pathlib import Path

import click

from fallback.cli.data import Data, asked, json_option, no_part, show, strong
from fallback.cli.sheets import out_option
from fallback.cli.spoken import _
from fallback.disk import needs_room, write_file
from fallback.enrolment import FIRST_LOGIN, Installation, hospital_keys
from fallback.errors import ParchiError
from fallback.groups import recovery_text
from fallback.hospital import Hospital
from fallback.keys import HospitalKey, hospital_id
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import Event, events
from fallback.parts import MOST_PARTS, read_parts
from fallback.printing import KeySheet, render_paper
from fallback.slip import INDIA

SHEET_BYTES = 600_000  # of a page, at most; a logo is on each
_HELD = tuple(key.value for key in HospitalKey if key is not HospitalKey.RECOVERY)

LABELS = {
    "passphrase": "passphrase",
    HospitalKey.RECOVERY.value: "recovery key",
    HospitalKey.ROOT.value: "root's key",
    HospitalKey.SUPERVISORS.value: "supervisors' key",
    "cards": "cards",
}

key_argument = click.argument("name", metavar="root|supervisors", type=click.Choice(_HELD))
parts_option = click.option(
    "--parts-file", type=click.Path(path_type=Path), help="A file with the parts, one a line; else asked for."
)


@click.group()
def key() -> None:
    """The keys that open everything. Example: python -m fallback key status"""


@key.command("status")
@json_option
@click.pass_obj
def key_status(data: Data, as_json: bool) -> None:
    """Says which keys are here, which are on paper and in how many parts, and when each was changed.

    Example: python -m fallback key status
    """
    with data.installation() as installation:
        value = _status(installation)
    lines = [f"{_(LABELS[name])}: {_said(told)}" for name, told in value.items()]
    show(value, as_json=as_json, text="\n".join(lines))


@key.command("passphrase")
@click.option(
    "--new-file", type=click.Path(path_type=Path), help="A file with the new passphrase; else it is asked for, twice."
)
@click.pass_obj
def key_passphrase(data: Data, new_file: Path | None) -> None:
    """Changes the passphrase. No data is rewritten.

    Example: python -m fallback key passphrase
    """
    with data.installation() as installation:
        installation.vault.needs_whole()
        new = data.secret(new_file) if new_file else asked(_("New passphrase"), confirm=True)
        hospital_keys.change_passphrase(installation, strong(new))
    click.echo(_("The passphrase is changed; the recovery key and the cards stay as they were."))
    click.echo(_("A stick or copy that is not attached now still opens with the old one, until it is attached again."))
    click.echo(_("Is the old one known to a stranger, who may hold such a copy? Then only a new installation helps."))


@key.command("recovery")
@click.option("--parts", type=click.IntRange(1, MOST_PARTS), default=1, show_default=True, help="How many sheets.")
@click.option(
    "--needed", type=click.IntRange(1, MOST_PARTS), help="How many of them open the vault; else 2 of several."
)
@out_option
@click.pass_obj
def key_recovery(data: Data, parts: int, needed: int | None, out: Path) -> None:
    """Makes another recovery key and its sheets, a page a part; the old key opens nothing here any more.

    Example: python -m fallback key recovery --parts 3 --needed 2 --out recovery.pdf
    """
    needed = _checked(parts, needed)
    hospital = data.hospital()
    with data.installation() as installation:
        needs_room(out, parts * SHEET_BYTES)
        written: list[Path] = []

        def publish(secret: bytes, words: Sequence[str]) -> None:
            write_sheets(installation, hospital, data, HospitalKey.RECOVERY, secret, words, needed, out)
            written.append(out)

        try:
            hospital_keys.new_recovery_key(installation, publish, parts=parts, needed=needed)
        except ParchiError:
            for sheet in written:
                sheet.unlink(missing_ok=True)  # of a key that opens nothing
            raise
    _tell_sheets(out, parts, needed)
    click.echo(_("A stick or copy that is not attached now still opens with the old key, until it is attached again."))


@key.command("part")
@key_argument
@click.option("--parts", type=click.IntRange(2, MOST_PARTS), default=3, show_default=True, help="How many sheets.")
@click.option(
    "--needed", type=click.IntRange(2, MOST_PARTS), default=2, show_default=True, help="How many give the key."
)
@out_option
@click.pass_obj
def key_part(data: Data, name: str, parts: int, needed: int, out: Path) -> None:
    """Prints a key in parts, a page each, for as many persons. It stays here until it is taken out.

    Example: python -m fallback key part root --parts 3 --needed 2 --out root.pdf
    """
    needed, asked = _checked(parts, needed), HospitalKey(name)
    hospital = data.hospital()
    with data.installation() as installation:
        needs_room(out, parts * SHEET_BYTES)

        def publish(secret: bytes, words: Sequence[str]) -> None:
            write_sheets(installation, hospital, data, asked, secret, words, needed, out)

        hospital_keys.part_key(installation, asked, publish, parts=parts, needed=needed)
    _tell_sheets(out, parts, needed)
    click.echo(
        _(
            "Then prove the sheets and remove the key from this computer: python -m fallback key take-out {key}",
            key=name,
        )
    )


@key.command("take-out")
@key_argument
@parts_option
@click.pass_obj
def key_take_out(data: Data, name: str, parts_file: Path | None) -> None:
    """Removes a key from this computer, after its sheets, typed or scanned back, have proved to give it.

    Example: python -m fallback key take-out root
    """
    with data.installation() as installation:
        installation.vault.needs_whole()
        hospital_keys.take_out(installation, HospitalKey(name), _asked(data, parts_file))
    click.echo(
        _(
            "{key}: no longer on this computer. Bring it back with: python -m fallback key put-back {name}",
            key=_(LABELS[name]),
            name=name,
        )
    )


@key.command("put-back")
@key_argument
@parts_option
@click.pass_obj
def key_put_back(data: Data, name: str, parts_file: Path | None) -> None:
    """Brings a key back from its sheets, typed or scanned; also onto a computer that was restored from a copy.

    Example: python -m fallback key put-back supervisors
    """
    with data.installation() as installation:
        installation.vault.needs_whole()
        hospital_keys.put_back(installation, HospitalKey(name), _asked(data, parts_file))
    click.echo(_("{key}: on this computer again.", key=_(LABELS[name])))


def write_sheets(
    installation: Installation, hospital: Hospital, data: Data, name: HospitalKey, secret: bytes,
    words: Sequence[str], needed: int, out: Path,
) -> None:  # fmt: skip
    """Writes a key's sheets as PDF, readable by their owner only. Raises LayoutWrong and the disk's errors."""
    whole = name is HospitalKey.RECOVERY and len(words) == 1
    sheet = KeySheet(
        key=name,
        parts=words,
        needed=needed,
        hospital_id=hospital_id(installation.root),
        day=data.clock().astimezone(INDIA).date(),
        groups=recovery_text(secret) if whole else "",
        drill=installation.drill,
    )
    write_file(out, render_paper(sheet, hospital))


def _checked(parts: int, needed: int | None) -> int:
    needed = needed or min(2, parts)
    if needed > parts or (parts > 1 and needed == 1):
        why = _("{needed} of {parts} parts is no way to keep a key: 2 of 3 is.", needed=needed, parts=parts)
        raise click.UsageError(why)
    return needed


def _asked(data: Data, parts_file: Path | None) -> list[str]:
    """The parts of a key: from a file, or asked for one after the other, each told at once when it was mistyped."""
    if parts_file:
        return read_parts(data.secret(parts_file)) or no_part(1)
    first = read_parts(asked(_("Part {number}", number=1))) or no_part(1)
    return data.other_parts(first)


def tell_once(recovery_key: str, pin: str, *, err: bool = False) -> None:
    """Shows what is shown once: the recovery key of a new installation, and the first login's PIN."""
    click.echo(_("Recovery key (print it, seal it, keep it elsewhere): {key}", key=recovery_key), err=err)
    click.echo(_("First login: {login}   PIN: {pin}", login=FIRST_LOGIN, pin=pin), err=err)


def print_it() -> str:
    """What must be done at once with a file that is a key."""
    return _(
        "Print it at once and delete the file: it is the key itself, in plain. Best it never lies on a disk at all."
    )


def _tell_sheets(out: Path, parts: int, needed: int) -> None:
    says = _("{file}: {parts} sheets, any {needed} of which give the key.", file=out, parts=parts, needed=needed)
    click.echo(_("{file}: the key on one sheet.", file=out) if parts == 1 else says)
    click.echo(print_it())


def _status(installation: Installation) -> dict[str, dict[str, object]]:
    db = installation.ledger.db()
    kinds = (FactKind.PASSPHRASE_CHANGED, FactKind.RECOVERY_KEY_MADE, FactKind.KEY_PARTED)
    told = sorted(events(db, *kinds), key=lambda event: event.at)
    found: dict[str, dict[str, object]] = {
        "passphrase": _last(told, FactKind.PASSPHRASE_CHANGED),
        HospitalKey.RECOVERY.value: _last(told, FactKind.RECOVERY_KEY_MADE),
    }
    for name in (HospitalKey.ROOT, HospitalKey.SUPERVISORS):
        own = [event for event in told if event.content.get("key") == name]
        found[name.value] = {"here": hospital_keys.is_here(installation, name)} | _last(own, FactKind.KEY_PARTED)
    found["cards"] = {"count": installation.vault.cards}
    if not queries.supervisors(db):
        del found[HospitalKey.SUPERVISORS.value]  # an older version's init made none
    return found


def _last(told: Sequence[Event], fact: FactKind) -> dict[str, object]:
    last = next((event for event in reversed(told) if event.fact is fact), None)
    return (
        {"at": last.local, **{word: last.content[word] for word in ("parts", "needed") if word in last.content}}
        if last
        else {}
    )


def _said(told: dict[str, object]) -> str:
    words = []
    if "here" in told:
        words.append(_("on this computer") if told["here"] else _("not on this computer"))
    if "count" in told:
        words.append(_("{count} that open this vault for a desk", count=told["count"]))
    if told.get("parts", 1) != 1:
        words.append(
            _("on paper in {parts} parts, {needed} of which give it", parts=told["parts"], needed=told["needed"])
        )
    if "at" in told:
        words.append(_("since {since}", since=told["at"]))
    return "; ".join(words) or _("as init made it")
