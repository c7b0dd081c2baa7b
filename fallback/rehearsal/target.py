"""A real hospital system for drills and tests: SEKMET, a FHIR R4 server, as a process of its own on the loopback."""

import importlib.util
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

import httpx

from fallback.errors import TargetMissing
from fallback.hospital import Target

PACKAGE = "sekmet-fhir==0.1.1"
# It ends with us, however we end: it reads its standard input, and that is closed when our process is gone.
_START = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.buffer.read(), os._exit(0)), daemon=True).start()
from sekmet.cli import app
app()
"""
_PATIENCE = 90.0  # seconds; it is up in one to four, more where the machine is busy


class TestSystem:
    """One SEKMET with a folder, a port and a token of its own. A context manager; may be stopped and started again."""

    __test__ = False  # for pytest, which takes the name for a test

    def __init__(self, folder: Path | None = None, *, lets_all_in: bool = False) -> None:
        """`folder` keeps its data; without one a temporary folder is made, and removed at the end.

        `lets_all_in`: it asks for no token, for an interface engine that knows none.
        """
        self._lets_all_in = lets_all_in
        self._temporary = tempfile.TemporaryDirectory(prefix="parchi-target-") if folder is None else None
        self.folder = folder if folder is not None else Path(str(self._temporary and self._temporary.name))
        self.token = secrets.token_urlsafe(24)
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The base address of its FHIR interface."""
        return f"http://127.0.0.1:{self._port}/fhir"

    @property
    def target(self) -> Target:
        """It, as hospital.toml would name it: a test system."""
        return Target(name="test-server", url=self.url, test=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts it and waits until it answers. Raises TargetMissing."""
        if importlib.util.find_spec("sekmet") is None:
            raise TargetMissing(why=f"the package {PACKAGE} is not installed")
        self.folder.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            self._port = self._port or _free_port()
            self._launch()
            if self._is_up(end):
                return
            self.stop()
            self._port = 0  # somebody took the port between our look and its start
        raise TargetMissing(why=f"it gave no answer in {_PATIENCE:g} seconds; its log is {self.folder / 'log'}")

    def stop(self) -> None:
        """Ends it; its data and its port stay for the next start."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Ends it and removes its temporary folder."""
        self.stop()
        if self._temporary is not None:
            self._temporary.cleanup()

    def _launch(self) -> None:
        settings = {
            "base_url": self.url,
            "data_dir": str(self.folder / "data"),
            "log_inbound": False,
            "simulator": {"enabled": False},
            "server_auth": {"types": ["none" if self._lets_all_in else "bearer"], "tokens": [self.token]},
        }
        config = self.folder / "sekmet.yaml"
        config.touch(mode=0o600)
        config.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
        command = [sys.executable, "-c", _START, "serve", "--config", str(config)]
        command += ["--host", "127.0.0.1", "--port", str(self._port)]  # its own default is every interface
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SEKMET_")}
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own words
                command, cwd=self.folder, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
            )

    def _is_up(self, end: float) -> bool:
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(trust_env=False, timeout=5.0, headers=headers) as client:
            while self._process is not None and self._process.poll() is None and time.monotonic() < end:
                try:
                    # With the token: only our own process lets us in, not another one on the port.
                    if client.get(f"{self.url}/Patient?_count=1").status_code == httpx.codes.OK:
                        return True
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
