"""init, desks, users and their keys: who may sign, and with what."""

from fallback.enrolment.authority import DeskCertificate, desk_certificate, known_certificate, make_authority
from fallback.enrolment.cards import NewCard, card_key, enrol_with_card, make_cards, unused_card
from fallback.enrolment.desks import enrol_desk, retire_desk, revoke
from fallback.enrolment.installation import (
    FIRST_LOGIN,
    KEYS_FILE,
    Installation,
    init,
    open_installation,
    write_keys,
)
from fallback.enrolment.rebuilt import make_from_paper
from fallback.enrolment.users import (
    change_pin,
    entered,
    free_login,
    log_in,
    set_active,
    set_user,
    waiting,
    who,
    word_of,
)
from fallback.enrolment.waits import awake

__all__ = [
    "FIRST_LOGIN",
    "KEYS_FILE",
    "DeskCertificate",
    "Installation",
    "NewCard",
    "awake",
    "card_key",
    "change_pin",
    "desk_certificate",
    "enrol_desk",
    "enrol_with_card",
    "entered",
    "free_login",
    "init",
    "known_certificate",
    "log_in",
    "make_authority",
    "make_cards",
    "make_from_paper",
    "open_installation",
    "retire_desk",
    "revoke",
    "set_active",
    "set_user",
    "unused_card",
    "waiting",
    "who",
    "word_of",
    "write_keys",
]
