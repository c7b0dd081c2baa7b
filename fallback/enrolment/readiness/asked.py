"""What only a person can tell a check: the sheet that came out, the phone's time, pads on the counters, plugs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fallback.enrolment.installation import Installation
from fallback.enrolment.readiness.finding import Finding, Level, Trouble, tried
from fallback.enrolment.readiness.proof import proves
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.slip import INDIA


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a person said: what the scanner typed, and yes, no or nothing (None) to each question.

    `clock`: a phone shows the same time. `pads`: blank slips lie at every counter. `mains`: no laser hangs on a UPS.
    """

    scanned: str = ""
    clock: bool | None = None
    pads: bool | None = None
    mains: bool | None = None


def of_people(
    findings: Sequence[Finding], told: Told, installation: Installation, hospital: Hospital, now: datetime
) -> list[Finding]:
    """The findings with a person's word in place of what a machine can only guess, and what it cannot know at all."""
    answers = {
        "clock": lambda: _clock(told.clock),
        "blank slips": lambda: _pads(told.pads, next(each for each in findings if each.what == "blank slips")),
    }
    if any(each.laser for each in hospital.printers):
        answers["lasers"] = lambda: _mains(told.mains)
    kept = [
        tried(each.what, answers[each.what]) if each.what in answers and each.level is not Level.RED else each
        for each in findings
    ]
    return [tried(what="test sheet", act=lambda: _sheet(installation, told.scanned, now)), *kept]


def _sheet(installation: Installation, scanned: str, now: datetime) -> str:
    do = Sentence("Print the test sheet, and scan its code into the box with the hand-held scanner.")
    if not scanned.strip():
        raise Trouble(Sentence("no sheet was scanned"), do)
    keyboard = proves(scanned, installation.root, now.astimezone(INDIA).date())
    if keyboard is None:
        raise Trouble(Sentence("what the scanner typed is not the code of a sheet of today"), do)
    if keyboard:
        words = Sentence("printer and scanner work; this computer's keyboard is set to {keyboard}", keyboard=keyboard)
        raise Trouble(words, Sentence("Set the keyboard to English (US)."), Level.AMBER)
    return Sentence("printed today, and read by the hand-held scanner")


def _clock(same: bool | None) -> str:
    if same is None:
        raise Trouble(Sentence("nobody compared it with a phone"), Sentence("Look at a phone."), Level.AMBER)
    if not same:
        raise Trouble(Sentence("a phone shows another time"), Sentence("Set the clock, and look again."))
    return Sentence("a phone shows the same time")


def _pads(there: bool | None, known: Finding) -> str:
    if there is None:
        raise Trouble(known.words, known.do or Sentence("Look whether they lie at every counter."), Level.AMBER)
    if not there:
        do = Sentence("Print some under Supervisor, Blank slips, each with its counter's name, and lay them there.")
        raise Trouble(Sentence("not every counter has some"), do)
    return Sentence("they lie at every counter")


def _mains(there: bool | None) -> str:
    if there is None:
        raise Trouble(Sentence("nobody looked at the plugs of the lasers"), Sentence("Look at them."), Level.AMBER)
    if not there:
        raise Trouble(Sentence("a laser hangs on a UPS"), Sentence("Plug it into the wall: the UPS fails with it."))
    return Sentence("no laser hangs on a UPS")
