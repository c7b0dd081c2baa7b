"""`serve` as it runs: two processes, a secret that goes through a pipe, a worker that dies, a parent that dies."""

import io
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from fallback import enrolment, frontdesk
from fallback.downtime import Role
from fallback.enrolment import desk_certificate, known_certificate
from fallback.errors import CertificateMissing
from fallback.groups import card_text
from fallback.rehearsal.clerk import Clerk
from fallback.vault import Vault
from tests import factories
from tests.printers import until
from tests.scans import page
from tests.web.visitor import NEW

HOME = Path(__file__).parent.parent
SECRET = "correct horse battery staple of the hospital"
CARD = bytes(range(16))
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


class Server:
    """A `serve` on all addresses, in a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.data, self.secret = folder / "data", folder / "secret"
        self.secret.write_text(SECRET)
        made, _, _ = enrolment.init(self.data, SECRET, clock=factories.clock(), cost=factories.CHEAP)
        enrolment.enrol_desk(made, "Counter 1")
        enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, factories.PIN)
        enrolment.set_user(made.ledger, "ravi", "Ravi Kumar", Role.RECORDS, factories.PIN)
        made.vault.add_cards([(7, CARD)])
        frontdesk.start_downtime(factories.counter(made), "the servers are down")
        made.close()
        self.process: subprocess.Popen[str] | None = None
        self.port = 0
        self.said: list[str] = []
        self.tls = ssl.create_default_context()

    def start(self, *options: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "fallback", "--data", str(self.data), "--passphrase-file", str(self.secret)]
        self.process = subprocess.Popen(
            [*command, "serve", "--port", str(self.port), *options],
            cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line)
            if "follow its steps" in line or "http://" in line:
                break
        if authority := self.authority():
            self.tls = ssl.create_default_context(cadata=authority)

    def authority(self) -> bytes:
        found = known_certificate(Vault.open(self.data, SECRET), self.data)
        return found.authority if found else b""

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def worker(self) -> int:
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next(int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return httpx.get(self.address + path, verify=self.tls, timeout=30, **more)

    def close(self) -> int:
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=60)
        self.said.append(rest)
        return self.process.returncode


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    yield made
    if made.process and made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@LINUX
def test_a_day_on_the_network(server: Server) -> None:
    """HTTPS with the authority's certificate, no secret where others see it, a killed worker, Ctrl-C."""
    server.start("--host", "0.0.0.0")
    said = "".join(server.said)
    assert f"https://localhost:{server.port}" in said
    assert "http://" not in said
    assert "Other desks of the network reach it at port" in said
    assert httpx.get(server.address + "/trust/hospital.cer", verify=server.tls).content == server.authority()
    assert server.process
    worker = server.worker()
    for pid in (server.process.pid, worker):
        for name in ("environ", "cmdline"):
            assert SECRET.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{server.port}/login")
    with Clerk(server.address) as clerk:
        clerk._http = httpx.Client(base_url=server.address, verify=server.tls, follow_redirects=True, timeout=60)
        clerk.send(clerk.open("/login").form("login", "pin"), login="asha", pin=factories.PIN)
        clerk.send(clerk.open("/shift/open").form("opening_float"), desk="1", opening_float="0", clock="y")
        form = clerk.open("/").form("name", "form", action="register")
        first = clerk.send(form, **NEW).url
        os.kill(worker, signal.SIGKILL)
        # whoever asks meanwhile waits; the screen is locked, and the same form gives the same slip
        clerk.send(clerk.open("/").form("login", "pin"), login="asha", pin=factories.PIN)
        fresh = clerk.open("/").form("name", "form", action="register")
        fresh.fields["form"] = form.fields["form"]
        again = clerk.send(fresh, **NEW)
        assert again.url == first
        assert server.worker() != worker
    assert server.close() == 0
    assert server.authority()


def test_scans_are_read_by_processes_that_the_worker_starts(server: Server) -> None:
    server.start()
    with Clerk(f"http://127.0.0.1:{server.port}") as officer:
        officer.send(officer.open("/login").form("login", "pin"), login="ravi", pin=factories.PIN)
        fields = officer.open("/records").form(action="scans").fields
        picture = io.BytesIO()
        page().save(picture, "PNG")
        files = {"files": ("page.png", picture.getvalue(), "image/png")}
        said = officer._http.post("/records/scans", data={**fields, "batch": "Box 1"}, files=files).text
        while "data-watch" in said:
            time.sleep(0.1)
            said = officer._http.get("/records/batch?name=Box+1").text
    assert re.search(r'class="state-needs_eyes"><span>[^<]*</span> <strong>1<', said)
    assert server.close() == 0


@LINUX
def test_the_worker_ends_with_whoever_started_it(server: Server) -> None:
    server.start()
    worker = server.worker()
    assert server.process
    server.process.kill()
    server.process.wait()
    until(lambda: not alive(worker))


@LINUX
def test_a_worker_that_dies_again_and_again_is_not_started_for_ever(server: Server) -> None:
    server.start()
    assert server.process
    while server.process.poll() is None:
        with suppress(OSError, StopIteration):
            os.kill(server.worker(), signal.SIGKILL)
        time.sleep(0.2)
    assert server.close() == 4
    assert "stopped by itself" in server.said[-1]


def test_a_wrong_secret_is_told_by_its_sentence(server: Server) -> None:
    server.secret.write_text("wrong")
    server.start()
    assert server.close() == 3
    assert "Neither a passphrase" in "".join(server.said)


def test_at_night_a_card_serves_with_the_certificate_that_is_there(server: Server) -> None:
    card = Vault.open(server.data, SECRET)
    night = Vault.open(server.data, card_text(7, CARD))
    assert not night.whole
    names, now = ["10.0.0.5", "opd.local"], factories.START
    with pytest.raises(CertificateMissing):
        desk_certificate(night, server.data, "Hospital", names, now)
    made = desk_certificate(card, server.data, "Hospital", names, now)
    assert made.missing == ()
    found = desk_certificate(night, server.data, "Hospital", names, now)
    assert (found.server, found.missing) == (made.server, ())
    moved = desk_certificate(night, server.data, "Hospital", ["10.0.0.9", *names], now)
    assert (moved.server, moved.missing) == (made.server, ("10.0.0.9",))
    renewed = desk_certificate(card, server.data, "Hospital", ["10.0.0.9", *names], now)
    assert renewed.missing == ()
    assert renewed.server.authority == made.server.authority
    assert desk_certificate(night, server.data, "Hospital", ["10.0.0.9", *names], now).missing == ()
