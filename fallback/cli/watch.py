"""A watched folder: which of its files nothing writes any more."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

_LOOK = 1.0  # seconds between two looks
_STILL = 3.0  # seconds for which a file must not change: a scanner writes a long PDF page by page

_States = dict[Path, tuple[int, int]]


def finished(folders: list[Path], stop: Callable[[], bool]) -> Iterator[list[Path]]:
    """Files whose size and time of change have stood still for a while, each once for each state it comes in."""
    taken: _States = {}
    before: _States = {}
    since: dict[Path, float] = {}
    while not stop():
        now, states = time.monotonic(), _states(folders)
        since = {path: since[path] if before.get(path) == state else now for path, state in states.items()}
        before = states
        still = [path for path, state in states.items() if taken.get(path) != state and now - since[path] >= _STILL]
        if still:
            taken |= {path: states[path] for path in still}
            yield still
        else:
            time.sleep(_LOOK)


def _states(folders: list[Path]) -> _States:
    """Size and time of change of every file in the folders that is not hidden, in the order of their names."""
    found: _States = {}
    for folder in folders:
        try:
            for path in sorted(folder.rglob("[!.]*")):
                if path.is_file():
                    state = path.stat()
                    found[path] = state.st_size, state.st_mtime_ns
        except OSError:  # a file went away, or a stick was pulled: it may come again
            continue
    return found
