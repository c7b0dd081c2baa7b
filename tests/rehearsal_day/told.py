"""What a rehearsal tells: a line for each step, with how long it took and what was seen; at the end the verdict."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Step:
    """One step under way: what it has to say of itself."""

    says: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        """A figure for the step's line."""
        self.says.append(words)


@dataclass(slots=True)
class Report:
    """What the rehearsal found: `wrong` is empty when it went as it must; `seconds` by step, of this machine."""

    wrong: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """A step, told in one line when it is over."""
        start, made, before = time.monotonic(), Step(), len(self.wrong)
        try:
            yield made
        except BaseException as fault:
            self.wrong.append(f"{name}: {type(fault).__name__}: {fault}"[:600])
            raise
        finally:
            self.seconds[name] = round(time.monotonic() - start, 1)
            sign = "ok " if len(self.wrong) == before else "BAD"
            print(f"{sign} {self.seconds[name]:7.1f} s  {name}: {', '.join(made.says)}".rstrip(": "), flush=True)
            for each in self.wrong[before:][:12]:
                print(f"             {each}", flush=True)

    def must(self, right: object, words: str) -> None:
        """Something that must be so; where it is not, the rehearsal goes on and fails."""
        if not right:
            self.wrong.append(words)

    def none(self, found: Sequence[object], words: str) -> None:
        """Something of which there must be none."""
        self.must(not found, f"{words}: {', '.join(map(str, found[:5]))}" + (" …" if len(found) > 5 else ""))

    def record(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {"ok": not self.wrong, "wrong": self.wrong, "figures": self.figures, "seconds": self.seconds}
