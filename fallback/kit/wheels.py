"""The wheels of a stick: for each wanted Python and system one of each pinned package, its hash as it was pinned."""

import ast
import operator
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fallback.disk import disk_error, put
from fallback.errors import Sentence, WheelMissing, WheelsNotFetched
from fallback.kit.sums import digest

LINUX, WINDOWS = "linux", "windows"
SYSTEMS = (LINUX, WINDOWS)
PYTHONS = ("3.11", "3.12", "3.13")
_GLIBC = 28  # 2.28: what every Linux since 2019 has
_PLATFORMS = {
    LINUX: [f"manylinux_2_{minor}_x86_64" for minor in range(_GLIBC, 4, -1)]
    + ["manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64"],
    WINDOWS: ["win_amd64"],
}
_PIN = re.compile(r"([A-Za-z0-9._-]+)==([A-Za-z0-9._+!-]+)\s*(?:;\s*(.*?))?\s*((?:--hash=sha256:[0-9a-f]{64}\s*)+)")
_WHEEL = re.compile(r"([A-Za-z0-9_.]+)-([A-Za-z0-9_.+!]+)(?:-\d\w*)?-([\w.]+)-([\w.]+)-([\w.]+)\.whl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A computer that the stick shall start on: its Python, like 3.11, and its system, linux or windows."""

    python: str
    system: str

    @property
    def code(self) -> str:
        """The Python as wheels call it, like cp311."""
        return "cp" + self.python.replace(".", "")

    def __str__(self) -> str:
        return f"{self.system}, Python {self.python}"

    def values(self) -> dict[str, str]:
        """What a requirement's marker may ask."""
        windows = self.system == WINDOWS
        return {
            "sys_platform": "win32" if windows else "linux",
            "platform_system": "Windows" if windows else "Linux",
            "os_name": "nt" if windows else "posix",
            "platform_machine": "AMD64" if windows else "x86_64",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "python_version": self.python,
            "python_full_version": f"{self.python}.99",
        }

    def fit(self, pythons: str, abis: str, platforms: str) -> int:
        """How well a wheel of these tags fits: 0 not at all; what is made for exactly this Python before the rest."""
        if platforms != "any" and not set(platforms.split(".")) & set(_PLATFORMS[self.system]):
            return 0
        codes, minor = pythons.split("."), int(self.python.split(".")[1])
        if self.code in codes and self.code in abis.split("."):
            return 3
        if "abi3" in abis.split(".") and any(int(each[3:]) <= minor for each in codes if re.fullmatch(r"cp3\d+", each)):
            return 2
        return 1 if abis == "none" and {"py3", self.code} & set(codes) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A package of requirements.txt: its name as wheels are compared, its version, marker and allowed hashes."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]

    def wanted(self, target: Target) -> bool:
        """Whether a computer needs it. `pip` asks the computer that it runs on, and would leave Windows' own out."""
        return not self.marker or _holds(ast.parse(self.marker, mode="eval").body, target.values())

    def line(self) -> str:
        """The line for `pip`."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash=sha256:{each}" for each in sorted(self.hashes))])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wheel:
    path: Path
    package: tuple[str, str]
    tags: tuple[str, str, str]


def targets(pythons: Sequence[str] = PYTHONS) -> list[Target]:
    """Every computer that a stick is for."""
    return [Target(python=python, system=system) for system in SYSTEMS for python in pythons]


def pins(requirements: Path) -> list[Pin]:
    """The pinned packages of a requirements file with hashes. Raises WheelsNotFetched where it is none."""
    try:
        text = requirements.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise WheelsNotFetched(why=Sentence("{file} cannot be read", file=requirements.name)) from wrong
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*$", "", text))
    found = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        if (told := _PIN.fullmatch(line)) is None:
            raise WheelsNotFetched(why=Sentence("{file} pins something without a hash", file=requirements.name))
        hashes = frozenset(re.findall(r"sha256:([0-9a-f]{64})", told[4]))
        found.append(Pin(name=_plain(told[1]), version=told[2], marker=told[3] or "", hashes=hashes))
    return found


def gather(
    wanted: Sequence[Pin], goals: Sequence[Target], *, source: Path | None, cache: Path,
    tell: Callable[[str], None] | None = None,
) -> list[Path]:  # fmt: skip
    """The wheels of all goals, by name, each with a pinned hash: out of a folder, or fetched once into `cache`.

    Raises WheelMissing, WheelsNotFetched, and the disk's errors.
    """
    folder = source or cache
    if source is None:
        try:
            cache.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise disk_error(wrong, cache) from wrong
    found: dict[str, Path] = {}
    sums: dict[Path, str] = {}
    there = _wheels(folder)
    for goal in goals:
        needed = [pin for pin in wanted if pin.wanted(goal)]
        if source is None and any(_best(pin, goal, there, sums) is None for pin in needed):
            if tell:
                tell(str(goal))
            _fetch(needed, goal, cache)
            there = _wheels(folder)
        for pin in needed:
            if (best := _best(pin, goal, there, sums)) is None:
                raise WheelMissing(package=f"{pin.name} {pin.version}", goal=goal, folder=folder)
            found[best.name] = best
    return [found[name] for name in sorted(found)]


def _best(pin: Pin, goal: Target, there: Sequence[_Wheel], sums: dict[Path, str]) -> Path | None:
    fitting = [(goal.fit(*each.tags), each.path) for each in there if each.package == (pin.name, pin.version)]
    for fit, path in sorted(fitting, reverse=True):
        if fit and path not in sums:
            try:
                sums[path] = digest(path)
            except OSError as wrong:
                raise disk_error(wrong, path.parent) from wrong
        if fit and sums[path] in pin.hashes:
            return path
    return None


def _wheels(folder: Path) -> list[_Wheel]:
    try:
        named = [(path, _WHEEL.fullmatch(path.name)) for path in sorted(folder.iterdir()) if path.is_file()]
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    return [
        _Wheel(path=path, package=(_plain(told[1]), told[2]), tags=(told[3], told[4], told[5]))
        for path, told in named
        if told
    ]


def _fetch(needed: Sequence[Pin], goal: Target, cache: Path) -> None:
    """Lets `pip` fetch what a goal needs; a wheel comes into the cache whole or not at all."""
    try:
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=cache) as fresh:
            asked = Path(fresh, "requirements.txt")
            asked.write_text("\n".join(pin.line() for pin in needed), encoding="utf-8")
            words = [
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-input",
                "--no-deps",
                "--require-hashes",
            ]
            words += ["--only-binary=:all:", "--dest", fresh, "--requirement", str(asked)]
            words += ["--python-version", goal.python, "--implementation", "cp"]
            words += [f"--abi={each}" for each in (goal.code, "abi3", "none")]
            words += [f"--platform={each}" for each in _PLATFORMS[goal.system]]
            done = subprocess.run(  # noqa: S603 -- pip of this Python, with words of our own
                [sys.executable, "-m", "pip", *words], stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
            if done.returncode:
                last = (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["?"])[-1]
                raise WheelsNotFetched(why="".join(sign for sign in last if sign.isprintable())[:300])
            for each in Path(fresh).glob("*.whl"):
                put(each, cache / each.name)
    except OSError as wrong:
        raise disk_error(wrong, cache) from wrong


_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _holds(node: ast.expr, values: dict[str, str]) -> bool:
    match node:
        case ast.BoolOp(op=ast.And()):
            return all(_holds(each, values) for each in node.values)
        case ast.BoolOp(op=ast.Or()):
            return any(_holds(each, values) for each in node.values)
        case ast.Compare(left=ast.Name(id=name), ops=[how], comparators=[ast.Constant(value=str(other))]) if (
            name in values and type(how) in _COMPARED
        ):
            told: Callable[[str], Any] = _numbers if name.startswith("python_") else str
            return bool(_COMPARED[type(how)](told(values[name]), told(other)))
    raise WheelsNotFetched(
        why=Sentence("{file} asks something of a computer that is not known", file="requirements.txt")
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split("."))
