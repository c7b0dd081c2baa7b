"""hl7v2-fhir-bridge as a process of its own on the loopback: MLLP in front of a FHIR server."""

from pathlib import Path
from typing import Self

from fallback.hospital import Target
from tests.targets.install import PYTHON
from tests.targets.process import Process, free_port, listens

PATIENTS, UHIDS = "https://rajdhani.example/id/patient", "https://rajdhani.example/id/uhid"


class Bridge:
    """One bridge before a FHIR server that asks for no token. A context manager."""

    def __init__(self, folder: Path, fhir: str) -> None:
        self.folder, self._fhir = folder, fhir
        self.port = free_port()
        self._process = Process(folder, PYTHON)

    @property
    def target(self) -> Target:
        """It, as hospital.toml would name it: a test system."""
        return Target(name="bridge", url=f"mllp://127.0.0.1:{self.port}", test=True, kind="hl7", organisation="DH1")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it. What it remembers of control ids is gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "bridge.toml"
        config.write_text(_CONFIG.format(port=self.port, fhir=self._fhir), encoding="utf-8")
        command = [str(PYTHON), "-m", "v2fhir", "serve", "--config", str(config)]
        self._process.start(command, lambda: listens(self.port))

    def stop(self) -> None:
        """Ends it."""
        self._process.stop()


_CONFIG = f"""
[listener]
host = "127.0.0.1"
port = {{port}}
[hl7]
accepted_processing_ids = ["P", "T"]
receiving_application = "HIS"
receiving_facility = "DH1"
[output]
fhir_base_url = "{{fhir}}"
[mapping]
default_timezone = "Asia/Kolkata"
mrn_authorities = ["DH1", "PARCHI"]
[mapping.assigning_authorities]
PARCHI = "{PATIENTS}"
DH1 = "{UHIDS}"
"""
