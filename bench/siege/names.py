"""Names that lead elsewhere: of hosts, addresses, `next`, uploads, what is in a ZIP, batches and exports.

Let in is an answer under a name that is not ours, a file's content that nobody may read, a redirect to another site, a
file outside of where it belongs, or a name of the attacker's on our disk.
"""

import io
import time
import zipfile
from io import BytesIO
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.siege import Tried
from bench.siege.town import PIN, Browser, Town, named
from fallback.recovery import export_folder
from fallback.web import place

_HOSTS = (
    "evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example", "evil-localhost",
    "localhost@evil.example", "127.0.0.1@evil.example:80", "[::2]", "[::1].evil.example", "::1", "2130706433", "0x7f.1",
    "127.1", "127.0.0.2", "0.0.0.0", "", " localhost", "localhost.", "LOCALHOST.evil.example",
    "localhost/evil.example", "localhost\\evil.example", "localhost?evil", "localhost#evil", "xn--localhost-evil",
    "169.254.169.254", "10.0.0.1", "rebind.network", "7f000001.c0a80001.rbndr.us", "localtest.me", "local\u0000host",
)  # fmt: skip
_PATHS = (
    "../vault.json", "..%2fvault.json", "%2e%2e/vault.json", "%2e%2e%2fvault.json", "..%252fvault.json",
    "....//vault.json", "..\\vault.json", "..%5cvault.json", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd",
    "../../../../etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "parchi.css/../../app.py", "parchi.css%00.html",
    "%00", "..;/app.py", "~root/", "file:///etc/passwd", "C:\\Windows\\win.ini", "\\\\host\\share", "con",
    "..%c0%af..%c0%afetc/passwd", "..%ef%bc%8fapp.py", "./././../app.py", "/proc/self/environ", "..%u2216app.py",
    "fonts/../../fallback/vault.py", "%2e%2e%5c%2e%2e%5capp.py",
)  # fmt: skip
_BEGINS = ("/static/", "/records/pages/", "/", "/records/camera/", "/shifts/", "/records/work/", "/slips/")
_ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/%2f/evil.example",
    "javascript:alert(1)", "data:text/html,x", "https:evil.example", "///evil.example", "/.evil.example@evil.example",
    "http://localhost@evil.example/", "evil.example", "@evil.example", "/\t/evil.example", "/\n/evil.example",
    "\x00//evil.example", " //evil.example",
)  # fmt: skip
_SECRETS = (b"parchi-vault-1", b"root:x:0", b"import ", b"PATH=", b"[fonts]")


def hosts(town: Town) -> Tried:
    """Every page under names that are not ours, as a page sees it whose name was moved to this machine (rebinding)."""
    told = Tried("host names that are not ours (DNS rebinding)")
    cookie, taken = f"parchi={town.browser('meena').cookie()}", 0
    for host in _HOSTS:
        for path in ("/login", "/", "/users", "/static/parchi.css", "/slips/00100000114", "/nothing"):
            for headers in ({"Host": host}, {"Host": host, "Cookie": cookie}):
                status, _ = _asked(town, path, headers)
                told.count(let_in=status < 400 or status >= 500, as_told=f"{host!r} {path} {status}")
        for header in ("X-Forwarded-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override"):
            value = f"host={host}" if header == "Forwarded" else host
            if "\0" in value:
                continue
            status, location = _asked(town, "/users", {header: value})
            led = status < 300 or bool(host and host in location)
            told.count(let_in=led, as_told=f"{header}: {value!r} leads to {location}")
    checked = town.app.before_request_funcs[None]
    town.app.before_request_funcs[None] = [each for each in checked if each.__name__ != "check_host"]
    for host in _HOSTS:
        taken += _asked(town, "/login", {"Host": host})[0] < 400
    town.app.before_request_funcs[None] = checked
    told.beside = {f"of {len(_HOSTS)} names, answered without our check": taken}
    return told


def _asked(town: Town, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Status and location; not through the test's browser, which has its own mind of what a name is."""
    content, status, found = run_wsgi_app(
        town.app, EnvironBuilder(path, headers=list(headers.items())).get_environ(), buffered=True
    )
    b"".join(content)
    return int(status.split()[0]), found.get("Location", "")


def ways_out(town: Town, *, quick: bool = False) -> Tried:
    """Addresses, file names and `next` that lead out of where they belong."""
    told = Tried("paths that lead elsewhere")
    before = _tree(town.folder.parent)
    people = [town.browser("meena"), town.browser(), town.browser("ravi")]
    for browser in people[: 1 if quick else None]:
        for bad in _PATHS:
            for begin in _BEGINS[: 2 if quick else None]:
                answer = browser.get(begin + bad)
                leaked = answer.status_code == 200 and any(secret in answer.data for secret in _SECRETS)
                told.count(let_in=leaked, as_told=f"{begin}{bad} {answer.status_code}")
                answer.close()
    for bad in _ELSEWHERE[:: 4 if quick else 1]:
        for name in ("next", "kept", "lock_next", "lock_path"):
            browser = town.browser()
            town.unlimited()
            form = browser.page("/login").form("login", "pin")
            answer = browser.post(form.action, form.fields | {"login": "asha", "pin": PIN, name: bad})
            there = answer.location or "/"
            told.count(let_in=_leads_out(there), as_told=f"{name}={bad!r} leads to {there!r}")
        kept = town.browser().page(f"/login?next={quote(bad)}").form("login", "pin").fields.get("next", "")
        told.count(let_in=_leads_out(kept), as_told=f"kept next {bad!r}")
    told.beside = {f"of {len(_PATHS)} addresses, read by a program that joins them": _joined(town)}
    records = town.browser("ravi")
    for bad in (*_PATHS, "x" * 300 + ".pdf", "scan\r\nX-Evil: 1.pdf", "scan\x00.pdf", "=cmd.pdf", ".pdf", "…/…"):
        form = next(named(each) for each in records.page("/records").forms if "scans" in each.action)
        town.unlimited()
        sent = form.fields | {"batch": bad, "files": (BytesIO(b"%PDF-1.4 nothing"), bad)}
        answer = records.post(form.action, sent, content_type="multipart/form-data")
        told.count(
            let_in=answer.status_code >= 500 or "X-Evil" in answer.headers,
            as_told=f"upload {bad!r} {answer.status_code}",
        )
    new = {each for each in _tree(town.folder.parent) - before if not each.startswith("data/")}
    told.count(let_in=bool(new), as_told=f"files outside the data folder: {new}")
    return told


def _leads_out(there: str) -> bool:
    """Whether a browser would go to another site: it takes a backslash for a slash, and leaves tabs and lines out."""
    seen = "".join(each for each in there.strip(" \0") if each not in "\t\n\r").replace("\\", "/")
    found = urlsplit(urljoin("http://localhost/login", seen))
    return (found.scheme, found.netloc) != ("http", "localhost")


def _tree(folder: Path) -> set[str]:
    return {each.relative_to(folder).as_posix() for each in folder.rglob("*")}


def _joined(town: Town) -> int:
    """The peer: how many of the addresses lead a program to a file outside its folder that joins folder and name."""
    static, found = town.folder, 0
    for bad in ("../state", *_PATHS):
        there = static / "static" / bad
        found += ".." in bad and "%" not in bad and not there.resolve().is_relative_to(static / "static")
    return found


def files_inside(town: Town) -> Tried:
    """ZIPs with hostile members, batches and files, read to their end; and the folder of pictures made of them."""
    told = Tried("names in ZIPs, batches and exports")
    outside = town.folder.parent
    before = _tree(outside)
    bad = (
        "../../evil1.png", "/tmp/evil2.png", "..\\..\\evil3.png", "C:\\evil4.png", "a/../../evil5.png", "evil6\0.png",
        "con", "\u202egnp.evil7", "evil8\r\nX: y.png", "." * 200 + "evil9.png", "~/evil10.png", "=evil11.png",
    )  # fmt: skip
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name in bad:
            packed.writestr(zipfile.ZipInfo(name), b"\x89PNG\r\n\x1a\n" + name.encode())
        link = zipfile.ZipInfo("evil12.png")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    records = town.browser("ravi")
    form = next(named(each) for each in records.page("/records").forms if "scans" in each.action)
    for name in bad:
        town.unlimited()
        sent = form.fields | {"batch": name, "files": (BytesIO(buffer.getvalue()), f"{name}.zip")}
        answer = records.post(form.action, sent, content_type="multipart/form-data")
        told.count(let_in=answer.status_code >= 500, as_told=f"{name!r} {answer.status_code}")
    _read_to_end(town, records)
    export_folder(town.installation.ledger, town.installation.pages, outside / "pictures-out", by="meena")
    new = _tree(outside) - before
    told.tried += len(bad) ** 2
    told.count(let_in=any("evil" in each for each in new), as_told=f"{[each for each in new if 'evil' in each]}")
    told.count(
        let_in=any(not each.startswith(("data", "pictures-out")) for each in new),
        as_told="a file outside the data folder",
    )
    told.count(let_in=Path("/tmp/evil2.png").exists(), as_told="/tmp/evil2.png")
    with zipfile.ZipFile(buffer) as packed:
        escape = sum(".." in name or name.startswith(("/", "C:")) for name in packed.namelist())
    told.beside = {"names that lead out of a folder, joined as they are": escape}
    return told


def _read_to_end(town: Town, records: Browser) -> None:
    """Waits until everything that was handed in is read."""
    end = time.monotonic() + 60
    while time.monotonic() < end and b"data-watch" in records.get("/records/batches").data:
        time.sleep(0.1)
    town.app.extensions[place.NAME].intake.close()
