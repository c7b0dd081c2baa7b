"""The same walk in Hindi: see test_axe."""

from tests.web.test_axe import (
    found,
    pytestmark,
    test_at_200_per_cent_nothing_is_cut_or_scrolls_sideways,
    test_every_control_is_reached_by_tab_or_has_a_key,
    test_every_page_is_on_the_walk_or_says_why_not,
    test_every_screen_is_walked_through_and_listed,
    test_no_screen_has_a_violation,
    test_tab_goes_as_one_reads,
    test_the_bar_is_one_line,
    test_the_focus_shows_and_nothing_lies_over_it,
    test_where_people_work_all_day_nothing_scrolls,
)

LANGUAGE = "hi"
__all__ = [
    "found",
    "pytestmark",
    "test_at_200_per_cent_nothing_is_cut_or_scrolls_sideways",
    "test_every_control_is_reached_by_tab_or_has_a_key",
    "test_every_page_is_on_the_walk_or_says_why_not",
    "test_every_screen_is_walked_through_and_listed",
    "test_no_screen_has_a_violation",
    "test_tab_goes_as_one_reads",
    "test_the_bar_is_one_line",
    "test_the_focus_shows_and_nothing_lies_over_it",
    "test_where_people_work_all_day_nothing_scrolls",
]
