"""An address of the hospital's network and a secret as six words that are read aloud, and as the text of a QR code."""

import ipaddress
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from fallback.errors import LanWordsWrong, Sentence
from fallback.parts import LIST, known_word

PORT = 8443
PORTS = range(PORT, PORT + 32)  # what three words have room for
SECRET_WORDS = ADDRESS_WORDS = 3
_MARK = "PARCHI-JOIN"
_BITS = 10  # of a word
# Three words hold 30 bits, an address alone has 32: the addresses that a network of one's own can have are fewer.
_NETWORKS = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "192.168.0.0/16",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/24",
    )
)
_SCANNED = re.compile(
    rf"{_MARK} ([0-9.]{{7,15}}) ([0-9]{{1,5}}) ([a-z]+ [a-z]+ [a-z]+) ([0-9a-f]{{64}})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to a computer: its address and port, and where somebody was invited the secret words (else "").

    `certificate` is the SHA-256 (hex) of the certificate that it shows, "" where only words are known.
    """

    address: str
    port: int
    secret: str = field(default="", repr=False)
    certificate: str = ""

    @property
    def words(self) -> str:
        """The way as three words, or six with the secret's; "" for an address that three words have no room for."""
        place = _place(self.address)
        if place is None or self.port not in PORTS:
            return ""
        return " ".join(filter(None, (_words(place * len(PORTS) + self.port - PORT), self.secret)))

    @property
    def code(self) -> str:
        """The text for a QR code: all of an invitation, also for addresses that have no words."""
        return f"{_MARK} {self.address} {self.port} {self.secret} {self.certificate}"


def secret_words() -> str:
    """Three words that nobody can guess in five tries: one of a thousand million."""
    return _words(secrets.randbits(SECRET_WORDS * _BITS))


def read(text: str) -> Way:
    """The way that was typed or scanned: three words, six words, or a code's text. Raises LanWordsWrong.

    The first four letters of a word are enough.
    """
    text = " ".join(text.split())
    if text[: len(_MARK)].upper() == _MARK:
        return _scanned(text)
    typed = re.findall("[a-z]+", text.lower()) if len(text) < 200 else []
    if len(typed) not in (ADDRESS_WORDS, ADDRESS_WORDS + SECRET_WORDS):
        raise LanWordsWrong(why="three words are an address, six are an invitation")
    words = [known_word(word) for word in typed]
    if "" in words:
        raise LanWordsWrong(why=Sentence("word {place} is not in the list", place=words.index("") + 1))
    place, port = divmod(_number(words[:ADDRESS_WORDS]), len(PORTS))
    address = _address(place)
    if address is None:
        raise LanWordsWrong(why="the first three are of no address that a network like this has")
    return Way(address=address, port=PORT + port, secret=" ".join(words[ADDRESS_WORDS:]))


def _scanned(text: str) -> Way:
    found = _SCANNED.fullmatch(text)
    try:
        if found is None or not 0 < int(found[2]) < 1 << 16:
            raise ValueError
        address = str(ipaddress.IPv4Address(found[1]))
        words = [known_word(word) for word in found[3].lower().split()]
        if "" in words:
            raise ValueError
    except ValueError:
        raise LanWordsWrong(why="its code was not read to its end") from None
    return Way(address=address, port=int(found[2]), secret=" ".join(words), certificate=found[4].lower())


def _words(number: int) -> str:
    return " ".join(LIST[number >> _BITS * place & (1 << _BITS) - 1] for place in (2, 1, 0))


def _number(words: list[str]) -> int:
    number = 0
    for word in words:
        number = number << _BITS | LIST.index(word)
    return number


def _starts() -> Iterator[tuple[int, ipaddress.IPv4Network]]:
    start = 0
    for network in _NETWORKS:
        yield start, network
        start += network.num_addresses


def _place(address: str) -> int | None:
    try:
        found = ipaddress.IPv4Address(address)
    except ValueError:  # somebody called over IPv6: it is shown, and has no words
        return None
    return next((start + int(found) - int(net.network_address) for start, net in _starts() if found in net), None)


def _address(place: int) -> str | None:
    found = next((each for each in _starts() if each[0] <= place < each[0] + each[1].num_addresses), None)
    return str(found[1][place - found[0]]) if found else None
