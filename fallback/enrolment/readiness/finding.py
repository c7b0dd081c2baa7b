"""Finding: one thing that a check looked at, how it stands, and what a person should do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from fallback.errors import ParchiError, Sentence


class Level(StrEnum):
    """GREEN: well. AMBER: to be done this week. RED: a downtime would fail here; somebody must act now."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried: its name, how it stands, what was seen, and what to do about it ("" for nothing).

    All three texts are English, to be said in the language of whoever reads them.
    """

    what: str
    level: Level
    words: str
    do: str = ""


class Trouble(Exception):
    """What a trial found wrong: its words, what to do, and how bad it is."""

    def __init__(self, words: str, do: str = "", level: Level = Level.RED) -> None:
        super().__init__(words)
        self.words, self.do, self.level = words, do, level


def tried(what: str, act: Callable[[], str]) -> Finding:
    """The finding of a trial: what it returns is well, what it raises is told. One never stops the others."""
    try:
        return Finding(what=what, level=Level.GREEN, words=act())
    except Trouble as wrong:
        return Finding(what=what, level=wrong.level, words=wrong.words, do=wrong.do)
    except ParchiError as wrong:
        return Finding(what=what, level=Level.RED, words=Sentence(wrong.says, **wrong.values))
    except (OSError, ValueError) as wrong:
        return Finding(what=what, level=Level.RED, words=str(wrong).replace("{", "(").replace("}", ")"))


def worst(findings: Iterable[Finding]) -> Level:
    """How all of them stand together: as the worst."""
    levels = {each.level for each in findings}
    return next((level for level in (Level.RED, Level.AMBER) if level in levels), Level.GREEN)
