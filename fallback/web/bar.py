"""The bar on top of every page: where and when we are, and the few things that a person must act on."""

from dataclasses import dataclass
from datetime import timedelta

from fallback.downtime import Desk, Downtime, Role, Shift
from fallback.errors import ParchiError
from fallback.frontdesk import FEW_SHEETS, sheets_left
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import ready, today
from fallback.ledger.queries.events import ClockTrouble, clock_state
from fallback.slip import letters
from fallback.web.copies import copies
from fallback.web.paper import open_papers
from fallback.web.place import _, db, here, language, once, shift, visitor

FEW_NUMBERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What the bar shows. `act` names the entries on which a person must act; only those are red.

    `stuck` counts the slips whose paper needs a person; `clock` says why this computer's clock is not believed.
    `sheets` is about how many sheets lie at the desk, None while nobody told; `saves`: it prints on less paper. `power`
    is what the battery of the computer that serves says, "" where it has none. `stopped` says why the shift's desk may
    give out no number any more: before a form is filled in, not after.
    """

    downtime: Downtime | None
    lasted: str
    desk: Desk | None
    letters: str
    shift: Shift | None
    left: int
    copy: str
    copy_why: str
    stuck: int
    clock: str
    sheets: int | None
    saves: bool
    power: str
    stopped: str
    act: frozenset[str]


@once
def bar() -> Bar:
    """The bar for this request."""
    lasting, own = queries.current_downtime(db()), shift()
    desk = queries.desk(db(), own.series) if own else None
    left = today.numbers_left(db(), own.series) if own else 0
    second = copies()
    few = own is not None and left < FEW_NUMBERS
    sheets = sheets_left(here().counter, db(), own.series) if own else None
    power, stops = _power(desk)
    return Bar(
        downtime=lasting,
        lasted=duration(here().clock() - lasting.started) if lasting else "",
        desk=desk,
        letters=letters(own.series) if own else "",
        shift=own,
        left=left,
        copy=second.words,
        copy_why=second.why,
        stuck=_stuck(),
        clock=_clock(),
        sheets=sheets,
        saves=own is not None and ready.saves_paper(db(), own.series),
        power=power,
        stopped=_stopped(own),
        act=frozenset(
            name
            for name, needed in (
                ("left", few),
                ("copy", second.act),
                ("sheets", sheets is not None and sheets < FEW_SHEETS),
                ("power", stops),
            )
            if needed
        ),
    )


def _stopped(own: Shift | None) -> str:
    try:
        if own:
            here().counter.sign(own.series)
    except ParchiError as error:
        return say(error, language())
    return ""


def _power(desk: Desk | None) -> tuple[str, bool]:
    """What the battery says, and whether a person must act: it is low, or the desk's printer is dead without mains."""
    power = here().power.now()
    if power is None or (power.mains and power.percent is None):
        return "", False
    level = "" if power.percent is None else f"{power.percent} %"
    if power.mains:
        return level, False
    printer = here().hospital.printer_of(desk.name) if desk else None
    if printer and printer.laser:
        words = _("{level}, no mains: the laser {printer} stops").format(level=level, printer=printer.name)
        return words.lstrip(", "), True
    return _("{level}, no mains").format(level=level).lstrip(", "), power.low


def _clock() -> str:
    place = here()
    state = clock_state(db(), place.installation.ledger.chain, place.clock())
    match state.trouble:
        case ClockTrouble.TOLD_WRONG:
            return _("wrong by {time}").format(time=duration(timedelta(seconds=abs(state.offset or 0))))
        case ClockTrouble.BEHIND_JOURNAL:
            return _("set back: slips were written later than this")
        case _:
            return ""


def _stuck() -> int:
    found = visitor()
    prints = found is not None and found.role in (Role.CLERK, Role.SUPERVISOR)
    return sum(paper.act for paper in open_papers()) if prints else 0


def duration(length: timedelta) -> str:
    """A length of time in the two units that matter."""
    minutes = max(0, int(length.total_seconds())) // 60
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return _("{days} d {hours} h").format(days=hours // 24, hours=hours % 24)
    return (
        _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)
        if hours
        else _("{minutes} min").format(minutes=minutes)
    )
