"""Forms that are being typed: kept on the server, sealed, so that a power cut or a closed tab loses nothing."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from fallback.disk import write_file
from fallback.errors import SealBroken
from fallback.vault import Vault

_FOLDER, _PURPOSE, _ENDING = "unsent", "web draft", ".typed"
_LIFE = timedelta(hours=12)  # as long as a login: what nobody asked for by then belongs to nobody
_MOST = 5  # of one login: the newest stay
_LARGEST = 64 * 1024  # bytes: a form's fields are a few hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stood in a form when somebody paused. `form` is the form's own key, `path` where it is to be sent."""

    form: str
    path: str
    at: datetime
    items: Sequence[tuple[str, str]]

    def said(self, name: str) -> str:
        """What stands in a field, "" for nothing."""
        return next((text for field, text in self.items if field == name), "")


class Unsent:
    """The forms that logins are typing, a file each. Its name tells nothing; only the installation's vault opens it."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder, self._vault = folder / _FOLDER, vault

    def keep(self, login: str, typed: Typed) -> None:
        """Keeps a form in place of its earlier state; of a login the oldest beyond a few are let go.

        Raises DiskFull, FolderReadOnly or DiskFailed.
        """
        plain = json.dumps([typed.form, typed.path, typed.at.isoformat(), list(typed.items)]).encode()
        if len(plain) > _LARGEST:
            return
        self._folder.mkdir(exist_ok=True)
        write_file(self._file(login, typed.form), self._vault.seal(_PURPOSE, plain, login.encode()))
        for old in self.all_of(login, typed.at)[_MOST:]:
            self.forget(login, old.form)

    def all_of(self, login: str, now: datetime) -> list[Typed]:
        """The forms of a login, newest first; one that nobody asked for in time is gone."""
        found = []
        for path in self._files(login):
            typed = self._read(path, login)
            if typed is None or not timedelta() - _LIFE <= now - typed.at <= _LIFE:
                path.unlink(missing_ok=True)
            else:
                found.append(typed)
        return sorted(found, key=lambda each: each.at, reverse=True)

    def of(self, login: str, form: str) -> Typed | None:
        """The form of a key, None when this login has none."""
        return self._read(self._file(login, form), login)

    def forget(self, login: str, form: str) -> None:
        """Lets a form go: it was sent, or nobody wants it."""
        with suppress(OSError):
            self._file(login, form).unlink(missing_ok=True)

    def forget_all(self, login: str) -> None:
        """Lets all forms of a login go: the shift is over."""
        for path in self._files(login):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _files(self, login: str) -> Iterator[Path]:
        return self._folder.glob(f"{_mark(login)}-*{_ENDING}")

    def _file(self, login: str, form: str) -> Path:
        return self._folder / f"{_mark(login)}-{_mark(form)}{_ENDING}"

    def _read(self, path: Path, login: str) -> Typed | None:
        try:
            form, to, at, items = json.loads(self._vault.unseal(_PURPOSE, path.read_bytes(), login.encode()))
            return Typed(
                form=form,
                path=to,
                at=datetime.fromisoformat(at),
                items=[(str(name), str(text)) for name, text in items],
            )
        except (OSError, SealBroken, ValueError, TypeError):  # torn by the power cut: as good as not there
            return None


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
