"""A made-up clerk: drives the real web app over HTTP as a browser without JavaScript would, form by form."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

import httpx

from fallback.errors import DrillStopped


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, what it holds, and the questions that are answered by a choice."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """A page as the clerk's browser got it: its forms with the values in them, what its buttons say, its links, its
    error sentences.
    """

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.url = str(response.url)
        self.forms: list[Form] = []
        self.buttons: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.says: list[str] = []
        self._select = self._area = ""
        self._error = False
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects forms, fields, links and errors."""
        given = {name: value or "" for name, value in attrs}
        form = self.forms[-1].fields if self.forms else {}
        match tag:
            case "form":
                self.forms.append(Form(given.get("action") or self.url))
            case "a":
                self.links.append(given.get("href", ""))
            case "input" if given.get("type") not in ("submit", "radio", "checkbox", "file") or "checked" in given:
                form.setdefault(given.get("name", ""), given.get("value", ""))
            case "input" if given.get("type") == "radio" and self.forms:
                self.forms[-1].choices.add(given.get("name", ""))
            case "button" if given.get("name"):
                self.buttons.setdefault(given["name"], []).append(given.get("value", ""))
            case "select":
                self._select = given.get("name", "")
            case "option" if self._select and ("selected" in given or self._select not in form):
                form[self._select] = given.get("value", "")
            case "textarea":
                self._area = given.get("name", "")
                form[self._area] = ""
            case _:
                pass
        self._error = "error" in given.get("class", "").split()

    def handle_endtag(self, tag: str) -> None:
        """Ends a list or a text field."""
        if tag in ("select", "textarea"):
            self._select = self._area = ""

    def handle_data(self, data: str) -> None:
        """Keeps the text of errors and text fields."""
        if self._area and self.forms:
            self.forms[-1].fields[self._area] += data
        if self._error and data.strip():
            self.says.append(data.strip())
            self._error = False

    def form(self, *names: str, action: str = "") -> Form:
        """The first form that has all these fields and whose address holds `action`. Raises DrillStopped."""
        for each in self.forms:
            if action in each.action and all(name in each.fields for name in names):
                return each
        raise DrillStopped(stage="the web app", why=f"no form with {', '.join(names) or action} on the page")


class Clerk:
    """One clerk with one browser: its own cookies, one connection."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, follow_redirects=True, timeout=60.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def open(self, path: str) -> Page:
        """Opens a page. Raises DrillStopped when it is not one."""
        return self._page(self._http.get(path))

    def send(self, form: Form, **typed: str) -> Page:
        """Fills a form and sends it. Raises DrillStopped when the app answers with an error."""
        return self._page(self._post(form, typed))

    def fetch(self, path: str) -> bytes:
        """Fetches a file, as the browser's PDF window would."""
        return self._file(self._http.get(path))

    def fetch_sent(self, form: Form) -> bytes:
        """Sends a form whose answer is a file: a reprint."""
        return self._file(self._post(form, {}))

    def _post(self, form: Form, typed: dict[str, str]) -> httpx.Response:
        data = form.fields | {name: value for name, value in typed.items() if value != "" or name in form.fields}
        data.pop("", None)
        return self._http.post(form.action, data=data)

    @staticmethod
    def _file(response: httpx.Response) -> bytes:
        if response.status_code != httpx.codes.OK:
            raise DrillStopped(stage="printing", why=f"the app answered {response.status_code}")
        return response.content

    @staticmethod
    def _page(response: httpx.Response) -> Page:
        page = Page(response)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            raise DrillStopped(stage="the web app", why=f"it answered {response.status_code}: {' '.join(page.says)}")
        return page
