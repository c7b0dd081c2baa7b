"""A disk as Windows has it, on this machine: open files cannot be replaced, and not every name can be a file's.

An audit hook of Python (it cannot be taken off again, so it sleeps but in `disk()`) looks at every open, rename, remove
and mkdir that the program begins, and answers as Windows would: the same errno, the same `winerror`.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PureWindowsPath
from types import FrameType

HOUSE = Path(__file__).resolve().parent.parent
ACCESS_DENIED, SHARING_VIOLATION, BAD_NAME = 5, 32, 123
LONGEST_NAME, LONGEST_PATH = 255, 259  # letters in UTF-16; a path's without its ending zero
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{kind}{place}" for kind in ("COM", "LPT") for place in "123456789")}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_PATHS = {"open": 1, "os.mkdir": 1, "os.remove": 1, "os.rename": 2}  # what we look at, and how many paths it names

_awake = _hooked = False
_refused: list[str] = []


class Refused(OSError):
    """What Windows says; Linux's own errors have no `winerror`."""

    winerror = BAD_NAME


class Denied(PermissionError):
    """The same, where it is a matter of who has the file."""

    winerror = ACCESS_DENIED


class Held(PermissionError):
    """Another program has it open, or this one."""

    winerror = SHARING_VIOLATION


def name_fault(name: str) -> str:
    """Why Windows takes no file of this name; empty when it does."""
    if name.partition(".")[0].rstrip().upper() in _RESERVED:
        return "it is a device's name"
    if any(sign in '<>:"|?*\\' or ord(sign) < 32 for sign in name):
        return "it has a sign that no name may have"
    if name != name.rstrip(". "):
        return "it ends with a dot or a space"
    return "it is too long" if len(name.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_NAME else ""


@contextmanager
def disk() -> Iterator[list[str]]:
    """Windows' disk for the program's own code, in this process. Gives the list of what was refused, in words."""
    global _awake, _hooked
    if not _hooked:
        sys.addaudithook(_hook)
        _hooked = True
    before, _awake = _awake, True
    _refused.clear()
    try:
        yield _refused
    finally:
        _awake = before


def longest(folder: Path) -> int:
    """The most letters that a path below a folder has, from that folder on, as Windows counts them."""
    found = [str(PureWindowsPath(each.relative_to(folder))) for each in folder.rglob("*")]
    return max((len(each.encode("utf-16-le")) // 2 for each in found), default=0)


def is_open(path: Path) -> bool:
    """Whether this process, or one that it started, has a file open, by whatever name; of a folder, one in it."""
    with suppress(OSError):
        wanted, folder = path.stat(), path.resolve() if path.is_dir() else None
        for process in _family():
            for handle in Path(f"/proc/{process}/fd").iterdir():
                with suppress(OSError):
                    found = handle.stat()
                    same = (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino)
                    if (folder in handle.readlink().parents) if folder else same:
                        return True
    return False


def _family() -> Iterator[int]:
    waiting = [os.getpid()]
    while waiting:
        process = waiting.pop()
        with suppress(OSError):
            for children in Path(f"/proc/{process}/task").glob("*/children"):
                waiting += map(int, children.read_text(encoding="ascii").split())
        if Path(f"/proc/{process}/fd").exists():
            yield process


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    global _awake
    if not _awake or event not in _PATHS or not _of_program(sys._getframe(1)):
        return
    paths = [Path(os.fsdecode(each)) for each in arguments[: _PATHS[event]] if isinstance(each, str | bytes | Path)]
    if not paths:
        return
    _awake = False  # what is opened here is nobody's business
    try:
        if event == "open" and isinstance(arguments[2], int) and not arguments[2] & _WRITES:
            return
        if event != "os.remove":
            _named(paths[-1])
        if event == "os.rename":
            _free(paths[0], paths[1], Held)
            _free(paths[1], paths[1], Denied, paths[0])
        elif event == "os.remove":
            _free(paths[0], paths[0], Held)
            with suppress(FileNotFoundError):
                if not paths[0].lstat().st_mode & 0o200:
                    _refuse(Denied, "read-only", paths[0])
    finally:
        _awake = True


def _named(path: Path) -> None:
    if why := name_fault(path.name):
        _refused.append(f"{why}: {path}")
        raise Refused(errno.EINVAL, "The filename, directory name, or volume label syntax is incorrect", str(path))


def _free(looked_at: Path, path: Path, wrong: type[OSError], other: Path | None = None) -> None:
    if is_open(looked_at):
        _refuse(wrong, "open", other or path, path)


def _refuse(wrong: type[OSError], why: str, path: Path, other: Path | None = None) -> None:
    _refused.append(f"{why}: {other or path}")
    raise wrong(errno.EACCES, "The process cannot access the file", str(path), None, other and str(other))


def _of_program(frame: FrameType | None) -> bool:
    """Whether the nearest code that is not Python's own is the program's: tests and libraries may do as they like."""
    while frame is not None:
        file = frame.f_code.co_filename
        if "site-packages" in file or frame.f_code.co_name == "TemporaryFile":  # it has an own way on Windows
            return False
        if file.startswith(str(HOUSE)):
            return file.startswith(str(HOUSE / "fallback"))
        frame = frame.f_back
    return False
