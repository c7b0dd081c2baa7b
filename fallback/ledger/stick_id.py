"""The small file on a stick that says which of the second copies this is, and what people call it."""

import json
import re
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from fallback.disk import write_file
from fallback.errors import FieldWrong

ID_NAME = "stick.json"
LABEL_LIMIT = 12  # letters: it stands in the bar and on the shift sheet
_FORMAT = "parchi-stick-1"
_LARGEST = 1000
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class StickId:
    """Which stick it is: an id of 16 hex digits that never changes, and a label, A, B ..., that people may change."""

    stick: str
    label: str

    @classmethod
    def new(cls, label: str) -> Self:
        """An id for a stick that has none."""
        return cls(secrets.token_hex(8), label)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """The id in a folder; None where there is none, or none that can be used. Raises OSError of a failing disk."""
        try:
            with (folder / ID_NAME).open("rb") as file:
                record = json.loads(file.read(_LARGEST))
            if record["format"] != _FORMAT or not _ID.fullmatch(record["stick"]):
                return None
            return cls(record["stick"], label_of(record["label"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, FieldWrong):
            return None

    def write(self, folder: Path) -> None:
        """Puts the id into a folder. Raises DiskFull, FolderReadOnly or DiskFailed."""
        record = {"format": _FORMAT, **asdict(self)}
        write_file(folder / ID_NAME, (json.dumps(record, ensure_ascii=False) + "\n").encode())


def label_of(text: str) -> str:
    """A label as it may be used. Raises FieldWrong for an empty or long one, and for signs that no paper prints."""
    text = text.strip()
    if not text or len(text) > LABEL_LIMIT or not text.isprintable():
        raise FieldWrong(field="label", why="A few letters that can be printed were expected, like A or red.")
    return text
