"""NOTICES, whose work a release and a kit are made of, and under which licence: `python -m tests.notices` writes it."""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

HOUSE = Path(__file__).parent.parent
NOTICES, LIST = HOUSE / "NOTICES", HOUSE / "requirements.txt"

# Of packages whose metadata name no licence by its SPDX expression: what their licence file is.
_READ = {
    "appdirs": "MIT", "argcomplete": "Apache-2.0", "babel": "BSD-3-Clause", "blinker": "MIT", "certifi": "MPL-2.0",
    "charset-normalizer": "MIT", "click-default-group": "LicenseRef-Public-Domain", "et-xmlfile": "MIT",
    "flask-wtf": "BSD-3-Clause", "h11": "MIT", "httpx": "BSD-3-Clause", "itsdangerous": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause", "openpyxl": "MIT", "pluggy": "MIT", "pypdfium2": "BSD-3-Clause AND Apache-2.0",
    "python-barcode": "MIT", "python-dateutil": "Apache-2.0 AND BSD-3-Clause", "python-escpos": "MIT",
    "python-stdnum": "LGPL-2.1-or-later", "pyyaml": "MIT", "qrcode": "BSD-3-Clause", "reportlab": "BSD-3-Clause",
    "shamir-mnemonic": "MIT", "six": "MIT", "sqlcipher3": "Zlib", "sqlite-fts4": "Apache-2.0",
    "uharfbuzz": "Apache-2.0", "wtforms": "BSD-3-Clause",
}  # fmt: skip

# Windows' own, which are not installed here: licence and holder, read from their wheels.
_WINDOWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "colorama": ("BSD-3-Clause", ("Copyright (c) 2010 Jonathan Hartley",)),
    "pywin32": ("PSF-2.0", ("Copyright (c) 1994-2008, Mark Hammond",)),
}

_HEAD = """\
Parchi
Copyright 2026 the authors of Parchi. Licensed under the Apache License, Version 2.0 (see LICENSE).

`python -m tests.notices` writes this file from requirements.txt and what is installed; a test holds it.

INSIDE PARCHI
=============
Mukta, the typeface, in fallback/printing/fonts
  OFL-1.1; the text is fallback/printing/fonts/OFL.txt
  Copyright (c) 2014, Ek Type (www.ektype.in). Bundled without its hinting, and under its own name.
Districts, PIN codes and post offices, in fallback/places
  India Post's directory, Government Open Data License - India (GODL); see docs/decisions/0032-lists.md

INSTALLED WITH PARCHI, OR CARRIED BY A KIT
==========================================
Each is carried whole and unchanged, as the wheel that its authors published; the full text of its licence lies in its
wheel, in *.dist-info. Parchi calls them as libraries that anybody may replace (LGPL, MPL: no file of theirs is ours).

"""

_TAIL = """\
INSIDE THOSE WHEELS
===================
sqlcipher3: SQLCipher (BSD-3-Clause, Copyright (c) 2008-2025, ZETETIC LLC), SQLite (public domain), OpenSSL (Apache-2.0)
cryptography: OpenSSL (Apache-2.0)
pypdfium2: PDFium (BSD-3-Clause, Copyright 2014 The PDFium Authors) and what it is built of; the texts lie in its wheel
pillow: libjpeg-turbo, OpenJPEG, libtiff, libwebp, zlib-ng, FreeType, Little CMS and others; the texts lie in its wheel
uharfbuzz: HarfBuzz (MIT-Modern-Variant)
zxing-cpp: ZXing-C++ (Apache-2.0)

A KIT FOR WINDOWS
=================
Python's embeddable package, where the builder of a kit supplied it: PSF-2.0, Copyright (c) 2001 Python Software
Foundation; the text is python-windows/LICENSE.txt on the stick. OpenSSL (Apache-2.0) and SQLite (public domain) are in.
"""


def pinned() -> dict[str, str]:
    """What runs, on any system: a name, and its version."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LIST.read_text(encoding="utf-8"), re.M))


def licence(found: Distribution, name: str) -> str:
    """The SPDX expression of a package. Raises KeyError where nobody has read its licence yet."""
    told = found.metadata
    return told["License-Expression"] if "License-Expression" in told else _READ[name]


def holders(found: Distribution) -> tuple[str, ...]:
    """The first lines of its licence's files that say whose it is; not those of who wrote the licence."""
    whose: list[str] = []
    for file in sorted(found.files or (), key=str):
        if re.search(r"dist-info/(licenses/)?(LICEN[CS]E|COPYING)[^/]*$", str(file)):
            text = Path(str(found.locate_file(file))).read_text(encoding="utf-8", errors="replace")
            lines = (" ".join(line.split()).lstrip("#* ") for line in text.splitlines())
            named = [line for line in lines if re.match(r"(Copyright|©|\(c\))\s.*\d{4}", line, re.I)]
            whose += [line for line in named if "[name of" not in line and "Free Software Foundation" not in line][:2]
    return tuple(dict.fromkeys(whose))[:4]


def notices() -> str:
    """The file's text. Raises ValueError where another version is installed than is pinned."""
    entries = []
    for name, version in pinned().items():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            said, whose = _WINDOWS[name]
        else:
            if found.version != version:
                raise ValueError(f"{name} {found.version} is installed, {version} is pinned: make env-test")
            said, whose = licence(found, name), holders(found)
        entries.append("\n".join([f"{name} {version}", f"  {said}", *(f"  {line}" for line in whose)]))
    return _HEAD + "\n".join(entries) + "\n\n" + _TAIL


def main() -> int:
    """Writes it."""
    NOTICES.write_text(notices(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
