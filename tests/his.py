"""A closed hospital system for tests: its registration page in a browser, with the habits that such pages have."""

import html
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from fallback.ehospital.recipe import Mark
from fallback.ehospital.webform.browser import Browser
from fallback.ehospital.webform.devtools import DevTools, tabs

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1366,900",
    "--remote-debugging-port=0", "--remote-debugging-address=127.0.0.1",
)  # fmt: skip
FIELDS = ("name", "sex", "age", "guardian", "mobile", "place", "visit", "remarks")
RECIPE = """
[page]
name = "Test HIS"
start = "/home"
ready = "#search"
stops = ["#login", "#captcha"]
organisation = "#hospital"
ignores = ["/news"]
wait = 3
unlink = ["Open the visit, press Detach, and choose the right patient."]

[search]
acts = [{ type = "#q", value = "{number}" }, { press = "#go" }]
none = { at = "#answer", says = "No record found" }
hit = "tr.hit"
opened = "#record"

[form]
acts = [{ press = "#new" }]
ready = "#form"

[[field]]
name = "Name"
hook = "#name"
value = "{name}"
needed = true
[[field]]
name = "Sex"
hook = "#sex"
value = "{sex}"
kind = "choice"
codes = { female = "Female", male = "Male", other = "Transgender", unknown = "Not known" }
[[field]]
name = "Age"
hook = "#age"
value = "{age}"
[[field]]
name = "Father/husband"
hook = "#guardian"
value = "{guardian}"
[[field]]
name = "Mobile"
hook = "#mobile"
value = "{mobile}"
tabs = 2
[[field]]
name = "Place"
hook = "#place"
value = "{locality}, {district}"
[[field]]
name = "Visit on"
hook = "#visit"
value = "{visit_date}"
date = "%d/%m/%Y"
[[field]]
name = "Remarks"
hook = "#remarks"
value = "Slip {number}"

[submit]
acts = [{ press = "#save" }]
done = { at = "#record", says = "UHID" }
refused = ".error"
number = "#record"
pattern = "UHID ([0-9]+)"

[visit]
acts = [{ type = "#q", value = "{person}" }, { press = "#go" }]
none = { at = "#answer", says = "No record found" }
hit = "tr.hit"
opened = "#record"
then = [{ press = "#revisit" }]
ready = "#form"

[typed]
acts = [{ type = "#q", value = "{mobile}" }, { press = "#go" }]
none = { at = "#answer", says = "No record found" }
hit = "tr.hit"
date = "%d/%m/%Y"

[beep]
end = ""
"""
_PAGE = """<!doctype html><title>HIS</title><style>body{font:14px sans-serif} label{display:block}</style>
<h1 id=hospital>Rajdhani General Hospital</h1>%s"""


@dataclass(slots=True)
class Habits:
    """How the system behaves; a test changes it."""

    logged_in: bool = True
    captcha: bool = False
    loses_reply: int = 0  # saves, and the answer never comes
    sent_twice: int = 0
    lies: bool = False  # says that it saved
    wipes: int = 0  # a late answer wipes the guardian so many times
    capitals: bool = False
    refuses: str = ""
    asks: bool = False  # a box with a question before saving
    empty_first: bool = False  # the sign for nobody stands there from the start
    shows_all: bool = False  # the search finds everybody
    cuts_name: int = 0  # letters of a name that it keeps


@dataclass(slots=True)
class His:
    """The system: its visits by their keys, each with its patient's UHID and its fields, and how it behaves."""

    url: str = ""
    records: dict[str, dict[str, str]] = field(default_factory=dict)
    habits: Habits = field(default_factory=Habits)
    saves: int = 0

    @property
    def patients(self) -> set[str]:
        return {told["uhid"] for told in self.records.values()}

    def add(self, uhid: str = "", **told: str) -> str:
        key = str(200_000_001 + len(self.records))
        self.records[key] = dict.fromkeys(FIELDS, "") | told | {"uhid": uhid or key}
        return key

    def get(self, path: str, query: dict[str, list[str]]) -> str:
        habits = self.habits
        if path == "/in":
            habits.logged_in = True
        if not habits.logged_in:
            return _PAGE % "<form id=login><input name=user><input name=pin type=password></form>"
        if habits.captcha:
            return _PAGE % "<img id=captcha alt='' width=90 height=30><input name=code>"
        if path == "/form":
            return _PAGE % self._form({}, "")
        if path == "/visit":
            told = self.records[query["key"][0]]
            return _PAGE % self._form(told | {"remarks": "", "visit": ""}, told["uhid"])
        if path == "/record":
            return _PAGE % self._record(query["key"][0])
        if path == "/place":
            time.sleep(0.15)
            return "wiped" if self._wiped() else ""
        return _PAGE % self._home(query.get("q", [""])[0])

    def _wiped(self) -> bool:
        self.habits.wipes -= 1
        return self.habits.wipes >= 0

    def _home(self, sought: str) -> str:
        found = [
            (key, told)
            for key, told in self.records.items()
            if sought and (self.habits.shows_all or any(sought in each for each in told.values()))
        ]
        rows = "".join(
            f"<tr class=hit onclick=\"location='/record?key={key}'\"><td>UHID {told['uhid']}<td>"
            + "<td>".join(html.escape(told[name]) for name in ("name", "visit", "remarks"))
            for key, told in found
        )
        nobody = "No record found" if (sought and not found) or self.habits.empty_first else ""
        return (
            f"<form id=search><input id=q name=q value='{html.escape(sought)}'><button id=go>Search</button></form>"
            f"<a id=new href=/form>New patient</a><p id=answer>{nobody}</p><table>{rows}</table>"
        )

    def _form(self, told: dict[str, str], uhid: str) -> str:
        def box(name: str) -> str:
            return f"<label>{name} <input id={name} name={name} value='{html.escape(told.get(name, ''))}'></label>"

        sexes = "".join(
            f"<option{' selected' if each == told.get('sex') else ''}>{each}"
            for each in ("", "Female", "Male", "Transgender", "Not known")
        )
        ask = "if (!confirm('Print the card?')) return false;" if self.habits.asks else ""
        return (
            f'<form id=form method=post action="/save?uhid={uhid}" onsubmit="{ask}">'
            + box("name") + f"<label>sex <select id=sex name=sex>{sexes}</select></label>" + box("age")
            + box("guardian") + box("mobile") + "<label><input type=checkbox name=sms> SMS</label>"
            + box("place") + box("visit") + box("remarks") + "<button id=save>Save</button></form>"
            "<script>mobile.onchange = async () => { const said = await (await fetch('/place')).text();"
            "if (said.includes('wiped')) guardian.value = ''; }</script>"
        )  # fmt: skip

    def _record(self, key: str) -> str:
        told = self.records.get(key)
        if told is None:
            return f"<div id=record>Saved. UHID {key}</div>"
        boxes = "".join(
            f"<label>{name} <input readonly id={name} value='{html.escape(told[name])}'></label>" for name in FIELDS
        )
        revisit = f"<a id=revisit href='/visit?key={key}'>New visit</a>"
        return f"<div id=record>UHID {told['uhid']}{boxes}{revisit}</div>"

    def save(self, told: dict[str, str], uhid: str) -> str:
        """The key of what was saved. Raises ValueError with the words on the page."""
        habits = self.habits
        if habits.refuses:
            raise ValueError(habits.refuses)
        self.saves += 1
        if habits.capitals:
            told = {name: value.upper() if name != "sex" else value for name, value in told.items()}
        if habits.cuts_name:
            told["name"] = told["name"][: habits.cuts_name]
        if habits.lies:
            return "200000999"
        return self.add(uhid, **told)


class _Door(BaseHTTPRequestHandler):
    his: His

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer(self.his.get(parts.path, parse_qs(parts.query)))

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True)
        told = {name: sent.get(name, [""])[0] for name in FIELDS}
        try:
            uhid = parse_qs(urlsplit(self.path).query).get("uhid", [""])[0]
            key = self.his.save(told, uhid)
        except ValueError as wrong:
            self._answer(_PAGE % f"<p class=error>{html.escape(str(wrong))}</p>")
            return
        if self.his.habits.loses_reply > 0:
            self.his.habits.loses_reply -= 1
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n<p>Sav")
            self.close_connection = True
            return
        if self.his.habits.sent_twice > 0:  # as a browser does by itself when a server hangs up before a single byte
            self.his.habits.sent_twice -= 1
            key = self.his.save(told, uhid)
        self.send_response(303)
        self.send_header("Location", f"/record?key={key}")
        self.end_headers()

    def _answer(self, text: str) -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_told: object) -> None:
        """Says nothing."""


@contextmanager
def served() -> Iterator[His]:
    """The system at an address of this computer."""
    his = His()
    door = type("Door", (_Door,), {"his": his})
    server = ThreadingHTTPServer(("127.0.0.1", 0), door)
    his.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield his
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium(url: str) -> Iterator[int]:
    """A browser of an operator at an address, with its remote control open; gives the port."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _port(Path(folder) / "DevToolsActivePort", url)
        finally:
            process.terminate()
            process.wait(10)


def come_home(port: int, url: str) -> None:
    """The operator's tab stands on the system's first page, wherever a test left it."""
    tools = DevTools(port, tabs(port, url)[0], url=url, heard=lambda *_: None)
    try:
        tools.command("Page.navigate", url=url)
        for _attempt in range(200):
            if any(tab.url == url for tab in tabs(port, url)):
                return
            time.sleep(0.02)
    finally:
        tools.close()


def _port(file: Path, url: str) -> int:
    for _attempt in range(200):
        if file.exists() and (lines := file.read_text().split()):
            port = int(lines[0])
            if any(tab.url.startswith(url) for tab in tabs(port, url)):
                return port
        time.sleep(0.05)
    raise AssertionError("chromium did not start")


def recipe(folder: Path, text: str = RECIPE, **replaced: str) -> Path:
    """A recipe's file. `replaced`: a line that begins with a name gets another value."""
    for name, value in replaced.items():
        text = "\n".join(f"{name} = {value}" if line.startswith(f"{name} =") else line for line in text.split("\n"))
    path = folder / "his.toml"
    path.write_text(text, encoding="utf-8")
    return path


def beep(browser: Browser, text: str) -> None:
    """What a hand scanner does that reads a code: a key after the other, Tab and Enter as keys, without a pause."""
    for sign in text:
        if sign in "\t\r":
            browser.strike("Tab" if sign == "\t" else "Enter")
        else:
            browser._tools.command("Input.dispatchKeyEvent", type="keyDown", key=sign, text=sign)
            browser._tools.command("Input.dispatchKeyEvent", type="keyUp", key=sign)


def click_into(browser: Browser, css: str) -> None:
    """What a hand does before it scans: clicks, and sees that the cursor is there and stays. Pages move it at first."""
    focused = "css => all(css)[0] === document.activeElement"
    for _try in range(10):
        browser.press(Mark(css))
        browser.quiet(1)
        if browser._ask(focused, css):
            return
    raise AssertionError("the page keeps its cursor elsewhere")


def log_into_gnu_health(operator: Browser, login: str, password: str) -> None:
    """What the operator does by hand before an import, in GNU Health's own web client."""
    operator.wait_for(lambda: operator.texts("#login"), 20)
    operator.type("#login", login)
    operator.strike("Enter")
    operator.wait_for(lambda: operator.texts("input[type=password]"), 20)
    time.sleep(0.5)  # the box takes keys once it has come down
    beep(operator, password + "\r")
    assert operator.first_shown([Mark("#global-search-entry")], 20) == 0
