"""The front desk's blueprint: what its modules hang their pages on."""

from flask import Blueprint

blueprint = Blueprint("frontdesk", __name__)
