"""What all benches ask and print: figures beside their peers', and whether the aims are met."""

import argparse
import json
from collections.abc import Sequence
from typing import Any


def options(words: str | None, quick: str) -> argparse.ArgumentParser:
    """The command's options: `words` is the bench's docstring, `quick` what the short run leaves out."""
    parser = argparse.ArgumentParser(description=words, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", action="store_true", help="one JSON value")
    return parser


def tell(rows: Sequence[dict[str, Any]], ok: bool, *, as_json: bool) -> None:
    """Prints the rows (`what`, `ours`, `peers`, `unit`), a line each, or all as one JSON value."""
    if as_json:
        print(json.dumps({"ok": ok, "rows": rows}))
        return
    for row in rows:
        print(f"{row['what']}: {row['ours']} {row['unit']}; " + ", ".join(f"{k}: {v}" for k, v in row["peers"].items()))
    print("aims met" if ok else "aims NOT met")
