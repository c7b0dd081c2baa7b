"""A stick for tests: the real program, wheels made from what is installed here, a small hospital, all sealed."""

import base64
import hashlib
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from fallback import enrolment
from fallback.downtime import Role
from fallback.keys import hospital_id
from fallback.kit import program, seal, sums
from tests import factories

HOME = Path(__file__).parent.parent


@dataclass(frozen=True)
class Stick:
    """A stick, and the texts of its cards, which lie elsewhere."""

    folder: Path
    cards: list[str]
    root: bytes


def pinned() -> Iterator[metadata.Distribution]:
    """What runs, as it is installed here: the packages of requirements.txt."""
    for line in (HOME / "requirements.txt").read_text().splitlines():
        name = line.partition("==")[0].strip()
        if line[:1].isalnum() and name and not ("win32" in line and sys.platform != "win32"):
            yield metadata.distribution(name)


def wheel(found: metadata.Distribution, folder: Path) -> None:
    """A wheel again from an installed package: packed without being pressed, which is quick."""
    told = found.read_text("WHEEL") or ""
    tags = [line.partition(":")[2].strip().split("-") for line in told.splitlines() if line.startswith("Tag:")]
    tag = "-".join(".".join(dict.fromkeys(each[part] for each in tags)) for part in range(3))
    name = found.metadata["Name"].replace("-", "_").replace(".", "_")
    with zipfile.ZipFile(folder / f"{name}-{found.version}-{tag}.whl", "w") as packed:
        for file in found.files or ():
            path = Path(str(found.locate_file(file)))
            if ".." in file.parts or "__pycache__" in file.parts or not path.is_file():
                continue
            packed.write(path, file.as_posix())


def small_wheel(folder: Path, name: str, tag: str, content: str = "WHAT = 'a wheel'\n") -> Path:
    """A wheel of one module."""
    path = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{name}.py", content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode()
        packed.writestr(f"{name}-1.0.dist-info/RECORD", f"{name}.py,sha256={digest},\n")
    return path


def hospital(folder: Path, work: Path, *, cards: int = 6, lasting: bool = False) -> tuple[list[str], bytes]:
    """The hospital's part of a stick: a second copy, its header, keys and file. Returns cards and the root's key."""
    made = factories.installation(work / "main", desks=1, lasting=lasting, ticking=lambda: datetime.now(UTC))
    shutil.copy(HOME / "hospital.toml", work / "main" / "hospital.toml")
    texts = [card.text for card in enrolment.make_cards(made, cards, lambda _: None)]
    enrolment.set_user(made.ledger, "bela", "Bela Sen", Role.CLERK, factories.PIN)
    folder.mkdir(parents=True)
    made.ledger.copy_to(folder)
    root = made.root
    made.close()
    shutil.copy(work / "main" / "keys.json", folder / "keys.json")
    shutil.copy(HOME / "hospital.toml", folder / "hospital.toml")
    (folder / "stick.json").unlink(missing_ok=True)
    return texts, root


def sealed(folder: Path, work: Path, root: bytes, *, version: str = "1.0.0") -> None:
    """The list and the seal of whatever lies in a folder; `work/main` is the installation whose root signs."""
    files = [each for each in folder.rglob("*") if each.is_file() and each.name not in (sums.SUMS, sums.SEAL)]
    listed = {each.relative_to(folder).as_posix(): sums.digest(each) for each in files}
    (folder / sums.SUMS).write_text(sums.text(listed))
    kit = seal.Kit(
        version=version, hospital=factories.hospital().name, hospital_id=f"{hospital_id(root):08x}", root=root,
        made=datetime.now(UTC), drill=False, sums=sums.digest(folder / sums.SUMS),
    )  # fmt: skip
    made = enrolment.open_installation(work / "main", factories.PASSPHRASE, clock=factories.clock())
    try:
        seal.seal(folder, kit.sealed(made.sign_as_hospital))
    finally:
        made.close()


def bare(folder: Path, work: Path, *, lasting: bool = False) -> Stick:
    """A stick with the hospital's part alone: enough for a program that runs already."""
    cards, root = hospital(folder / "hospital", work, lasting=lasting)
    sealed(folder, work, root)
    return Stick(folder, cards, root)


def whole(folder: Path, work: Path, *, version: str = "1.0.0", lasting: bool = False) -> Stick:
    """A stick that starts a desk."""
    for place, source in program.program_files():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / place)
    for script, content in program.scripts():
        (folder / script).write_bytes(content)
    (folder / "wheels").mkdir()
    for found in pinned():
        wheel(found, folder / "wheels")
    cards, root = hospital(folder / "hospital", work, lasting=lasting)
    sealed(folder, work, root, version=version)
    return Stick(folder, cards, root)
