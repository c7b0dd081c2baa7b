"""What was typed into a form when the screen locked or the login ended: sealed, and given back after the PIN."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from flask import session
from werkzeug.datastructures import MultiDict

from fallback.errors import FormStale, SealBroken
from fallback.web.place import here

_PURPOSE = "web draft"
NEVER = frozenset({"csrf_token", "pin", "new_pin", "new_pin_again", "card"})  # a PIN is typed again, a card scanned


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was sent to a path and could not be taken. `login`: who typed it, "" where that is not known."""

    login: str
    path: str
    typed: MultiDict[str, str]


def keep(path: str, typed: MultiDict[str, str]) -> str:
    """The form, sealed with the installation's key, as a text for a hidden field. It is its writer's alone."""
    items = [(name, value) for name, value in typed.items(multi=True) if name not in NEVER]
    plain = json.dumps([session.get("login", ""), path, items]).encode()
    return urlsafe_b64encode(here().installation.vault.seal(_PURPOSE, plain)).decode()


def give_back(kept: str) -> Draft:
    """The form again. Raises FormStale for a text that is not one of ours."""
    try:
        login, path, items = json.loads(here().installation.vault.unseal(_PURPOSE, urlsafe_b64decode(kept)))
    except (ValueError, SealBroken) as wrong:
        raise FormStale() from wrong
    return Draft(login, path, MultiDict([(name, value) for name, value in items]))
