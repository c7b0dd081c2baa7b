"""The release: a wheel, a source archive and their SHA-256, the same bytes for whoever runs `python -m tests.release`.

They are built from the last commit, in a folder of its own, twice; what differs between the two is no release.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from fallback import __version__

HOUSE = Path(__file__).parent.parent
DIST, SUMS = HOUSE / "dist", "SHA256SUMS"
_HEADING = re.compile(r"^## (\S+) · (\d{4})-(\d{2})-(\d{2})$", re.M)


class NoRelease(Exception):
    """Why there is none, for whoever makes it."""


def released(changelog: str) -> dict[str, date]:
    """The versions that a changelog tells of, newest first, and their days."""
    return {each[1]: date(int(each[2]), int(each[3]), int(each[4])) for each in _HEADING.finditer(changelog)}


def build(source: Path, into: Path, *, epoch: int) -> list[Path]:
    """The wheel and the source archive of a folder; every file in them is dated `epoch` (seconds since 1970)."""
    words = [sys.executable, "-m", "hatchling", "build", "-d", str(into)]
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(words, cwd=source, env=environment, check=True, capture_output=True)
    made = sorted([*into.glob("*.whl"), *into.glob("*.tar.gz")])
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in made]
    (into / SUMS).write_text("".join(lines), encoding="ascii", newline="\n")
    return made


def committed(into: Path) -> int:
    """Lays out the last commit in a folder; returns its time. Raises NoRelease where something is not committed."""
    if changed := _git("status", "--porcelain", "--untracked-files=no").strip():
        raise NoRelease(f"commit these first, or they would be in no release:\n{changed}")
    packed = into.with_suffix(".tar")
    _git("archive", "--format=tar", "-o", str(packed), "HEAD")
    with tarfile.open(packed) as archive:
        archive.extractall(into, filter="data")
    return int(_git("log", "-1", "--format=%ct"))


def main() -> int:
    """Writes dist/."""
    try:
        versions = released((HOUSE / "CHANGELOG.md").read_text(encoding="utf-8"))
        if next(iter(versions), None) != __version__:
            raise NoRelease(f"CHANGELOG.md does not begin with {__version__}")
        with TemporaryDirectory() as name:
            source, once, again = (Path(name) / each for each in ("source", "once", "again"))
            epoch = committed(source)
            build(source, once, epoch=epoch)
            build(source, again, epoch=epoch)
            if (once / SUMS).read_bytes() != (again / SUMS).read_bytes():
                raise NoRelease("two builds of the same commit differ")
            shutil.rmtree(DIST, ignore_errors=True)
            shutil.copytree(once, DIST)
    except NoRelease as why:
        print(f"NO RELEASE: {why}")
        return 1
    except subprocess.CalledProcessError as wrong:
        print(f"NO RELEASE: {' '.join(wrong.cmd)}\n{(wrong.stderr or b'').decode(errors='replace')}")
        return 1
    print((DIST / SUMS).read_text(encoding="ascii"), end="")
    return 0


def _git(*words: str) -> str:
    return subprocess.run(["git", "-C", str(HOUSE), *words], check=True, capture_output=True, encoding="utf-8").stdout


if __name__ == "__main__":
    sys.exit(main())
