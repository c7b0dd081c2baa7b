"""The ways into a closed system: its own page filled in a browser, and codes that make a scanner type it."""

from fallback.errors.sentence import ParchiError


class RecipeWrong(ParchiError):
    """A recipe, the file that says how a registration page is filled, with something in it that cannot be."""

    says = "{file}, line {line}, {key}: {why}"
    exit_code = 3


class RecipeMissing(ParchiError):
    """A way in that needs a recipe, and hospital.toml names none."""

    says = "The system {target} needs a recipe of its registration page. Name its file in hospital.toml: file = ..."
    http_status = 409
    exit_code = 3


class BrowserAway(ParchiError):
    """No browser that was opened for us, or one that stopped answering."""

    says = (
        "The operator's browser does not answer: {why}. The import stopped and nothing is lost. Open it as "
        "docs/targets/web-form.md says, log in to {url}, and run the import again."
    )
    http_status = 502
    exit_code = 5


class OperatorNeeded(ParchiError):
    """The page shows what the recipe does not know: a login, a captcha, a box that nobody expected."""

    says = (
        "The hospital's page needs its operator: {why}. The import stopped and nothing is lost. Put the page right in "
        "the browser, then run the import again: what was sent already is looked for first."
    )
    http_status = 502
    exit_code = 5


class PageOdd(ParchiError):
    """A page that does not have what the recipe says it has."""

    says = (
        "The hospital's page is not as the recipe says: {why} ({hook}). The import stopped and nothing is lost. "
        "Compare the page with the recipe."
    )
    http_status = 502
    exit_code = 5


class TypedByScanner(ParchiError):
    """An import is started for a system that a person fills with the hand scanner."""

    says = (
        "Nothing can be sent to {target} from here: its page is filled with the hand scanner. Approve the slips, then "
        "open Records, Type by scanner."
    )
    http_status = 409
    exit_code = 3


class UhidOdd(ParchiError):
    """A UHID that was scanned or typed back and cannot be one."""

    says = "This is no UHID of this hospital. Look at the system's page, and scan or type the number that it gave."


class UhidUsed(ParchiError):
    """A UHID that was scanned or typed back and belongs to another patient's slip."""

    says = (
        "This UHID is already that of slip {number}, another person. Look at the system's page whether the patient was "
        "saved, and scan the new number."
    )
    http_status = 409


class SlipNotTyped(ParchiError):
    """A slip is to be typed by scanner that is not approved, is somebody else's now, or is done."""

    says = "Slip {number} cannot be typed now: {why}."
    http_status = 409
    exit_code = 3
