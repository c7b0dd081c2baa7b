"""Forms with files, read while they arrive: the pieces of a file go straight to who seals them."""

from collections.abc import Iterator

from flask import Request
from werkzeug.datastructures import MultiDict
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from fallback.errors import RequestTooLarge, RequestWrong

MOST_FILES = 20_000
_PIECE = 1 << 16
_FIELD_BYTES = 1 << 14  # of one text field
_MOST_FIELDS = 20

Pieces = Iterator[bytes]


class Upload:
    """One request's form, whose text fields stand before its files. It is read once, in order.

    Raises RequestWrong for a body that is no such form or ends too early, RequestTooLarge for too many parts.
    """

    def __init__(self, request: Request) -> None:
        self.fields: MultiDict[str, str] = MultiDict()
        kind, options = parse_options_header(request.headers.get("Content-Type"))
        boundary = options.get("boundary", "")
        if kind != "multipart/form-data" or not boundary or not boundary.isascii():
            raise RequestWrong()
        self._events = _events(request, boundary.encode())
        self._first = self._read_fields()

    def files(self) -> Iterator[tuple[str, Pieces]]:
        """Each file that was chosen, by its name, with its bytes in pieces; what is not taken of one is passed over."""
        event = self._first
        count = 0
        while event is not None:
            pieces = self._pieces()
            if isinstance(event, File) and event.filename:
                count += 1
                if count > MOST_FILES:
                    raise RequestWrong()
                yield event.filename, pieces
            for _ in pieces:
                pass
            event = next(self._events, None)

    def _read_fields(self) -> Event | None:
        for count, event in enumerate(self._events):
            if not isinstance(event, Field):
                return event
            if count >= _MOST_FIELDS:  # fields of one name, too, would fill the memory
                raise RequestWrong()
            text = b""
            for piece in self._pieces():
                text += piece
                if len(text) > _FIELD_BYTES:
                    raise RequestTooLarge(megabytes=1)
            self.fields.add(event.name or "", text.decode(errors="replace"))
        return None

    def _pieces(self) -> Pieces:
        for event in self._events:
            if not isinstance(event, Data):
                raise RequestWrong()
            yield event.data
            if not event.more_data:
                return


def _events(request: Request, boundary: bytes) -> Iterator[Event]:
    """The parts of a body as they arrive: a Field or File each, followed by its Data."""
    decoder = MultipartDecoder(boundary, max_form_memory_size=16 * _PIECE)
    stream = request.stream
    while True:
        try:
            event = decoder.next_event()
            if isinstance(event, NeedData):
                decoder.receive_data(stream.read(_PIECE) or None)
                continue
        except ValueError as wrong:
            raise RequestWrong() from wrong
        if isinstance(event, Epilogue):
            return
        if isinstance(event, Field | File | Data):
            yield event
