"""axe-core, the accessibility checker, from the npm registry: one file, pinned by its hash, kept in build/."""

import base64
import hashlib
import io
import tarfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium.webdriver.remote.webdriver import WebDriver

VERSION = "4.14.1"
INTEGRITY = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
ADDRESS = f"https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz"
KEPT = Path(__file__).parents[2] / "build" / f"axe-core-{VERSION}.tgz"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_COLOUR = ("color-contrast", "link-in-text-block")
# Only what lies in front of a person is looked at: not the frame that is printed from.
_RUN = """
const done = arguments[arguments.length - 1];
axe.run({ exclude: [[".paper-frame"]] }, { runOnly: arguments[0], resultTypes: ["violations"] })
  .then((told) => done(told.violations.map((each) => each.id + ": " + each.help + " | "
    + each.nodes.map((node) => node.target.join(" ") + " " + node.html.slice(0, 160)
    + " (" + node.any.concat(node.all).map((why) => why.message).join("; ").slice(0, 300) + ")").join("\\n    "))))
  .catch((wrong) => done(["axe failed: " + wrong]));
"""


@cache
def script() -> str:
    """The text of axe.min.js; skips the test where the registry cannot be reached and nothing is kept."""
    if not KEPT.exists():
        try:
            answer = httpx.get(ADDRESS, timeout=60).raise_for_status()
        except httpx.HTTPError as wrong:
            why = type(wrong).__name__
            pytest.skip(f"axe-core {VERSION} could not be had from the npm registry ({why}): nothing was tested")
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_bytes(answer.content)
    packed = KEPT.read_bytes()
    found = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    if found != INTEGRITY:
        KEPT.unlink()
        pytest.fail(f"{KEPT.name} is not the file that was pinned: {found}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


def violations(browser: WebDriver, rules: Sequence[str] = ()) -> list[str]:
    """What WCAG 2.2 AA and axe's best practice find wrong with the page as it stands; each with its places.

    `rules` are the names of some that alone are asked: where only colours have changed, those of colour are enough.
    """
    if not browser.execute_script("return typeof axe === 'object'"):
        # evaluated by the debugger, as a person would at the console: the page's own policy stays as strict as it is
        browser.execute_cdp_cmd("Runtime.evaluate", {"expression": script()})
    wanted = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(TAGS)}
    told: Any = browser.execute_async_script(_RUN, wanted)
    return [str(each) for each in told]
