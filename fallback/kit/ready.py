"""What a monthly check says of a stick: whether it is as it was built, how old it is, whether it can be written on."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fallback import computer, hospital_file
from fallback.computer import Power
from fallback.enrolment import Installation, readiness
from fallback.enrolment.readiness import OLD, Finding, Level, Stick, Trouble, tried
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.kit import seal
from fallback.kit.seal import Kit
from fallback.kit.sums import Tell
from fallback.language import format_date
from fallback.ledger.queries.events import CLOCK_LIMIT
from fallback.ledger.queries.ready import last_kit
from fallback.machine import state_folder

HOSPITAL = "hospital/hospital.toml"


def stick_findings(
    stick: Path, now: datetime, *, root: bytes | None = None, latest: str = "", tell: Tell | None = None
) -> tuple[list[Finding], str]:
    """Every byte of the stick, its age and its switch; and its sums, "" where it is not as it was built.

    `root` is the hospital that it must be of, `latest` the sums of the stick that was made last, where that is known.
    """
    found: list[Kit] = []
    if not _is_plugged_in(stick):
        do = Sentence("Plug in the stick that this desk was started from, then check again.")
        words = Sentence("it is not plugged in")
        return [Finding(what="stick", level=Level.RED, words=words, do=do)], ""

    def look() -> str:
        found.append(seal.verify(stick, tell, root=root))
        kit = found[0]
        day = format_date(kit.made)
        return Sentence("{version} of {day}, every byte as it was built", version=kit.version, day=day)

    points = [tried(what="stick", act=look)]
    if found:
        points.append(tried(what="age of the stick", act=lambda: _age(found[0], now, latest)))
    points.append(tried(what="stick's switch", act=lambda: _switch(stick)))
    return points, found[0].sums if found else ""


def stick_of(installation: Installation, stick: Path) -> Stick:
    """How a check of an installation looks at the stick that its program was started from."""

    def look(now: datetime) -> tuple[list[Finding], str]:
        made = last_kit(installation.ledger.db())
        latest = str(made.content["sums"]) if made else ""
        return stick_findings(stick, now, root=installation.root, latest=latest)

    return look


def findings_of_kit(
    kit: Path,
    *,
    now: datetime,
    root: bytes | None = None,
    tell: Tell | None = None,
    power: Callable[[], Power | None] | None = None,
) -> list[Finding]:
    """All that can be tried on a computer that has no data folder yet: the stick, this computer, and paper in memory.

    `tell` is told the bytes that were read and the bytes in all.
    """
    points, _ = stick_findings(kit, now, root=root, tell=tell)
    hospital: list[Hospital] = []

    def read() -> str:
        hospital.append(hospital_file.load(kit / HOSPITAL))
        return readiness.hospital_file(hospital[0]).words

    points.insert(0, tried(what="hospital file", act=read))
    if not hospital:
        return points
    return [
        *points,
        *readiness.of_machine(_disk(), hospital[0], now, power or computer.power),
        *readiness.of_paper(hospital[0], None),
    ]


def _is_plugged_in(stick: Path) -> bool:
    """Whether anything lies there: a stick that was pulled out leaves no folder, or an empty one."""
    try:
        return any(stick.iterdir())
    except OSError:
        return False


def _disk() -> Path:
    """The nearest folder to where a desk of this computer would keep its data."""
    wanted = state_folder()
    return next(each for each in (wanted, *wanted.parents) if each.is_dir())


def _age(kit: Kit, now: datetime, latest: str) -> str:
    if kit.made > now + CLOCK_LIMIT:
        words = Sentence("it was made on {day}, later than this clock says", day=format_date(kit.made))
        raise Trouble(words, Sentence("Compare this computer's clock with a phone, and set it."))
    if latest and kit.sums != latest:
        raise Trouble(Sentence("a newer stick was made"), Sentence("Take that one; keep this one apart."), Level.AMBER)
    if now - kit.made > OLD:
        words = Sentence("made on {day}", day=format_date(kit.made))
        raise Trouble(words, Sentence("Make a new one: python -m fallback kit build --out DIR"), Level.AMBER)
    return Sentence("made on {day}", day=format_date(kit.made))


def _switch(stick: Path) -> str:
    if not computer.is_locked(stick):
        do = Sentence("Where the stick has a switch, lock it: a strange computer then changes nothing on it.")
        raise Trouble(Sentence("it can be written on"), do, Level.AMBER)
    return Sentence("locked: nothing can be written on it")
