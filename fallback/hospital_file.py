"""Reads hospital.toml: every table, key and value is checked, and what is wrong is named with its line."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fallback.errors import HospitalFileWrong, Sentence
from fallback.hospital import (
    DPIS,
    KEEP_LOGS_USUALLY,
    LOCK_USUALLY,
    PAPERS,
    Hospital,
    Printer,
    PrinterWay,
)
from fallback.toml_clinics import ClinicTables
from fallback.toml_counters import counters
from fallback.toml_lines import Place
from fallback.toml_money import exemptions, money
from fallback.toml_ready import CARTRIDGE, ready
from fallback.toml_table import document_of
from fallback.toml_targets import SHORT_NAME, targets
from fallback.toml_wards import wards

LOOKS = (10, 1_000)  # in an hour; a desk registers some sixty patients
LOOKS_AN_HOUR = 120
SWAP, SWAP_HOURS = (1, 720), 24
KEEP_PAGES = (30, 36_525)  # days: the account of an outage needs its pages, and nobody plans for more than a century
KEEP_LOGS = (180, 36_525)  # days: CERT-In asks for 180, the DPDP Rules for a year
LOCK_MINUTES = (1, 60)  # a screen that never locks is open to whoever passes by
STATES = 38  # the last code in the Local Government Directory, 2026

TABLES = frozenset(  # a line each: whoever adds a table adds a line
    {
        "hospital",
        "clinic",
        "counter",
        "target",
        "printer",
        "pages",
        "index",
        "logs",
        "security",
        "copies",
        "ward",
        "caps",
        "money",
        "exemption",
        "ready",
    }
)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_QUEUE = re.compile(r"[^\s/#'\"\\?-][^\s/#'\"\\?]*")  # as CUPS has it


def load(path: Path) -> Hospital:
    """The hospital that a file describes. Raises HospitalFileWrong with the file, the line, the key and what to do."""
    document, tables = document_of(path, HospitalFileWrong)
    return _Reader(tables.path, tables.lines, tables.wrong).hospital(document)


class _Reader(ClinicTables):
    """Turns a file's tables into a hospital."""

    __slots__ = ()

    def hospital(self, document: dict[str, Any]) -> Hospital:
        """The whole document."""
        self.only((), document, TABLES)
        if not isinstance(document.get("hospital"), dict):
            self.fail(("hospital",), "The table [hospital] is missing. Copy it from the example file.")
        at: Place = ("hospital",)
        table = document["hospital"]
        texts = ("name", "name_hindi", "address", "address_hindi", "phone", "district")
        systems = ("uhid_system", "slip_system", "patient_system")
        self.only(at, table, {*texts, *systems, "uhid_pattern", "state", "fees", "paper", "layouts"})
        fees = self.fees((*at, "fees"), table["fees"]) if "fees" in table else ()
        uris: dict[str, str] = {}
        for name in systems:
            uri = self.need(at, table, name, self.uri)
            if uri in uris.values():
                self.fail((*at, name), "Another of the three systems has this address. Each needs its own address.")
            uris[name] = uri
        modes, receipt_book = money(self, document.get("money", {}))
        return Hospital(
            **{name: self.need(at, table, name, self.text) for name in texts},
            **uris,
            uhid_pattern=self.need(at, table, "uhid_pattern", self.pattern),
            state=self.need(at, table, "state", self.whole(1, STATES)),
            clinics=self.clinics(document.get("clinic"), fees),
            targets=targets(self, document.get("target", []), self.uri),
            paper=self.paper((*at, "paper"), table.get("paper", PAPERS[0])),
            printers=self.printers(document.get("printer", [])),
            layouts=self.folder((*at, "layouts"), table["layouts"]) if "layouts" in table else None,
            keep_pages=self.keep_pages(document["pages"]) if "pages" in document else None,
            swap_hours=self.swap_hours(document.get("copies", {})),
            looks_an_hour=self.looks(document.get("index", {})),
            keep_logs=self.keep_logs(document["logs"]) if "logs" in document else KEEP_LOGS_USUALLY,
            lock_minutes=self.lock_minutes(document.get("security", {})),
            modes=modes,
            receipt_book=receipt_book,
            exemptions=exemptions(self, document.get("exemption", [])),
            counters=counters(self, document.get("counter")),
            wards=wards(self, document.get("ward", [])),
            computers=self.computers(document.get("caps", {})),
            ready=ready(self, document.get("ready", {})),
        )

    def swap_hours(self, table: object) -> int:
        """The table [copies]: how old the stick that lies apart may be, in hours."""
        found = self.only(("copies",), table, {"swap_hours"})
        return self.whole(*SWAP)(("copies", "swap_hours"), found.get("swap_hours", SWAP_HOURS))

    def looks(self, table: object) -> int:
        """The table [index]: how many patients a login may look up in an hour."""
        found = self.only(("index",), table, {"looks_an_hour"})
        return self.whole(*LOOKS)(("index", "looks_an_hour"), found.get("looks_an_hour", LOOKS_AN_HOUR))

    def keep_logs(self, table: object) -> int:
        """The table [logs]: after how many days a day of the access log may be destroyed."""
        return self.need(("logs",), self.only(("logs",), table, {"keep_days"}), "keep_days", self.whole(*KEEP_LOGS))

    def lock_minutes(self, table: object) -> int:
        """The table [security]: after how many minutes without a key or a click a screen locks."""
        found = self.only(("security",), table, {"lock_minutes"})
        return self.whole(*LOCK_MINUTES)(("security", "lock_minutes"), found.get("lock_minutes", LOCK_USUALLY))

    def keep_pages(self, table: object) -> int:
        """The table [pages]: after how many days a picture of a page may be destroyed."""
        return self.need(("pages",), self.only(("pages",), table, {"keep_days"}), "keep_days", self.whole(*KEEP_PAGES))

    def printers(self, tables: object) -> tuple[Printer, ...]:
        """All [[printer]] tables."""
        if not isinstance(tables, list):
            self.fail(("printer",), "A printer is written as a table [[printer]].")
        printers: list[Printer] = []
        for index, table in enumerate(tables):
            at: Place = ("printer", index)
            self.only(at, table, {"name", "way", "address", "paper", "dpi", "desks", "laser", "pages_a_cartridge"})
            name = self.need(at, table, "name", self.short_name)
            if any(printer.name == name for printer in printers):
                self.fail((*at, "name"), "Another [[printer]] has this name already. Give this one another name.")
            way = self.need(at, table, "way", self.way)
            printer = Printer(
                name=name,
                way=way,
                address=self.need(at, table, "address", self.printer_address(way)),
                paper=self.need(at, table, "paper", self.paper),
                dpi=self.dpi((*at, "dpi"), table.get("dpi", 203 if way == PrinterWay.ESCPOS else 300)),
                desks=self.desks((*at, "desks"), table.get("desks", [])),
                laser=self.flag((*at, "laser"), table.get("laser", False)),
                pages_a_cartridge=self.whole(*CARTRIDGE)((*at, "pages_a_cartridge"), table["pages_a_cartridge"])
                if "pages_a_cartridge" in table
                else 0,
            )
            for earlier in printers:
                for desk in earlier.desks:
                    if desk in printer.desks:
                        why = "{desk} prints on {printer} already. A desk prints on one printer."
                        self.fail((*at, "desks"), Sentence(why, desk=desk, printer=earlier.name))
            printers.append(printer)
        return tuple(printers)

    def paper(self, at: Place, value: object) -> str:
        """What slips are printed on."""
        if not isinstance(value, str) or value not in PAPERS:
            self.fail(at, Sentence("A paper was expected: one of {names}.", names=", ".join(PAPERS)))
        return value

    def folder(self, at: Place, value: object) -> Path:
        """A folder beside the file, made absolute: `init` copies it with the file, and its name still holds there."""
        name = self.text(at, value)
        if Path(name).name != name or name == "..":
            self.fail(at, 'The name of a folder beside this file was expected, like "layouts".')
        folder = self.path.parent.resolve() / name
        try:
            found = folder.is_dir()
        except OSError:  # a name too long for the disk, a place that may not be looked at
            found = False
        if not found:
            self.fail(at, "There is no such folder beside this file. Make it, or leave the key out.")
        return folder

    def way(self, at: Place, value: object) -> PrinterWay:
        """How paper reaches a printer."""
        if not isinstance(value, str) or value not in list(PrinterWay):
            self.fail(at, Sentence("A way to the printer was expected: one of {names}.", names=", ".join(PrinterWay)))
        return PrinterWay(value)

    def printer_address(self, way: PrinterWay) -> Callable[[Place, object], str]:
        """A check for where a printer is found, each way in its own words."""

        def check(at: Place, value: object) -> str:
            text = self.text(at, value)
            match way:
                case PrinterWay.CUPS if not _QUEUE.fullmatch(text):
                    self.fail(at, "The name of a CUPS queue was expected, as `lpstat -p` lists it.")
                case PrinterWay.ESCPOS if not text.startswith("/") and not _is_tcp(text):
                    self.fail(
                        at, 'An address was expected, like "tcp://10.0.0.21:9100", or a device, like "/dev/usb/lp0".'
                    )
            return text

        return check

    def dpi(self, at: Place, value: object) -> int:
        """The dots of a printer, per inch."""
        if not isinstance(value, int) or isinstance(value, bool) or value not in DPIS:
            dots = ", ".join(map(str, DPIS))
            self.fail(at, Sentence("The printer's dots per inch were expected: one of {dots}.", dots=dots))
        return value

    def desks(self, at: Place, value: object) -> tuple[str, ...]:
        """The names of the desks that a printer serves."""
        if not isinstance(value, list):
            self.fail(at, 'A list of desk names was expected, like ["Counter 1", "Counter 2"].')
        desks = tuple(self.text(at, desk) for desk in value)
        if len(set(desks)) != len(desks):
            self.fail(at, "A desk stands there twice.")
        return desks

    def short_name(self, at: Place, value: object) -> str:
        """What the command line calls a printer."""
        if not isinstance(value, str) or not SHORT_NAME.fullmatch(value):
            self.fail(at, 'A name of small letters, digits and hyphens was expected, like "test-server".')
        return value

    def pattern(self, at: Place, value: object) -> str:
        """A regular expression that a whole UHID matches."""
        pattern = self.text(at, value)
        try:
            compiled = re.compile(pattern, re.ASCII)
        except (re.error, OverflowError, RecursionError) as error:
            self.fail(at, Sentence("The pattern is not a regular expression ({reason}).", reason=error))
        if compiled.fullmatch(""):
            self.fail(at, "A pattern for a UHID was expected that an empty text does not match, like '[1-9][0-9]{8}'.")
        return pattern

    def uri(self, at: Place, value: object) -> str:
        """The URI under which numbers are filed; nobody ever opens it."""
        text = self.text(at, value)
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        named = parts.scheme in {"http", "https"} and parts.netloc
        if not (named or (parts.scheme == "urn" and parts.path)) or re.search(r"\s", text):
            self.fail(at, 'An address was expected, like "https://hospital.example/uhid".')
        return text


def _is_tcp(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    good = parts.scheme == "tcp" and host and port != 0 and not re.search(r"[\s@]", text)
    return bool(good) and not (parts.path or parts.query or parts.fragment)
