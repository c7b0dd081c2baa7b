"""A hospital system in memory: what an import must not do twice is counted here, and troubles are scripted."""

from collections.abc import Callable, Mapping
from typing import Any

from fallback.ehospital import Abilities, Acknowledgement, Found, Outcome, TargetIdentity
from fallback.episode import learnt_of
from fallback.errors import ParchiError
from fallback.hospital import Target
from fallback.slip import Slip

NAME = "fake"
Trouble = Callable[[Slip], Acknowledgement | None]  # None: go on as if nothing was


class FakeTarget:
    """Visits by slip number, patients by whom they were sent as. `troubles` are used up, one by each sending."""

    def __init__(self, *, test: bool = False, speed: int = 0, organisation: str = "", **able: Any) -> None:
        self.target = Target(
            name=NAME, url="http://fake.example", test=test, speed=speed, organisation=organisation, kind="fhir"
        )
        self.abilities = Abilities(**able)
        self.identity = TargetIdentity(url="http://fake.example", software="Fake 1", fingerprint="ab")
        self.visits: dict[str, Slip] = {}
        self.patients: dict[str, list[str]] = {}
        self.by_hand: dict[str, tuple[Found, ...]] = {}
        self.linked: dict[str, str] = {}
        self.troubles: list[Trouble] = []
        self.asked: list[tuple[str, str]] = []
        self.wrong: ParchiError | None = None

    def identify(self) -> TargetIdentity:
        self.asked.append(("identify", ""))
        if self.wrong is not None:
            raise self.wrong
        return self.identity

    def objection(self, slip: Slip) -> str:
        return "" if slip.patient.name else "It has no name."

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        return {"name": slip.patient.name, "number": slip.number.text}

    def find(self, slip: Slip) -> Found | None:
        self.asked.append(("find", slip.number.text))
        return self._found(slip) if slip.number.text in self.visits else None

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        self.asked.append(("typed", slip.number.text))
        return self.by_hand.get(slip.number.text, ())

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        self.linked[slip.number.text] = found.encounter
        return Acknowledgement(
            outcome=Outcome.ALREADY_THERE, patient=found.patient, encounter=found.encounter, uhid="100200300"
        )

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        there = self.visits[slip.number.text]
        if (there.patient, there.visit, there.person, learnt_of(there)) != (
            slip.patient, slip.visit, slip.person, learnt_of(slip),
        ):  # fmt: skip
            return Acknowledgement(outcome=Outcome.HELD, reason="It is another there.")
        return self._there(slip, Outcome.ALREADY_THERE)

    def send(self, slip: Slip) -> Acknowledgement:
        self.asked.append(("send", slip.number.text))
        if self.troubles:
            answer = self.troubles.pop(0)(slip)
            if answer is not None:
                return answer
        return self.take(slip)

    def take(self, slip: Slip) -> Acknowledgement:
        """Does it."""
        assert slip.number.text not in self.visits, "a visit was made twice"
        new = slip.person not in self.patients
        self.visits[slip.number.text] = slip
        self.patients.setdefault(slip.person, []).append(slip.number.text)
        return self._there(slip, Outcome.CREATED, created=new)

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        self.asked.append(("update", slip.number.text))
        there = self.visits[slip.number.text]
        assert (there.patient, learnt_of(there)) == (before.patient, learnt_of(before)), "another was there before"
        self.visits[slip.number.text] = slip
        return self._there(slip, Outcome.ALREADY_THERE)

    def withdraw(self, slip: Slip) -> Acknowledgement:
        self.visits.pop(slip.number.text, None)
        return Acknowledgement(outcome=Outcome.ALREADY_THERE)

    def close(self) -> None:
        """Nothing is open."""

    def _found(self, slip: Slip) -> Found:
        return Found(patient=f"p-{slip.person}", encounter=f"e-{slip.number.text}")

    def _there(self, slip: Slip, outcome: Outcome, *, created: bool = False) -> Acknowledgement:
        found = self._found(slip)
        return Acknowledgement(outcome=outcome, patient=found.patient, encounter=found.encounter, created=created)
