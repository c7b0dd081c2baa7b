"""Names for somebody whom nobody can name, or may: two words that can be called out and are not taken for others."""

import hashlib

_RIVERS = (
    ("Kaveri", "कावेरी"), ("Narmada", "नर्मदा"), ("Godavari", "गोदावरी"), ("Chambal", "चंबल"), ("Betwa", "बेतवा"),
    ("Gomti", "गोमती"), ("Sabarmati", "साबरमती"), ("Teesta", "तीस्ता"), ("Jhelum", "झेलम"), ("Sutlej", "सतलुज"),
    ("Mahanadi", "महानदी"), ("Tapti", "ताप्ती"), ("Kosi", "कोसी"), ("Hooghly", "हुगली"), ("Alaknanda", "अलकनंदा"),
    ("Periyar", "पेरियार"), ("Zuari", "जुआरी"), ("Luni", "लूनी"), ("Damodar", "दामोदर"), ("Tungabhadra", "तुंगभद्रा"),
)  # fmt: skip
_TREES = (
    ("Neem", "नीम"), ("Peepal", "पीपल"), ("Banyan", "बरगद"), ("Mango", "आम"), ("Gulmohar", "गुलमोहर"),
    ("Ashoka", "अशोक"), ("Deodar", "देवदार"), ("Teak", "सागौन"), ("Jamun", "जामुन"), ("Palash", "पलाश"),
    ("Sandal", "चंदन"), ("Coconut", "नारियल"), ("Babool", "बबूल"), ("Kadamb", "कदंब"), ("Bamboo", "बाँस"),
    ("Walnut", "अखरोट"), ("Guava", "अमरूद"), ("Lemon", "नींबू"), ("Papaya", "पपीता"), ("Khejri", "खेजड़ी"),
)  # fmt: skip
# Of a confidential patient: nobody is called so, and it does not say that something is hidden. Seven letters at most a
# word: a slip's code has no room for more beside a sealed identity.
_COLOURS = (
    ("Copper", "ताँबई"), ("Silver", "रुपहला"), ("Golden", "सुनहरा"), ("Marble", "संगमरमरी"), ("Crystal", "स्फटिक"),
    ("Granite", "ग्रेनाइट"), ("Bronze", "काँस्य"), ("Cobalt", "कोबाल्ट"), ("Onyx", "सुलेमानी"), ("Slate", "स्लेटी"),
    ("Basalt", "बेसाल्ट"), ("Nickel", "निकल"), ("Velvet", "मखमली"), ("Topaz", "पुखराज"), ("Emerald", "पन्ना"),
    ("Orange", "नारंगी"), ("Purple", "बैंगनी"), ("Khaki", "खाकी"), ("Almond", "बादामी"), ("Ebony", "आबनूसी"),
)  # fmt: skip
_BIRDS = (
    ("Heron", "बगुला"), ("Falcon", "बाज़"), ("Pelican", "हवासील"), ("Parrot", "तोता"), ("Sparrow", "गौरैया"),
    ("Peacock", "मोर"), ("Swan", "हंस"), ("Cuckoo", "कोयल"), ("Mynah", "मैना"), ("Bulbul", "बुलबुल"),
    ("Hoopoe", "हुदहुद"), ("Quail", "बटेर"), ("Stork", "लगलग"), ("Crane", "सारस"), ("Eagle", "गरुड़"),
    ("Dove", "फ़ाख़्ता"), ("Weaver", "बया"), ("Pigeon", "कबूतर"), ("Ostrich", "शुतुरमुर्ग"), ("Penguin", "पेंगुइन"),
)  # fmt: skip


def alias(seed: str) -> tuple[str, str]:
    """An alias, in Latin and in Devanagari; the same for the same seed, one of 400."""
    chance = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    river, tree = _RIVERS[chance % len(_RIVERS)], _TREES[chance // len(_RIVERS) % len(_TREES)]
    return f"Unidentified {river[0]} {tree[0]}", f"अज्ञात {river[1]} {tree[1]}"


def confidential_alias(seed: str) -> str:
    """An alias for a patient whose name is sealed, in Latin alone; the same for the same seed, one of 400."""
    chance = int.from_bytes(hashlib.sha256(b"confidential " + seed.encode()).digest()[:8], "big")
    return f"{_COLOURS[chance % len(_COLOURS)][0]} {_BIRDS[chance // len(_COLOURS) % len(_BIRDS)][0]}"


def alias_in_hindi(name: str) -> str:
    """A confidential patient's alias in Devanagari: the paper's code carries it in Latin alone; "" for another name."""
    colour, _, bird = name.partition(" ")
    first, second = dict(_COLOURS).get(colour, ""), dict(_BIRDS).get(bird, "")
    return f"{first} {second}" if first and second else ""
