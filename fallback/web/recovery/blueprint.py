"""The records room's blueprint: what its modules hang their pages on."""

from flask import Blueprint

blueprint = Blueprint("recovery", __name__)
