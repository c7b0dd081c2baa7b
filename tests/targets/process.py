"""One system as a process of its own on the loopback: started, waited for, ended with us however we end."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

_PATIENCE = 90.0  # seconds
# It ends when we do, however we end: its standard input is closed then.
_WATCH = """
import os, signal, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
signal.signal(signal.SIGTERM, lambda *_: (process.kill(), os._exit(0)))
sys.stdin.buffer.read()
process.kill()
"""


class Process:
    """A command that listens. A context manager's inside: `start`, `stop`."""

    def __init__(self, folder: Path, python: Path) -> None:
        self.folder, self._python = folder, python
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], up: Callable[[], bool], environment: Mapping[str, str] | None = None) -> None:
        """Starts it and waits until it answers. Raises RuntimeError with the end of its log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._python), "-c", _WATCH, *command],
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                if up():
                    return
            except OSError:
                pass
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{command[0]} gave no answer: {(self.folder / 'log').read_text(errors='replace')[-500:]}")

    def stop(self) -> None:
        """Ends it."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.terminate()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on a port of the loopback."""
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
