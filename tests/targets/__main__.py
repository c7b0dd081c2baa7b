"""`python -m tests.targets` installs the systems; with `serve` it starts them all and says where they are."""

import contextlib
import signal
import sys
import tempfile
from pathlib import Path

from fallback.rehearsal.target import TestSystem
from tests.targets.bridge import Bridge
from tests.targets.gnuhealth import GnuHealth
from tests.targets.install import PLACE, install


def main() -> None:
    """Installs, and serves until Ctrl-C."""
    install()
    if sys.argv[1:] != ["serve"]:
        print(f"The systems are in {PLACE}. Start them with: make targets SERVE=1")
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), tempfile.TemporaryDirectory(prefix="parchi-targets-") as folder:
        place = Path(folder)
        with (
            TestSystem(place / "sekmet") as fhir,
            TestSystem(place / "behind", lets_all_in=True) as behind,
            Bridge(place / "bridge", behind.url) as hl7,
            GnuHealth(place / "gnuhealth") as gnu,
        ):
            print(f"SEKMET      {fhir.url}  token {fhir.token}")
            print(f"HL7 bridge  {hl7.target.url}  in front of {behind.url}")
            print(f"GNU Health  {gnu.url}/#{gnu.database}  {gnu.login} / {gnu.password}")
            print("All of them listen on this machine only. Ctrl-C ends them.", flush=True)
            signal.pause()


if __name__ == "__main__":
    main()
