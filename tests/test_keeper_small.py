"""Whoever watches over a desk holds next to nothing, and the start page gives its address over to the desk."""

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from fallback.errors import ServerStopped
from fallback.kit import starting
from fallback.language import say
from fallback.rehearsal.clerk import Clerk
from fallback.serving import Opened, Order
from fallback.settings import Settings
from tests import kits

HOME = Path(__file__).parent.parent
# What serves, prints, reads or builds: each of these in the keeper is megabytes, all day, for nothing.
HEAVY = (
    "flask", "jinja2", "reportlab", "PIL", "sqlcipher3", "sqlite_utils", "httpx", "babel", "openpyxl", "pypdfium2",
    "zxingcpp", "stdnum", "fallback.ledger", "fallback.enrolment", "fallback.web", "fallback.names",
)  # fmt: skip
LOADED = """
import sys, click
from fallback import cli
context = click.Context(cli.group)
command = cli.group.get_command(context, {0!r})
if {1!r}:
    command.get_command(context, {1!r})
print(*sys.modules)
"""


@pytest.mark.parametrize("words", [("serve", ""), ("kit", "start")])
def test_whoever_watches_over_a_desk_loads_nothing_of_what_it_serves(words: tuple[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(*words)], cwd=HOME, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "fallback.serving.keeper" in loaded
    assert [name for name in HEAVY if name in loaded] == []


def led(address: str, to: str) -> httpx.Response:
    """What stands at the page's address when the page's process has gone."""
    ends = time.monotonic() + timedelta(minutes=1).total_seconds()
    while time.monotonic() < ends:
        answer = httpx.get(address, timeout=60)
        if to in answer.text and "/static/" not in answer.text:
            return answer
        time.sleep(0.1)
    raise AssertionError("the page did not go")


def test_the_page_gives_its_address_over_and_comes_back_with_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARCHI_STATE", str(tmp_path / "state"))
    stick = kits.bare(tmp_path / "stick", tmp_path, lasting=True)
    said: queue.Queue[tuple[str, str]] = queue.Queue()
    dies = threading.Event()
    orders: list[Order] = []

    def serve(order: Order, _host: str, _port: int, opened: Callable[[Opened], None], *, lan: int | None) -> None:
        del lan
        orders.append(order)
        opened(Opened(server=None, missing=(), port=43210))
        if len(orders) == 1:
            dies.wait()
            raise ServerStopped(times=3)

    monkeypatch.setattr(starting, "serve", serve)
    settings = Settings.read({})
    watch = threading.Thread(
        target=lambda: starting.start(
            stick.folder, settings, lambda what, where: said.put((what, where)), browser=False, roots=()
        ),
        daemon=True,
    )
    watch.start()
    what, address = said.get(timeout=60)
    assert what == "page"
    with Clerk(address) as person:
        person.send(person.open("/").form("card", "name"), name="Casualty", card=stick.cards[0])
        assert said.get(timeout=60) == ("desk", "http://127.0.0.1:43210")
    answer = led(address, 'content="0;url=http://127.0.0.1:43210"')
    assert answer.status_code == 200, "a script of the page may not follow a redirection to another address"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    dies.set()
    assert said.get(timeout=60) == ("page", address)
    with Clerk(address) as person:
        page = person.open("/")
        assert say(ServerStopped(times=3), "en") in page.says
        person.send(page.form("card"), card=stick.cards[3])
        assert said.get(timeout=60)[0] == "desk"
    watch.join(60)
    assert not watch.is_alive()
    assert [order.secret for order in orders] == [stick.cards[0], stick.cards[3]]
