"""Cut-outs of pages, made in a fenced process of their own: the desk never decodes a picture itself."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Lock

from fallback.marks import MarkForm
from fallback.scanning.crew import Crew
from fallback.scanning.snippets import snippets

_KEPT = 12  # forms whose cut-outs are kept: the pages that people look at now
_SECONDS = 20.0  # of one page


class Cutter:
    """Cuts pages in one fenced process: a page that ends it, or hangs, has no cut-outs and takes nothing with it.

    Whoever makes one closes it.
    """

    def __init__(self, *, seconds: float = _SECONDS) -> None:
        self._crew = Crew(1, None, page_seconds=seconds)
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], Mapping[str, bytes]] = OrderedDict()

    def cut(self, picture: str, text: str, made: Callable[[], tuple[bytes, Sequence[MarkForm]]]) -> Mapping[str, bytes]:
        """PNGs by box and line of the form whose QR says `text`; none where it cannot be found.

        `made` gives the page's bytes and the forms to look for. Raises what it raises.
        """
        with self._lock:
            place = picture, text
            if place not in self._kept:
                content, forms = made()
                found = self._crew.alone(partial(snippets, forms=tuple(forms), text=text), content)
                self._kept[place] = found or {}
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(place)
            return self._kept[place]

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._crew.__exit__()
