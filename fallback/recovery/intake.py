"""Scans that are handed in through a browser: sealed and durable before it is answered, then read one after another."""

import json
import logging
import secrets
import shutil
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from fallback.disk import disk_error, sync_folder, write_file
from fallback.errors import PageUnknown, ParchiError
from fallback.hospital import Hospital
from fallback.recovery import batches
from fallback.recovery.accept import ScanReport, batch_name
from fallback.recovery.batches import House, Progress
from fallback.sealed import SealedFile, write_sealed

_log = logging.getLogger(__name__)
_PURPOSE = "incoming"
_ORDER = "order"
_SEALED = ".sealed"
_KEPT = 50  # batches that are over and can be looked at; their pages are in the journal
_PATIENCE = 10.0  # seconds to wait for a page when the server ends; if it takes longer, it is read again
_LEFT_OVER = 3600  # seconds after which an upload without its order is one that broke off


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchState:
    """How one handing-in stands: `state` is waiting, reading, stopped (by a person), done or failed.

    `halted`: a person stopped it; while it still reads, it ends with the pages that are under way.
    Done has a `report`, failed an `error`. `files` are names as the browser gave them, without a path.
    """

    key: str
    batch: str
    files: tuple[str, ...]
    by: str
    state: str
    halted: bool
    progress: Progress
    report: ScanReport | None = None
    error: ParchiError | None = None


@dataclass(slots=True)
class _Job:
    """A handing-in and what is known of it. `at` is when it came, in nanoseconds; `halted`: a person stopped it."""

    key: str
    batch: str = ""
    files: tuple[str, ...] = ()
    by: str = ""
    at: int = 0
    halted: bool = False
    state: str = "waiting"
    progress: Progress = field(default_factory=Progress)
    report: ScanReport | None = None
    error: ParchiError | None = None

    def order(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("batch", "files", "by", "at", "halted")}


class Intake:
    """The handed-in scans of one installation, in its folder `incoming`, where nothing lies in plain.

    One thread reads them, and goes on with what a killed server left, unless a person had stopped it. Whoever makes an
    intake closes it before the installation.
    """

    def __init__(self, installation: House, hospital: Hospital, *, workers: int | None = None) -> None:
        self._installation, self._hospital, self._workers = installation, hospital, workers
        self._vault = installation.vault
        self._folder = installation.folder / "incoming"
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._jobs = {job.key: job for job in self._found()}
        self._go()

    def take(self, files: Iterable[tuple[str, Iterable[bytes]]], *, batch: str = "", by: str) -> str:
        """Takes files, each by its name with its bytes in pieces, and answers with a key when all of it is durable.

        "" when no file came. `batch` names them (else their time does); those of one name make one batch. Raises
        DiskFull and its like, and what the pieces raise: then nothing of them is kept.
        """
        job = _Job(key=secrets.token_hex(8), by=by, at=time.time_ns())
        folder = self._folder / job.key
        names: list[str] = []
        try:
            folder.mkdir(parents=True, mode=0o700)
            sync_folder(self._folder)
            sync_folder(self._folder.parent)
        except OSError as wrong:
            raise disk_error(wrong, folder) from wrong
        try:
            for name, pieces in files:
                path = folder / f"{len(names):05d}{_SEALED}"
                names.append(write_sealed(path, self._key(), file_name(name), pieces).name)
            if names:
                job.batch, job.files = batch or batch_name(self._installation.ledger), tuple(names)
                self._write(job)  # last: what has no order is an upload that broke off
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if not names:
            shutil.rmtree(folder, ignore_errors=True)
            return ""
        with self._lock:
            self._jobs[job.key] = job
            self._forget()
        self._go()
        return job.key

    def stop(self, key: str) -> None:
        """Stops a batch after the page that is being read, until somebody lets it go on. Raises PageUnknown."""
        with self._lock:
            job = self._job(key)
            if job.files and job.state in ("waiting", "reading", "failed"):
                job.halted = True
                self._write(job)
                if job.state != "reading":
                    job.state = "stopped"

    def go_on(self, key: str) -> None:
        """Lets a batch go on that was stopped or failed. Raises PageUnknown."""
        with self._lock:
            job = self._job(key)
            if not job.files:  # its order did not open: a new one, without files, would end with these thrown away
                job = self._jobs[key] = self._opened(self._folder / key)
            if (job.files and job.state in ("stopped", "failed")) or (job.state == "reading" and job.halted):
                job.halted = False
                self._write(job)
                if job.state != "reading":
                    job.state, job.error = "waiting", None
        self._go()

    def state(self, key: str) -> BatchState:
        """How one handing-in stands. Raises PageUnknown."""
        with self._lock:
            return _state(self._job(key))

    def states(self) -> list[BatchState]:
        """How all handed-in scans stand, the newest first; those that are over only as far back as some dozen."""
        with self._lock:
            return [_state(job) for job in sorted(self._jobs.values(), key=lambda job: job.at, reverse=True)]

    def close(self) -> None:
        """Stops reading after the page that is being read; the next intake goes on."""
        with self._lock:
            self._closed = True
            thread = self._thread
        if thread is not None:
            thread.join(_PATIENCE)

    # --- The one thread that reads

    def _go(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed and self._next() is not None:
                self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                job = None if self._closed else self._next()
                if job is None:
                    self._thread = None
                    return
                job.state = "reading"
            self._read(job)

    def _read(self, job: _Job) -> None:
        folder = self._folder / job.key
        files = [
            SealedFile(path=folder / f"{number:05d}{_SEALED}", key=self._key(), name=name)
            for number, name in enumerate(job.files)
        ]
        report, error = None, None
        try:
            report = batches.scan(
                self._installation,
                self._hospital,
                files,
                batch=job.batch,
                by=job.by,
                workers=self._workers,
                stop=lambda: job.halted or self._closed,
                progress=lambda progress: setattr(job, "progress", progress),
            )
            if not report.stopped:
                (folder / _ORDER).unlink()  # first: without it, nobody takes the rest for a batch to go on with
                shutil.rmtree(folder, ignore_errors=True)
        except ParchiError as wrong:
            error = wrong
        except Exception as wrong:
            _log.exception("a batch stopped")
            error = ParchiError()
            error.__cause__ = wrong
        with self._lock:
            job.report, job.error = report, error
            if error is not None:
                job.state = "failed"
            elif report is not None and report.stopped:
                job.state = "stopped" if job.halted else "waiting"
            else:
                job.state = "done"

    # --- What is on the disk

    def _found(self) -> Iterator[_Job]:
        """What a server before left here, and away with uploads that broke off."""
        for folder in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            if (folder / _ORDER).is_file():
                yield self._opened(folder)
            elif time.time() - folder.stat().st_mtime > _LEFT_OVER:
                shutil.rmtree(folder, ignore_errors=True)

    def _opened(self, folder: Path) -> _Job:
        """A handing-in as its order says; without files where that does not open."""
        try:
            told = json.loads(self._vault.unseal(_PURPOSE, (folder / _ORDER).read_bytes(), folder.name.encode()))
        except (ParchiError, OSError) as wrong:
            error = wrong if isinstance(wrong, ParchiError) else disk_error(wrong, folder)
            return _Job(key=folder.name, state="failed", error=error)
        job = _Job(key=folder.name, **told)
        job.files = tuple(job.files)
        job.state = "stopped" if job.halted else "waiting"
        return job

    def _write(self, job: _Job) -> None:
        sealed = self._vault.seal(_PURPOSE, json.dumps(job.order()).encode(), job.key.encode())
        write_file(self._folder / job.key / _ORDER, sealed)

    def _key(self) -> bytes:
        return self._vault.key("incoming files")

    # --- Under the lock

    def _job(self, key: str) -> _Job:
        if key not in self._jobs:
            raise PageUnknown()
        return self._jobs[key]

    def _next(self) -> _Job | None:
        waiting = (job for job in self._jobs.values() if job.state == "waiting")
        return min(waiting, key=lambda job: job.at, default=None)

    def _forget(self) -> None:
        done = sorted((job for job in self._jobs.values() if job.state == "done"), key=lambda job: job.at)
        for job in done[:-_KEPT]:
            del self._jobs[job.key]


def file_name(given: str) -> str:
    """A file's own name, without a path, as far as a disk takes it."""
    name = "".join(sign for sign in PurePosixPath(given.replace("\\", "/")).name if sign.isprintable())
    return name.encode(errors="ignore")[:150].decode(errors="ignore") if name.strip(". ") else "scan"


def _state(job: _Job) -> BatchState:
    return BatchState(
        key=job.key,
        batch=job.batch,
        files=job.files,
        by=job.by,
        state=job.state,
        halted=job.halted,
        progress=job.progress,
        report=job.report,
        error=job.error,
    )
