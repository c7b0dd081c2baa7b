"""Settings: what is set is taken, what is unknown or wrong is said, nothing is guessed."""

from pathlib import Path

import pytest

from fallback.errors import SettingWrong
from fallback.hospital_file import load
from fallback.settings import NAMES, Settings


def test_nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.read({"PATH": "/bin", "HOME": "/root"})
    assert settings.data == tmp_path / "data"
    assert (settings.host, settings.port, settings.language) == ("127.0.0.1", 8000, "en")
    assert settings.copies == ()
    assert settings.passphrase_file is None
    assert load(settings.hospital).clinics


def test_all_set(tmp_path: Path) -> None:
    settings = Settings.read(
        {
            "PARCHI_DATA": str(tmp_path / "d"),
            "PARCHI_HOSPITAL": str(tmp_path / "h.toml"),
            "PARCHI_HOST": "::1",
            "PARCHI_NAMES": "opd-1, 10.1.2.3 ,",
            "PARCHI_PORT": " 8080 ",
            "PARCHI_LANGUAGE": "hi",
            "PARCHI_PASSPHRASE_FILE": "pass.txt",
            "PARCHI_COPY": str(tmp_path / "usb"),
        }
    )
    assert settings.data == tmp_path / "d"
    assert settings.hospital == tmp_path / "h.toml"
    assert (settings.host, settings.port, settings.language) == ("::1", 8080, "hi")
    assert settings.names == ("opd-1", "10.1.2.3")
    assert settings.passphrase_file == Path("pass.txt").absolute()
    assert settings.copies == (tmp_path / "usb",)


def test_the_argument_wins_and_the_data_folders_own_hospital_is_taken(tmp_path: Path) -> None:
    own = tmp_path / "hospital.toml"
    own.write_text("")
    settings = Settings.read({"PARCHI_DATA": "/elsewhere"}, data=tmp_path)
    assert (settings.data, settings.hospital) == (tmp_path, own)


def test_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARCHI_PORT", "9001")
    assert Settings.read().port == 9001


def test_empty_counts_as_not_set() -> None:
    assert Settings.read(dict.fromkeys(NAMES, " ")) == Settings.read({})


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("PARCHI_PROT", "1", "Did you mean PARCHI_PORT?"),
        ("parchi_port", "1", "Did you mean PARCHI_PORT?"),
        ("PARCHI_DATAFOLDER", "x", "Did you mean PARCHI_DATA?"),
        ("PARCHI_QUUX", "", "Known are: PARCHI_DATA"),
        ("PARCHI_\nX", "1", "No such setting"),
        ("PARCHI_PORT", "0", "1 to 65535"),
        ("PARCHI_PORT", "65536", "1 to 65535"),
        ("PARCHI_PORT", "80 80", "1 to 65535"),
        ("PARCHI_PORT", "٨٠", "1 to 65535"),
        ("PARCHI_PORT", "-1", "1 to 65535"),
        ("PARCHI_HOST", "300.1.1.1", "An address"),
        ("PARCHI_HOST", "a b", "An address"),
        ("PARCHI_NAMES", "opd-1, a b", "An address"),
        ("PARCHI_HOST", "http://x", "An address"),
        ("PARCHI_LANGUAGE", "fr", "Use en, hi"),
        ("PARCHI_LANGUAGE", "../hi", "Use en, hi"),
        ("PARCHI_DATA", "a\0b", "not a path"),
    ],
)
def test_what_is_wrong_is_said(name: str, text: str, why: str) -> None:
    with pytest.raises(SettingWrong) as caught:
        Settings.read({name: text})
    assert why in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("copy", ["d", "d/copy", ".", "x/../d"])
def test_a_copy_inside_or_around_the_data_is_refused(tmp_path: Path, copy: str) -> None:
    with pytest.raises(SettingWrong, match="lost together"):
        Settings.read({"PARCHI_DATA": str(tmp_path / "d"), "PARCHI_COPY": str(tmp_path / copy)})
