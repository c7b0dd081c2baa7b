"""A visitor of the web app without JavaScript: pages, their forms filled and sent as a browser would, the answers."""

from dataclasses import dataclass
from typing import Any, Self

import httpx
from flask import Flask
from werkzeug.test import TestResponse

from fallback.rehearsal.clerk import Form, Page
from tests import factories

NEW = {
    "name": "Sunita Devi",
    "name_hindi": "सुनीता देवी",
    "sex": "female",
    "age": "34",
    "guardian": "Ram Prasad",
    "relation": "husband",
    "mobile": "9810000001",
    "locality": "H.No. 14, Devli Village",
    "pin_code": "110017",
    "clinic": "MED",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered, after redirects."""

    status: int
    path: str
    text: str
    content: bytes
    headers: Any
    page: Page

    @property
    def says(self) -> str:
        """The error sentences on the page."""
        return " | ".join(self.page.says)


class Visitor:
    """One browser: its own cookies."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **more: Any) -> Answer:
        return self._answer(self.client.get(path, follow_redirects=True, **more))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Answer:
        return self._answer(self.client.post(path, data=data or {}, follow_redirects=True, **more))

    def send(self, form: Form, **typed: Any) -> Answer:
        """Sends a form with what is in it and what is typed; None takes a field out."""
        data = {name: value for name, value in (form.fields | typed).items() if name and value is not None}
        return self.post(form.action.removeprefix("http://localhost"), data)

    def log_in(self, login: str = "asha", pin: str = factories.PIN) -> Answer:
        return self.send(self.get("/login").page.form("login", "pin"), login=login, pin=pin)

    def at_desk(self, login: str = "asha", series: int = 1, opening_float: str = "500") -> Self:
        """Logged in, with an open shift."""
        if self.get("/login").path == "/login":
            self.log_in(login)
        form = self.get("/shift/open").page.form("opening_float")
        answer = self.send(form, desk=str(series), opening_float=opening_float, clock="y")
        assert answer.path == "/", answer.says
        return self

    def new_form(self) -> Form:
        return self.get("/").page.form("name", "form", action="register")

    def register(self, **typed: Any) -> Answer:
        return self.send(self.new_form(), **NEW | typed)

    def find(self, typed: str) -> Answer:
        return self.send(self.get("/").page.form("typed"), typed=typed)

    @staticmethod
    def _answer(response: TestResponse) -> Answer:
        path = response.request.path
        text = (
            response.get_data(as_text=False).decode(errors="replace") if response.mimetype != "application/pdf" else ""
        )
        shown = httpx.Response(response.status_code, text=text, request=httpx.Request("GET", f"http://localhost{path}"))
        return Answer(response.status_code, path, text, response.get_data(), response.headers, Page(shown))
