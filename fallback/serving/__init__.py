"""Serving: the desk as a server, HTTPS on the hospital's network, plain HTTP on this computer alone.

`door` takes connections and requests, `worker` answers them in a process of its own, `keeper` starts it and starts it
anew. Nothing here calls out.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fallback.serving.door import Limits
from fallback.serving.keeper import Opened, serve
from fallback.serving.names import LOOPBACK, answering, is_loopback
from fallback.serving.order import Order

if TYPE_CHECKING:
    from fallback.serving.inside import lan_door, served

__all__ = ["LOOPBACK", "Limits", "Opened", "Order", "answering", "is_loopback", "lan_door", "serve", "served"]


def __getattr__(name: str) -> Any:
    """What runs the whole program inside this process is loaded where it is used: a keeper of desks must stay small."""
    if name in ("lan_door", "served"):
        return getattr(import_module("fallback.serving.inside"), name)
    raise AttributeError(name)
