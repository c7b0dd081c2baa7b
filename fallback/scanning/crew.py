"""The workers that read pages: processes of our own, fenced in memory and time, or any executor that is given."""

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from typing import Self, TypeVar

if sys.platform != "win32":  # Windows has no such limits; the limits on pixels hold there too
    import resource

PAGE_SECONDS = 60.0
WORKER_MEGABYTES = 512

_A = TypeVar("_A")
_T = TypeVar("_T")
_page_seconds = 0.0  # set in our own workers only: another executor's process is not ours to end


class Crew:
    """Hands tasks to workers, and goes on when one of them dies. Use it in a `with` block.

    Without an executor it starts processes by spawn at the first task, `workers` of them (the machine's cores when
    None). An executor that is given is used as it is and never shut down; when it breaks, our own processes go on.
    """

    def __init__(self, workers: int | None, executor: Executor | None, page_seconds: float = PAGE_SECONDS) -> None:
        self.workers = max(1, workers or os.cpu_count() or 1)
        self._page_seconds = page_seconds
        self._given = executor
        self._own: ProcessPoolExecutor | None = None
        self._lone: ProcessPoolExecutor | None = None

    @property
    def patience(self) -> float | None:
        """Seconds to wait for a given executor's answer; our own processes end by themselves what takes too long."""
        return 3 * self._page_seconds if self._given is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pool in (self._own, self._lone):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, task: Callable[[_A], _T], argument: _A) -> Future[_T]:
        """Queues a task for the executor that was given: a module's function, and an argument that can be pickled."""
        if self._given is not None:
            try:
                return self._given.submit(task, argument)
            except RuntimeError:  # broken, or shut down by its owner
                self._given = None
        return self.fenced(task, argument)

    def fenced(self, task: Callable[[_A], _T], argument: _A) -> Future[_T]:
        """Queues a task for our own processes, whatever executor was given: it needs this disk, or their limits."""
        if self._own is not None:
            try:
                return _sheltered(self._own, task, argument)
            except BrokenExecutor:
                self._own.shutdown(wait=True)
        self._own = self._pool(self.workers)
        return _sheltered(self._own, task, argument)

    def alone(self, task: Callable[[_A], _T], argument: _A) -> _T | None:
        """Runs a task with nothing beside it in one worker process; None when it ends that process or fails in it.

        Only so is it sure which page it was: a dying worker takes all that the pool has under way with it.
        """
        if self._lone is None:
            self._lone = self._pool(1)
        try:
            return _sheltered(self._lone, task, argument).result()
        except BrokenExecutor:
            self._lone.shutdown(wait=True)
            self._lone = None
            return None
        except Exception:  # what could not be brought home, and out of memory: the caller names the page
            return None

    def _pool(self, workers: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            workers,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_begin,
            initargs=(self._page_seconds,),
        )


def ahead(
    things: Iterable[_A],
    submit: Callable[[_A], Future[_T]],
    window: int,
    weigh: Callable[[_A], int] | None = None,
    most: int = 0,
) -> Iterator[tuple[_A, Future[_T]]]:
    """Each thing with its future, in order: at most `window` under way, weighing at most `most` or being one."""
    under_way: deque[tuple[_A, Future[_T], int]] = deque()
    weight = 0
    for thing in things:
        heavy = weigh(thing) if weigh else 0
        while under_way and (len(under_way) >= window or weight + heavy > most):
            first, future, light = under_way.popleft()
            weight -= light
            yield first, future
        under_way.append((thing, submit(thing), heavy))
        weight += heavy
    while under_way:
        first, future, _ = under_way.popleft()
        yield first, future


def finished(value: _T) -> Future[_T]:
    """A future that is done: what needs no worker goes the same way as what does."""
    future: Future[_T] = Future()
    future.set_result(value)
    return future


def result(future: Future[_T], patience: float | None = None) -> _T | None:
    """What a task gave; None when its worker died, was lost, or the executor dropped it: it is then done again.

    So it is when the answer does not come within `patience` seconds: a page that hangs another machine's worker.
    """
    try:
        return future.result(patience)
    except Exception:
        return None


@contextmanager
def page_fence() -> Iterator[None]:
    """Ends this worker when the block takes longer than a page may: a decoder that hangs cannot be stopped else."""
    if not _page_seconds:
        yield
        return
    with Path(os.devnull).open("w", encoding="ascii") as nowhere:
        faulthandler.dump_traceback_later(_page_seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def _sheltered(pool: ProcessPoolExecutor, task: Callable[[_A], _T], argument: _A) -> Future[_T]:
    """Submits; workers begun by it inherit a blocked Ctrl-C, which else ends one that still starts with a traceback."""
    if sys.platform == "win32":
        return pool.submit(task, argument)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(task, argument)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(page_seconds: float) -> None:
    """What a worker does first."""
    global _page_seconds
    _page_seconds = page_seconds
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle; else every worker prints its own
    if sys.platform != "win32":
        limit = WORKER_MEGABYTES << 20
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crashed worker's memory holds patients' pages
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # libtiff writes a line a damaged row straight to the terminal; what a person must know comes back as an error.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
