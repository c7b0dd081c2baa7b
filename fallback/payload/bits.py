"""Bits in a row: written from the most significant, read back, never past the end."""

from fallback.errors import PayloadWrong

_GROUP = 4  # bits of a count that stand together, after one bit that says whether more follow
_COUNT_BITS = 32


class BitWriter:
    """Collects bits; `to_bytes` fills the last byte with zeros."""

    def __init__(self) -> None:
        self._value = 0
        self.length = 0

    def put(self, value: int, bits: int) -> None:
        """Appends `value` in exactly so many bits. Raises ValueError when it does not fit."""
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit in {bits} bits")
        self._value = self._value << bits | value
        self.length += bits

    def put_count(self, value: int) -> None:
        """Appends a number of at most 32 bits: groups of four, the lowest first, each after a bit *more follows*.

        Raises ValueError for another.
        """
        if not 0 <= value < 1 << _COUNT_BITS:
            raise ValueError(f"{value} is not a count")
        while value >> _GROUP:
            self.put(1, 1)
            self.put(value & (1 << _GROUP) - 1, _GROUP)
            value >>= _GROUP
        self.put(0, 1)
        self.put(value, _GROUP)

    def put_bytes(self, data: bytes) -> None:
        """Appends a count of bytes and the bytes."""
        self.put_count(len(data))
        self.put(int.from_bytes(data, "big"), 8 * len(data))

    def to_bytes(self) -> bytes:
        """All bits, and zeros up to a whole byte."""
        padding = -self.length % 8
        return (self._value << padding).to_bytes((self.length + padding) // 8, "big")


class BitReader:
    """Reads what a BitWriter wrote. Every method raises PayloadWrong at the end of the bits."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, bits: int) -> int:
        """The next so many bits as a number."""
        if bits > self._left:
            raise PayloadWrong(why="it ends too early")
        self._left -= bits
        return self._value >> self._left & (1 << bits) - 1

    def take_count(self) -> int:
        """A number as `put_count` wrote it, of at most 32 bits."""
        value = 0
        for shift in range(0, _COUNT_BITS, _GROUP):
            more = self.take(1)
            value |= self.take(_GROUP) << shift
            if not more:
                return value
        raise PayloadWrong(why="a length in it is too large")

    def take_bytes(self) -> bytes:
        """Bytes as `put_bytes` wrote them."""
        count = self.take_count()
        return self.take(8 * count).to_bytes(count, "big")

    def whole_bytes(self) -> bytes:
        """What is left, from the next whole byte on."""
        left, self._left = self._left // 8, 0
        return (self._value & (1 << 8 * left) - 1).to_bytes(left, "big")
