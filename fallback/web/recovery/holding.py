"""An item of the worklist while a person has it: held, left, and what stands around it on its page."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.errors import PageNotOpen
from fallback.recovery import Item
from fallback.web.place import db, here, user


def held(key: str) -> Item:
    """The item, if it is this person's. Raises PageNotOpen."""
    found = here().worklist.item(user().login, key)
    if found is None:
        raise PageNotOpen()
    return found


def done() -> ResponseReturnValue:
    """On to the next item."""
    here().worklist.release(user().login)
    return redirect(url_for("recovery.next_item"))


def around(item: Item) -> dict[str, object]:
    """What every item's page shows beside the work itself."""
    return {
        "left": here().worklist.counts().total(),
        "last": last(),
        "has_picture": here().installation.pages.has(item.page.picture),
    }


def last() -> object:
    """What this person said last, None when nothing can be taken back."""
    found = recovery.last_decisions(db(), user().login, 1)
    return found[0] if found else None
