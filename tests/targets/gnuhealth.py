"""GNU Health HIS 5 on Tryton 7 with SQLite and its web client, as a process of its own on the loopback."""

import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Self

from fallback.hospital import Target
from tests.targets.install import PLACE, PYTHON, SAO
from tests.targets.process import Process, free_port, listens

MODULES = ("ir", "res", "party", "company", "country", "currency", "product", "health")
_MADE = PLACE / "empty.sqlite"  # made once, copied for each system


class GnuHealth:
    """One system with a database of its own. A context manager; `#gh` after `url` is its web client."""

    database, login, password = "gh", "admin", "parchi-tests-only"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._port = free_port()
        self._process = Process(folder, PYTHON)

    @property
    def url(self) -> str:
        """The address of the web client; JSON-RPC is at `url`/gh/."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def target(self) -> Target:
        """It, as hospital.toml would name it: a test system."""
        return Target(
            name="gnuhealth", url=self.url, test=True, kind="gnuhealth", database=self.database, login=self.login
        )

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        if not _MADE.exists():
            _make()
        if not (self.folder / "gh.sqlite").exists():
            shutil.copy(_MADE, self.folder / "gh.sqlite")
        self.start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it, with the data that it has."""
        config = _config(self.folder, self._port)
        command = [str(PYTHON), str(PYTHON.with_name("trytond")), "-c", str(config)]
        self._process.start(command, lambda: listens(self._port))

    def stop(self) -> None:
        """Ends it; its data stay."""
        self._process.stop()


def _make() -> None:
    """An empty database with GNU Health in it; half a minute."""
    folder = PLACE / "making"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = folder / "gh.sqlite"
    made.touch()
    (folder / "password").write_text(GnuHealth.password, encoding="utf-8")
    command = [str(PYTHON), str(PYTHON.with_name("trytond-admin")), "-c", str(_config(folder, 1)), "-d", "gh", "-u"]
    command += [*MODULES, "--activate-dependencies", "--email", "tests@example.org"]
    environment = {"TRYTONPASSFILE": str(folder / "password"), "PATH": "/usr/bin:/bin"}
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=600)
    database = sqlite3.connect(made)
    database.execute("update ir_module_config_wizard_item set state = 'done'")
    database.commit()
    database.close()
    made.replace(_MADE)
    shutil.rmtree(folder)


def _config(folder: Path, port: int) -> Path:
    """Its settings: the loopback only, no mail, the web client that lies beside it."""
    config = folder / "trytond.conf"
    lines = ["[database]", "uri = sqlite://", f"path = {folder}", "[web]", f"listen = 127.0.0.1:{port}"]
    config.write_text("\n".join([*lines, f"root = {SAO}", ""]), encoding="utf-8")
    return config
