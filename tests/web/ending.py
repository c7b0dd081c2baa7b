"""A decoder for tests that ends its process: in a module of its own, because a worker imports little."""

import os
import time

from fallback.scanning.crew import page_fence


def ends(content: bytes, **_: object) -> dict[str, bytes]:
    """A decoder that takes its process along at one page, hangs at another, and reads the rest."""
    if content == b"dies":
        os._exit(3)
    with page_fence():
        while content == b"hangs":
            time.sleep(0.01)
    return {"name": content}
