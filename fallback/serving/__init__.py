"""Serving: the desk as a server, HTTPS on the hospital's network, plain HTTP on this computer alone.

`door` takes connections and requests, `worker` answers them in a process of its own, `keeper` starts it and starts it
anew. Nothing here calls out.
"""

from fallback.serving.door import Limits
from fallback.serving.inside import served
from fallback.serving.keeper import Opened, serve
from fallback.serving.names import LOOPBACK, answering, is_loopback
from fallback.serving.worker import Order

__all__ = ["LOOPBACK", "Limits", "Opened", "Order", "answering", "is_loopback", "serve", "served"]
