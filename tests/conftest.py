"""A real installation of the example hospital, and its counter, for whoever asks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from tests import factories


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = factories.installation(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def counter(installation: Installation) -> Counter:
    return factories.counter(installation)
