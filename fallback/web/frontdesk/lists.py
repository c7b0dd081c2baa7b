"""What the desk's lists offer while somebody types: places by their first letters, a name in Hindi."""

import json
from functools import cache

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from fallback import names, places
from fallback.language import LANGUAGES
from fallback.language.labels import label
from fallback.places import Choice
from fallback.slip import Category, FeeStatus, Relation, Sex, digits_of
from fallback.states import STATES
from fallback.web.access import clerk
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.place import here, language

_LONGEST = 120  # letters of what is looked at; a form takes no more


@blueprint.post("/lists/district")
@clerk
def list_districts() -> ResponseReturnValue:
    """Districts that begin so: those of the chosen state, else the nearest to the hospital first."""
    home, hindi = here().hospital.state, language() == "hi"
    found = places.district_choices(_sent("typed"), _state(), home=home, hindi=hindi)
    return jsonify(choices=[_choice(each) for each in found])


@blueprint.post("/lists/locality")
@clerk
def list_localities() -> ResponseReturnValue:
    """Post offices and sub-districts that begin so, of what stands in the form: PIN code, district, or state."""
    found = places.locality_choices(_sent("typed"), pin=_pin(), district=_sent("district"), state=_state())
    return jsonify(choices=[_choice(each) for each in found])


@blueprint.post("/lists/pin")
@clerk
def list_pin() -> ResponseReturnValue:
    """The districts of a PIN code, as choices, the likeliest first; nothing for one that nobody knows."""
    found = [places.place_choice(place.district, hindi=language() == "hi") for place in places.places_of_pin(_pin())]
    return jsonify(choices=[_choice(each) for each in found])


@blueprint.post("/lists/hindi")
@clerk
def list_hindi() -> ResponseReturnValue:
    """A name as it is likely written in Hindi, to be taken or left; "" when there is nothing to suggest."""
    return jsonify(hindi=names.to_hindi(_sent("typed")))


@blueprint.app_template_global()
@cache
def list_names() -> Markup:
    """What the choices of the form's lists are called in every language, as JSON: typed letters find one in either."""
    enums = {"sex": Sex, "relation": Relation, "category": Category, "fee_status": FeeStatus}
    named = {
        field: {each.value: [label(each, spoken) for spoken in LANGUAGES] for each in kind}
        for field, kind in enums.items()
    }
    named["state"] = {str(each.code): [each.name, each.name_hindi] for each in STATES.values()}
    return escape(json.dumps(named, ensure_ascii=False, separators=(",", ":")))


@blueprint.app_template_global()
def lists_dated() -> str:
    """The day that the lists of places stand for."""
    return places.DATED


def warm() -> None:
    """Reads the lists and learns the spelling of names, a fifth of a second: so that no clerk waits for it."""
    names.to_hindi("Zyxw")
    places.places_of_pin("")
    list_names()


def _sent(name: str) -> str:
    return request.form.get(name, "")[:_LONGEST]


def _pin() -> str:
    return digits_of(_sent("pin_code")) or ""


def _state() -> int:
    digits = digits_of(_sent("state")) or ""
    return int(digits) if 0 < len(digits) <= 2 else 0


def _choice(choice: Choice) -> dict[str, str]:
    return {
        "value": choice.value,
        "shown": choice.shown,
        "state": str(choice.state or ""),
        "district": choice.district,
        "pin": choice.pin,
    }
