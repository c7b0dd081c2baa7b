"""What is to be done in each scene, and what in the drill's journal shows that it was done."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fallback.practice.scenes import Fact, Scene, Setting, Visitor, visitors_of

Met = Callable[[Sequence[Fact]], bool]

# What happens now.
SAYS: Mapping[Scene, str] = {
    Scene.OPENING: "The hospital's computers are down. You sit at {desk}. Pads lie there already.",
    Scene.SURGE: "People stand in the queue. Register each of them as their card says.",
    Scene.PRINTER: "The printer is dead: nothing comes out any more. The queue does not wait.",
    Scene.LAPTOP: "The laptop at {desk} is dead. Its slips are safe in the second copy.",
    Scene.UNIDENTIFIED: "A man is brought in unconscious, about 40 years old. Nobody knows him. It is a police case.",
    Scene.POWER: "Power cut: the screen was dark, and everybody is logged out.",
    Scene.RETURN: "The hospital's own system works again.",
}
_SLIPS = ("slip_issued", "slip_revised")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do: `says` with its `values`, the patient's card where there is one, and whether it is `done`."""

    says: str
    values: Mapping[str, object] = field(default_factory=dict)
    visitor: Visitor | None = None
    done: bool = False


def steps(scene: Scene, setting: Setting, since: Sequence[Fact], before: Sequence[Fact] = ()) -> list[Step]:
    """A scene's steps, by the facts since it began; `before` are those of the scenes before it."""
    return list(_STEPS[scene](setting, since, before))


def _opening(setting: Setting, since: Sequence[Fact], _: Sequence[Fact]) -> Iterator[Step]:
    entered = any(fact.what == "logged_in" and fact.login == setting.clerk for fact in since)
    yield Step(says="Log in as {login} with the PIN {pin}.", values={"login": setting.clerk}, done=entered)
    opened = any(fact.what == "shift_opened" and fact.series == setting.desk for fact in since)
    told = any(fact.what == "clock_told" and fact.series == setting.desk for fact in since)
    says = "Open the shift at {desk}: count the float, confirm date and time."
    yield Step(says=says, values={"desk": setting.desk_name}, done=opened and told)


def _surge(setting: Setting, since: Sequence[Fact], _: Sequence[Fact]) -> Iterator[Step]:
    for visitor in visitors_of(setting, Scene.SURGE):
        yield _registers(visitor, since)
    if setting.whole:
        says = (
            "One of them wants a second clinic: type the slip's number into the one box, and register the next visit."
        )
        yield Step(says=says, done=any(_comes_again(fact, setting.desk) for fact in since))


def _printer(setting: Setting, since: Sequence[Fact], _: Sequence[Fact]) -> Iterator[Step]:
    for visitor in visitors_of(setting, Scene.PRINTER):
        yield _on_pad(visitor, setting.pads[0], since)
    says = "The printer works again. Print the last slip once more: nobody knows whether it came out."
    yield Step(says=says, done=any(fact.what == "slip_reprinted" for fact in since))


def _laptop(setting: Setting, since: Sequence[Fact], _: Sequence[Fact]) -> Iterator[Step]:
    entered = any(fact.what == "logged_in" and fact.login == setting.second for fact in since)
    says = "Take the spare laptop: log in as {login} with the PIN {pin}."
    yield Step(says=says, values={"login": setting.second}, done=entered)
    opened = any(fact.what == "shift_opened" and fact.series == setting.spare for fact in since)
    yield Step(says="Open a shift at {desk}.", values={"desk": setting.spare_name}, done=opened)
    there = [fact for fact in since if fact.series == setting.spare]
    for visitor in visitors_of(setting, Scene.LAPTOP):
        yield _registers(visitor, there)
    if setting.whole:
        says = "Somebody comes with a slip of the dead desk: type its number, and register the next visit."
        yield Step(says=says, done=any(_comes_again(fact, setting.desk) for fact in there))


def _unidentified(setting: Setting, since: Sequence[Fact], _: Sequence[Fact]) -> Iterator[Step]:
    slips = [fact.content["slip"] for fact in since if fact.what in _SLIPS]
    unknown = [slip for slip in slips if slip["alias"] and slip["sex"] == "male"]
    says = "Register him as unidentified (Alt and u), under the name that the desk gives."
    yield Step(says=says, done=bool(unknown))
    says = "Mark the slip as medico-legal (Alt and m)."
    yield Step(says=says, done=any(slip["medico_legal"] for slip in unknown))
    if setting.whole:
        banded = any(fact.what == "sheet_printed" and fact.content["sheet"] == "wristband" for fact in since)
        yield Step(says="Print his wristband, from the slip's page.", done=banded)


def _power(setting: Setting, since: Sequence[Fact], _: Sequence[Fact]) -> Iterator[Step]:
    yield Step(says="The power is back: log in again.", done=any(fact.what == "logged_in" for fact in since))
    for visitor in visitors_of(setting, Scene.POWER):
        yield _on_pad(visitor, setting.pads[1], since)


def _return(setting: Setting, since: Sequence[Fact], before: Sequence[Fact]) -> Iterator[Step]:
    closed = [fact for fact in since if fact.what == "shift_closed"]
    if setting.whole:
        says = "Log in as {login} with the PIN {pin}. Under Clinics, switch {clinic} back to e-Hospital."
        back = any(fact.what == "clinic_switched" and fact.content["back"] for fact in since)
        yield Step(says=says, values={"login": setting.supervisor, "clinic": setting.clinic_code}, done=back)
        says = "Log in as {login} with the PIN {pin}. Hand in the file of scans (below) on the page Records."
        read = any(fact.what == "page_accepted" and fact.content["codes"] for fact in since)
        yield Step(says=says, values={"login": setting.records}, done=read)
    # where no patient pays and no float lies there, nothing is in the drawer
    paid = any(
        fact.content.get("opening_float") or fact.content.get("slip", {}).get("fee") for fact in (*before, *since)
    )
    counted = any(not paid or fact.content["notes"] or fact.content["counted_cash"] for fact in closed)
    yield Step(says="Close the shift: count the drawer, notes and coins.", done=counted)
    noted = any(fact.content["note"] for fact in closed)
    yield Step(says="Leave a note for the next shift while closing.", done=noted)
    if setting.whole:
        opened = sum(fact.what == "shift_opened" for fact in (*before, *since))
        ended = sum(fact.what == "shift_closed" for fact in (*before, *since))
        says = "Close every other shift: each clerk logs in and closes their own."
        yield Step(says=says, done=bool(closed) and ended >= opened)
        says = "The supervisor ends the drill on the page Supervisor."
        yield Step(says=says, done=any(fact.what == "downtime_ended" for fact in since))


_STEPS: Mapping[Scene, Callable[[Setting, Sequence[Fact], Sequence[Fact]], Iterator[Step]]] = {
    Scene.OPENING: _opening,
    Scene.SURGE: _surge,
    Scene.PRINTER: _printer,
    Scene.LAPTOP: _laptop,
    Scene.UNIDENTIFIED: _unidentified,
    Scene.POWER: _power,
    Scene.RETURN: _return,
}


def _registers(visitor: Visitor, facts: Sequence[Fact]) -> Step:
    return Step(says="Register {name}.", values={"name": visitor.name}, visitor=visitor, done=_is_there(visitor, facts))


def _on_pad(visitor: Visitor, pad: str, facts: Sequence[Fact]) -> Step:
    filled = [fact for fact in facts if fact.content.get("change") == "pad" and fact.content["slip"]["number"] == pad]
    says = "Write {name} on the blank slip {pad} with a pen. Then type it in: its number into the one box."
    values = {"name": visitor.name, "pad": _grouped(pad)}
    # what was typed wrong may be corrected afterwards: the slip is the same one
    ours = [fact for fact in facts if filled and fact.content.get("slip", {}).get("number") == pad]
    return Step(says=says, values=values, visitor=visitor, done=_is_there(visitor, ours))


def _is_there(visitor: Visitor, facts: Sequence[Fact]) -> bool:
    """Whether a slip says of this patient what their card says: name, sex, age and clinic."""
    wanted = (_plain(visitor.name), visitor.sex, visitor.age, "years", visitor.clinic)
    slips = (fact.content["slip"] for fact in facts if fact.what in _SLIPS)
    found = ((_plain(slip["name"]), slip["sex"], slip["age"], slip["age_unit"], slip["clinic"]) for slip in slips)
    return wanted in found


def _comes_again(fact: Fact, desk: int) -> bool:
    """Whether a slip is a next visit of somebody whose slip a desk gave."""
    previous = fact.content["slip"]["previous"] if fact.what == "slip_issued" else None
    return bool(previous) and str(previous).startswith(f"{desk:03d}")


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _grouped(number: str) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}"
