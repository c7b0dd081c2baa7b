"""Words for addresses and secrets: every address of a private network comes back, a slip of the tongue is told."""

import pytest
from hypothesis import given, strategies

from fallback.cli.lan import _said_aloud
from fallback.errors import LanWordsWrong
from fallback.lan import PORT, PORTS, Agreement, Beacon, Way, read, secret_words
from fallback.lan.agree import _P, confirmed

KEY = b"k" * 32
NETWORKS = strategies.one_of(
    [
        strategies.ip_addresses(v=4, network=each)
        for each in ("192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12", "169.254.0.0/16", "100.64.0.0/10", "127.0.0.0/24")
    ]
)


@given(NETWORKS, strategies.sampled_from(PORTS))
def test_an_address_comes_back_from_its_words(address: object, port: int) -> None:
    way = Way(address=str(address), port=port, secret=secret_words(), certificate="a" * 64)
    assert len(way.words.split()) == 6
    found = read(way.words.upper().replace(" ", ", "))
    assert (found.address, found.port, found.secret) == (way.address, way.port, way.secret)
    assert read(" ".join(word[:4] for word in way.words.split())) == found
    assert read(f"  {way.code}\n") == way
    bare = Way(address=str(address), port=port)
    assert read(bare.words) == bare


def test_an_address_that_words_have_no_room_for_has_a_code_only() -> None:
    way = Way(address="8.8.8.8", port=PORT, secret=secret_words(), certificate="0" * 64)
    assert way.words == ""
    assert read(way.code) == way
    assert Way(address="10.0.0.1", port=8000).words == ""


@pytest.mark.parametrize(
    "text",
    [
        "", "academic", "academic acid acne actress adapt", "academic acid xylophone", "zero " * 3, "yoga " * 4,
        "PARCHI-JOIN", "PARCHI-JOIN 10.0.0.1 8443 a b c", "PARCHI-JOIN 10.0.0.999 8443 acid acid acid " + "a" * 64,
        "PARCHI-JOIN 10.0.0.1 99999 acid acid acid " + "a" * 64, "acid " * 5000, "\0" * 10, "अम्ल अम्ल अम्ल",
        "zero zero zero",
    ],
)  # fmt: skip
def test_other_texts_are_told_in_a_sentence(text: str) -> None:
    with pytest.raises(LanWordsWrong):
        read(text)


def test_the_same_words_and_certificate_give_one_key_and_nothing_else_does() -> None:
    def key(mine: Agreement, theirs: bytes, *, first: bool) -> bytes:
        return mine.key(theirs, first=first)

    joiner, desk = Agreement("acid acne acid", "a" * 64), Agreement("acid acne acid", "a" * 64)
    one, two = key(joiner, desk.shown, first=True), key(desk, joiner.shown, first=False)
    assert one == two
    assert confirmed(one, "joiner") != confirmed(one, "desk")
    for wrong in (Agreement("acid acne acne", "a" * 64), Agreement("acid acne acid", "b" * 64)):
        assert key(wrong, joiner.shown, first=False) != key(joiner, wrong.shown, first=True)
    assert key(joiner, desk.shown, first=True) != key(desk, joiner.shown, first=True)


def test_the_group_is_the_one_of_the_standard_and_small_elements_are_refused() -> None:
    assert _P.bit_length() == 2048
    assert _P % (1 << 64) == (1 << 64) - 1 == _P >> 1984
    for base in (2, 3, 5, 7):  # p and q = (p - 1) / 2 are prime, as far as these tell
        assert pow(base, _P - 1, _P) == 1
        assert pow(base, (_P - 1) // 2 - 1, (_P - 1) // 2) == 1
    side = Agreement("acid", "")
    for bad in (0, 1, _P - 1, _P, _P + 4):
        with pytest.raises(ValueError, match="group"):
            side.key(bad.to_bytes(257, "big")[-256:], first=True)
    with pytest.raises(ValueError, match="group"):
        side.key(b"", first=True)


def beacon(**more: object) -> Beacon:
    told: dict[str, object] = {
        "instance": b"i" * 8, "chain": b"c" * 8, "mark": b"m" * 8, "count": 7, "port": PORT, "serves": True,
        "addresses": ("10.0.0.1", "192.168.1.7"),
    }  # fmt: skip
    return Beacon(**(told | more))  # type: ignore[arg-type]


def test_a_beacon_is_believed_from_its_own_address_and_with_the_hospitals_key_alone() -> None:
    packed = beacon().packed(KEY)
    assert Beacon.unpacked(KEY, packed, "192.168.1.7") == beacon()
    assert Beacon.unpacked(KEY, packed, "192.168.1.8") is None  # played back by somebody else
    assert Beacon.unpacked(b"x" * 32, packed, "192.168.1.7") is None
    assert beacon(port=0).packed(KEY) and Beacon.unpacked(KEY, beacon(port=0).packed(KEY), "10.0.0.1") is None


@given(strategies.binary(max_size=150), strategies.integers(0, 90), strategies.integers(0, 255))
def test_no_datagram_of_a_stranger_is_more_than_nothing(noise: bytes, place: int, value: int) -> None:
    assert Beacon.unpacked(KEY, noise, "10.0.0.1") is None
    packed = bytearray(beacon().packed(KEY))
    place %= len(packed)
    changed = packed[place] != value
    packed[place] = value
    assert (Beacon.unpacked(KEY, bytes(packed), "10.0.0.1") is None) == changed


@pytest.mark.parametrize("address", ["fe80::1", "fe80::1%eth0", "", "10.0.0.256"])
def test_an_address_that_is_none_of_ours_has_no_words(address: str) -> None:
    assert Way(address=address, port=PORT).words == ""


def test_the_address_that_can_be_read_aloud_is_invited_to() -> None:
    assert _said_aloud(["192.0.2.2", "192.168.77.1"], PORT) == "192.168.77.1"
    assert _said_aloud(["192.0.2.2", "8.8.8.8"], PORT) == "192.0.2.2"
