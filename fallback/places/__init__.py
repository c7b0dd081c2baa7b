"""Where a patient lives: states' districts, sub-districts, PIN codes and their post offices; offline, dated."""

from fallback.places.districts import District, districts, find_district
from fallback.places.pins import DATED, Place, localities, places_of_pin, sub_districts
from fallback.places.search import Choice, begins, district_choices, locality_choices, place_choice

__all__ = [
    "DATED",
    "Choice",
    "District",
    "Place",
    "begins",
    "district_choices",
    "districts",
    "find_district",
    "localities",
    "locality_choices",
    "place_choice",
    "places_of_pin",
    "sub_districts",
]
