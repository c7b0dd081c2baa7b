"""A real installation of the example hospital, and its counter, for whoever asks."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from tests import factories


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


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = factories.installation(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def counter(installation: Installation) -> Counter:
    return factories.counter(installation)
