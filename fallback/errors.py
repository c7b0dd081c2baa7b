"""Every failure a person can meet: a class, its sentence, its HTTP status and its exit code.

A sentence says what happened, to which slip or file, and what to do next. It never holds patient data, so it may be
logged. It becomes text in two places only: the web's error handler and the command line's.
"""

from typing import ClassVar


class ParchiError(Exception):
    """The root of all failures that are told to a person.

    `says` is the English sentence and the key of its translation; `{names}` in it are filled from `values`.
    """

    says: ClassVar[str] = "Something went wrong that Parchi has no sentence for. Tell the hospital's IT staff."
    http_status: ClassVar[int] = 400
    exit_code: ClassVar[int] = 2

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.values = values

    def __str__(self) -> str:
        """The English sentence."""
        return self.says.format(**self.values)


# --- The slip -------------------------------------------------------------------------------------------------------


class SlipNumberWrong(ParchiError):
    """A typed or scanned number that fails its length or check digits."""

    says = "{typed} is not a slip number: it must have 11 digits and its check digits must fit. Read it again from the slip."


class FieldWrong(ParchiError):
    """A field of a registration that cannot be taken as it is; `why` is a sentence of its own."""

    says = "{field}: {why}"


# --- Keys and the payload -------------------------------------------------------------------------------------------


class KeysWrong(ParchiError):
    """A file of public keys, or a certificate, that cannot be used."""

    says = "{place} is not a file of Parchi's public keys: {why}. Use the keys.json that `init` or the kit made."


class PayloadWrong(ParchiError):
    """A code whose digits or bytes are not a record that this version can read; `reason` is a stable short word."""

    says = "The code could not be read as a slip: {why}. Put the page among those that need eyes."


class PayloadTooLong(ParchiError):
    """A record that does not fit in the QR even after every cut that the rule allows."""

    says = "The record needs {size} bytes and the QR holds {limit}. Shorten {field}."
