"""What bench/attack.py tries: each module is one way in, and says how often it tried and what was let in."""

from dataclasses import dataclass, field

_SHOWN = 5
_SAME = frozenset({"lines of the decoder reached"})  # figures that two processes do not add up


@dataclass(slots=True)
class Tried:
    """One kind of attack: how many tries, how many were let in, the first of those in words, and figures beside it."""

    what: str
    tried: int = 0
    let_in: int = 0
    first: list[str] = field(default_factory=list)
    beside: dict[str, object] = field(default_factory=dict)

    def count(self, *, let_in: bool, as_told: str = "") -> None:
        """One try more."""
        self.tried += 1
        if let_in:
            self.let_in += 1
            if len(self.first) < _SHOWN:
                self.first.append(as_told)

    def add(self, other: "Tried") -> None:
        """Adds the same attack's tries of another process."""
        self.tried += other.tried
        self.let_in += other.let_in
        self.first = (self.first + other.first)[:_SHOWN]
        for name, figure in other.beside.items():
            mine = self.beside.get(name, 0)
            if isinstance(mine, int) and isinstance(figure, int):
                self.beside[name] = max(mine, figure) if name in _SAME else mine + figure
