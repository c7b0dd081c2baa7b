"""A strong key out of three spoken words (a balanced PAKE, shaped as CPace, over the 2048-bit group of RFC 3526).

Whoever answers in another computer's place gets one guess at the words for each try, and nothing to guess at later:
with a plain checksum of the words an attacker at the switch would find them in minutes, and take a card with them.
"""

import hashlib
import hmac
import secrets

# RFC 3526, group 14: p = 2q + 1. All that we compute lies in the subgroup of order q, the squares.
_P = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
_SIZE = 256  # bytes of an element
_EXPONENT = 256  # bits


class Agreement:
    """One side of one try: `shown` goes to the other side, `key` comes of what it shows."""

    def __init__(self, words: str, certificate: str) -> None:
        """`certificate` is the digest of the server's certificate as this side sees it: another one fits no key."""
        self._bound = f"parchi join 1 {certificate}".encode()
        seed = hashlib.shake_256(self._bound + b" " + words.encode()).digest(_SIZE + 16)
        self._secret = secrets.randbits(_EXPONENT) | 1
        base = pow(int.from_bytes(seed, "big") % _P, 2, _P)
        self.shown = pow(base, self._secret, _P).to_bytes(_SIZE, "big")

    def key(self, theirs: bytes, *, first: bool) -> bytes:
        """The 32 bytes that both sides have when the words are the same; `first`: this side showed first.

        Raises ValueError for what no honest side shows.
        """
        other = int.from_bytes(theirs, "big")
        if len(theirs) != _SIZE or not 1 < other < _P - 1 or pow(other, (_P - 1) // 2, _P) != 1:
            raise ValueError("it is no element of the group")
        shared = pow(other, self._secret, _P).to_bytes(_SIZE, "big")
        told = self.shown + theirs if first else theirs + self.shown
        return hashlib.sha256(self._bound + told + shared).digest()


def confirmed(key: bytes, who: str) -> str:
    """What shows that a side has the key: `joiner` or `desk`, so that neither can send the other's back."""
    return hmac.new(key, f"parchi join 1 {who}".encode(), hashlib.sha256).hexdigest()
