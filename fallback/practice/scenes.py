"""The scenes of a drill, in their order, and the people who come to the counter in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Scene(StrEnum):
    """What happens at the counter. The names stand in the journal and in certificates, for ever."""

    OPENING = "opening"
    SURGE = "surge"
    PRINTER = "printer"
    LAPTOP = "laptop"
    UNIDENTIFIED = "unidentified"
    POWER = "power"
    RETURN = "return"


NAMES: Mapping[Scene, str] = {
    Scene.OPENING: "The computers are down",
    Scene.SURGE: "Surge",
    Scene.PRINTER: "The printer dies",
    Scene.LAPTOP: "The laptop dies",
    Scene.UNIDENTIFIED: "Unidentified patient",
    Scene.POWER: "Power cut",
    Scene.RETURN: "Return",
}
_BY_TURNS = ((Scene.PRINTER, Scene.UNIDENTIFIED), (Scene.LAPTOP, Scene.POWER))
SURGE, WHOLE_SURGE = 2, 8  # people in the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """A made-up patient, as their card says: `age` in years, `clinic` its number, `clinic_code` what is typed."""

    name: str
    sex: str
    age: int
    guardian: str
    relation: str
    mobile: str
    locality: str
    clinic: int
    clinic_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A drill's furniture: two desks by their series and names, the logins, the numbers of the pad, and who comes.

    `whole`: all scenes, with a supervisor and the records room; else five minutes at one counter. `clinic_code` is the
    clinic that goes back first on the hospital's own system.
    """

    whole: bool
    month: date
    desk: int
    desk_name: str
    spare: int
    spare_name: str
    clerk: str
    second: str
    supervisor: str
    records: str
    pads: tuple[str, str]
    clinic_code: str
    visitors: Sequence[Visitor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of the drill's journal: `what` is its kind by name, `sequence` its place."""

    sequence: int
    what: str
    series: int = 0
    login: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)


def plan(setting: Setting) -> list[Scene]:
    """The scenes of a drill. Of the troubles five minutes hold two, which change from month to month."""
    if setting.whole:
        return list(Scene)
    troubles = _BY_TURNS[(setting.month.year * 12 + setting.month.month) % len(_BY_TURNS)]
    return [Scene.OPENING, Scene.SURGE, *troubles, Scene.RETURN]


def visitors_of(setting: Setting, scene: Scene) -> Sequence[Visitor]:
    """Who comes in a scene: everybody comes once, so that a slip tells of one scene."""
    surge = WHOLE_SURGE if setting.whole else SURGE
    alone = {Scene.PRINTER: surge, Scene.LAPTOP: surge + 1, Scene.POWER: surge + 2}
    if scene is Scene.SURGE:
        return setting.visitors[:surge]
    return setting.visitors[alone[scene] : alone[scene] + 1] if scene in alone else ()


def needed(*, whole: bool) -> int:
    """How many made-up patients a drill needs."""
    return (WHOLE_SURGE if whole else SURGE) + 3
