"""The web app on a real installation, and visitors."""

from collections.abc import Iterator

import pytest
from flask import Flask

from fallback.enrolment import Installation
from fallback.web import close, create_app
from tests import factories
from tests.web.visitor import Visitor


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    made = create_app(installation, factories.hospital(), clock=factories.clock())
    yield made
    close(made)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def desk(app: Flask) -> Visitor:
    """A clerk with an open shift at desk 1."""
    return Visitor(app).at_desk()
