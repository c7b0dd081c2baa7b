"""The embeddable Python for Windows: the builder's archive, whose hash the builder read on python.org."""

import hashlib
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from fallback.errors import PythonArchiveWrong, Sentence
from fallback.kit.sums import is_portable

# Microsoft's C++ library: the decoder of codes is linked to it, that Python does not bring it, nor does a bare Windows.
NEEDED_LIBRARY = "msvcp140.dll"
_LIBRARY = re.compile(r"[a-z0-9_]{1,40}\.dll", re.IGNORECASE)
_LARGEST = 200 * 1024 * 1024  # bytes, unpacked; that of 3.13 has 25 MB
_MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPython:
    """An unpacked archive: its files by name, and which Python it is, like 3.12."""

    version: str
    files: dict[str, bytes]


def unpacked(archive: Path, sha256: str) -> EmbeddedPython:
    """The archive's files, in memory. Raises PythonArchiveWrong when it is another one than the hash says, or none."""
    try:
        if archive.stat().st_size > _LARGEST:
            raise PythonArchiveWrong(file=archive.name, why="it is larger than any Python")
        if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256.strip().lower():
            raise PythonArchiveWrong(
                file=archive.name, why="its SHA-256 is another one than you gave. Fetch it anew from python.org"
            )
        with zipfile.ZipFile(archive) as opened:
            inside = [each for each in opened.infolist() if not each.is_dir()]
            if len(inside) > _MOST or sum(each.file_size for each in inside) > _LARGEST:
                raise PythonArchiveWrong(file=archive.name, why="it is larger than any Python")
            for each in inside:
                if not is_portable(each.filename) or ".." in each.filename.split("/"):
                    raise PythonArchiveWrong(file=archive.name, why="it holds a file of a name that no stick can bear")
            files = {each.filename: opened.read(each) for each in inside}
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError) as wrong:
        why = Sentence("it cannot be read ({kind})", kind=type(wrong).__name__)
        raise PythonArchiveWrong(file=archive.name, why=why) from wrong
    library = next((found for name in files if (found := re.fullmatch(r"python3(\d+)\.dll", name))), None)
    if library is None or "python.exe" not in files:
        raise PythonArchiveWrong(file=archive.name, why="it is not the embeddable package for 64-bit Windows")
    return EmbeddedPython(version=f"3.{library[1]}", files=files)


def with_libraries(python: EmbeddedPython, libraries: Iterable[Path]) -> EmbeddedPython:
    """The same with more of Windows' own libraries beside its python.exe, where it looks for them first.

    Raises PythonArchiveWrong for a file that is none.
    """
    files = dict(python.files)
    for path in libraries:
        try:
            content = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        except OSError as wrong:
            why = Sentence("it cannot be read ({kind})", kind=type(wrong).__name__)
            raise PythonArchiveWrong(file=path.name, why=why) from wrong
        if not content.startswith(b"MZ") or not _LIBRARY.fullmatch(path.name):
            raise PythonArchiveWrong(file=path.name, why="it is no library of Windows (.dll)")
        files[path.name.lower()] = content
    return replace(python, files=files)


def is_complete(python: EmbeddedPython) -> bool:
    """Whether the program starts from it on a Windows that has nothing but itself."""
    return any(name.lower() == NEEDED_LIBRARY for name in python.files)
