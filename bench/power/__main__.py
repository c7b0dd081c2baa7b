"""`python -m bench.power NAME ROOT SECONDS`: a store at work, to be recorded.

It ends as if killed, so long after its first answer.
"""

import os
import sys
import threading
import time
from pathlib import Path

from bench.power import STORES
from bench.power.stores import BEGUN


def _end() -> None:
    BEGUN.wait(60)
    time.sleep(float(sys.argv[3]))
    os._exit(0)


threading.Thread(target=_end, daemon=True).start()
STORES[sys.argv[1]].work(Path(sys.argv[2]))
