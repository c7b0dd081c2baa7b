"""A slip number in an address: its eleven digits, check digits and all; anything else leads nowhere."""

from werkzeug.routing import BaseConverter, ValidationError

from fallback.errors import SlipNumberWrong
from fallback.slip import SlipNumber


class SlipNumberConverter(BaseConverter):
    """`<slip:number>` in a route."""

    regex = "[0-9]{11}"

    def to_python(self, value: str) -> SlipNumber:
        """The number; no such page when its check digits are off."""
        try:
            return SlipNumber.parse(value)
        except SlipNumberWrong as wrong:
            raise ValidationError from wrong

    def to_url(self, value: SlipNumber) -> str:
        """The eleven digits."""
        return value.text
