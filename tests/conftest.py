"""A real installation of the example hospital, and its counter, for whoever asks."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidKey
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from fallback.enrolment import Installation, pins, users
from fallback.frontdesk import Counter
from tests import factories, windows


@pytest.fixture(scope="session", autouse=True)
def machine_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test writes into the real home: what this machine knows of journals lies in a folder of the session."""
    folder = tmp_path_factory.mktemp("state")
    before = os.environ.get("PARCHI_STATE")
    os.environ["PARCHI_STATE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["PARCHI_STATE"]
    else:
        os.environ["PARCHI_STATE"] = before


# Files whose tests wait longest, for a browser or for programs that they start. Workers take files in this order: none
# of them is begun when all others are done, and something else works meanwhile.
LONG = (
    "test_axe", "test_axe_hindi", "test_webform", "test_day", "test_after_commands", "test_cli",
    "test_worklist_browser", "test_states", "test_drill", "test_record_commands", "test_lens_browser", "test_batches",
    "test_lists_browser", "test_browser", "test_door_browser", "test_serving_process", "test_rebuild", "test_gallery",
    "test_attack",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, then the others as they were."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


argon2 = pins._hasher  # the real one, for whoever tests what it costs


@cache
def _derived(salt: bytes, pin: bytes) -> bytes:
    return argon2(salt).derive(pin)


class Remembering:
    """Argon2 that need not work twice for the same salt and PIN."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    def derive(self, pin: bytes) -> bytes:
        return _derived(self._salt, pin)

    def verify(self, pin: bytes, digest: bytes) -> None:
        if _derived(self._salt, pin) != digest:
            raise InvalidKey()


@pytest.fixture(scope="session", autouse=True)
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a thousand tests would do anew, each with the same result, is done once a session: templates are compiled,
    and argon2 answers for a salt and a PIN. Programs that a test starts are as in life.
    """
    with pytest.MonkeyPatch.context() as patch:
        compiled = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
        patch.setitem(Flask.jinja_options, "bytecode_cache", compiled)
        patch.setattr(users, "hash_pin", cache(pins.hash_pin))
        patch.setattr(pins, "_hasher", Remembering)
        yield


@pytest.fixture(autouse=True)
def windows_disk() -> Iterator[list[str]]:
    """Every test runs on a disk as Windows has it: what that refuses, the program must not ask for."""
    with windows.disk() as refused:
        yield refused


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = factories.installation(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def counter(installation: Installation) -> Counter:
    return factories.counter(installation)
