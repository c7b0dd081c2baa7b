"""A temporary file whose content is on no disk: it reads back as written, in any pieces, and looks like noise."""

import io
import os
from random import Random

import pytest
from waitress.buffers import OverflowableBuffer, TempfileBasedBuffer

from fallback.scratch import Scratch


def test_it_reads_like_a_file_in_any_pieces_and_is_noise_on_the_disk() -> None:
    rng = Random(3)
    scratch, plain = Scratch(), io.BytesIO()
    for _ in range(40):
        piece = rng.randbytes(rng.choice([0, 1, 15, 16, 17, 1000, 70_000]))
        assert scratch.write(piece) == plain.write(piece)
    assert scratch.tell() == plain.tell()
    for _ in range(200):
        place, size = rng.randrange(plain.tell() + 5), rng.choice([0, 1, 16, 33, 5000, -1])
        assert scratch.seek(place) == plain.seek(place)
        assert scratch.read(size) == plain.read(size)
    scratch.close()


def test_nothing_that_is_written_lies_on_the_disk() -> None:
    scratch = Scratch()
    scratch.write(b"Sunita Devi " * 10_000)
    scratch._file.flush()
    raw = os.pread(scratch._file.fileno(), 1 << 20, 0)
    assert len(raw) == 120_000
    assert b"Sunita" not in raw
    assert len(set(raw)) == 256
    scratch.close()


def test_the_server_keeps_what_arrives_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TempfileBasedBuffer, "newfile", lambda _: Scratch())
    content = Random(4).randbytes(300_000)
    buffer = OverflowableBuffer(1000)
    for start in range(0, len(content), 7001):
        buffer.append(content[start : start + 7001])
    assert isinstance(buffer.getfile(), Scratch)
    assert buffer.getfile().read(100_000) + buffer.getfile().read() == content
    buffer.close()
