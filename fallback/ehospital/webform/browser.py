"""The tab in which an operator has logged in: looked at, clicked and typed into as a person does, and left open."""

import base64
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from fallback.ehospital.recipe import Act, Mark
from fallback.ehospital.recipe_values import alike
from fallback.ehospital.webform.devtools import Claim, DevTools, Tab, tabs
from fallback.errors import BrowserAway, OperatorNeeded, PageOdd, Sentence

STILL, _STEP = 0.1, 0.03  # seconds without a request until a page is quiet; between two looks
SURE = 0.5  # the same before something is saved: late replies have wiped fields that were filled too fast
_OLD = 5.0  # seconds after which a request is no part of filling: pages keep some open to be told of news
_KEYS: Mapping[str, tuple[str, int, str]] = {
    "Enter": ("Enter", 13, "\r"), "Tab": ("Tab", 9, ""), "Escape": ("Escape", 27, ""), "N": ("KeyN", 78, ""),
    "S": ("KeyS", 83, ""), "F": ("KeyF", 70, ""),
}  # fmt: skip
_HELD = {"Alt": 1, "Control": 2}
_BLANK = "about:blank"
_NO_PRINTING = "window.print = () => {};"  # its box would stop the page until somebody closes it
# What the page is asked: fields may stand in frames of the same origin; what nobody can see is not there.
_EYES = """
const roots = d => [d, ...[...d.querySelectorAll('iframe,frame')].flatMap(f => {
  try { return f.contentDocument ? roots(f.contentDocument) : []; } catch { return []; } })];
const seen = e => e.getClientRects().length > 0 &&
  (e.ownerDocument.defaultView || window).getComputedStyle(e).visibility !== 'hidden';
const all = css => roots(document).flatMap(d => [...d.querySelectorAll(css)]).filter(seen);
const text = e => ['INPUT', 'TEXTAREA'].includes(e.tagName) ? e.value : (e.innerText ?? e.textContent ?? '');
const value = e => e.type === 'checkbox' || e.type === 'radio' ? (e.checked ? 'yes' : '')
  : e.tagName === 'SELECT' ? (e.selectedOptions[0]?.text ?? '').trim() : text(e).trim();
"""
_TEXTS = "css => all(css).map(text)"
_VALUES = "css => all(css).map(value)"
_KIND = "css => all(css).map(e => e.tagName + ' ' + (e.type || ''))[0] || ''"
_PLACE = """(css, at) => { const e = all(css)[at]; if (!e) return null;
  e.scrollIntoView({block: 'center', inline: 'center'});
  const box = e.getBoundingClientRect(), x = box.left + box.width / 2, y = box.top + box.height / 2;
  const top = e.ownerDocument.elementFromPoint(x, y);
  let left = x, up = y, w = e.ownerDocument.defaultView;
  while (w && w.frameElement) { const f = w.frameElement.getBoundingClientRect(); left += f.left; up += f.top;
    w = w.parent; }
  return [left, up, !!top && (e === top || e.contains(top) || top.contains(e) || !!e.labels && [...e.labels].some(l =>
    l.contains(top)))]; }"""
_FOCUS = (
    "css => { const e = all(css)[0]; e.focus(); if (e.select) e.select(); return e.ownerDocument.activeElement === e; }"
)
_CHOOSE = """(css, wanted) => { const e = all(css)[0], same = o => [o.text, o.value].some(t =>
    t.trim().toLowerCase() === wanted.toLowerCase());
  const found = [...e.options].find(same); if (!found) return false;
  e.focus(); e.value = found.value;
  for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, {bubbles: true})); return true; }"""
_DAY = """(css, day) => { const e = all(css)[0]; e.focus();
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(e, day);
  for (const kind of ['input', 'change']) e.dispatchEvent(new Event(kind, {bubbles: true})); return e.value === day;
}"""
_FORM = """() => roots(document).flatMap(d => [...d.querySelectorAll('input,select,textarea')]).map(e =>
  [e.tagName, e.type || '', e.name || '', e.required ? 'must' : ''].join(' '))"""


class Browser:
    """One tab of the operator's browser, at one system's address. Not for several threads at once."""

    def __init__(
        self,
        url: str,
        ports: Sequence[int],
        *,
        ignores: Sequence[str] = (),
        patience: float = 20.0,
    ) -> None:
        """Takes the first tab that shows the system, of browsers on these ports of this computer. `ignores` are parts
        of addresses whose requests say nothing about the page, `patience` how many seconds it may take to come to rest.
        Raises BrowserAway.
        """
        self.url, self._ignores, self._patience = url.rstrip("/"), tuple(ignores), patience
        self._open: dict[str, float] = {}  # requests without an answer, and since when
        self._said: list[str] = []
        self._asked = ""
        self._claim, port, tab = self._tab(ports)
        self._tools = DevTools(port, tab, url=self.url, heard=self._hear)
        for domain in ("Page", "Runtime", "Network"):
            self._tools.command(f"{domain}.enable")
        self._tools.command("Page.addScriptToEvaluateOnNewDocument", source=_NO_PRINTING)
        self._tools.command("Runtime.evaluate", expression=_NO_PRINTING)
        self._tools.command("Page.bringToFront")

    def close(self) -> None:
        """Lets go of the tab; it stays open, and the operator logged in."""
        self._tools.close()
        self._claim.close()

    # --- looking

    @property
    def address(self) -> str:
        """Where the tab is."""
        return str(self._ask("() => location.href"))

    @property
    def inside(self) -> bool:
        """Whether the tab shows the system; a page that is only just being loaded is waited for."""
        return bool(self.wait_for(lambda: within(self.address, self.url)))

    def texts(self, css: str) -> list[str]:
        """The texts of all that is seen under a selector."""
        return [str(each) for each in self._ask(_TEXTS, css)]

    def shown(self, mark: Mark) -> bool:
        """Whether the page shows something."""
        return bool(self._matching(mark))

    def value(self, css: str) -> str:
        """What stands in a field: of a list the chosen word, of a box to tick "yes" or "". Raises PageOdd."""
        return str(self._only(_VALUES, css))

    def first_shown(self, marks: Sequence[Mark], seconds: float) -> int:
        """The place of the first of these that the page comes to show, -1 when none does in time."""
        end = time.monotonic() + seconds
        while True:
            for place, mark in enumerate(marks):
                if self.shown(mark):
                    return place
            self._object()
            if time.monotonic() > end:
                return -1
            self._tools.listen(_STEP)

    def form(self) -> list[str]:
        """What fields the page has, in a form that stays the same from day to day."""
        return [str(each) for each in self._ask(_FORM)]

    def picture(self) -> bytes:
        """The page as it is seen, as a JPEG."""
        answer = self._tools.command("Page.captureScreenshot", format="jpeg", quality=60)
        return base64.b64decode(str(answer.get("data", "")))

    def said(self) -> str:
        """What the page said in boxes of its own since it was asked last."""
        words, self._said = " ".join(self._said), []
        return words

    def certificate(self) -> bytes:
        """The certificate of the system as the browser has it (DER), b"" for one without."""
        parts = urlsplit(self.url)
        if parts.scheme != "https":
            return b""
        answer = self._tools.command("Network.getCertificate", origin=f"https://{parts.netloc}")
        table = answer.get("tableNames")
        return base64.b64decode(str(table[0])) if isinstance(table, list) and table else b""

    # --- doing

    def do(self, acts: Sequence[Act], fill: Callable[[str], str]) -> None:
        """Does things one after another, each once the page is quiet; `fill` puts the slip's values into texts."""
        for act in acts:
            match act.what:
                case "open":
                    self.open(fill(act.value))
                case "type":
                    self.type(act.at.css, fill(act.value))
                case "press" | "double":
                    self.press(act.at, times=2 if act.what == "double" else 1)
                    self.quiet()
                case _:
                    self.strike(act.value)
                    self.quiet()

    def open(self, path: str) -> None:
        """Opens a page of the system anew, whatever the tab shows now."""
        if "#" in path:  # else only what follows it would change, and the old page go on with its old content
            self._tools.command("Page.navigate", url=_BLANK)
            self.wait_for(lambda: self.address == _BLANK)
        answer = self._tools.command("Page.navigate", url=self.url + path)
        if answer.get("errorText"):
            raise OperatorNeeded(why=Sentence("the browser cannot open the page: {reason}", reason=answer["errorText"]))
        self._open.clear()
        self.quiet()

    def press(self, mark: Mark, *, at: int | None = None, times: int = 1) -> None:
        """Clicks on what is seen; `at` is which of several. Raises PageOdd, or OperatorNeeded where a box covers it."""
        found = self.wait_for(lambda: self._matching(mark))
        if at is None and len(found) != 1:
            raise PageOdd(why=_count(len(found)), hook=mark.css)
        place = self._ask(_PLACE, mark.css, found[at or 0] if found else 0)
        if not isinstance(place, list):
            raise PageOdd(why=_count(0), hook=mark.css)
        left, top, free = place
        if not free:
            raise OperatorNeeded(why="a box lies over what was to be clicked")
        for click in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self._tools.command(
                    "Input.dispatchMouseEvent", type=kind, x=left, y=top, button="left", clickCount=click
                )
        self._object()

    def type(self, css: str, text: str) -> None:
        """Types a text into a field, over what stood there, then Tab, and waits until the page is quiet."""
        kind = str(self.wait_for(lambda: self._ask(_KIND, css)))
        self._only(_VALUES, css)
        if kind.endswith(" date"):
            self._ask(_DAY, css, text)
        else:
            if not self._ask(_FOCUS, css):
                raise PageOdd(why="the field takes no typing", hook=css)
            self.strike("Delete" if not text else "")
            if text:
                self._tools.command("Input.insertText", text=text)
        self.strike("Tab")
        self.quiet()

    def choose(self, css: str, word: str) -> bool:
        """Chooses a word in a list, whether a browser's own or one that completes what is typed; False: it has none."""
        kind = str(self.wait_for(lambda: self._ask(_KIND, css)))
        if not kind.startswith("SELECT"):
            self.type(css, word)
            return alike(self.value(css), word)
        self._only(_VALUES, css)
        done = bool(self._ask(_CHOOSE, css, word))
        self.strike("Tab")
        self.quiet()
        return done

    def tick(self, css: str, on: bool) -> None:
        """Ticks a box, or takes the tick away."""
        if (self.value(css) == "yes") != on:
            self.press(Mark(css))
        self.quiet()

    def strike(self, keys: str) -> None:
        """Strikes a key, or one with Alt or Control held, like Alt+N."""
        *held, key = keys.split("+")
        if not key:
            return
        code, number, text = ("Delete", 46, "") if key == "Delete" else _KEYS[key]
        told = {
            "key": key if len(key) > 1 else key.lower(),
            "code": code,
            "windowsVirtualKeyCode": number,
            "modifiers": sum(_HELD[each] for each in held),
        }
        kind = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self._tools.command("Input.dispatchKeyEvent", **told, **kind)
        self._tools.command("Input.dispatchKeyEvent", type="keyUp", **told)
        self._object()

    def quiet(self, still: float = STILL) -> None:
        """Waits until the page has asked its server for nothing for a while; one that never rests is taken as it is."""
        end, since = time.monotonic() + self._patience, time.monotonic()
        while (now := time.monotonic()) < end:
            self._tools.listen(_STEP)
            busy = any(now - begun < _OLD for begun in self._open.values())
            if busy or self._ask("() => document.readyState") != "complete":
                since = time.monotonic()
            elif time.monotonic() - since >= still:
                break
        self._object()

    # --- within

    def _tab(self, ports: Sequence[int]) -> tuple[Claim, int, Tab]:
        away: list[BrowserAway] = []
        for port in ports:
            try:
                found = next((tab for tab in tabs(port, self.url) if within(tab.url, self.url)), None)
                if found is None:
                    raise BrowserAway(url=self.url, why="none of its tabs shows the system")
                if (claim := Claim.take(port)) is not None:
                    return claim, port, found
                raise BrowserAway(url=self.url, why="another import works in it")
            except BrowserAway as wrong:
                away.append(wrong)
        raise next((each for each in away if not isinstance(each.__cause__, OSError)), away[0])

    def wait_for(self, look: Callable[[], Any], seconds: float = 5.0) -> Any:
        """What a look gives, once it gives something; else what it gave last."""
        end = time.monotonic() + seconds
        while not (found := look()) and time.monotonic() < end:
            self._tools.listen(_STEP)
        return found

    def _matching(self, mark: Mark) -> list[int]:
        says = mark.says
        return [
            at for at, text in enumerate(self.texts(mark.css)) if says is None or says.search(" ".join(text.split()))
        ]

    def _only(self, question: str, css: str) -> Any:
        found = self._ask(question, css)
        if len(found) != 1:
            raise PageOdd(why=_count(len(found)), hook=css)
        return found[0]

    def _ask(self, question: str, *told: Any) -> Any:
        """Asks the page; while it is being loaded, again and again."""
        words = ", ".join(json.dumps(each) for each in told)
        code = f"(() => {{ {_EYES} return ({question})({words}); }})()"
        for _attempt in range(40):
            answer = self._tools.command("Runtime.evaluate", expression=code, returnByValue=True)
            if "exceptionDetails" not in answer:
                result = answer.get("result", {})
                return result.get("value") if isinstance(result, Mapping) else None
            self._tools.listen(_STEP)
        raise PageOdd(why="the browser does not understand it", hook=str(told[0]) if told else "")

    def _object(self) -> None:
        """Raises OperatorNeeded where the page asked something that only a person may answer."""
        if self._asked:
            self._asked = ""
            raise OperatorNeeded(why="the page asked a question in a box; nobody's answer was given")

    def _hear(self, method: str, told: Mapping[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                url = str(told.get("request", {}).get("url", ""))
                if not any(part in url for part in self._ignores) and told.get("type") not in ("EventSource", "Ping"):
                    self._open[str(told.get("requestId"))] = time.monotonic()
            case "Network.loadingFinished" | "Network.loadingFailed" | "Network.requestServedFromCache":
                self._open.pop(str(told.get("requestId")), None)
            case "Page.javascriptDialogOpening":
                kind = told.get("type")
                if kind == "alert":
                    self._said.append(str(told.get("message", "")))
                elif kind != "beforeunload":
                    self._asked = "asked"
                self._tools.send("Page.handleJavaScriptDialog", accept=kind in ("alert", "beforeunload"))


def within(address: str, url: str) -> bool:
    """Whether an address is of the system at a URL: the same origin, and under its path."""
    one, other = urlsplit(address), urlsplit(url)
    if (one.scheme, one.netloc) != (other.scheme, other.netloc):
        return False
    path = other.path.rstrip("/")
    return one.path.rstrip("/") == path or one.path.startswith(path + "/")


def _count(found: int) -> str:
    if not found:
        return Sentence("it is not there")
    return Sentence("it is there {count} times", count=found)
