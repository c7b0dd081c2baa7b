"""A form read as it was sent says the same as the form that a page shows."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from fallback.web.forms import RegistrationForm, Sent

NAMES = [name for name, part in vars(RegistrationForm).items() if hasattr(part, "field_class") and name != "form"]
BOXES = ("emergency", "medico_legal", "alias", "confidential", "brought_dead")


@pytest.mark.parametrize("typed", [None, "", " ", "y", "false", "False", "0", "\u0967", "x" * 400])
def test_every_field_is_read_as_the_form_reads_it(app: Flask, typed: str | None) -> None:
    texts = (
        MultiDict[str, str]()
        if typed is None
        else MultiDict([(name, each) for name in NAMES for each in (typed, "2nd")])
    )
    with app.test_request_context():
        form, sent = RegistrationForm(formdata=texts), Sent(texts)
        assert len(NAMES) > 25
        for name in NAMES:
            if name in BOXES:
                assert sent.ticked(name) == form.ticked(name), name
            else:
                assert sent.typed(name) == form.typed(name), name


def test_a_form_without_a_key_gets_one_of_its_own() -> None:
    first, second = Sent({}), Sent({"form": ""})
    assert first.typed("form") == first.typed("form") != second.typed("form") != ""
    assert Sent({"form": "key"}).typed("form") == "key"
