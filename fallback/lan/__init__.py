"""The hospital's own network: words for addresses, the beacon by which desks find each other, a line to one of them.

What runs over a line, and what it means, is told in `custody.network.link`. Nothing here knows a patient, and nothing
here is believed: a beacon is only a hint where to ask.
"""

from fallback.lan.agree import Agreement
from fallback.lan.beacon import Beacon, Whistle
from fallback.lan.here import Interface, interfaces
from fallback.lan.line import Answer, Line
from fallback.lan.words import PORT, PORTS, Way, read, secret_words

__all__ = [
    "PORT",
    "PORTS",
    "Agreement",
    "Answer",
    "Beacon",
    "Interface",
    "Line",
    "Way",
    "Whistle",
    "interfaces",
    "read",
    "secret_words",
]
