"""How nearly two words are spelt alike."""

from functools import lru_cache


@lru_cache(maxsize=100_000)
def similarity(one: str, two: str) -> float:
    """Jaro-Winkler: 1.0 for equal words, 0.0 for words that share nothing."""
    if one == two:
        return 1.0
    if not one or not two:
        return 0.0
    jaro = _jaro(one, two)
    prefix = next(
        (at for at, (a, b) in enumerate(zip(one[:4], two[:4], strict=False)) if a != b), min(4, len(one), len(two))
    )
    return jaro + prefix * 0.1 * (1 - jaro)


def _jaro(one: str, two: str) -> float:
    reach = max(len(one), len(two)) // 2 - 1
    free = [True] * len(two)
    kept: list[str] = []
    for at, letter in enumerate(one):
        for place in range(max(0, at - reach), min(len(two), at + reach + 1)):
            if free[place] and two[place] == letter:
                free[place] = False
                kept.append(letter)
                break
    if not kept:
        return 0.0
    others = [letter for letter, is_free in zip(two, free, strict=True) if not is_free]
    swapped = sum(a != b for a, b in zip(kept, others, strict=True)) / 2
    same = len(kept)
    return (same / len(one) + same / len(two) + (same - swapped) / same) / 3
