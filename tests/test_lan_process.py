"""`serve --lan` as it runs: a door of its own, a desk that joins it, a worker that is killed meanwhile."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from click.testing import CliRunner

from fallback import enrolment, frontdesk, serving
from fallback.cli.serve import serve
from fallback.custody.network.exchange import Session, meet
from fallback.custody.network.lines import About
from fallback.custody.network.proof import LanKeys
from fallback.errors import ComputerOdd, ComputerSilent
from fallback.kit.joining import join
from fallback.lan import PORT, Line as Wire
from fallback.settings import Settings
from tests import factories
from tests.lan_desks import free_port, until, work

HOME = Path(__file__).parent.parent
SECRET = "correct horse battery staple of the hospital"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def fallback(data: Path, secret: Path, *command: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "fallback", "--data", str(data), "--passphrase-file", str(secret), *command],
        cwd=HOME, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def made_folder(folder: Path) -> tuple[Path, Path, bytes]:
    data, secret = folder / "data", folder / "secret"
    secret.write_text(SECRET)
    made, _, _ = enrolment.init(data, SECRET, clock=factories.clock(), cost=factories.CHEAP)
    enrolment.enrol_desk(made, "Counter 1")
    frontdesk.start_downtime(factories.counter(made), "the servers are down")
    work(made, 1)
    root = made.root
    made.close()
    return data, secret, root


@pytest.mark.parametrize(
    ("words", "lan"),
    [
        ([], None),
        (["--lan"], PORT),
        (["--lan", "8450"], 8450),
        (["--host", "0.0.0.0"], PORT),
        (["--host", "0.0.0.0", "--lan", "8450"], 8450),
        (["--host", "0.0.0.0", "--no-lan"], None),
    ],
)
def test_whoever_serves_browsers_of_others_has_a_door_for_their_desks_too(
    words: list[str], lan: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int | None] = []
    monkeypatch.setattr(serving, "serve", lambda *_, lan: opened.append(lan))
    monkeypatch.delenv("PARCHI_LAN", raising=False)
    given = SimpleNamespace(settings=Settings.read(), passphrase=lambda: SECRET)
    done = CliRunner().invoke(serve, words, obj=given)
    assert done.exception is None
    assert opened == [lan]


@LINUX
def test_a_desk_is_served_to_the_others_and_lives_on_after_its_worker(tmp_path: Path) -> None:
    data, secret, _ = made_folder(tmp_path)
    port, lan = free_port(), free_port()
    process = fallback(data, secret, "serve", "--port", str(port), "--lan", str(lan))
    try:
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if "http://" in line:
                break
        assert str(lan) in said
        made = enrolment.open_installation(data, SECRET, clock=factories.clock())
        keys, ledger = LanKeys.of(made.vault), made.ledger

        def met() -> int:
            about = About(instance="0" * 16, chain="", port=0, serves=False, time=0.0, heads={})
            session = Session.open("127.0.0.1", lan, keys)
            try:
                return len(meet(session, ledger, lambda: about, lambda _: None).about.heads)
            finally:
                session.close()

        def comes() -> bool:
            with suppress(ComputerSilent, ComputerOdd):
                return met() > 0
            return False

        assert met() > 0
        wire = Wire.open("127.0.0.1", lan, within=5)
        assert wire.ask("/login", b"", within=5, most=1 << 20).status == 404  # no page stands at this door
        wire.close()
        assert httpx.get(f"http://127.0.0.1:{port}/login").status_code == 200
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        worker = next(int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())
        os.kill(worker, signal.SIGKILL)
        until(comes, 60)
        made.close()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def test_an_invitation_from_the_command_line(tmp_path: Path) -> None:
    data, secret, root = made_folder(tmp_path)
    process = fallback(data, secret, "lan", "invite", "--json")
    try:
        assert process.stdout
        first = process.stdout.readline()
        if "on no network" in first:
            pytest.skip("this computer is on no network")
        told = json.loads(first)
        assert len(told["words"].split()) in (0, 6)
        here = re.sub(r"(PARCHI-JOIN) \S+", r"\1 127.0.0.1", told["code"])
        joined = join(
            here, "Counter 2", tmp_path / "new", state=None, clock=factories.clock(), progress=None, root=root
        )
        assert joined.series == told["series"]
        process.communicate(timeout=60)
        assert process.returncode == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
