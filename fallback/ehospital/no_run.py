"""A way on which no import runs: people carry each slip themselves, and bring the number back."""

from typing import ClassVar, Never

from fallback.ehospital import Acknowledgement, Found, TargetIdentity
from fallback.errors import ParchiError
from fallback.hospital import Target
from fallback.slip import Slip


class NoRun:
    """What a connector cannot do where only people can: each act raises `instead`, which says what they do."""

    instead: ClassVar[type[ParchiError]]
    _target: Target

    def identify(self) -> TargetIdentity:
        """Raises `instead`, as all that follows."""
        self._by_hand()

    def find(self, slip: Slip) -> Found | None:
        """Raises `instead`."""
        self._by_hand(slip)

    def typed(self, slip: Slip) -> tuple[Found, ...]:
        """Raises `instead`."""
        self._by_hand(slip)

    def link(self, slip: Slip, found: Found) -> Acknowledgement:
        """Raises `instead`."""
        self._by_hand(slip, found)

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:
        """Raises `instead`."""
        self._by_hand(slip, found)

    def send(self, slip: Slip) -> Acknowledgement:
        """Raises `instead`."""
        self._by_hand(slip)

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """Raises `instead`."""
        self._by_hand(slip, before)

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """Raises `instead`."""
        self._by_hand(slip)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _by_hand(self, *_told: object) -> Never:
        raise self.instead(target=self._target.name)
