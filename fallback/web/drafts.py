"""What was typed into a form when the login had ended: sealed, carried through the login page, and given back."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from fallback.errors import FormStale, SealBroken
from fallback.web.place import here

_PURPOSE = "web draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was sent to a path and could not be taken."""

    path: str
    typed: MultiDict[str, str]


def keep(path: str, typed: MultiDict[str, str]) -> str:
    """The form, sealed with the installation's key, as a text for a hidden field."""
    plain = json.dumps([path, list(typed.items(multi=True))]).encode()
    return urlsafe_b64encode(here().installation.vault.seal(_PURPOSE, plain)).decode()


def give_back(kept: str) -> Draft:
    """The form again. Raises FormStale for a text that is not one of ours."""
    try:
        path, items = json.loads(here().installation.vault.unseal(_PURPOSE, urlsafe_b64decode(kept)))
    except (ValueError, SealBroken) as wrong:
        raise FormStale() from wrong
    return Draft(path, MultiDict([(name, value) for name, value in items]))
