"""What a plain program does with Python's sqlite3: the next number is max() + 1, one file, no second copy."""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bench.power.stores import Ack, Found, doubled, say

_THREADS = 4


class Plain:
    """A table of slips. `options` are pragmas of each connection; `early` answers before its commit, as batches do."""

    def __init__(self, *options: str, early: bool = False) -> None:
        self._options = options
        self._early = early

    def prepare(self, root: Path) -> None:
        """An empty table."""
        root.mkdir(parents=True, exist_ok=True)
        with closing(self._connect(root)) as db:
            db.execute("CREATE TABLE slip (id INTEGER PRIMARY KEY, number INTEGER, name TEXT)")
            db.commit()

    def work(self, root: Path) -> None:
        """A connection for each thread, as web programs have."""
        threads = [threading.Thread(target=self._desk, args=(root,), daemon=True) for _ in range(_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def look(self, root: Path, acks: Iterable[Ack], *, deep: bool = False) -> Found:  # noqa: ARG002
        """Whether every answer is in the table, and what the next number would be."""
        acks = tuple(acks)
        found = Found(doubled=doubled(acks))
        try:
            with closing(self._connect(root)) as db:
                held = {(str(number), name) for number, name in db.execute("SELECT number, name FROM slip")}
                following = db.execute("SELECT coalesce(max(number), 0) + 1 FROM slip").fetchone()[0]
                told = db.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.Error as wrong:
            found.wrong.append(f"it cannot be opened: {wrong}")
            found.lost = len(acks)
            return found
        if told != "ok":
            found.wrong.append(f"the file is damaged: {told[:60]}")
        found.lost = sum((ack.number, ack.content) not in held for ack in acks)
        found.doubled += any(ack.number == str(following) for ack in acks)
        return found

    def _connect(self, root: Path) -> sqlite3.Connection:
        db = sqlite3.connect(root / "slips.db")
        for option in self._options:
            db.execute(f"PRAGMA {option}").fetchall()
        return db

    def _desk(self, root: Path) -> None:
        db, waiting = self._connect(root), list[Ack]()
        while True:
            name = os.urandom(8).hex()
            try:
                number = db.execute("SELECT coalesce(max(number), 0) + 1 FROM slip").fetchone()[0]
                db.execute("INSERT INTO slip (number, name) VALUES (?, ?)", (number, name))
                waiting.append(Ack(str(number), 0, name, copied=False))
                if self._early:
                    say(waiting.pop())
                    if random.random() < 0.8:
                        continue
                db.commit()
            except sqlite3.OperationalError:  # busy, or full
                db.rollback()
                waiting.clear()
                time.sleep(0.01)
                continue
            for ack in waiting:
                say(ack)
            waiting.clear()
