"""Keys as words: split and joined, typed with slips of the pen, mixed, too few, and a vault that opens with them."""

import itertools
import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from fallback.errors import PartMistyped, PartsMissing, PartsMixed, VaultLocked
from fallback.groups import read_recovery, recovery_text
from fallback.parts import WORDS, join, missing, read_parts, split
from fallback.printing.codes import qr
from fallback.vault import Vault
from tests.journals import CHEAP, PASSPHRASE

KEY = bytes(range(100, 132))


@pytest.mark.parametrize(("parts", "needed"), [(1, 1), (2, 2), (3, 2), (5, 3), (9, 9)])
def test_any_parts_that_are_enough_give_the_key_and_fewer_do_not(parts: int, needed: int) -> None:
    made = split(KEY, parts, needed)
    assert len({*made}) == parts
    assert {len(part.split()) for part in made} == {WORDS}
    for chosen in itertools.islice(itertools.permutations(made, needed), 40):
        assert join(chosen) == KEY
    assert join(made) == KEY, "more than enough do no harm"
    assert missing(made[: needed - 1] or made) == (1 if needed > 1 else 0)
    if needed > 1:
        with pytest.raises(PartsMissing) as told:
            join([made[0]] * needed)  # one part, given often
        assert told.value.values == {"needed": needed, "given": 1}


@pytest.mark.parametrize(("parts", "needed"), [(0, 0), (3, 1), (2, 3), (10, 2), (1, 2), (3, 0)])
def test_numbers_of_parts_that_keep_nothing_are_refused(parts: int, needed: int) -> None:
    with pytest.raises(ValueError, match="parts"):
        split(KEY, parts, needed)
    with pytest.raises(ValueError, match="32 bytes"):
        split(KEY[:16], 3, 2)


def test_parts_are_read_however_they_are_typed() -> None:
    one, two, _ = split(KEY, 3, 2)
    words = one.split()
    for typed in (
        one,
        one.upper(),
        f"  {one}\n",
        "\n".join(words),
        " ".join(f"{place}. {word}" for place, word in enumerate(words, 1)),
        " ".join(f"{place}  {word}" for place, word in enumerate(words, 1)),
        " ".join(word[:4] for word in words),
        ", ".join(words),
    ):
        assert read_parts(typed) == [one]
    assert read_parts(f"{one}\n{two}\n{one}") == [one, two]
    assert read_parts(f"{one} {two}") == [one, two]


PASSPHRASES = (
    "", PASSPHRASE, recovery_text(KEY), "acid " * 19, "क्या " * 33, "aaaa " * 33, "\0" * 99, "1 2 3", "x" * 9999,
)  # fmt: skip


@pytest.mark.parametrize("text", PASSPHRASES)
def test_what_is_no_part_is_left_to_the_passphrase(text: str) -> None:
    assert read_parts(text) is None


def test_a_wrong_word_is_named_with_its_part() -> None:
    one, two, _ = split(KEY, 3, 2)
    words = two.split()
    words[13] = "monsoon"
    with pytest.raises(PartMistyped, match=r"Part 2 .* word 14 is not in the list"):
        read_parts(f"{one}\n{' '.join(words)}")
    with pytest.raises(PartMistyped, match="33 words were expected, 32 came"):
        read_parts(" ".join(two.split()[:-1]))
    with pytest.raises(PartMistyped, match=r"Part 2 .* 1 came"):
        read_parts(f"{one} acid")


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0), wrong=st.integers(1, 3))
def test_up_to_three_wrong_words_are_always_found(seed: int, wrong: int) -> None:
    chance = Random(seed)
    words = split(KEY, 3, 2)[0].split()
    for place in chance.sample(range(WORDS), wrong):
        words[place] = chance.choice([word for word in WORDLIST if word != words[place]])
    with pytest.raises(PartMistyped, match="do not fit together"):
        read_parts(" ".join(words))


def test_two_words_that_changed_places_are_found() -> None:
    words = split(KEY, 3, 2)[0].split()
    words[3], words[4] = (words[4], words[3]) if words[3] != words[4] else ("acid", words[4])
    with pytest.raises(PartMistyped):
        read_parts(" ".join(words))


def test_parts_of_two_keys_or_of_two_splittings_are_not_joined() -> None:
    ours = split(KEY, 3, 2)
    for other in (split(KEY[::-1], 3, 2), split(KEY, 3, 2), split(KEY, 5, 3), split(KEY, 1, 1)):
        with pytest.raises(PartsMixed):
            join([ours[0], other[-1]])
        with pytest.raises(PartsMixed):
            missing([ours[0], other[-1]])


def test_the_longest_part_there_can_be_fits_its_code() -> None:
    longest = sorted(WORDLIST, key=len)[-WORDS:]
    assert qr(" ".join(longest).upper(), slot=78).version == 10


def test_a_vault_opens_with_its_recovery_key_in_words_and_in_parts(tmp_path: Path) -> None:
    vault, printed = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    first = read_recovery(printed)
    assert first is not None
    assert Vault.open(tmp_path, split(first, 1, 1)[0]).key("pages") == vault.key("pages")
    key = os.urandom(32)
    vault.change_recovery_key(key)
    parts = split(key, 3, 2)
    for pair in itertools.permutations(parts, 2):
        opened = Vault.open(tmp_path, "\n".join(pair))
        assert opened.whole
        assert opened.key("pages") == vault.key("pages")
    assert Vault.open(tmp_path, recovery_text(key)).key("pages") == vault.key("pages")
    assert Vault.open(tmp_path, PASSPHRASE).key("pages") == vault.key("pages")
    for old in (printed, split(first, 1, 1)[0]):
        with pytest.raises(VaultLocked):
            Vault.open(tmp_path, old)
    with pytest.raises(PartsMissing):
        Vault.open(tmp_path, parts[0])
    with pytest.raises(PartsMixed):
        Vault.open(tmp_path, f"{parts[0]}\n{split(key, 3, 2)[1]}")
    with pytest.raises(PartMistyped):
        Vault.open(tmp_path, f"{parts[0]}\n{parts[1].rsplit(' ', 1)[0]}")
    with pytest.raises(VaultLocked):
        Vault.open(tmp_path, "\n".join(split(os.urandom(32), 3, 2)))
