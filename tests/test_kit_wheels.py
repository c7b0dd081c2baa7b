"""The wheels of a stick: one for each wanted Python and system, exactly the pinned ones, or a sentence."""

import hashlib
from pathlib import Path

import pytest

from fallback.errors import FolderReadOnly, WheelMissing, WheelsNotFetched
from fallback.kit import wheels
from fallback.kit.wheels import Pin, Target

HOME = Path(__file__).parent.parent
LINUX, WINDOWS = Target(python="3.12", system="linux"), Target(python="3.12", system="windows")


def wheel(folder: Path, name: str, content: bytes = b"") -> str:
    (folder / name).write_bytes(content or name.encode())
    return hashlib.sha256(content or name.encode()).hexdigest()


def pin(*hashes: str, name: str = "thing", marker: str = "") -> Pin:
    return Pin(name=name, version="1.0", marker=marker, hashes=frozenset(hashes))


def gathered(folder: Path, pins: list[Pin], *goals: Target) -> list[str]:
    return [path.name for path in wheels.gather(pins, goals, source=folder, cache=folder)]


def test_our_own_pins_are_read_whole() -> None:
    pins = wheels.pins(HOME / "requirements.txt")
    lines = [line for line in (HOME / "requirements.txt").read_text().splitlines() if "==" in line]
    assert len(pins) == len(lines)
    assert all(pin.hashes for pin in pins)
    windows = {pin.name for pin in pins if pin.wanted(WINDOWS)} - {pin.name for pin in pins if pin.wanted(LINUX)}
    assert windows == {"pywin32", "colorama"}  # pip on Linux leaves these out


def test_each_python_and_system_gets_its_own(tmp_path: Path) -> None:
    names = [
        "thing-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "thing-1.0-cp312-cp312-win_amd64.whl",
        "thing-1.0-cp311-cp311-win_amd64.whl",
        "thing-1.0-cp312-cp312-musllinux_1_2_x86_64.whl",
        "thing-1.0-cp312-cp312-manylinux_2_39_x86_64.whl",
        "thing-1.0-cp312-cp312-macosx_11_0_arm64.whl",
        "thing-1.0-cp313-abi3-win_amd64.whl",
    ]
    pins = [pin(*(wheel(tmp_path, name) for name in names))]
    assert gathered(tmp_path, pins, LINUX, WINDOWS) == sorted(names[:2])
    with pytest.raises(WheelMissing, match=r"thing 1\.0 for linux, Python 3\.13"):
        gathered(tmp_path, pins, Target(python="3.13", system="linux"))


def test_abi3_and_plain_python_fit_many(tmp_path: Path) -> None:
    hashes = [wheel(tmp_path, "thing-1.0-cp311-abi3-win_amd64.whl"), wheel(tmp_path, "other-1.0-py2.py3-none-any.whl")]
    goals = wheels.targets(("3.11", "3.13"))[2:]
    assert len(gathered(tmp_path, [pin(*hashes), pin(*hashes, name="other")], *goals)) == 2
    with pytest.raises(WheelMissing):
        gathered(tmp_path, [pin(*hashes)], LINUX)


def test_a_wheel_that_is_not_the_pinned_one_is_left(tmp_path: Path) -> None:
    wheel(tmp_path, "thing-1.0-py3-none-any.whl", b"evil")
    with pytest.raises(WheelMissing, match="or not the pinned one"):
        gathered(tmp_path, [pin("0" * 64)], LINUX)
    good = wheel(tmp_path, "Thing-1.0-cp312-none-any.whl", b"good")
    assert gathered(tmp_path, [pin(good)], LINUX) == ["Thing-1.0-cp312-none-any.whl"]


@pytest.mark.parametrize("marker", ["sys_platform == 'win32'", "os_name == 'nt' and python_version >= '3.9'"])
def test_what_windows_alone_needs_is_asked_for_windows_alone(tmp_path: Path, marker: str) -> None:
    pins = [pin(marker=marker)]
    assert gathered(tmp_path, pins, LINUX) == []
    with pytest.raises(WheelMissing):
        gathered(tmp_path, pins, WINDOWS)


@pytest.mark.parametrize("marker", ["python_full_version < '3.15'", "python_version < '3.9' or os_name != 'java'"])
def test_versions_are_compared_as_numbers(marker: str) -> None:
    assert pin(marker=marker).wanted(LINUX)


@pytest.mark.parametrize("marker", ["__import__('os').system('true')", "extra == 'x'", "1 < 2", "(lambda: 1)()"])
def test_a_marker_that_asks_for_more_is_refused(marker: str) -> None:
    with pytest.raises(WheelsNotFetched, match="not known"):
        pin(marker=marker).wanted(LINUX)


@pytest.mark.parametrize("text", ["thing==1.0\n", "thing>=1\n", "-e .\n", "--index-url http://evil\n"])
def test_nothing_without_a_hash_is_fetched(tmp_path: Path, text: str) -> None:
    (tmp_path / "requirements.txt").write_text(text)
    with pytest.raises(WheelsNotFetched, match="without a hash"):
        wheels.pins(tmp_path / "requirements.txt")
    with pytest.raises(WheelsNotFetched, match="cannot be read"):
        wheels.pins(tmp_path / "none.txt")


def test_a_folder_of_wheels_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderReadOnly):
        gathered(tmp_path / "none", [pin()], LINUX)


def test_without_a_network_the_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(WheelsNotFetched, match="--wheels"):
        wheels.gather([pin("0" * 64)], [LINUX], source=None, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
