"""The blueprint of practice, and what it lends to every page of a guided drill."""

from datetime import date
from typing import Any

from flask import Blueprint

from fallback.frontdesk.practising import Standing
from fallback.web.place import here, once

blueprint = Blueprint("practice", __name__)


@once
def standing() -> Standing | None:
    """How the guided drill stands; None where there is none, or where it has not begun."""
    drill = here().practising
    return drill.standing() if drill else None


@blueprint.app_context_processor
def lend() -> dict[str, Any]:
    """`practising`: the drill's standing, a function; `practice_pin`: what opens its logins, "" outside of one."""
    drill = here().practising
    return {"practising": standing, "practice_pin": drill.pin if drill else ""}


@blueprint.app_template_filter("month")
def month(first: date) -> str:
    """A month as it is printed: 11-2026."""
    return f"{first.month:02d}-{first.year:04d}"
