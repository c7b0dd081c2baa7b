"""What goes out after the import, attacked: a hidden patient's place in a list, numbers that are none, huge numbers."""

import pytest
from flask import Flask

from tests import factories
from tests.web.visitor import Visitor

TARGET = factories.hospital().targets[0].name


@pytest.fixture
def ravi(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.log_in("ravi")
    return visitor


@pytest.mark.parametrize("clinic", ["9" * 30, "-" + "9" * 30, "9" * 5000, "१२", "²", "1e3"])
def test_any_number_of_a_clinic_is_taken(ravi: Visitor, clinic: str) -> None:
    start = ravi.get("/records/review")
    form = start.page.form("clinic", action="want")
    answer = ravi.post(form.action, form.fields | {"clinic": clinic})
    assert answer.status < 500
    assert ravi.get("/records/review/next").status == 200
    assert ravi.get("/records/review").status == 200
