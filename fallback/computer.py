"""The computer that we run on, as a check for downtimes asks it: name, battery, domain, whether a stick is locked."""

import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOW = 20  # per cent: half an hour of an old laptop
_EVERY = 30.0  # seconds between two readings of the battery
_BAD = (OSError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """Where the computer's power comes from; `percent` of its battery is None where it has none, or does not say."""

    mains: bool
    percent: int | None

    @property
    def low(self) -> bool:
        """Whether it goes out soon unless somebody finds a socket."""
        return not self.mains and self.percent is not None and self.percent <= LOW


class PowerWatch:
    """The last reading of the power. It never waits: some batteries take a second to answer, and a queue stands there.

    Any thread may ask; a reading that is older than half a minute is taken anew in the background.
    """

    def __init__(self, read: Callable[[], Power | None] | None = None) -> None:
        self._read = read or power
        self._last: Power | None = None
        self._due = 0.0  # monotonic seconds
        self._lock = threading.Lock()

    def now(self) -> Power | None:
        """What was read last, None before the first reading and where the computer says nothing."""
        if time.monotonic() >= self._due and self._lock.acquire(blocking=False):
            self._due = time.monotonic() + _EVERY
            threading.Thread(target=self._look, name="power", daemon=True).start()
        return self._last

    def _look(self) -> None:
        try:
            self._last = self._read()
        finally:
            self._lock.release()


def name() -> str:
    """The computer's name in the network, without its domain; as many letters as may stand in a record."""
    return "".join(sign for sign in platform.node().partition(".")[0] if sign.isprintable())[:60]


def linux_power(folder: Path) -> Power | None:
    """The power as /sys/class/power_supply tells of it; None where nothing is there."""
    found = [(_said(each / "type"), each) for each in sorted(folder.iterdir())] if folder.is_dir() else []
    mains = [_said(each / "online") != "0" for kind, each in found if kind in ("Mains", "USB")]
    own = [each for kind, each in found if kind == "Battery" and _said(each / "scope") != "Device"]  # no mouse's
    levels = [int(level) for each in own if (level := _said(each / "capacity")).isdigit()]
    if not mains and not own:
        return None
    if not own:  # it runs, so a plug feeds it: the USB-C sockets of a desk computer say that nothing does
        return Power(mains=True, percent=None)
    discharging = any(_said(each / "status") == "Discharging" for each in own)
    return Power(mains=any(mains) if mains else not discharging, percent=min(100, max(levels)) if levels else None)


def windows_power(line: int, flags: int, percent: int) -> Power | None:
    """The power as Windows' SYSTEM_POWER_STATUS tells of it: ACLineStatus, BatteryFlag, BatteryLifePercent."""
    unknown, none = 255, 0x80
    if line == unknown and flags == unknown:
        return None
    no_battery = flags != unknown and flags & none
    return Power(mains=line != 0, percent=None if no_battery or percent > 100 else percent)


def _said(file: Path) -> str:
    try:
        with file.open(encoding="ascii", errors="replace") as text:
            return text.read(100).strip()
    except OSError:
        return ""


if sys.platform == "win32":
    import ctypes

    class _Status(ctypes.Structure):
        _fields_ = (
            ("line", ctypes.c_ubyte), ("flags", ctypes.c_ubyte), ("percent", ctypes.c_ubyte),
            ("saver", ctypes.c_ubyte), ("left", ctypes.c_ulong), ("full", ctypes.c_ulong),
        )  # fmt: skip

    _JOINED = 3  # NetSetupDomainName
    _VOLUME_READ_ONLY = 0x80000

    def power() -> Power | None:
        """Where the power comes from; None where the computer does not say."""
        status = _Status()
        if not ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status)):
            return None
        return windows_power(status.line, status.flags, status.percent)

    def domain() -> bool:
        """Whether it has joined a domain: whoever rules that, rules this computer too."""
        try:
            place, kind = ctypes.c_wchar_p(), ctypes.c_int()
            if ctypes.windll.netapi32.NetGetJoinInformation(None, ctypes.byref(place), ctypes.byref(kind)):
                return False
            ctypes.windll.netapi32.NetApiBufferFree(place)
            return kind.value == _JOINED
        except _BAD:
            return False

    def is_locked(folder: Path) -> bool:
        """Whether the disk under a folder takes no writing, for anybody: its lock switch is on."""
        flags = ctypes.c_ulong()
        root = ctypes.c_wchar_p(folder.resolve().anchor)
        asked = ctypes.windll.kernel32.GetVolumeInformationW(root, None, 0, None, None, ctypes.byref(flags), None, 0)
        return bool(asked and flags.value & _VOLUME_READ_ONLY)
else:
    _KEYTAB = Path("/etc/krb5.keytab")  # what `realm join` and Samba write

    def power() -> Power | None:
        """Where the power comes from; None where the computer does not say."""
        try:
            return linux_power(Path("/sys/class/power_supply"))
        except _BAD:
            return None

    def domain() -> bool:
        """Whether it has joined a domain: whoever rules that, rules this computer too."""
        return _KEYTAB.exists()

    def is_locked(folder: Path) -> bool:
        """Whether the disk under a folder takes no writing, for anybody: its lock switch is on."""
        try:
            return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
        except OSError:
            return False
