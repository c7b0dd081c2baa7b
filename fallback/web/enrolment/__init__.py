"""Who may enter and act, in a browser: the door, a user's own PIN, desks, and the page of users."""

from fallback.web.enrolment import desks, entering, users
from fallback.web.enrolment.blueprint import blueprint

__all__ = ["blueprint", "desks", "entering", "users"]
