"""What START runs: looks at every byte of the stick, puts the program onto this computer, runs it from there.

It needs a Python from 3.11 on and nothing else, neither wheels nor `site`: on the stick it is program/start.py. What
runs lies on this computer's own disk, so the stick may be pulled out, and a second start is at once.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

HOME = Path(__file__).resolve().parent  # program/, on the stick or beside what it was unpacked with
READY = "READY"
HERE = HOME.parent / READY
if __name__ in ("__main__", "__mp_main__"):  # where Python is isolated, a script's own folder is not looked into
    sys.dont_write_bytecode = sys.dont_write_bytecode or not HERE.is_file()  # the stick holds what is listed, no more
    if str(HOME) not in sys.path:
        sys.path.insert(0, str(HOME))

from fallback.disk import take_lock  # noqa: E402
from fallback.kit import sums  # noqa: E402
from fallback.kit.fits import CODE, fit_of, is_ours  # noqa: E402
from fallback.kit.start_words import said  # noqa: E402
from fallback.machine import state_folder  # noqa: E402

UNFIT, DAMAGED = 96, 97  # exit codes: no wheels for this Python; the program on this computer is not whole
_CAME_FROM, _AGAIN = "--from", "--again"  # between this script on the stick and itself on this computer
_MARGIN = 100_000_000  # bytes that stay free for the journal
# What no desk ever loads: each file costs a virus scanner's look. The wheels stay whole on the stick.
_NOT_LOADED = re.compile(
    r"(pip|setuptools|pkg_resources|_distutils_hack)/|babel/locale-data/[^/]*_|[^/]+\.dist-info/(?!METADATA$)|.*\.(pyi|pxd|h|c)$"
)


class _Refused(Exception):
    """A start that ends in a sentence, with an exit code."""

    def __init__(self, key: str, code: int = 3, **values: object) -> None:
        super().__init__(key)
        self.code = code
        self.lines = said(key, **values)


def main(words: Sequence[str]) -> int:
    """From the stick: prepares and runs, `--fits` and `--verify` only look. Beside READY it is the program itself."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        if words[:1] == [_CAME_FROM]:
            return _run_or_back(Path(words[1]), words[2:])
        return run(words) if HERE.is_file() else from_stick(HOME.parent, words)
    except _Refused as refused:
        _tell(refused.lines)
        return refused.code


def from_stick(stick: Path, words: Sequence[str]) -> int:
    """What is done with a stick: all of it, or what `words` asks."""
    if "--verify" in words:
        _check(stick)
        _tell(said("whole", count=len(sums.listed(stick))))
        return 0
    try:
        sealed = json.loads(sums.plain_file(stick / sums.SEAL))
        mark, version, hospital = (str(sealed[name]) for name in ("sums", "version", "hospital_id"))
        if not re.fullmatch(r"[0-9a-f]{64}", mark) or not re.fullmatch(r"[0-9a-f]{8}", hospital):
            raise ValueError("it is no seal")
        fitting(wheels_of(sums.listed(stick)))
        if "--fits" in words:
            return 0
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as wrong:
        _check(stick)  # it says what is wrong in words
        raise _Refused("refused", count=1, fault=sums.SEAL) from wrong
    state = state_folder()
    desk, folder = state / f"desk-{hospital}", state / "programs" / f"{mark[:12]}-{CODE}"
    if "--prepare" in words:
        prepare(stick, folder, version)
        return 0
    again = _AGAIN in words
    words = [each for each in words if each != _AGAIN]
    rest = list(words) or ["kit", "start", "--kit", str(stick)]
    more = {"PARCHI_DATA": str(desk / "data"), "PARCHI_KIT": str(stick)} if words else {}
    newer = newer_here(state, desk, version)
    if again and not newer:
        _tell(said("again"))
        (folder / READY).unlink(missing_ok=True)
    for _ in range(2):
        if not newer and not is_whole(folder):
            # In a process of its own: what it took of the memory would stay with the desk all day.
            code = _call(sys.executable, Path(__file__).resolve(), ["--prepare"], {})
            if code:
                return code
        run_from = newer or folder
        own = run_from / "python" / "python.exe"
        python = str(own) if own.is_file() else sys.executable
        if sys.platform != "win32":
            _become(
                run_from / "program" / "start.py",
                [_CAME_FROM, "" if newer or again else str(Path(__file__).resolve()), *rest],
                more,
            )
        code = _call(python, run_from / "program" / "start.py", rest, more)
        if code != DAMAGED or newer:
            break
        _tell(said("again"))
        (folder / READY).unlink(missing_ok=True)
    if code == DAMAGED:
        raise _Refused("broken")
    return code


def _run_or_back(script: Path, words: Sequence[str]) -> int:
    """Runs the program; where a part of it cannot be loaded, the stick's script puts it there once more."""
    code = run(words)
    if code != DAMAGED:
        return code
    if sys.platform != "win32" and script.is_file():
        _become(script, [_AGAIN, *words], {})
    raise _Refused("broken")


def newer_here(state: Path, desk: Path, version: str) -> Path | None:
    """The program of this computer that opened its desk last, when the stick's is older: an older program would not
    understand what that one wrote.
    """
    try:
        told = json.loads((desk / "program.json").read_text(encoding="utf-8"))
        here, folder = str(told["version"]), state / "programs" / PurePosixPath(str(told["program"])).name
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if number(here) <= number(version):
        return None
    if folder.name.endswith(CODE) and is_whole(folder):
        _tell(said("newer", kit=version, here=here))
        return folder
    raise _Refused("older", kit=version, here=here)


def number(version: str) -> tuple[int, ...]:
    """A version to be compared."""
    return tuple(int(each) for each in re.findall(r"\d+", version)[:4])


def run(words: Sequence[str]) -> int:
    """The program itself, with its wheels. DAMAGED where a part of it cannot be loaded."""
    site = HOME.parent / "site"
    sys.path[1:1] = [str(site), *(str(site / name) for name in ("win32", "win32/lib") if (site / name).is_dir())]
    sys.argv[1:] = words or ["kit", "start"]  # without its stick: the desk that is on this computer
    try:
        from fallback.cli import main as program
    except (ImportError, SyntaxError, EOFError, ValueError):  # a virus scanner took a file away, a power cut emptied it
        return DAMAGED
    try:
        program()
    except KeyboardInterrupt:
        return 130
    return 0


def prepare(stick: Path, folder: Path, version: str) -> None:
    """Looks at every byte of the stick, then puts program, wheels and, on Windows, Python into a folder of this
    computer: whole or not at all. A second start at the same time waits for the first.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(folder.parent / ".lock"):
            if is_whole(folder):  # the other start did it
                return
            listed = _check(stick)
            _tell(said("unpacking"))
            fresh = folder.with_name(f".{folder.name}.fresh")
            for old in (fresh, folder):
                shutil.rmtree(old, ignore_errors=True)
            try:
                _fill(stick, listed, fresh)
                _seal(fresh, version)
                _put(fresh, folder)
                _leave_start(folder)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
    except OSError as wrong:
        of_stick = str(wrong.filename or "").startswith(str(stick))
        why = wrong.strerror or type(wrong).__name__
        raise _Refused("gone", why=why) if of_stick else _Refused("closed", folder=folder.parent, why=why) from wrong


def _leave_start(folder: Path) -> None:
    """START in this computer's state folder: for the morning on which the stick is broken or elsewhere."""
    own, script = folder / "python" / "python.exe", folder / "program" / "start.py"
    # A home's path may hold $ and quotes, which a shell would take for its own.
    name, lines = "START.sh", f'{shlex.quote(sys.executable)} -I -S {shlex.quote(str(script))} "$@"\n'
    if sys.platform == "win32":  # else a name in Hindi would be read in the code page of 1981
        command = f'"{own if own.is_file() else sys.executable}" -I -S "{script}"'
        name, lines = "START.bat", f"@chcp 65001 >nul 2>nul\r\n@{command.replace('%', '%%')} %*\r\n"
    fresh = folder.parent.parent / f".{name}.fresh"
    with suppress(OSError):  # a help for another day: without it, the stick starts all the same
        fresh.write_text(lines, encoding="utf-8", newline="")
        _put(fresh, folder.parent.parent / name)


def _put(fresh: Path, place: Path) -> None:
    """Renames; on Windows a virus scanner may still look into what was just written: it is asked for ten seconds."""
    end = time.monotonic() + 10
    while True:
        try:
            fresh.replace(place)
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > end:
                raise
            time.sleep(0.2)


def _check(stick: Path) -> dict[str, str]:
    began, told = time.monotonic(), time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= 1 and done:
            told = now
            left = round((now - began) * (total - done) / done)
            _tell(said("checking", done=done >> 20, all=total >> 20, left=left))

    faults = sums.check(stick, tell)
    if faults:
        raise _Refused("refused", count=len(faults), fault=str(faults[0]))
    return sums.listed(stick)


def _fill(stick: Path, listed: dict[str, str], fresh: Path) -> None:
    wanted = fitting(wheels_of(listed))
    python = _own_python(stick)
    files = {path: path for path in listed if path.startswith("program/")}
    if python:
        files |= {path: "python/" + path.partition("/")[2] for path in listed if path.startswith("python-windows/")}
    need = sum((stick / path).stat().st_size for path in files) + sum(_unpacked(stick / path) for path in wanted)
    free = shutil.disk_usage(fresh.parent).free
    if free < need + _MARGIN:
        raise _Refused("full", need=(need + _MARGIN) >> 20, folder=fresh.parent)
    for path, target in files.items():
        _write(fresh / target, _read(stick / path, listed[path]))
    for path in wanted:
        with zipfile.ZipFile(BytesIO(_read(stick / path, listed[path]))) as wheel:
            for name, target in _members(wheel):
                _write(fresh / "site" / target, wheel.read(name))
    system = fresh / "site" / "pywin32_system32"
    if system.is_dir():  # Windows looks for a module's libraries beside it; what else says where runs in `site` only
        for library in system.glob("*.dll"):
            shutil.copy(library, fresh / "site" / "win32")


def _read(file: Path, expected: str) -> bytes:
    """A file of the stick, still as it was when it was looked at."""
    content = file.read_bytes()
    if sums.digest_of(content) != expected:
        raise _Refused("refused", count=1, fault=f"changed: {file.name}")
    return content


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _seal(fresh: Path, version: str) -> None:
    """Writes down what there is, by its sizes: a later start sees in a moment what a virus scanner or a power cut took.

    Nothing waits for the disk: what a power cut emptied is only put there once more.
    """
    sizes = {each.relative_to(fresh).as_posix(): each.stat().st_size for each in fresh.rglob("*") if each.is_file()}
    _write(fresh / READY, json.dumps({"version": version, "files": sizes}).encode())


def is_whole(folder: Path) -> bool:
    """Whether a program was put there and every file of it still has its size."""
    try:
        sizes: dict[str, Any] = json.loads((folder / READY).read_text(encoding="utf-8"))["files"]
        return all((folder / path).stat().st_size == size for path, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def wheels_of(listed: Iterable[str]) -> list[str]:
    """The paths of a kit's wheels."""
    return [path for path in listed if path.startswith("wheels/") and path.endswith(".whl")]


def fitting(wheels: Sequence[str]) -> list[str]:
    """Of each package that has wheels for this system the one that fits this Python best, by path.

    Raises _Refused where a package has none that fits.
    """
    best: dict[str, tuple[int, str]] = {}
    asked = set()
    for path in wheels:
        name, _, *_rest = (parts := PurePosixPath(path).name.removesuffix(".whl").split("-"))
        pythons, abis, platforms = (each.split(".") for each in parts[-3:])
        if not any(is_ours(platform) for platform in platforms):
            continue
        asked.add(name.lower())
        if fit := fit_of(pythons, abis, platforms):
            best[name.lower()] = max(best.get(name.lower(), (0, "")), (fit, path))
    if not asked or asked - set(best):
        found = ", ".join(sorted({each.split("-")[-3] for each in wheels if "-cp3" in each and "abi3" not in each}))
        raise _Refused("unfit", UNFIT, have=sys.version.split()[0], system=sys.platform, found=found or "-")
    return sorted(path for _, path in best.values())


def _members(wheel: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """A wheel's files and where they go, but what nobody calls here: commands, headers, installers."""
    for info in wheel.infolist():
        target = info.filename
        if data := re.match(r"[^/]+\.data/(\w+)/", target):
            if data[1] not in ("purelib", "platlib"):
                continue
            target = target[data.end() :]
        if info.is_dir() or _NOT_LOADED.match(target):
            continue
        if not sums.is_portable(target) or ".." in target.split("/"):
            continue
        yield info.filename, target


def _unpacked(wheel: Path) -> int:
    with zipfile.ZipFile(wheel) as opened:
        return sum(info.file_size for info in opened.infolist())


def _own_python(stick: Path) -> bool:
    """Whether it is the stick's own Python that runs: then it is put onto this computer, too."""
    return sys.platform == "win32" and Path(sys.executable).resolve().is_relative_to(stick.resolve())


def _call(python: str, script: Path, words: Sequence[str], more: dict[str, str]) -> int:
    """Runs a script of ours and waits; Ctrl-C and a polite end are its own to answer."""
    child = subprocess.Popen([python, "-I", "-S", str(script), *words], env=os.environ | more)  # noqa: S603 -- ours
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda asked, _: child.terminate() if asked == signal.SIGTERM else None)
    return child.wait()


if sys.platform != "win32":

    def _become(script: Path, words: Sequence[str], more: dict[str, str]) -> NoReturn:
        """This process runs a script of ours from now on: one that only waited would hold its memory all day."""
        os.execve(sys.executable, [sys.executable, "-I", "-S", str(script), *words], os.environ | more)  # noqa: S606


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Holds a lock that the end of this process frees."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        told = False
        while not take_lock(handle):
            if not told:
                _tell(said("waiting"))
            told = True
            time.sleep(0.2)
        yield
    finally:
        os.close(handle)


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
