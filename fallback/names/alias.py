"""A name for somebody whom nobody can name: two words that can be called out and are not taken for each other."""

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


def alias(seed: str) -> tuple[str, str]:
    """An alias, in Latin and in Devanagari; the same for the same seed, one of 400."""
    chance = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")
    river, tree = _RIVERS[chance % len(_RIVERS)], _TREES[chance // len(_RIVERS) % len(_TREES)]
    return f"Unidentified {river[0]} {tree[0]}", f"अज्ञात {river[1]} {tree[1]}"
