"""What opens the vault besides a passphrase: cards, and parts of keys."""

from fallback.errors.sentence import ParchiError


class CardMistyped(ParchiError):
    """A text that looks like an enrolment card's, one of whose groups fails its check sign."""

    says = (
        "Group {group} of the card was mistyped: its last sign does not fit. Read that group again, or scan the code."
    )
    http_status = 403
    exit_code = 3


class CardRefused(ParchiError):
    """The text of a card that opens nothing here."""

    says = (
        "Card {card} opens nothing in {folder}: it was withdrawn, or it is another hospital's. Take another card of "
        "this hospital, or type the passphrase."
    )
    http_status = 403
    exit_code = 3


class PassphraseShort(ParchiError):
    """A new passphrase that whoever holds a stick would find by trying."""

    says = (
        "This passphrase is too short: whoever finds a stick can try passphrases for ever. Choose at least {least} "
        "letters, best four words that do not belong together."
    )
    exit_code = 2


class PassphraseNeeded(ParchiError):
    """What a vault that was opened by a card cannot do."""

    says = (
        "This needs the hospital's passphrase: the program was started with a desk's card, which is enough to register "
        "and print. Start it again with the passphrase, or do this where it was typed."
    )
    http_status = 403
    exit_code = 3


class PassphrasePrinted(ParchiError):
    """A new passphrase that is the text of a card or of a key's sheet."""

    says = "That is the text of a card or of a key's sheet, no passphrase. Choose words that stand on no paper."
    exit_code = 3


class PartMistyped(ParchiError):
    """Words that look like a part of a key, but are not one."""

    says = "Part {part} of the key was mistyped: {why}. Read it again, or scan its code."
    http_status = 403
    exit_code = 3


class PartsMissing(ParchiError):
    """Fewer parts of a key than are needed."""

    says = (
        "This key was split: {needed} of its parts are needed, {given} came. Give the others too, in a file each on a "
        "line of its own."
    )
    http_status = 403
    exit_code = 3


class PartsMixed(ParchiError):
    """Parts that are not of one key."""

    says = "These parts are not of one key: one is of an older sheet, or of another key. Compare their names and dates."
    http_status = 403
    exit_code = 3


class PartsWrong(ParchiError):
    """Parts that give a key, but not the one that was asked for."""

    says = (
        "These parts give another key than the one that was asked for. Nothing was changed. Look at the sheets' names."
    )
    http_status = 403
    exit_code = 3
