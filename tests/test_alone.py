"""Nothing calls out: a whole outage in a network without a way out, every attempt to connect or look up told."""

import ipaddress
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
AUDIT = """
import os, sys

_FILE = os.environ["CALLS_TOLD"]

def _hook(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        said = args[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"):
        said = args[0]
    else:
        return
    if said is None:
        return
    handle = os.open(_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, (event + " " + repr(said) + "\\n").encode())
    os.close(handle)

sys.addaudithook(_hook)
"""
LO = "import fcntl,socket,struct;s=socket.socket();fcntl.ioctl(s,0x8914,struct.pack('16sH',b'lo',0x49))"
RUN = f'{sys.executable} -c "{LO}" && exec {sys.executable} {HOME / "tests" / "alone.py"} "$0"'


def told(calls: Path) -> Iterator[tuple[str, str]]:
    """Every host that something was said to, or asked for."""
    for line in calls.read_text().splitlines():
        event, _, said = line.partition(" ")
        value = eval(said, {})
        if isinstance(value, tuple):
            yield event, str(value[0])
        elif event.startswith("socket.get"):
            yield event, value.decode() if isinstance(value, bytes) else str(value)


def is_ours(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("localhost", "")
    return address.is_loopback or address.is_unspecified


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare makes the network without a way out")
def test_a_whole_outage_calls_nobody(tmp_path: Path) -> None:
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(AUDIT)
    calls, traced = tmp_path / "calls", tmp_path / "traced"
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PARCHI_")}
    environment |= {"PYTHONPATH": str(tmp_path / "hook"), "CALLS_TOLD": str(calls)}
    trace = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-e",
        "trace=connect,sendto",
        "-e",
        "signal=none",
        "-o",
        str(traced),
    ]
    if subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("this system does not let us make a network of our own")
    if shutil.which("strace") is None or subprocess.run([*trace, "true"], capture_output=True).returncode:
        trace = []
    (tmp_path / "work").mkdir()
    done = subprocess.run(
        [*alone, *trace, "sh", "-c", RUN, str(tmp_path / "work")],
        cwd=HOME, env=environment, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "issued 001" in done.stdout
    hosts = list(told(calls))
    assert ("socket.connect", "127.0.0.1") in hosts  # the hook hears what the clerk's browser does
    assert [each for each in hosts if not is_ours(each[1])] == []
    if trace:
        lines = [line for line in traced.read_text().splitlines() if "AF_INET" in line]
        assert any('inet_addr("127.0.0.1")' in line for line in lines)
        assert [line for line in lines if '"127.0.0.1"' not in line and '"::1"' not in line] == []
