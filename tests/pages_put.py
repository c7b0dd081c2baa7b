"""Puts pages into the store of a folder until it is killed: `python -m tests.pages_put FOLDER COUNT`.

It says the hashes of each portion, on a line, when they are acknowledged.
"""

import hashlib
import os
import sys
from pathlib import Path

from fallback.evidence import FOLDER_NAME, PageStore
from fallback.vault import Vault
from tests.journals import PASSPHRASE

_PORTION = 8


def main(folder: Path, count: int) -> None:
    """Puts the same pages, each time it is run."""
    store = PageStore(folder / FOLDER_NAME, Vault.open(folder, PASSPHRASE))
    pages = [f"page {number} ".encode() * 5000 for number in range(count)]
    named = [(hashlib.sha256(page).hexdigest(), page) for page in pages]
    for start in range(0, count, _PORTION):
        portion = named[start : start + _PORTION]
        store.put(portion)
        os.write(1, (" ".join(picture for picture, _ in portion) + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
