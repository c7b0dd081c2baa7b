"""One registration, from the request to its PDF, beside the floor: a bare durable insert and a bare ReportLab page.

Three pages: without codes, with a slip's codes drawn the plain way, and with ReportLab's own QR widget.

`python bench/desk.py [--quick] [--json]`. The desk is `serve` in a process of its own, its journal encrypted, with a
second copy; the floor is measured here, between the registrations. Aims: p99 below 150 ms,
and a median of at most twice the floor's.
"""

import io
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import httpx
import qrcode
from qrcode.util import QRData
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback import enrolment, frontdesk, hospital_file  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.keys import hospital_id  # noqa: E402
from fallback.rehearsal.clerk import Clerk  # noqa: E402
from fallback.rehearsal.people import people  # noqa: E402

DIGITS = "1" + "7" * 350  # as many as a slip's QR holds
LINES = 90  # texts on a slip's sheet: labels and values of both copies
FONT = HOME / "fallback" / "printing" / "fonts" / "Mukta-Regular.ttf"


def milliseconds(act: Callable[[], object]) -> float:
    """How long an act takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def bare_page(*, codes: str = "") -> bytes:
    """An A4 with as many texts as a slip, in the same font, unshaped; with both codes, twice, where they are asked for.

    `codes`: "plain" draws the matrix of the qrcode library as rectangles, "widget" uses ReportLab's own QR.
    """
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.setFont("Mukta bare", 9)
    for line in range(LINES):
        canvas.drawString(40 + 250 * (line % 2), 800 - 8 * line, f"Name of field {line}: Krishnakant Ramprasad")
    for bottom in (600, 100) if codes else ():
        Code128("00100004527").drawOn(canvas, 440, bottom - 60)
        if codes == "widget":
            drawing = Drawing(110, 110)
            drawing.add(QrCodeWidget(DIGITS, barLevel="M", barWidth=110, barHeight=110))
            drawing.drawOn(canvas, 450, bottom)
    if codes == "plain":
        code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=0, mask_pattern=3)
        code.add_data(QRData(DIGITS, mode=1))  # numeric
        code.make(fit=True)
        for bottom in (600, 100):
            for line, row in enumerate(code.modules):
                for place, dark in enumerate(row):
                    if dark:
                        canvas.rect(450 + 2 * place, bottom + 110 - 2 * line, 2, 2, stroke=0, fill=1)
    canvas.save()
    return buffer.getvalue()


class BareStore:
    """The least that keeps a row through a power cut: one encrypted insert, and one synced line in a second file."""

    def __init__(self, folder: Path, installation: enrolment.Installation) -> None:
        self._db = installation.vault.connect(folder / "bare.db")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
        self._db.commit()
        self._line = os.open(folder / "bare.line", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def keep(self, text: str) -> None:
        """Keeps a text of a journal line's length."""
        self._db.execute("INSERT INTO row (text) VALUES (?)", (text,))
        self._db.commit()
        os.write(self._line, text.encode())
        os.fsync(self._line)


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Waits until somebody listens there, at most 30 seconds."""
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def measure(count: int) -> dict[str, list[float]]:
    """Milliseconds of `count` registrations, of the floor and of the obvious page, taken in turns."""
    found: dict[str, list[float]] = {"desk": [], "insert": [], "page": [], "plain": [], "widget": []}
    hospital = hospital_file.load(HOME / "hospital.toml")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installation, _, _ = enrolment.init(
            folder / "data", "bench", clock=lambda: datetime.now(UTC), state=folder / "state"
        )
        (folder / "copy").mkdir()
        installation.ledger.copy_to(folder / "copy")
        enrolment.enrol_desk(installation, "Counter 1")
        enrolment.set_user(installation.ledger, "asha", "Asha Rani", Role.CLERK, "739164")
        counter = frontdesk.Counter(
            ledger=installation.ledger,
            hospital=hospital,
            hospital_id=hospital_id(installation.root),
            drill=False,
            sign=installation.sign,
        )
        frontdesk.start_downtime(counter, "bench")
        store = BareStore(folder, installation)
        installation.close()
        pdfmetrics.registerFont(TTFont("Mukta bare", str(FONT)))
        secret = folder / "passphrase"
        secret.write_text("bench")
        port = free_port()
        command = [sys.executable, "-m", "fallback", "--data", str(folder / "data"), "--passphrase-file", str(secret)]
        environment = os.environ | {"PARCHI_COPY": str(folder / "copy"), "PARCHI_HOSPITAL": str(HOME / "hospital.toml")}
        desk = subprocess.Popen(
            [*command, "serve", "--port", str(port)], cwd=HOME, env=environment, stdout=subprocess.DEVNULL
        )
        address = f"http://127.0.0.1:{port}"
        wait_for(port)
        with Clerk(address) as clerk:
            clerk.send(clerk.open("/").form("login", "pin"), login="asha", pin="739164")
            clerk.send(clerk.open("/shift/open").form("opening_float"), desk="1", opening_float="0", clock="y")
            for turn, person in enumerate(people(Random(1), hospital, count + 5, today=datetime.now(UTC).date())):
                fields = {key: getattr(person, key) for key in person.__slots__ if getattr(person, key)}
                form = clerk.open("/").form("name", "form", action="register")
                taken = milliseconds(lambda: _register(clerk, form.fields | fields, form.action))  # noqa: B023
                floor = {
                    "insert": milliseconds(lambda: store.keep("x" * 1400)),
                    "page": milliseconds(bare_page),
                    "plain": milliseconds(lambda: bare_page(codes="plain")),
                    "widget": milliseconds(lambda: bare_page(codes="widget")),
                }
                if turn >= 5:  # the first ones warm both up
                    found["desk"].append(taken)
                    for key, value in floor.items():
                        found[key].append(value)
        desk.terminate()
        desk.wait()
    return found


def _register(clerk: Clerk, data: dict[str, str], action: str) -> None:
    """The request, and the PDF that its answer leads to."""
    http: httpx.Client = clerk._http
    answer = http.post(action, data=data, follow_redirects=False)
    number = answer.headers["location"].rstrip("/").rpartition("/")[2]
    pdf = clerk.fetch(f"/slips/{number}/print")
    if not pdf.startswith(b"%PDF"):
        raise SystemExit("no PDF came back")


def quantile(values: list[float], share: float) -> float:
    """A quantile, by the nearest rank."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def rows(found: dict[str, list[float]]) -> list[dict[str, Any]]:
    """The figures, ours beside the floor's and the obvious way's."""

    def with_page(page: str) -> list[float]:
        return [insert + drawn for insert, drawn in zip(found["insert"], found[page], strict=True)]

    peers = {
        "floor: durable insert + bare page": with_page("page"),
        "the same, the codes drawn plainly": with_page("plain"),
        "the same, ReportLab's QR widget": with_page("widget"),
    }
    made: list[dict[str, Any]] = []
    for what, share in (("request to PDF, p50", 0.5), ("request to PDF, p99", 0.99)):
        beside = {name: round(quantile(values, share), 2) for name, values in peers.items()}
        made.append({"what": what, "ours": round(quantile(found["desk"], share), 2), "peers": beside, "unit": "ms"})
    for name, values in peers.items():
        ratio = statistics.median(ours / least for ours, least in zip(found["desk"], values, strict=True))
        made.append({"what": f"times '{name}'", "ours": round(ratio, 2), "peers": {"aim": 2.0}, "unit": "x"})
    return made


def main() -> None:
    """Measures and prints."""
    given = options(__doc__, "150 registrations instead of 1,000").parse_args()
    figures = rows(measure(150 if given.quick else 1000))
    ok = (
        figures[1]["ours"] < 150 and figures[3]["ours"] <= 2.0
    )  # the floor with a slip's codes: without them it is no slip
    tell(figures, ok, as_json=given.json)


if __name__ == "__main__":
    main()
