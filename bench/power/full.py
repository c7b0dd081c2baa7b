"""`python -m bench.power.full NAME FOLDER TIMES [stick]`: a store on a small disk that fills up, again and again.

It prints what was found as JSON; it ends with 77 where nobody may mount a file system. Run it below `unshare --mount`:
what it mounts ends with it.
"""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from random import Random

from bench.power import STORES
from bench.power.stores import Ack, Found

CANNOT = 77
_ROOM, _MORE = 6_000_000, 2_000_000  # bytes of the small file system, and more for each time


def full(name: str, folder: Path, times: int, small: str, seed: int = 1) -> Found:
    """Fills the file system of `small` ("" for all, or a folder of the store) and makes room, that many times."""
    store, chance, root = STORES[name], Random(seed), folder / "root"
    room = root / small
    room.mkdir(parents=True)
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_ROOM + times * _MORE}", "none", str(room)], capture_output=True
    ).returncode:
        sys.exit(CANNOT)
    store.prepare(root)
    found, acks = Found(crashes=times), list[Ack]()
    ballast = room / "film.mp4"
    for _ in range(times):
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            os.dup2(writing, 1)
            threading.Timer(1.5, os._exit, (0,)).start()  # killed while it is full, sooner or later
            threading.Timer(chance.uniform(0.1, 0.3), _fill, (ballast,)).start()
            threading.Timer(chance.uniform(0.6, 2), ballast.unlink, (True,)).start()
            store.work(root)
            time.sleep(2)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            new = list(Ack.parse(told.read()))
        os.waitpid(pid, 0)
        ballast.unlink(missing_ok=True)
        acks += new
        found.acknowledged += len(new)
        found.copied += sum(ack.copied for ack in new)
        found.see(store.look(root, acks))
    return found


def _fill(ballast: Path) -> None:
    """Takes all the room that there is, to the last byte that can be had."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue


if __name__ == "__main__":
    print(json.dumps(asdict(full(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))))
