"""Whether a wheel is for this system and this Python, by the tags in its name; the standard library is enough."""

import os
import re
import sys

CODE = f"cp{sys.version_info[0]}{sys.version_info[1]}"


def is_ours(platform: str) -> bool:
    """Whether a wheel's platform is this system's, or any."""
    if platform == "any":
        return True
    return platform == "win_amd64" if sys.platform == "win32" else re.search("linux.*_x86_64$", platform) is not None


def fit_of(pythons: list[str], abis: list[str], platforms: list[str]) -> int:
    """How well: 0 not at all; what is made for exactly this Python and this system before what fits many."""
    if not any(_runs_here(platform) for platform in platforms):
        return 0
    if CODE in pythons and CODE in abis:
        return 3
    least = [int(each[3:]) for each in pythons if re.fullmatch(r"cp3\d+", each)]
    if "abi3" in abis and any(each <= sys.version_info[1] for each in least):
        return 2
    return 1 if "none" in abis and ({"py3", CODE} & set(pythons)) else 0


def _runs_here(platform: str) -> bool:
    if not is_ours(platform) or "musllinux" in platform:
        return False
    asked = re.match(r"manylinux_2_(\d+)_", platform)
    old = {"manylinux1_x86_64": 5, "manylinux2010_x86_64": 12, "manylinux2014_x86_64": 17}
    least = int(asked[1]) if asked else old.get(platform, 0)
    if not least:
        return True
    if sys.platform != "linux":
        return False
    try:
        return least <= int((os.confstr("CS_GNU_LIBC_VERSION") or "").split(".")[1])
    except (ValueError, OSError, IndexError):
        return False
