"""init, desks, users and their keys: who may sign, and with what."""

from fallback.enrolment.desks import enrol_desk, retire_desk
from fallback.enrolment.installation import (
    FIRST_LOGIN,
    KEYS_FILE,
    Installation,
    init,
    open_installation,
    write_keys,
)
from fallback.enrolment.users import log_in, set_user

__all__ = [
    "FIRST_LOGIN",
    "KEYS_FILE",
    "Installation",
    "enrol_desk",
    "init",
    "log_in",
    "open_installation",
    "retire_desk",
    "set_user",
    "write_keys",
]
