"""The enrolment's blueprint: what its modules hang their pages on."""

from flask import Blueprint

blueprint = Blueprint("enrolment", __name__)
