"""The second copies in words: each stick with its age, what a person must do, and the swap at the end of a shift."""

from dataclasses import dataclass

from fallback.language import say
from fallback.ledger import CopyStatus
from fallback.web.place import _, here, language, once


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesNow:
    """What the pages show of the second copies: one line for all, why, and whether a person must act."""

    words: str
    why: str
    act: bool
    each: tuple[CopyStatus, ...]

    def said(self, copy: CopyStatus) -> str:
        """One of them in words."""
        return in_words(copy)

    @property
    def away(self) -> tuple[CopyStatus, ...]:
        """The sticks that are known and not plugged in, the newest first."""
        return tuple(sorted((each for each in self.each if each.folder is None), key=_age))

    @property
    def here(self) -> tuple[CopyStatus, ...]:
        """The sticks that are plugged in and have everything."""
        return tuple(each for each in self.each if each.stick and not each.behind)


@once
def copies() -> CopiesNow:
    """The second copies for this request. Where no folder is set there is nothing to do: nobody asked for a copy."""
    place = here()
    ledger = place.installation.ledger
    each = ledger.copies(place.clock())
    if ledger.copy_status().folder is None:
        return CopiesNow(words=_("none"), why="", act=False, each=())
    found = CopiesNow(words=", ".join(map(in_words, each)), why="", act=False, each=each)
    if not found.here:
        why = next((say(one.problem, language()) for one in each if one.problem), "")
        return CopiesNow(words=found.words, why=why, act=True, each=each)
    hours = place.hospital.swap_hours
    if found.away and all(_age(one) > hours * 3600 for one in found.away):
        why = _("The stick that lies apart is older than {hours} hours. Swap the sticks now.").format(hours=hours)
        return CopiesNow(words=found.words, why=why, act=True, each=each)
    return found


def in_words(copy: CopyStatus) -> str:
    """A second copy and its age: `A: up to date`, `B: 7 h`."""
    if not copy.behind:
        age = _("up to date")
    elif copy.age_seconds is None:
        age = _("not written")
    elif copy.folder is not None:
        age = _("stopped {age} ago").format(age=_coarse(copy.age_seconds))
    else:
        age = _coarse(copy.age_seconds)
    return f"{copy.label}: {age}" if copy.label else age


def _age(copy: CopyStatus) -> float:
    return float("inf") if copy.age_seconds is None else copy.age_seconds


def _coarse(seconds: float) -> str:
    """A length of time in the one unit that matters."""
    minutes = int(seconds) // 60
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    hours = minutes // 60
    return _("{hours} h").format(hours=hours) if hours < 48 else _("{days} d").format(days=hours // 24)
