"""Where the data is, which hospital, which door, which language: frozen, from PARCHI_... environment variables."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from fallback.errors import Sentence, SettingWrong
from fallback.language import LANGUAGES

PREFIX = "PARCHI_"
PORT = 8000
HOST = "127.0.0.1"

# What each variable is for: `docs/` and the command line's help list exactly these.
NAMES: Mapping[str, str] = {
    "PARCHI_DATA": "the data folder (default: data, in the folder the program starts in)",
    "PARCHI_HOSPITAL": "the hospital's file (default: hospital.toml in the data folder, else beside the program)",
    "PARCHI_HOST": f"the address the desk answers at; 0.0.0.0 is all that it has (default: {HOST}, this computer only)",
    "PARCHI_NAMES": "more names and addresses of this computer, with commas between them (default: none)",
    "PARCHI_PORT": f"the port the desk answers at (default: {PORT})",
    "PARCHI_LANGUAGE": f"the language of first screens and of the command line: {' or '.join(LANGUAGES)} (default: en)",
    "PARCHI_PASSPHRASE_FILE": "a file that holds the passphrase (default: none, it is asked for)",
    "PARCHI_STATE": "the folder, not in the data, that says what may be issued here (default: one in the user's home)",
    "PARCHI_INDEX": "the address of the computer that answers for the patient index (default: none)",
    "PARCHI_UIDAI": "the file of UIDAI's certificates, which check Aadhaar QRs (default: none, they are not checked)",
    "PARCHI_KIT": "the stick that the program was started from, which `check` looks at (default: none)",
    "PARCHI_LAN": "the port of the door to the other desks (default: 8443 where others reach this desk, else none)",
    "PARCHI_COPY": (
        "the folder of the second copy, on another disk; of several, as a PATH is written: with : between them "
        "(Windows: ;) (default: none)"
    ),
}

_PACKAGE = Path(__file__).resolve().parent
# Where templates, static files and the example hospital lie: beside the package, and inside it in a wheel.
PROGRAM = _PACKAGE if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent
_EXAMPLE = PROGRAM / "hospital.toml"
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one running program was told from outside. Paths are absolute."""

    data: Path
    hospital: Path
    host: str = HOST
    names: tuple[str, ...] = ()
    port: int = PORT
    language: str = "en"
    passphrase_file: Path | None = None
    copies: tuple[Path, ...] = ()
    index: str = ""
    state: Path | None = None
    uidai: Path | None = None
    kit: Path | None = None
    lan: int | None = None

    @classmethod
    def read(cls, environment: Mapping[str, str] | None = None, *, data: Path | None = None) -> Self:
        """The settings of an environment (this process's own when none is given); `data` wins over PARCHI_DATA.

        An empty variable counts as not set. Raises SettingWrong for an unknown PARCHI_ name or a value that cannot be
        used. Whether files and folders are there is told by whoever opens them.
        """
        given = {name: text for name, text in (environment or {}).items() if name.upper().startswith(PREFIX)}
        if environment is None:
            given = {name: text for name, text in os.environ.items() if name.upper().startswith(PREFIX)}
        for name in given:
            _known(name)
        given = {name: text for name, text in given.items() if text.strip()}
        folder = data.absolute() if data else _path(given, "PARCHI_DATA") or Path("data").absolute()
        own = folder / "hospital.toml"
        hospital = _path(given, "PARCHI_HOSPITAL") or (own if own.is_file() else _EXAMPLE)
        copies = _paths(given, "PARCHI_COPY")
        if any(_share_a_fate(folder, copy) for copy in copies):
            why = "The second copy must not lie in the data folder, nor around it: both would be lost together."
            raise SettingWrong(setting="PARCHI_COPY", why=why)
        return cls(
            data=folder,
            hospital=hospital,
            host=host(given.get("PARCHI_HOST", HOST)),
            names=_names(given.get("PARCHI_NAMES", "")),
            port=_port(given.get("PARCHI_PORT", str(PORT)).strip()),
            language=_language(given.get("PARCHI_LANGUAGE", "en").strip()),
            passphrase_file=_path(given, "PARCHI_PASSPHRASE_FILE"),
            copies=copies,
            state=_path(given, "PARCHI_STATE"),
            uidai=_path(given, "PARCHI_UIDAI"),
            kit=_path(given, "PARCHI_KIT"),
            lan=_port(given["PARCHI_LAN"].strip(), "PARCHI_LAN") if "PARCHI_LAN" in given else None,
            index=_address(given.get("PARCHI_INDEX", "").strip()),
        )


def language() -> str:
    """The language of PARCHI_LANGUAGE, for what is said before the settings are read, and where they cannot be."""
    try:
        return _language(os.environ.get("PARCHI_LANGUAGE", "").strip() or "en")
    except SettingWrong:
        return "en"


def _known(name: str) -> None:
    if name in NAMES:
        return
    shown = name if re.fullmatch(r"\w{1,60}", name) else PREFIX + "..."
    near = get_close_matches(name.upper(), NAMES, n=1, cutoff=0.7)
    if near:
        raise SettingWrong(setting=shown, why=Sentence("No such setting. Did you mean {near}?", near=near[0]))
    raise SettingWrong(setting=shown, why=Sentence("No such setting. Known are: {names}.", names=", ".join(NAMES)))


def _path(given: Mapping[str, str], name: str) -> Path | None:
    if name not in given:
        return None
    if "\0" in given[name]:
        raise SettingWrong(setting=name, why="This is not a path.")
    return Path(given[name]).expanduser().absolute()


def _paths(given: Mapping[str, str], name: str) -> tuple[Path, ...]:
    """Several paths, as the system writes them; one that is named twice counts once."""
    each = [_path({name: text}, name) for text in given.get(name, "").split(os.pathsep) if text.strip()]
    return tuple(dict.fromkeys(path for path in each if path))


def _share_a_fate(one: Path, other: Path) -> bool:
    try:
        one, other = one.resolve(), other.resolve()
    except (OSError, RuntimeError):  # a link that leads back to itself: whoever opens the folder says so
        return False
    return one.is_relative_to(other) or other.is_relative_to(one)


def host(text: str, setting: str = "PARCHI_HOST") -> str:
    """An address, or a computer's name, as it is typed. Raises SettingWrong."""
    text = text.strip()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    if len(text) > 253 or not _HOST_NAME.fullmatch(text) or re.fullmatch(r"[0-9.]+", text):
        raise SettingWrong(setting=setting, why="An address like 127.0.0.1 or a computer's name was expected.")
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(host(each, "PARCHI_NAMES") for each in text.split(",") if each.strip())


def _address(text: str) -> str:
    if text and not re.fullmatch(r"https://[A-Za-z0-9.\[\]:-]{1,253}/?", text):
        why = "An address like https://10.0.0.5:8443 was expected."
        raise SettingWrong(setting="PARCHI_INDEX", why=why)
    return text.rstrip("/")


def _port(text: str, setting: str = "PARCHI_PORT") -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text, re.ASCII) or not 1 <= int(text) <= 65535:
        raise SettingWrong(setting=setting, why="A whole number from 1 to 65535 was expected, like 8000.")
    return int(text)


def _language(text: str) -> str:
    if text not in LANGUAGES:
        names = ", ".join(LANGUAGES)
        raise SettingWrong(
            setting="PARCHI_LANGUAGE", why=Sentence("There is no such language. Use {names}.", names=names)
        )
    return text
