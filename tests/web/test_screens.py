"""The gallery of screens is of today's walk: every screen in every language and look, and no picture more."""

from tests.test_gallery import GALLERY
from tests.web import screens

SCREENS = GALLERY.parent


def test_every_screen_has_its_pictures_and_no_other_is_there() -> None:
    assert sorted(each.name for each in SCREENS.glob("*.*") if each.name != screens.PAGE) == sorted(
        screens.pictures()
    ), "run: make gallery"


def test_the_page_lists_them() -> None:
    assert (SCREENS / screens.PAGE).read_text(encoding="utf-8") == screens.page(), "run: make gallery"
