"""What a check can try by itself in an installation: journal, keys, copies, index, blank slips, and this machine."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fallback import computer
from fallback.computer import Power
from fallback.enrolment.installation import Installation
from fallback.enrolment.readiness.finding import Finding, Level, Trouble, tried
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.language import LANGUAGES, REFUSED, format_date, format_moment, grouped
from fallback.ledger import queries
from fallback.ledger.queries import cards, ready
from fallback.ledger.queries.events import ClockTrouble, clock_state
from fallback.patients import PatientIndex
from fallback.slip import INDIA

LEAST_FREE = 500 * 1024 * 1024  # bytes; a day of 15,000 slips needs about 60 MB
OLDEST_SENSIBLE = datetime(2026, 1, 1, tzinfo=UTC)
OLD = timedelta(days=31)  # of an index and of a stick: a monthly check follows a monthly copy
FEW_CARDS = 2  # spare computers may join while the root lies in the safe
_ENOUGH_BATTERY = 50  # per cent


def of_installation(installation: Installation, now: datetime) -> list[Finding]:
    """What is known of an installation alone."""
    return [
        tried(what="journal", act=lambda: _journal(installation)),
        tried(what="keys", act=lambda: _keys(installation)),
        tried(what="enrolment cards", act=lambda: _cards(installation)),
        tried(what="second copy", act=lambda: _copies(installation, now)),
        tried(what="patient index", act=lambda: _index(installation, now)),
    ]


def made_stick(installation: Installation, now: datetime) -> Finding:
    """What the journal says of the newest stick, where none is at hand to be looked at."""
    return tried(what="stick", act=lambda: _made_stick(installation, now))


def of_machine(
    folder: Path,
    hospital: Hospital,
    now: datetime,
    power: Callable[[], Power | None],
    installation: Installation | None = None,
) -> list[Finding]:
    """What is known of this computer; `folder` is on the disk that would be written, an `installation` knows times."""
    return [
        tried(what="disk", act=lambda: _disk(folder)),
        tried(what="clock", act=lambda: _clock(now, installation)),
        tried(what="languages", act=_languages),
        tried(what="battery", act=lambda: _battery(power())),
        tried(what="lasers", act=lambda: _lasers(hospital)),
        tried(what="computer", act=lambda: _computer(hospital)),
        tried(what="domain", act=_domain),
    ]


def pads(installation: Installation, hospital: Hospital) -> Finding:
    """Whether blank slips lie at every counter: in minute 0 they are all that there is."""
    return tried(what="blank slips", act=lambda: _pads(installation, hospital))


def _told_clock(installation: Installation, now: datetime) -> None:
    """Raises Trouble where the journal knows better than the clock."""
    state = clock_state(installation.ledger.db(), installation.ledger.chain, now)
    if state.trouble is ClockTrouble.BEHIND_JOURNAL:
        raise Trouble(
            Sentence("slips were written later than this clock says"), Sentence("Set the clock, then look again.")
        )
    if state.trouble is ClockTrouble.TOLD_WRONG:
        raise Trouble(
            Sentence("somebody told that it is wrong"), Sentence("Set the clock, and tell it at the next shift.")
        )


def _journal(installation: Installation) -> str:
    report = installation.ledger.verify()
    if not report.ok:
        says = "{count} lines are not as they were written"
        raise Trouble(
            Sentence(says, count=grouped(len(report.troubles))), Sentence("Run: python -m fallback journal verify")
        )
    return Sentence("{count} lines; every hash fits.", count=grouped(report.lines))


def _keys(installation: Installation) -> str:
    desks = [each for each in queries.desks(installation.ledger.db()) if not each.retired]
    here = [each for each in desks if installation.may_issue(each.series)]
    if not here:
        why = "This folder was copied, moved, restored or set back." if desks else "No desk is enrolled."
        raise Trouble(
            why, Sentence("No number may be issued here. Enrol a desk with a new card: desk enrol NAME --card")
        )
    may = {"here": len(here), "all": len(desks), "folder": installation.seat.state}
    return Sentence("{here} of {all} desks may issue here; what says so lies in {folder}", **may)


def _cards(installation: Installation) -> str:
    spare = [each for each in cards.cards(installation.ledger.db()) if not each.uses and not each.revoked]
    if len(spare) < FEW_CARDS:
        do = Sentence("Make spare cards and keep them in the safe: python -m fallback desk cards")
        raise Trouble(Sentence("{count} spare cards are left", count=len(spare)), do, Level.AMBER)
    return Sentence("{count} spare cards are left", count=len(spare))


def _copies(installation: Installation, now: datetime) -> str:
    known = installation.ledger.copies(now)
    attached = [each for each in known if each.folder is not None]
    follow = [each for each in attached if not each.behind]
    if not attached and not any(each.stick for each in known):
        do = Sentence(
            "Plug another stick in, close Parchi and start it again from its stick. "
            "Where Parchi is installed, IT staff set PARCHI_COPY."
        )
        raise Trouble(Sentence("none is set"), do)
    if not follow:
        raise Trouble(Sentence("none follows"), Sentence("Plug a stick in again, or set another folder."))
    labels = ", ".join(each.label for each in follow)
    away = ", ".join(each.label for each in known if each.behind and each.label)
    if away:
        return Sentence("{labels} has every line; not plugged in: {away}", labels=labels, away=away)
    return Sentence("{labels} has every line", labels=labels)


def _index(installation: Installation, now: datetime) -> str:
    index = PatientIndex(installation.folder, installation.vault)
    if not index.here:
        return Sentence("none lies here: patients are asked for their number and their card.")
    held = index.status() if installation.vault.whole else None  # another computer's fresh load makes ours no younger
    loaded = ready.index_loaded(installation.ledger.db(), held.index if held else "")
    rows = grouped(held.rows) if held else "?"
    if loaded is None or now - loaded > OLD:
        words = Sentence("{rows} patients, as of {day}", rows=rows, day=format_date(loaded) or "?")
        raise Trouble(
            words, "Load a fresh copy of the hospital's patient list: python -m fallback index load", Level.AMBER
        )
    return Sentence("{rows} patients, as of {day}", rows=rows, day=format_date(loaded))


def _pads(installation: Installation, hospital: Hospital) -> str:
    db = installation.ledger.db()
    lie = {place.casefold(): count for place, count in ready.blanks(db).items()}
    counters = [each.name for each in queries.desks(db) if not each.retired]
    counters += [*hospital.ready.rota, *(each.counter for each in hospital.ready.computers if each.counter)]
    wanted = dict.fromkeys(counters)
    without = [name for name in wanted if not lie.get(name.casefold())]
    if without:
        words = Sentence("none were printed for: {counters}", counters=", ".join(without))
        do = Sentence("Print some under Supervisor, Blank slips, each with its counter's name, and lay them there.")
        raise Trouble(words, do, Level.AMBER)
    return Sentence("{count} lie out, at every counter", count=grouped(sum(lie.values())))


def _made_stick(installation: Installation, now: datetime) -> str:
    made = ready.last_kit(installation.ledger.db())
    do = Sentence("Make a new one: python -m fallback kit build --out DIR")
    if made is None:
        raise Trouble(Sentence("none was made"), do, Level.AMBER)
    day = format_date(made.at.astimezone(INDIA).date())
    if now - made.at > OLD:
        raise Trouble(Sentence("made on {day}", day=day), do, Level.AMBER)
    return Sentence("made on {day}; this program was not started from it, so it was not looked at", day=day)


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise Trouble(Sentence("only {megabytes} MB are free", megabytes=free // 2**20), Sentence("Make room now."))
    return Sentence("{gigabytes} GB free", gigabytes=free // 2**30)


def _clock(now: datetime, installation: Installation | None) -> str:
    if now < OLDEST_SENSIBLE:
        words = Sentence("it says {moment}, which cannot be", moment=format_moment(now))
        raise Trouble(words, Sentence("Set it before a shift is opened."))
    if installation:
        _told_clock(installation, now)
    return Sentence("{moment} in India: compare it with a phone", moment=format_moment(now))


def _languages() -> str:
    """Every catalogue: one that is not whole is left out, and nobody at a screen would learn why."""
    if REFUSED:
        raise REFUSED[0]
    return ", ".join(LANGUAGES)


def _battery(power: Power | None) -> str:
    if power is None or (power.mains and power.percent is None):
        words = Sentence("this computer has no battery: a power cut ends it at once")
        raise Trouble(words, Sentence("Keep a laptop for downtimes, or a UPS that carries this computer."), Level.AMBER)
    if power.percent is None:
        return Sentence("it runs on its battery")
    if power.low:
        raise Trouble(Sentence("{percent} per cent, and no mains", percent=power.percent), Sentence("Plug it in now."))
    if power.percent < _ENOUGH_BATTERY:
        words, do = (
            Sentence("{percent} per cent", percent=power.percent),
            Sentence("Leave it plugged in until it is full."),
        )
        raise Trouble(words, do, Level.AMBER)
    return Sentence("{percent} per cent", percent=power.percent)


def _lasers(hospital: Hospital) -> str:
    lasers = ", ".join(each.name for each in hospital.printers if each.laser)
    if not lasers:
        return Sentence("no printer is said to be one. A laser needs mains or a generator, never a small UPS.")
    if all(each.laser for each in hospital.printers):
        words = Sentence("{printers}: when the mains fail, nothing prints", printers=lasers)
        do = Sentence("Never plug a laser into a small UPS. Keep a thermal or ink printer too, or more blank slips.")
        raise Trouble(words, do, Level.AMBER)
    return Sentence("{printers}: on mains or a generator only, never on a small UPS", printers=lasers)


def _computer(hospital: Hospital) -> str:
    own, kept = computer.name(), hospital.ready.computers
    found = hospital.ready.computer(own)
    if found:
        return Sentence("{name}, kept for downtimes: {place}", name=own, place=found.place)
    if kept:
        words = Sentence("{name} is none of the downtime computers", name=own)
        do = Sentence("Check each of them: {names}", names=", ".join(each.name for each in kept))
        raise Trouble(words, do, Level.AMBER)
    return Sentence("{name}; hospital.toml names no computers that are kept for downtimes.", name=own)


def _domain() -> str:
    if computer.domain():
        do = Sentence("Whoever takes the domain takes this computer. Keep a downtime computer that never joined.")
        raise Trouble("it has joined a domain", do, Level.AMBER)
    return Sentence("it has joined none")
