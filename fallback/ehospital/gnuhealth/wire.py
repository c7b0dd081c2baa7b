"""JSON-RPC to one Tryton database: a session, requests repeated where that is safe, and every failure named."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from fallback.ehospital.line import BUSY, Line, Transient
from fallback.errors import (
    ParchiError,
    Sentence,
    TargetAnswersOddly,
    TargetBusy,
    TargetLoginRefused,
    TargetUnreachable,
)

PAUSES = (1.2, 2.0, 4.0)  # seconds; more than the second to which some databases write a change's time
_SESSION_OVER = (401, 403)
_LATER = frozenset({408, 500, 502, 504})


class Refused(Exception):
    """The system's own words, why it does not take this. They may name patients: for the journal, for no log."""

    def __init__(self, words: str, *, changed: bool = False) -> None:
        super().__init__(words)
        self.words = words[:300]
        self.changed = changed  # somebody changed the record since it was read


class Tryton:
    """The connection to one database. Not for several threads at once."""

    def __init__(
        self,
        url: str,
        database: str,
        login: str,
        password: str,
        *,
        authority: Path | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`password` is logged nowhere; `timeout` and `pauses` are in seconds. Raises TargetAnswersOddly for a file of
        an authority that is none.
        """
        self.url, self.pauses = url.rstrip("/"), pauses
        self._database, self._login, self._password = database, login, password
        self._sleep = sleep
        self._session = ""
        self.server_time: float | None = None  # of the last answer, in seconds since 1970
        self._line = Line(self.url, self.odd, headers={}, authority=authority, timeout=timeout)

    @property
    def certificate(self) -> str:
        """SHA-256 (hex) of the key of whom we speak to; "" before the first word, and without TLS."""
        return self._line.certificate

    def close(self) -> None:
        """Lets go of the connection; the session ends by itself."""
        self._line.close()

    def pause(self, seconds: float) -> None:
        """Waits."""
        self._sleep(seconds)

    def unreachable(self, why: str) -> ParchiError:
        """The error of a system that did not answer after all attempts."""
        return TargetUnreachable(url=self.url, why=why)

    def refused(self) -> ParchiError:
        """The error of a system that does not let our login do this."""
        return TargetLoginRefused(url=self.url, login=self._login)

    def odd(self, why: str) -> ParchiError:
        """The error of a system that answers with something else."""
        return TargetAnswersOddly(url=self.url, why=why)

    def read(self, model: str, domain: list[Any], fields: list[str], *, limit: int = 50) -> list[dict[str, Any]]:
        """The records of a model that a domain finds, again and again while that may pass. Raises ParchiError."""
        found = self.patiently(lambda: self.call(f"model.{model}.search_read", domain, 0, limit, None, fields))
        if not isinstance(found, list) or not all(
            isinstance(each, dict) and isinstance(each.get("id"), int) for each in found
        ):
            raise self.odd(Sentence("its answer to a search cannot be read"))
        return [dict(each) for each in found]

    def patiently(self, attempt: Callable[[], Any]) -> Any:
        """Repeats what is safe to repeat. Raises ParchiError when it does not pass."""
        for pause in (*self.pauses, None):
            try:
                return attempt()
            except Transient as lost:
                if pause is None:
                    raise self.unreachable(lost.why) from lost
                self._sleep(pause)
            except Refused as refused:
                raise self.odd(Sentence("it refuses to be searched")) from refused
        raise AssertionError("the last attempt returns or raises")

    def call(self, method: str, *parameters: Any, context: Mapping[str, Any] | None = None) -> Any:
        """One request, in a session. Raises Transient or Refused, and ParchiError for what stops the run."""
        fresh = not self._session
        if fresh:
            self._enter()
        told = [*parameters, dict(context or {})]
        status, found = self._post(f"/{self._database}/", method, told, session=True)
        if status in _SESSION_OVER and not fresh:  # it was over: nothing was done
            self._enter()
            status, found = self._post(f"/{self._database}/", method, told, session=True)
        return self._result(status, found)

    def version(self) -> str:
        """What the server says of itself, without a session. Raises ParchiError."""
        return str(self.patiently(lambda: self._result(*self._post("/", "common.server.version", []))))

    def _enter(self) -> None:
        """A new session. Raises TargetLoginRefused."""
        password = {"password": self._password}
        status, found = self._post(f"/{self._database}/", "common.db.login", [self._login, password, "en"])
        result = found.get("result")
        if status in _SESSION_OVER or (status == 200 and not (isinstance(result, list) and len(result) >= 2)):
            raise self.refused()
        if status == 404:
            raise self.odd(Sentence("it has no database of the name in hospital.toml"))
        user, session = self._result(status, found)[:2]
        self._session = base64.b64encode(f"{self._login}:{user}:{session}".encode()).decode()

    def _post(
        self, path: str, method: str, parameters: list[Any], *, session: bool = False
    ) -> tuple[int, Mapping[str, Any]]:
        headers = {"Content-Type": "application/json"}
        if session:
            headers["Authorization"] = f"Session {self._session}"
        body = json.dumps({"id": 1, "method": method, "params": parameters}, default=_written).encode()
        answer = self._line.ask("POST", f"{self.url}{path}", content=body, headers=headers)
        self.server_time = _moment(answer.headers.get("Date", ""))
        if answer.status in BUSY:
            raise TargetBusy(url=self.url, seconds=answer.later)
        if answer.status in _LATER:
            raise Transient(Sentence("it answers {status}", status=answer.status))
        text = answer.content
        try:
            found = json.loads(text, object_hook=_told) if answer.status == 200 else {}
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.odd(
                Sentence("its answer is a web page") if text[:1] == b"<" else Sentence("its answer cannot be read")
            )
        return answer.status, found

    def _result(self, status: int, found: Mapping[str, Any]) -> Any:
        if status in _SESSION_OVER:
            raise self.refused()
        if status != 200 or ("result" not in found and "error" not in found):
            raise self.odd(Sentence("it answers {status}", status=status))
        if (error := found.get("error")) is not None:
            kind, *words = error if isinstance(error, list) and error else [error]
            changed = kind == "ConcurrencyException"
            told = "; ".join(_words(words)) or str(kind)
            raise Refused(
                told if kind in ("UserError", "UserWarning") or changed else f"{kind} {told}", changed=changed
            )
        return found.get("result")


def _words(found: Any) -> list[str]:
    if isinstance(found, list):
        return [text for each in found for text in _words(each)]
    return [found.strip()] if isinstance(found, str) and found.strip() else []


def _moment(header: str) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp()
    except (TypeError, ValueError):
        return None


def _written(value: Any) -> Any:
    """Dates and times as Tryton's JSON has them; a time goes in UTC."""
    if isinstance(value, datetime):
        at = value.astimezone(UTC)
        named = {name: getattr(at, name) for name in ("year", "month", "day", "hour", "minute", "second")}
        return {"__class__": "datetime", **named, "microsecond": 0}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(f"{type(value)} is nothing that is sent")


def _told(found: dict[str, Any]) -> Any:
    """The inverse."""
    kind = found.get("__class__")
    try:
        if kind == "datetime":
            day = datetime(int(found["year"]), int(found["month"]), int(found["day"]), tzinfo=UTC)
            return day.replace(hour=int(found["hour"]), minute=int(found["minute"]), second=int(found["second"]))
        if kind == "date":
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except (KeyError, TypeError) as wrong:
        raise ValueError("no time") from wrong
    return found
