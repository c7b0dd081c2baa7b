"""Installs the systems under build/targets: Python packages by hash, the web client from npm by its own digest."""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
PLACE = HOUSE / "build" / "targets"
PYTHON = PLACE / "venv" / "bin" / "python"
SAO = PLACE / "sao"
_LIST = HOUSE / "requirements-targets.txt"
_DONE = PLACE / "done"
# The web client and what it wants in its bower_components: package, folder there, SHA-512 of the tarball.
PACKAGES = (
    (
        "tryton-sao@7.0.56",
        "",
        "LUj8Vq45z9HZjBCOTeuyCqor7XKFJWhuglkQJSgDu7fUpoqnqg09NFTVEK7uyRQqXP4bwpDr98YVTEoTg37etQ==",
    ),
    (
        "jquery@3.8.0",
        "jquery",
        "AOYt0viqPysMUTq45O8gF9DuOnBT3Il/8WtM/TT8z/2QeGsZ70ImwSJtNFxznn2R71v8yIgaEunOGo82OY/f0g==",
    ),
    (
        "bootstrap@3.4.1",
        "bootstrap",
        "yN5oZVmRCwe5aKwzRj6736nSmKDX7pLYwsXiCj/EYmo16hODaBiT4En5btW/jhBF/seV+XMx3aYwukYC3A49DA==",
    ),
    (
        "moment@2.31.0",
        "moment",
        "0acOTfMiWOheYS4eoWb80yYMb/JLvVv9SHbs2PehaDzfUG0Bw855SKyk0IKTnPGa5+U2bmi3W68l1+sGLX/pvw==",
    ),
    (
        "gettext.js@0.7.0",
        "gettext.js",
        "faXcJwF3/Jqich4YWXB620jGDjS3iw45m1UKwo+v+E+IkxYDyWlOGBZ6OB0yqKJ1SFMYiYcEP/QV9uccRBz8OA==",
    ),
    ("c3@0.7.20", "c3", "QZg4q5M32x2TEgoiQPgc+G+rAuDErTjtG2AeLxS8s0ZLxHBoqsaRcraVvLBG8Zbmj8hOefz2DCWSlX3gaV/11g=="),
    ("d3@5.16.0", "d3", "4PL5hHaHwX4m7Zr1UapXW23apo6pexCgdetdJ5kTmADpG/7T9Gkxw0M0tf/pjoB63ezCCm0u5UaFYy2aMt0Mcw=="),
    (
        "papaparse@5.7.1",
        "papaparse",
        "qOR+UDWv6D3hMxnWWOk0ZpBdCkd+kw5Yh7aXOaNSQU8A+73EA2bhW7EiUix/hY0yulUi5FRvt7PpYSI2VDvY0g==",
    ),
    (
        "fullcalendar@3.10.5",
        "fullcalendar",
        "JGWpECKgza/344bbF5QT0hBJpx04DZ/7QGPlR1ZbAwrG6Yz6mWEkQd+NnZUh1sK6HCBIPnPRW2x53aJxeLGvvQ==",
    ),
    (
        "mousetrap@1.6.5",
        "mousetrap",
        "QNo4kEepaIBwiT8CDhP98umTetp+JNfQYBWvC1pc6/OAibuXtRcxZ58Qz8skvEHYvURne/7R8T5VoOI7rDsEUA==",
    ),
    (
        "sortablejs@1.8.4",
        "Sortable",
        "Brqnzelu1AhFuc0Fn3N/qFex1tlIiuQIUsfu2J8luJ4cRgXYkWrByxa+y5mWEBlj8A0YoABukflIJwvHyrwJ6Q==",
    ),
)


def installed() -> bool:
    """Whether all is there, of the versions that the lists name."""
    return _DONE.is_file() and _DONE.read_text(encoding="utf-8") == _version()


def install() -> None:
    """Installs what is not there; some two minutes the first time. Raises CalledProcessError or ValueError."""
    if installed():
        return
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    _run(sys.executable, "-m", "venv", str(PLACE / "venv"))
    _run(str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", _LIST)
    for package, folder, digest in PACKAGES:
        _unpack(package, SAO / "bower_components" / folder if folder else SAO, digest)
    d3 = SAO / "bower_components" / "d3"
    shutil.copy(d3 / "dist" / "d3.min.js", d3 / "d3.min.js")
    _DONE.write_text(_version(), encoding="utf-8")


def _unpack(package: str, folder: Path, digest: str) -> None:
    """One npm package as npm's own client brings it; another than the one that was looked at is refused."""
    name, _, version = package.rpartition("@")
    tarball = PLACE / f"{name}-{version}.tgz"
    _run("npm", "pack", "--silent", package)
    if base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode() != digest:
        raise ValueError(f"{package} is not the package that tests/targets/install.py names: its SHA-512 differs")
    with tarfile.open(tarball) as packed:
        packed.extractall(PLACE / "unpacked", filter="data")
    shutil.copytree(PLACE / "unpacked" / "package", folder, dirs_exist_ok=True)
    shutil.rmtree(PLACE / "unpacked")
    tarball.unlink()


def _version() -> str:
    return hashlib.sha256(_LIST.read_bytes() + repr(PACKAGES).encode()).hexdigest()


def _run(*command: str | Path) -> None:
    subprocess.run([str(each) for each in command], check=True, cwd=PLACE, stdout=subprocess.DEVNULL, timeout=900)
