"""A whole outage in a network of its own, run by tests/test_alone.py: init, serve, register, print, scan, account."""

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from fallback import enrolment  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.rehearsal.clerk import Clerk  # noqa: E402
from tests.web.visitor import NEW  # noqa: E402

PIN, SECRET = "739164", "monsoon ward seven"
PORT = 8443


def parchi(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """One command of the program."""
    command = [sys.executable, "-m", "fallback", "--data", str(folder / "data"), "--passphrase-file",
               str(folder / "secret"), *words]  # fmt: skip
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, timeout=120)
    if done.returncode not in (0, 4):  # 4: a person must look, which is no failure
        raise SystemExit(f"{words[0]}: {done.stderr}")
    return done


def main(folder: Path) -> None:
    """The outage; exits with a sentence when a step fails."""
    (folder / "secret").write_text(SECRET)
    os.environ["PARCHI_STATE"] = str(folder / "state")
    os.environ["PARCHI_COPY"] = str(folder / "copy")
    (folder / "copy").mkdir()
    parchi(folder, "--hospital", str(HOME / "hospital.toml"), "init")
    made = enrolment.open_installation(folder / "data", SECRET, clock=lambda: datetime.now(UTC))
    enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, PIN)
    made.close()
    parchi(folder, "downtime", "start", "--reason", "the servers are down")
    parchi(folder, "trust", "--out", str(folder / "hospital.cer"))
    parchi(folder, "sheet", "poster", "--out", str(folder / "poster.pdf"))
    command = [sys.executable, "-m", "fallback", "--data", str(folder / "data"), "--passphrase-file",
               str(folder / "secret"), "serve", "--host", "0.0.0.0", "--port", str(PORT)]  # fmt: skip
    server = subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE, text=True)
    watch = threading.Timer(120, server.kill)
    watch.start()
    for line in server.stdout or ():
        if "follow its steps" in line:
            break
    address = f"https://127.0.0.1:{PORT}"
    tls = ssl.create_default_context(cadata=(folder / "hospital.cer").read_bytes())
    with Clerk(address) as clerk:
        clerk._http = httpx.Client(base_url=address, verify=tls, follow_redirects=True, timeout=60)
        clerk.send(clerk.open("/login").form("login", "pin"), login="asha", pin=PIN)
        clerk.send(clerk.open("/shift/open").form("opening_float"), desk="1", opening_float="0", clock="y")
        number = clerk.send(clerk.open("/").form("name", "form", action="register"), **NEW).url.rpartition("/")[2]
        pdf = clerk.fetch(f"/slips/{number}/print")
    time.sleep(0.2)
    server.send_signal(signal.SIGINT)
    if server.wait(60) != 0:
        raise SystemExit("the server did not close")
    watch.cancel()
    (folder / "box").mkdir()
    (folder / "box" / "slip.pdf").write_bytes(pdf)
    parchi(folder, "scan", str(folder / "box"))
    parchi(folder, "reconcile")
    parchi(folder, "account", "--out", str(folder / "account"))
    sys.stdout.write(f"issued {number}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
