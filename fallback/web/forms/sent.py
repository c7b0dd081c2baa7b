"""A form as a browser sent it, read without the fields that show it: most of them are right and never shown again."""

import secrets
from collections.abc import Mapping
from typing import Protocol


class Typed(Protocol):
    """What a registration is read from: the form that a page shows, or the bare texts that were sent."""

    def typed(self, name: str) -> str:
        """What stands in a text field or list; "" when it was not sent."""

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""


class Sent:
    """The texts of a form. One without a key gets a random one, as the form that is shown does."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._key = texts.get("form", "") or secrets.token_urlsafe(16)

    def typed(self, name: str) -> str:
        """What stands in a text field or list; "" when it was not sent."""
        return self._key if name == "form" else self._texts.get(name, "")

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self._texts.get(name, "") not in ("", "false")
