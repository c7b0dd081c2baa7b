"""Scanners and cameras in a real browser: bursts into any field, cards with line ends, a live picture of a code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from selenium import webdriver
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.web import close, create_app
from tests import factories, idcards, scans
from tests.web.test_browser import (
    CHROMIUM,
    DRIVER,
    FIRST,
    OPTIONS,
    focused,
    opened,
    press,
    pytestmark,
    waiting,
)

__all__ = ["pytestmark"]
SIZE = 640, 480


@pytest.fixture
def address(installation: Installation) -> Iterator[str]:
    frontdesk.open_shift(factories.counter(installation), series=1, login="asha")
    app = create_app(installation, factories.hospital())
    with opened(app) as found:
        yield found
    close(app)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """A browser whose camera looks at the code in `camera.y4m`."""
    film(tmp_path / "camera.y4m", FIRST.text)
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={tmp_path / 'camera.y4m'}",
    )
    for option in (*OPTIONS, *camera, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1366,768"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": "window.print = () => {};"})
    yield driver
    driver.quit()


def open_desk(browser: Chrome, address: str) -> None:
    browser.get(address)
    browser.find_element(By.NAME, "login").send_keys("asha")
    browser.find_element(By.NAME, "pin").send_keys(factories.PIN, Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "typed"))


def film(path: Path, text: str) -> None:
    """A film of a code before a camera."""
    page = Image.new("L", SIZE, 210)
    code = scans.qr_picture(text)
    page.paste(code, ((SIZE[0] - code.width) // 2, (SIZE[1] - code.height) // 2))
    grey = bytes([128]) * (SIZE[0] * SIZE[1] // 2)
    frame = b"FRAME\n" + page.tobytes() + grey
    path.write_bytes(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 3)


def scan(browser: Chrome, text: str) -> None:
    """What a scanner does: keys as fast as they go, then Enter, into whatever has the focus."""
    script = """
      const keys = arguments[0];
      for (const key of keys) {
        const field = document.activeElement;
        const named = key === "\\n" ? "Enter" : key;
        const down = new KeyboardEvent("keydown", { key: named, bubbles: true, cancelable: true });
        if (!field.dispatchEvent(down)) continue;
        if (key === "\\n") { if (field.form) field.form.requestSubmit(); return; }
        field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    """
    browser.execute_script(script, [*text, "\n"])


def value(browser: Chrome, name: str) -> str:
    return str(browser.execute_script("return document.getElementsByName(arguments[0])[0].value", name))


def test_a_scan_into_another_field_goes_into_the_box(browser: Chrome, address: str) -> None:
    open_desk(browser, address)
    field = browser.find_element(By.NAME, "locality")
    field.send_keys("Gali 3", Keys.END)  # a hand is slower than this driver: the key ends its burst
    scan(browser, FIRST.text)
    waiting(browser).until(lambda seen: "is not known here" in seen.page_source)
    assert value(browser, "typed") == FIRST.text, "nothing was registered: the box has the number"


def test_a_hand_that_types_and_a_name_stay_where_they_are(browser: Chrome, address: str) -> None:
    open_desk(browser, address)
    browser.find_element(By.NAME, "name").click()
    press(browser, "Chandrashekhar", Keys.TAB)
    assert value(browser, "name") == "Chandrashekhar" and value(browser, "typed") == ""
    browser.find_element(By.NAME, "mobile").click()
    press(browser, "9810000001", Keys.TAB)
    assert value(browser, "mobile") == "9810000001" and value(browser, "typed") == ""


def test_a_card_with_line_ends_is_one_scan(browser: Chrome, address: str) -> None:
    open_desk(browser, address)
    browser.find_element(By.ID, "typed").click()
    scan(browser, idcards.abha().replace(", ", ",\n"))
    waiting(browser).until(lambda seen: "From the ABHA card" in seen.page_source)
    assert value(browser, "name") == "Sunita Devi"
    waiting(browser).until(lambda seen: focused(seen) == "clinic")


def test_the_camera_reads_a_code_and_lets_go(browser: Chrome, address: str) -> None:
    open_desk(browser, address)
    button = browser.find_element(By.CSS_SELECTOR, ".lens-open")
    assert button.is_displayed() and not browser.find_element(By.ID, "picture").is_displayed()
    before = browser.execute_script("return document.documentElement.scrollHeight")
    button.click()
    waiting(browser).until(lambda seen: "is not known here" in seen.page_source)
    assert value(browser, "typed") == FIRST.text
    assert not browser.find_elements(By.CSS_SELECTOR, ".lens video")
    assert before <= browser.execute_script("return innerHeight"), "the camera's button takes no line of its own"
    logs = [each["message"] for each in browser.get_log("browser") if "400" not in each["message"]]  # type: ignore[no-untyped-call]
    assert not [each for each in logs if "Content Security Policy" in each or "TypeError" in each], logs


def test_without_a_camera_the_photo_is_there(browser: Chrome, address: str) -> None:
    open_desk(browser, address)
    browser.execute_script("navigator.mediaDevices.getUserMedia = undefined; window.isSecureContext")
    browser.find_element(By.CSS_SELECTOR, ".lens-open").click()
    says = browser.find_element(By.CSS_SELECTOR, ".lens-says")
    waiting(browser).until(lambda seen: "no camera" in says.text)
    assert browser.find_element(By.ID, "picture").is_displayed()


def test_a_scan_on_a_link_or_a_list_goes_into_the_one_box(
    browser: Chrome, address: str, installation: Installation
) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=2, login="meena")
    first, second = (
        frontdesk.register(counter, shift.key, factories.registration(name)).row.slip.number
        for name in ("Sunita Devi", "Geeta Rani")
    )
    open_desk(browser, address)
    press(browser, "Sunita Devi", Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.CSS_SELECTOR, ".candidates a:focus"))
    press(browser, second.text, Keys.ENTER)
    waiting(browser).until(lambda seen: f"/slips/{second}/next" in seen.current_url)
    for name in ("fee_status", "emergency"):
        browser.get(f"{address}/slips/{first}/next")
        browser.find_element(By.NAME, name).send_keys(second.text, Keys.ENTER)
        waiting(browser).until(lambda seen: f"/slips/{second}/next" in seen.current_url)
    assert len(list(queries.slips(installation.ledger.db()))) == 2, "nothing was registered by a scan"
