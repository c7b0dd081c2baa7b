"""This computer as a certificate names it: make, model, serial number, system, network address, where the OS tells."""

import platform
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DMI = Path("/sys/class/dmi/id")
# What makers write where they wrote nothing.
_NOTHING = frozenset({"to be filled by o.e.m.", "default string", "none", "not specified", "system serial number", "0"})
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What is known; "" where the system does not tell, or tells it to an administrator only."""

    make: str
    model: str
    serial: str
    mac: str
    name: str
    system: str

    @property
    def make_model(self) -> str:
        """Maker and model in one."""
        return f"{self.make} {self.model}".strip()


def particulars() -> Particulars:
    """Those of this computer."""
    node = uuid.getnode()
    random = node >> 40 & 1  # the bit of a made-up address: there is no network card
    make, model, serial = _windows() if sys.platform == "win32" else _linux()
    return Particulars(
        make=make,
        model=model,
        serial=serial,
        mac="" if random else ":".join(f"{node >> shift & 255:02x}" for shift in range(40, -8, -8)),
        name=_clean(platform.node()),
        system=_clean(f"{platform.system()} {platform.release()} {platform.machine()}"),
    )


def _linux() -> tuple[str, str, str]:
    found = []
    for name in ("sys_vendor", "product_name", "product_serial"):
        text = ""
        with suppress(OSError, UnicodeDecodeError):  # the serial is the administrator's alone
            text = (_DMI / name).read_text(encoding="utf-8")
        found.append(_clean(text))
    return found[0], found[1], found[2]


def _windows() -> tuple[str, str, str]:
    if sys.platform == "win32":
        import winreg

        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\BIOS") as key:
            make, model = (
                _clean(str(winreg.QueryValueEx(key, name)[0])) for name in ("SystemManufacturer", "SystemProductName")
            )
            return make, model, ""
    return "", "", ""


def _clean(text: str) -> str:
    plain = " ".join("".join(each if each.isprintable() else " " for each in text).split())[:_LONGEST]
    return "" if plain.lower() in _NOTHING else plain
