"""What bench/crash.py hurts and with what: recorded disks that lose power, small ones that fill up, and the stores."""

from bench.power.plain import Plain
from bench.power.stores import Parchi, Store

STORES: dict[str, Store] = {
    "Parchi": Parchi(),
    "sqlite3 as it comes": Plain(),
    "sqlite3 in WAL, synchronous NORMAL": Plain("journal_mode = WAL", "synchronous = NORMAL"),
    "sqlite3, answers before its commit": Plain(early=True),
}
