"""The computer's clock: what a person, or a time server that they name, says the right time is."""

import socket
import struct
from datetime import UTC, datetime, timedelta

from fallback.errors import FieldWrong, TimeServerSilent
from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.slip import INDIA

PERSON = "person"
_FORMATS = ("%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_NTP_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_NTP_PORT, _NTP_SIZE, _NTP_PATIENCE = 123, 48, 3.0  # the last in seconds
_MINUTE = 60


def right_time(typed: str) -> datetime:
    """The time that somebody typed, as on Indian papers (`26-11-2026 06:10`) or ISO, in India. Raises FieldWrong."""
    text = " ".join(typed.replace("/", "-").replace(".", "-").replace("T", " ").split())
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=INDIA)
        except ValueError:
            continue
    raise FieldWrong(field="clock", why="Write day and time like 26-11-2026 06:10.")


def offset_of(told: datetime, now: datetime) -> int:
    """How many seconds must be added to the computer's clock, which says `now`; 0 within the minute that is typed."""
    seconds = round((told - now).total_seconds())
    return 0 if -_MINUTE < seconds < _MINUTE else seconds


def tell_clock(ledger: Ledger, offset: int | None, *, source: str = PERSON, by: str = "") -> None:
    """Writes down how far the clock is off, in seconds; None where nobody knows."""
    ledger.write(lambda tx: write_clock(tx, offset, source=source, by=by))


def write_clock(tx: Transaction, offset: int | None, *, source: str = PERSON, by: str = "", series: int = 0) -> None:
    """As `tell_clock`, among what else is written."""
    tx.append(FactKind.CLOCK_TOLD, {"offset_seconds": offset, "source": source}, series=series, by=by)


def ask_time_server(host: str, now: datetime) -> int:
    """The offset in seconds that a time server tells, by one question of SNTP (RFC 5905). Raises TimeServerSilent.

    Nothing asks by itself: somebody names the server, say NIC's samay1.nic.in on a machine that reaches it.
    """
    question = bytes([0x23]) + bytes(_NTP_SIZE - 1)  # version 4, a client's question
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.settimeout(_NTP_PATIENCE)
            line.connect((host, _NTP_PORT))
            line.send(question)
            answer = line.recv(_NTP_SIZE)
    except (OSError, UnicodeError) as wrong:
        raise TimeServerSilent(host=host[:60], why="it does not answer") from wrong
    if len(answer) < _NTP_SIZE or answer[0] & 7 != 4 or not 0 < answer[1] < 16:
        raise TimeServerSilent(host=host[:60], why="it does not know the time itself")
    seconds, fraction = struct.unpack("!II", answer[40:48])
    told = _NTP_EPOCH + timedelta(seconds=seconds + fraction / 2**32)
    return round((told - now).total_seconds())
