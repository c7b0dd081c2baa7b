"""The size of a signed OPD record, beside the obvious ways to write it down, and how long packing takes.

`python bench/payload.py [--quick] [--json]`. 20,000 seeded made-up patients (3,000 with --quick). Every record is read
back; all but what is marked as cut must be the same. Aims: median at most 150 bytes, 99 % at most 185, never above 212.
"""

import json
import sys
import time
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback import hospital_file, payload  # noqa: E402
from fallback.keys import SIGNATURE_SIZE, SigningKey  # noqa: E402
from fallback.rehearsal.morning import typed  # noqa: E402
from fallback.rehearsal.people import people  # noqa: E402
from fallback.slip import Slip, SlipNumber  # noqa: E402

DAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def slips(count: int) -> list[Slip]:
    """A queue's slips, as a desk would issue them."""
    hospital = hospital_file.load(HOME / "hospital.toml")
    blank = Slip(number=SlipNumber(1, 1), hospital=0x5A17C0DE, signer=1, issued=DAY)
    made = []
    for serial, person in enumerate(people(Random(1), hospital, count, today=date(2026, 11, 23)), 1):
        fields = blank.record() | typed(person, hospital)
        fields |= {"number": SlipNumber(1, serial).text, "token": serial % 400 + 1, "token_series": 1, "fee": 10}
        made.append(replace(Slip.from_record(fields), signer=1))
    return made


def quantile(values: list[int], share: float) -> int:
    """A quantile, by the nearest rank."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def is_same(slip: Slip, decoded: payload.Decoded) -> bool:
    """Whether all came back, but for the texts that are marked as cut, and of those a beginning."""
    sent, read = slip.record(), decoded.slip.record()
    return all(
        sent[name].startswith(value.removesuffix("…")) if name in decoded.cut else sent[name] == value
        for name, value in read.items()
    )


def measure(count: int) -> tuple[list[dict[str, Any]], bool]:
    """The rows, and whether the aims are met."""
    key = SigningKey.new()
    sizes: dict[str, list[int]] = {"ours": [], "JSON": [], "JSON, told fields only": [], "JSON + zlib": []}
    cut = wrong = 0
    packing = reading = 0.0
    for slip in slips(count):
        start = time.perf_counter()
        signed = payload.encode(slip, key.sign)
        middle = time.perf_counter()
        decoded = payload.decode(signed)
        packing, reading = packing + middle - start, reading + time.perf_counter() - middle
        cut += bool(decoded.cut)
        wrong += not is_same(slip, decoded)
        whole = json.dumps(slip.record(), ensure_ascii=False, separators=(",", ":")).encode()
        told = {name: value for name, value in slip.record().items() if value not in (None, "", False, 0)}
        least = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        sizes["ours"].append(len(signed))
        sizes["JSON"].append(len(whole) + SIGNATURE_SIZE)
        sizes["JSON, told fields only"].append(len(least) + SIGNATURE_SIZE)
        sizes["JSON + zlib"].append(len(zlib.compress(least, 9)) + SIGNATURE_SIZE)
    rows: list[dict[str, Any]] = []
    for what, share in (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("largest", 1.0)):
        peers = {name: quantile(values, share) for name, values in sizes.items() if name != "ours"}
        rows.append({"what": f"bytes, {what}", "ours": quantile(sizes["ours"], share), "peers": peers, "unit": "bytes"})
    rows.append({"what": "records cut", "ours": cut, "peers": {"of": count}, "unit": "records"})
    rows.append({"what": "records not the same again", "ours": wrong, "peers": {"of": count}, "unit": "records"})
    rows.append({"what": "pack and sign", "ours": round(packing / count * 1000, 3), "peers": {}, "unit": "ms"})
    rows.append({"what": "unpack", "ours": round(reading / count * 1000, 3), "peers": {}, "unit": "ms"})
    aims = rows[0]["ours"] <= 150 and rows[2]["ours"] <= 185 and rows[3]["ours"] <= 212 and not wrong
    return rows, aims


def main() -> None:
    """Measures and prints."""
    given = options(__doc__, "3,000 records instead of 20,000").parse_args()
    rows, ok = measure(3000 if given.quick else 20_000)
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
