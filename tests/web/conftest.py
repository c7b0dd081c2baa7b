"""The web app on a real installation, and visitors."""

import pytest
from flask import Flask

from fallback.enrolment import Installation
from fallback.web import create_app
from tests import factories
from tests.web.visitor import Visitor


@pytest.fixture
def app(installation: Installation) -> Flask:
    return create_app(installation, factories.hospital(), clock=factories.clock())


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def desk(app: Flask) -> Visitor:
    """A clerk with an open shift at desk 1."""
    return Visitor(app).at_desk()
