"""CUPS: its protocol byte by byte, a print service that says what we want it to, and a real one where there is one."""

import os
import shutil
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fallback.errors import (
    ParchiError,
    PrinterOff,
    PrinterOutOfPaper,
    PrinterRefused,
    PrinterUnknown,
    PrintUncertain,
)
from fallback.hospital import Printer, PrinterWay
from fallback.printing.spool import JobState, Spooler, spooler
from fallback.printing.spool.ipp import Answer, Operation, Tag, Value, decode, encode
from tests.test_spool import roll

SLIP = roll(width=210, height=297)
IDLE, BUSY, STOPPED = 3, 4, 5


def queue(name: str = "hall") -> Spooler:
    return spooler(Printer(name="hall", way=PrinterWay.CUPS, address=name, paper="a4"))


# --- the protocol -----------------------------------------------------------------------------------------------------

# RFC 8010, appendix A.1: the standard's own example of a request to print, without its document.
RFC_REQUEST = bytes.fromhex(
    "0101 0002 00000001 01"
    "47 0012 617474726962757465732d63686172736574 0005 7574662d38"
    "48 001b 617474726962757465732d6e61747572616c2d6c616e6775616765 0005 656e2d7573"
    "45 000b 7072696e7465722d757269 002c"
    "6970703a2f2f7072696e7465722e6578616d706c652e636f6d2f6970702f7072696e742f70696e65747265 65"
    "42 0008 6a6f622d6e616d65 0006 666f6f626172"
    "22 0016 6970702d6174747269627574652d666964656c697479 0001 01"
    "02"
    "21 0006 636f70696573 0004 00000014"
    "44 0005 7369646573 0013 74776f2d73696465642d6c6f6e672d65646765"
    "03"
)


def test_a_request_is_the_standards_own_example() -> None:
    request = encode(
        Operation.PRINT_JOB,
        [
            (Tag.CHARSET, "attributes-charset", "utf-8"),
            (Tag.LANGUAGE, "attributes-natural-language", "en-us"),
            (Tag.URI, "printer-uri", "ipp://printer.example.com/ipp/print/pinetree"),
            (Tag.NAME, "job-name", "foobar"),
            (Tag.BOOLEAN, "ipp-attribute-fidelity", True),
        ],
        [(Tag.INTEGER, "copies", 20), (Tag.KEYWORD, "sides", "two-sided-long-edge")],
    )
    assert request == RFC_REQUEST


def test_an_answer_is_read_and_one_that_is_cut_short_is_an_error() -> None:
    raw = encode(0x0001, [(Tag.KEYWORD, "reasons", "a"), (Tag.KEYWORD, "", "b")], [(Tag.ENUM, "state", -2)])
    answer = decode(raw + b"the document")
    assert answer == Answer(1, {"reasons": ["a", "b"], "state": [-2]})
    assert (answer.words("reasons"), answer.number("state"), answer.number("none")) == (("a", "b"), -2, 0)
    for size in range(len(raw)):
        with pytest.raises(ValueError, match="cut short"):
            decode(raw[:size])


# --- a print service that says what we want ---------------------------------------------------------------------------


@dataclass
class Service:
    """What the service says of its one queue, `hall`, and of job 17; `silent` hangs up on a document."""

    state: int = IDLE
    reasons: tuple[str, ...] = ("none",)
    takes: bool = True
    job: int = 9
    silent: bool = False
    refuses: int = 0
    http: int = 200
    printed: list[bytes] = field(default_factory=list)

    def answer(self, target: str, body: bytes) -> bytes | None:
        request = decode(body)
        if target != "/printers/hall" or request.words("printer-uri") != ("ipp://localhost/printers/hall",):
            return encode(0x0406, [])
        found: list[tuple[Tag, str, Value]] = []
        if request.status == Operation.GET_PRINTER:
            names = ["printer-state-reasons", *[""] * len(self.reasons)]
            found = [(Tag.KEYWORD, name, reason) for name, reason in zip(names, self.reasons, strict=False)]
            found += [
                (Tag.ENUM, "printer-state", self.state),
                (Tag.BOOLEAN, "printer-is-accepting-jobs", self.takes),
            ]
            assert len(request.words("requested-attributes")) == 3
        elif request.status == Operation.GET_JOB:
            if request.number("job-id") != 17:
                return encode(0x0406, [])
            found = [(Tag.ENUM, "job-state", self.job)]
        elif self.silent:
            return None
        elif self.refuses:
            return encode(self.refuses, [])
        else:
            self.printed.append(body)
            found = [(Tag.INTEGER, "job-id", 17)]
        return encode(0, found)


@contextmanager
def running(service: Service) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = service.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            if answer is None:
                return
            self.send_response(service.http)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with running(made := Service()) as address:
        monkeypatch.setenv("CUPS_SERVER", address)
        yield made


def test_a_sheet_is_sent_with_its_size_and_unscaled(service: Service) -> None:
    assert queue().send("10100070018", SLIP) == "17"
    (body,) = service.printed
    assert body.endswith(SLIP)
    asked = decode(body).attributes
    assert asked["job-name"] == ["10100070018"]
    assert asked["requesting-user-name"] == ["parchi"]
    assert asked["document-format"] == ["application/pdf"]
    assert (asked["print-scaling"], asked["sides"], asked["job-sheets"]) == (["none"], ["one-sided"], ["none"])
    assert asked["media"] == ["iso_a4_210x297mm"]
    queue().send("1", roll(width=210, height=148))
    assert decode(service.printed[1]).attributes["media"] == ["iso_a5_148x210mm"]
    queue().send("1", roll(width=50, height=25))
    assert decode(service.printed[2]).attributes["media"] == ["custom_50x25mm_50x25mm"]


@pytest.mark.parametrize(
    ("state", "reasons", "takes", "error", "words"),
    [
        (STOPPED, ("paused",), True, PrinterRefused, "queue is stopped"),
        (IDLE, ("none",), False, PrinterRefused, "takes no jobs"),
        (BUSY, ("media-low-report", "media-empty-error"), True, PrinterOutOfPaper, "no paper"),
        (BUSY, ("media-needed",), True, PrinterOutOfPaper, "no paper"),
        (BUSY, ("offline-report",), True, PrinterOff, "does not answer"),
        (BUSY, ("media-jam-warning",), True, PrinterRefused, "jammed"),
        (BUSY, ("door-open",), True, PrinterRefused, "cover"),
    ],
)
def test_a_queue_that_cannot_print_says_why_and_gets_nothing(
    service: Service, state: int, reasons: tuple[str, ...], takes: bool, error: type[ParchiError], words: str
) -> None:
    service.state, service.reasons, service.takes = state, reasons, takes
    with pytest.raises(error, match=words):
        queue().check()
    with pytest.raises(error, match=words):
        queue().send("1", SLIP)
    assert service.printed == []


@pytest.mark.parametrize(
    ("state", "reasons"), [(BUSY, ("toner-low-report", "media-low-warning")), (IDLE, ("media-empty-error",))]
)
def test_what_does_not_keep_a_queue_from_printing(service: Service, state: int, reasons: tuple[str, ...]) -> None:
    service.state, service.reasons = state, reasons
    queue().check()
    assert queue().send("1", SLIP) == "17"


@pytest.mark.parametrize(
    ("job", "reasons", "found"),
    [
        (3, ("none",), JobState.PENDING),
        (5, ("none",), JobState.PENDING),
        (5, ("media-empty",), JobState.STUCK),
        (4, ("none",), JobState.STUCK),
        (6, ("none",), JobState.STUCK),
        (7, ("none",), JobState.UNKNOWN),
        (8, ("none",), JobState.UNKNOWN),
        (9, ("media-empty",), JobState.DONE),
    ],
)
def test_what_became_of_a_job(service: Service, job: int, reasons: tuple[str, ...], found: JobState) -> None:
    service.state, service.job, service.reasons = BUSY, job, reasons
    assert queue().job("17") is found
    assert queue().job("18") is JobState.UNKNOWN


def test_a_queue_that_is_not_there(service: Service) -> None:
    for call in (queue("ghost").check, lambda: queue("ghost").send("1", SLIP)):
        with pytest.raises(PrinterUnknown):
            call()
    with pytest.raises(PrinterUnknown):
        queue("हॉल").check()


def test_a_service_that_falls_silent_over_a_sheet_is_uncertain(service: Service) -> None:
    service.silent = True
    with pytest.raises(PrintUncertain):
        queue().send("1", SLIP)
    service.silent, service.refuses = False, 0x0400
    with pytest.raises(PrinterRefused):
        queue().send("1", SLIP)
    service.http = 403
    for call in (queue().check, lambda: queue().send("1", SLIP), lambda: queue().job("17")):
        with pytest.raises(PrinterRefused):
            call()


def test_no_service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CUPS_SERVER", str(tmp_path / "cups.sock"))
    for call in (queue().check, lambda: queue().send("1", SLIP), lambda: queue().job("17")):
        with pytest.raises(PrinterRefused, match="CUPS"):
            call()


@pytest.mark.parametrize(
    "reply",
    [b"", b"bananas\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n\1\1", b"HTTP/1.1 200 OK\r\n\r\n\1"],
)
def test_a_service_that_talks_nonsense_is_no_service(monkeypatch: pytest.MonkeyPatch, reply: bytes) -> None:
    class Nonsense(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            self.wfile.write(reply)

    with socketserver.TCPServer(("127.0.0.1", 0), Nonsense) as server:
        threading.Thread(target=server.handle_request).start()
        monkeypatch.setenv("CUPS_SERVER", f"127.0.0.1:{server.server_address[1]}")
        with pytest.raises(PrinterRefused, match="CUPS"):
            queue().check()


def test_an_address_of_cups_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUPS_SERVER", "localhost:port")
    with pytest.raises(PrinterRefused, match="CUPS"):
        queue().check()


# --- the real one -----------------------------------------------------------------------------------------------------

BACKEND = """#!/bin/sh
# A printer for the real CUPS: it waits for paper, keeps what it is told, and prints into a file.
[ $# = 0 ] && exit 0
out={out}
for trouble in media-empty-error offline-report; do
  if [ -e $out/$trouble ]; then
    echo "STATE: +$trouble" >&2
    while [ -e $out/$trouble ]; do sleep 0.1; done
    echo "STATE: -$trouble" >&2
  fi
done
printf '%s\\n' "$2" "$3" "$5" > $out/told
cat "$6" > $out/paper
"""
FILES = """ServerRoot {etc}
ServerBin {bin}
RequestRoot {spool}
TempDir {spool}/tmp
CacheDir {cache}
StateDir {state}
AccessLog {state}/access
ErrorLog {state}/error
PageLog {state}/page
"""
RULES = """Listen {sock}
Browsing No
WebInterface No
DefaultAuthType None
PreserveJobFiles No
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""
CUPSD = shutil.which("cupsd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
COMMANDS = Path("/usr/sbin")


@dataclass(frozen=True)
class Cups:
    """A print service of our own: nothing of this computer's is touched."""

    out: Path

    def command(self, *words: str) -> None:
        path = f"{os.environ['PATH']}:{COMMANDS}"
        subprocess.run(words, check=True, capture_output=True, env={**os.environ, "PATH": path})

    def trouble(self, name: str) -> Path:
        sign = self.out / name
        sign.touch()
        return sign


@pytest.fixture(scope="module")
def cups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cups]:
    if not CUPSD or not shutil.which("cancel") or os.geteuid() != 0:
        pytest.skip("a real CUPS, and the right to start it, is not here: apt-get install cups cups-client")
    home = tmp_path_factory.mktemp("cups")
    places = {name: home / name for name in ("etc", "bin", "spool", "cache", "state", "out")}
    for place in places.values():
        place.mkdir(mode=0o755)
    (places["spool"] / "tmp").mkdir()
    for each in Path("/usr/lib/cups").iterdir():
        if each.name != "backend":
            (places["bin"] / each.name).symlink_to(each)
    backend = places["bin"] / "backend" / "parchi"
    backend.parent.mkdir()
    backend.write_text(BACKEND.format(out=places["out"]))
    backend.chmod(0o700)  # so that CUPS runs it as its owner, who may write there
    (places["etc"] / "cups-files.conf").write_text(FILES.format(**places))
    (places["etc"] / "cupsd.conf").write_text(RULES.format(sock=home / "cups.sock"))
    words = [str(CUPSD), "-f", "-c", str(places["etc"] / "cupsd.conf"), "-s", str(places["etc"] / "cups-files.conf")]
    with pytest.MonkeyPatch.context() as patch, subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        try:
            patch.setenv("CUPS_SERVER", str(home / "cups.sock"))
            made = Cups(places["out"])
            comes(lambda: (home / "cups.sock").exists())
            made.command("lpadmin", "-p", "hall", "-E", "-v", "parchi:/hall", "-m", "raw")
            yield made
        finally:
            process.terminate()


def comes(true: Callable[[], bool]) -> None:
    """Waits until it is so."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came")


def test_real_cups_prints_and_tells_it(cups: Cups) -> None:
    queue().check()
    job = queue().send("10100070018", SLIP)
    comes(lambda: queue().job(job) is JobState.DONE)
    assert (cups.out / "paper").read_bytes() == SLIP
    user, title, options = (cups.out / "told").read_text().splitlines()
    assert (user, title) == ("parchi", "10100070018")
    assert {"media=iso_a4_210x297mm", "print-scaling=none", "sides=one-sided"} <= set(options.split())


@pytest.mark.parametrize(("sign", "error"), [("media-empty-error", PrinterOutOfPaper), ("offline-report", PrinterOff)])
def test_real_cups_waits_for_paper_and_goes_on(cups: Cups, sign: str, error: type[ParchiError]) -> None:
    trouble = cups.trouble(sign)
    try:
        job = queue().send("1", SLIP)
        comes(lambda: queue().job(job) is JobState.STUCK)
        with pytest.raises(error):
            queue().check()
        with pytest.raises(error):
            queue().send("2", SLIP)
    finally:
        trouble.unlink()
    comes(lambda: queue().job(job) is JobState.DONE)
    queue().check()


def test_real_cups_with_a_stopped_a_closed_and_an_unknown_queue(cups: Cups) -> None:
    cups.command("cupsdisable", "hall")
    try:
        with pytest.raises(PrinterRefused, match="stopped"):
            queue().send("1", SLIP)
    finally:
        cups.command("cupsenable", "hall")
    cups.command("cupsreject", "hall")
    try:
        with pytest.raises(PrinterRefused, match="takes no jobs"):
            queue().send("1", SLIP)
    finally:
        cups.command("cupsaccept", "hall")
    with pytest.raises(PrinterUnknown):
        queue("ghost").send("1", SLIP)


def test_a_job_that_is_cancelled_at_real_cups_is_not_called_printed(cups: Cups) -> None:
    trouble = cups.trouble("offline-report")
    try:
        job = queue().send("1", SLIP)
        comes(lambda: queue().job(job) is JobState.STUCK)
        cups.command("cancel", f"hall-{job}")
    finally:
        trouble.unlink()
    comes(lambda: queue().job(job) is JobState.UNKNOWN)
