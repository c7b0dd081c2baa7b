"""Money in words, English and Hindi, as a receipt needs it: figures are easily changed with a pen."""

from fallback.printing.labels import Words, spoken

MOST = 99_99_999
_PARTS = ((1_00_000, spoken("lakh")), (1_000, spoken("thousand")), (100, spoken("hundred")))
# fmt: off
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = (
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)
_HINDI = (
    "शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ", "दस", "ग्यारह", "बारह", "तेरह",
    "चौदह", "पंद्रह", "सोलह", "सत्रह", "अठारह", "उन्नीस", "बीस", "इक्कीस", "बाईस", "तेईस", "चौबीस",
    "पच्चीस", "छब्बीस", "सत्ताईस", "अट्ठाईस", "उनतीस", "तीस", "इकतीस", "बत्तीस", "तैंतीस", "चौंतीस",
    "पैंतीस", "छत्तीस", "सैंतीस", "अड़तीस", "उनतालीस", "चालीस", "इकतालीस", "बयालीस", "तैंतालीस",
    "चवालीस", "पैंतालीस", "छियालीस", "सैंतालीस", "अड़तालीस", "उनचास", "पचास", "इक्यावन", "बावन",
    "तिरपन", "चौवन", "पचपन", "छप्पन", "सत्तावन", "अट्ठावन", "उनसठ", "साठ", "इकसठ", "बासठ", "तिरसठ",
    "चौंसठ", "पैंसठ", "छियासठ", "सड़सठ", "अड़सठ", "उनहत्तर", "सत्तर", "इकहत्तर", "बहत्तर", "तिहत्तर",
    "चौहत्तर", "पचहत्तर", "छिहत्तर", "सतहत्तर", "अठहत्तर", "उन्यासी", "अस्सी", "इक्यासी", "बयासी",
    "तिरासी", "चौरासी", "पचासी", "छियासी", "सत्तासी", "अट्ठासी", "नवासी", "नब्बे", "इक्यानवे", "बानवे",
    "तिरानवे", "चौरानवे", "पचानवे", "छियानवे", "सत्तानवे", "अट्ठानवे", "निन्यानवे",
)
# fmt: on


def rupees_in_words(amount: int) -> Words:
    """Whole rupees in words: `Rupees one thousand two hundred and ten only`, `एक हज़ार दो सौ दस रुपये मात्र`.

    Raises ValueError below zero and above 99,99,999.
    """
    if not 0 <= amount <= MOST:
        raise ValueError(f"{amount} rupees have no words here")
    english, hindi, rest = [], [], amount
    for size, words in _PARTS:
        count, rest = divmod(rest, size)
        if count:
            english += [_english(count), words.english]
            hindi += [_HINDI[count], words.hindi]
    if rest or not amount:
        english += (["and"] if english else []) + [_english(rest)]
        hindi.append(_HINDI[rest])
    one = amount == 1
    return Words(
        f"{'Rupee' if one else 'Rupees'} {' '.join(english)} only",
        f"{' '.join(hindi)} {'रुपया' if one else 'रुपये'} मात्र",
    )


def _english(count: int) -> str:
    if count < 20:
        return _SMALL[count]
    tens, rest = divmod(count, 10)
    return _TENS[tens - 2] + (f"-{_SMALL[rest]}" if rest else "")
