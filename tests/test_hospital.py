"""hospital.toml: the example is right, and every way to break it is told with its line, its key and what to do."""

import random
from datetime import date
from pathlib import Path

import pytest

from fallback.errors import HospitalFileWrong
from fallback.hospital import PAPERS, PrinterWay
from fallback.hospital_file import load
from fallback.toml_lines import lines_of
from fallback.toml_table import SIZE_LIMIT

EXAMPLE = Path(__file__).parent.parent / "hospital.toml"

SMALL = """\
[hospital]
name = "Sadar Hospital"
name_hindi = "सदर अस्पताल"
address = "Station Road, Arrah"
address_hindi = "स्टेशन रोड, आरा"
phone = "06182-000000"
state = 10
district = "Bhojpur"
uhid_pattern = '[0-9]{8}'
uhid_system = "https://sadar.example/uhid"
slip_system = "https://sadar.example/slip"
patient_system = "https://sadar.example/patient"
fees = [
    { from = 2010-01-01, rupees = 5 }, # the old ]] fee
    { from = 2020-04-01, rupees = 0 },
]

[[clinic]]
number = 1
code = "MED"
name = "Medicine"
name_hindi = "मेडिसिन"
room = "1"
unit = "I"
weekdays = ["mon", "thu"]

[[clinic]]
number = 2
code = "CAS"
name = "Casualty"
name_hindi = "इमरजेंसी"
room = "2"
unit = "I"
weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
casualty = true
fees = [{ from = 2010-01-01, rupees = 0 }]

[[target]]
name = "test"
url = "http://127.0.0.1:9000/fhir/"
test = true

[[printer]]
name = "hall"
way = "cups"
address = "HP_LaserJet"
paper = "a5"
desks = ["Counter 1", "Counter 2"]

[[printer]]
name = "roll"
way = "escpos"
address = "tcp://10.0.0.21"
paper = "roll"
desks = ["Casualty"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "hospital.toml"
    path.write_text(text, encoding="utf-8")
    return path


def complaint(folder: Path, text: str) -> HospitalFileWrong:
    with pytest.raises(HospitalFileWrong) as caught:
        load(write(folder, text))
    return caught.value


def test_the_example_is_a_big_hospital() -> None:
    hospital = load(EXAMPLE)
    assert len(hospital.clinics) >= 50
    assert {clinic.number for clinic in hospital.clinics} == set(range(1, len(hospital.clinics) + 1))
    assert all(any("ऀ" <= letter <= "ॿ" for letter in clinic.name_hindi) for clinic in hospital.clinics)
    assert sum(clinic.casualty for clinic in hospital.clinics) == 4
    medicine = hospital.clinic(1)
    assert medicine is not None
    assert (medicine.fee_on(date(2022, 10, 31)), medicine.fee_on(date(2022, 11, 1))) == (10, 0)
    assert medicine.sits_on(date(2026, 11, 23))  # a Monday
    assert not medicine.sits_on(date(2026, 11, 22))
    assert hospital.clinic(255) is None
    assert hospital.targets[0].test
    assert [clinic.code for clinic in hospital.clinics if clinic.discreet] == ["PSY", "DAD", "ART"]
    assert hospital.printers == ()


def test_the_printers_that_the_example_proposes_are_right(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    start, end = text.index("# [[printer]]"), text.index("# The wards, one")
    shown = text[start:end].replace("\n# ", "\n").removeprefix("# ")
    hospital = load(write(tmp_path, text[:start] + shown + text[end:]))
    assert [(printer.way, printer.dpi) for printer in hospital.printers] == [
        (PrinterWay.CUPS, 600),
        (PrinterWay.WINDOWS, 300),
        (PrinterWay.ESCPOS, 203),
    ]
    assert hospital.printers[1].address == "\\\\front-office\\Brother HL-L2440"


def test_a_small_file(tmp_path: Path) -> None:
    hospital = load(write(tmp_path, SMALL))
    assert hospital.name_hindi == "सदर अस्पताल"
    assert [clinic.code for clinic in hospital.clinics] == ["MED", "CAS"]
    assert hospital.clinics[0].weekdays == {1, 4}
    assert hospital.clinics[0].fee_on(date(2009, 1, 1)) == 0
    assert hospital.targets[0].url == "http://127.0.0.1:9000/fhir"
    assert (hospital.paper, hospital.layouts) == ("a4", None)
    assert not hospital.clinics[0].discreet


def test_printers_and_the_desks_that_they_serve(tmp_path: Path) -> None:
    hospital = load(write(tmp_path, SMALL))
    hall, roll = hospital.printers
    assert (hall.way, hall.address, hall.paper, hall.dpi) == (PrinterWay.CUPS, "HP_LaserJet", "a5", 300)
    assert (roll.way, roll.address, roll.paper, roll.dpi) == (PrinterWay.ESCPOS, "tcp://10.0.0.21", "roll", 203)
    assert [hospital.printer_of(desk) for desk in ("Counter 2", "Casualty", "Counter 3")] == [hall, roll, None]


def test_a_screen_locks_after_five_minutes_unless_the_file_says_another_number(tmp_path: Path) -> None:
    assert load(write(tmp_path, SMALL)).lock_minutes == 5
    assert load(write(tmp_path, SMALL + "\n[security]\nlock_minutes = 15\n")).lock_minutes == 15


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_is_known(tmp_path: Path, paper: str) -> None:
    assert load(write(tmp_path, SMALL.replace("state =", f'paper = "{paper}"\nstate ='))).paper == paper


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("escpos", "tcp://printer.lan:9100"),
        ("escpos", "tcp://[fe80::1]:9100"),
        ("escpos", "/dev/usb/lp0"),
        ("windows", "\\\\\\\\server\\\\Brother HL-L2440 (Kopie 1)"),
        ("cups", "Brother_HL-L2440@hall"),
    ],
)
def test_an_address_that_is_right(tmp_path: Path, way: str, address: str) -> None:
    old = 'way = "cups"\naddress = "HP_LaserJet"'
    assert old in SMALL
    hospital = load(write(tmp_path, SMALL.replace(old, f'way = "{way}"\naddress = "{address}"')))
    assert hospital.printers[0].address == address.replace("\\\\", "\\")


def test_the_folder_of_layouts_is_beside_the_file(tmp_path: Path) -> None:
    text = SMALL.replace("state =", 'layouts = "our sheets"\nstate =')
    error = complaint(tmp_path, text)
    assert (error.values["line"], error.values["key"]) == (7, "hospital.layouts")
    assert "no such folder" in str(error)
    (tmp_path / "our sheets").mkdir()
    assert load(write(tmp_path, text)).layouts == tmp_path.resolve() / "our sheets"
    for wrong in ("..", ".", "/", "our sheets/", "a/b", str(tmp_path / "our sheets"), ""):
        error = complaint(tmp_path, text.replace("our sheets", wrong))
        assert (error.values["line"], error.values["key"]) == (7, "hospital.layouts")
    assert "no such folder" in str(complaint(tmp_path, text.replace("our sheets", "अ" * 120)))
    assert "no such folder" in str(complaint(tmp_path, text.replace("our sheets", "hospital.toml")))


def test_notepad_and_windows_lines_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "hospital.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(path) == load(write(tmp_path, SMALL))


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "why"),
    [
        ('phone = "06', 'fone = "06', 6, "hospital.fone", "Did you mean phone?"),
        ('phone = "06182-000000"\n', "", 1, "hospital.phone", "missing"),
        ("[hospital]", "[hostel]", 1, "hostel", "Did you mean hospital?"),
        ("[[target]]", "[security]\nlock_minutes = 0\n\n[[target]]", 39, "security.lock_minutes", "from 1 to 60"),
        ("[[target]]", "[security]\nlock_minutes = 61\n\n[[target]]", 39, "security.lock_minutes", "from 1 to 60"),
        ("[[target]]", "[security]\nlock_minute = 5\n\n[[target]]", 39, "security.lock_minute", "lock_minutes"),
        ("state = 10", 'state = "10"', 7, "hospital.state", "whole number from 1 to 38"),
        ("state = 10", "state = true", 7, "hospital.state", "whole number"),
        ("state = 10", "state = 39", 7, "hospital.state", "1 to 38"),
        ('"Bhojpur"', '""', 8, "hospital.district", "empty"),
        ('"Bhojpur"', '"Bhoj\\u202epur"', 8, "hospital.district", "does not print"),
        ('"Bhojpur"', f'"{"B" * 121}"', 8, "hospital.district", "120 letters"),
        ('"Bhojpur"', "7", 8, "hospital.district", "quotation marks"),
        ("[0-9]{8}", "[0-9", 9, "hospital.uhid_pattern", "not a regular expression"),
        ("[0-9]{8}", "[0-9]*", 9, "hospital.uhid_pattern", "empty text"),
        ("[0-9]{8}", "a{4294967296}", 9, "hospital.uhid_pattern", "not a regular"),
        ("https://sadar.example/slip", "sadar", 11, "hospital.slip_system", "An address"),
        ("https://sadar.example/slip", "https://[oops/", 11, "hospital.slip_system", "An address"),
        ("example/slip", "example/uhid", 11, "hospital.slip_system", "its own address"),
        ("rupees = 5", "rupees = -5", 13, "hospital.fees.rupees", "from 0"),
        ("rupees = 5", "rupees = 5.5", 13, "hospital.fees.rupees", "whole number"),
        ("rupees = 5", "rupies = 5", 13, "hospital.fees.rupies", "Did you mean rupees?"),
        ("from = 2010-01-01, rupees = 5", 'from = "1-1-2010", rupees = 5', 13, "hospital.fees.from", "2022-11-01"),
        ("from = 2010-01-01, rupees = 5", "from = 2010-02-30, rupees = 5", 14, "TOML", "not written as TOML"),
        ("2020-04-01", "2010-01-01", 13, "hospital.fees.from", "must rise"),
        ("number = 2", "number = 1", 28, "clinic.number", "Clinic MED has the number 1 already"),
        ("number = 2", "number = 256", 28, "clinic.number", "1 to 255"),
        ("number = 2\n", "", 27, "clinic.number", "missing"),
        ('"CAS"', '"MED"', 29, "clinic.code", "number 1 has the code MED"),
        ('"CAS"', '"casualty"', 29, "clinic.code", "capital letters"),
        ('["mon", "thu"]', '["mon", "funday"]', 25, "clinic.weekdays", "funday is not a day"),
        ('["mon", "thu"]', '["mon", ["tue"]]', 25, "clinic.weekdays", "not a day"),
        ('["mon", "thu"]', '["mon", "mon"]', 25, "clinic.weekdays", "twice"),
        ('["mon", "thu"]', "[]", 25, "clinic.weekdays", "list of days"),
        ("casualty = true", 'casualty = "yes"', 35, "clinic.casualty", "true or false"),
        ("casualty = true", "casualty = true\nroof = 1", 36, "clinic.roof", "Did you mean room?"),
        ("casualty = true", "casualty = true\nwindow = 1", 36, "clinic.window", "Known here are"),
        ("[[target]]", "[target]", 38, "target", "[[target]]"),
        ("test = true", "", 38, "target.test", "missing"),
        ("http://127.0.0.1:9000/fhir/", "ftp://x", 40, "target.url", "address"),
        ("http://127.0.0.1:9000/fhir/", "http://u:p@host/fhir", 40, "target.url", "without a password"),
        ("http://127.0.0.1:9000/fhir/", "http://host:99999/", 40, "target.url", "A server"),
        ('name = "test"', 'name = "Test Server"', 39, "target.name", "small letters"),
        ("[[clinic]]", "[[clinics]]", 18, "clinics", "Did you mean clinic?"),
        ('code = "CAS"', 'code = "CAS', 29, "TOML", "not written as TOML"),
        ("number = 2", "number = 2\nnumber = 3", 29, "TOML", "not written as TOML"),
        ("state = 10", 'state = 10\npaper = "a6"', 8, "hospital.paper", "one of a4, a4-half, a5, a5-one, roll"),
        ("state = 10", "state = 10\nlayouts = 1", 8, "hospital.layouts", "quotation marks"),
        ("casualty = true", "discreet = 1", 35, "clinic.discreet", "true or false"),
        ('[[printer]]\nname = "hall"', '[[printers]]\nname = "hall"', 43, "printers", "Did you mean printer?"),
        ('name = "hall"', 'name = "Hall 1"', 44, "printer.name", "small letters"),
        ('name = "roll"', 'name = "hall"', 51, "printer.name", "this name already"),
        ('name = "roll"\n', "", 50, "printer.name", "missing"),
        ('way = "cups"', 'way = "CUPS"', 45, "printer.way", "one of cups, windows, escpos"),
        ('way = "cups"\n', "", 43, "printer.way", "missing"),
        ('"HP_LaserJet"', '"HP LaserJet"', 46, "printer.address", "CUPS queue"),
        ('"HP_LaserJet"', '"-r"', 46, "printer.address", "CUPS queue"),
        ('"HP_LaserJet"', '""', 46, "printer.address", "empty"),
        ("tcp://10.0.0.21", "10.0.0.21", 53, "printer.address", '"tcp://10.0.0.21:9100", or a device'),
        ("tcp://10.0.0.21", "tcp://10.0.0.21:0", 53, "printer.address", "An address"),
        ("tcp://10.0.0.21", "tcp://10.0.0.21:99999", 53, "printer.address", "An address"),
        ("tcp://10.0.0.21", "tcp://10.0.0.21/x", 53, "printer.address", "An address"),
        ("tcp://10.0.0.21", "tcp://a b", 53, "printer.address", "An address"),
        ("tcp://10.0.0.21", "tcp://", 53, "printer.address", "An address"),
        ('paper = "a5"', 'paper = "letter"', 47, "printer.paper", "one of a4"),
        ('paper = "a5"\n', "", 43, "printer.paper", "missing"),
        ('paper = "a5"', 'paper = "a5"\ndpi = 1200', 48, "printer.dpi", "one of 203, 300, 600"),
        ('paper = "a5"', 'paper = "a5"\ndpi = "300"', 48, "printer.dpi", "dots per inch"),
        ('["Casualty"]', '"Casualty"', 55, "printer.desks", "list of desk names"),
        ('["Casualty"]', '["Casualty", 3]', 55, "printer.desks", "quotation marks"),
        ('["Casualty"]', '["Casualty", "Casualty"]', 55, "printer.desks", "twice"),
        ('["Casualty"]', '["Counter 2"]', 55, "printer.desks", "Counter 2 prints on hall already"),
        ('desks = ["Casualty"]', 'desk = "Casualty"', 55, "printer.desk", "Did you mean desks?"),
    ],
)
def test_a_mistake_is_told_with_line_and_key(tmp_path: Path, old: str, new: str, line: int, key: str, why: str) -> None:
    assert old in SMALL
    error = complaint(tmp_path, SMALL.replace(old, new))
    assert (error.values["line"], error.values["key"]) == (line, key), str(error)
    assert why in str(error)
    assert str(error).startswith("hospital.toml, line ")


def test_a_printer_that_is_no_list(tmp_path: Path) -> None:
    error = complaint(tmp_path, SMALL[: SMALL.index("[[printer]]")] + '[printer]\nname = "hall"\n')
    assert (error.values["line"], error.values["key"]) == (43, "printer")
    assert "[[printer]]" in str(error)


def test_a_clinic_without_any_fee(tmp_path: Path) -> None:
    start, end = SMALL.index("fees = ["), SMALL.index("\n\n[[clinic]]")
    error = complaint(tmp_path, SMALL[:start] + SMALL[end:])
    assert (error.values["key"], error.values["line"]) == ("clinic.fees", 15)


@pytest.mark.parametrize(
    "text", ["", "# nothing", "clinic = 3", "[hospital]", "hospital = 1", SMALL[: SMALL.index("[[")]]
)
def test_too_little(tmp_path: Path, text: str) -> None:
    assert complaint(tmp_path, text).values["line"]


def test_no_file_a_folder_and_a_huge_file(tmp_path: Path) -> None:
    with pytest.raises(HospitalFileWrong, match="cannot be read"):
        load(tmp_path / "absent.toml")
    with pytest.raises(HospitalFileWrong, match="cannot be read"):
        load(tmp_path)
    assert "1 MB" in str(complaint(tmp_path, "#" * (SIZE_LIMIT + 1)))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "hospital.toml"
    for raw in (SMALL.encode("utf-16"), SMALL.encode() + b"\n# \xff\n", b"\x00" * 50):
        path.write_bytes(raw)
        with pytest.raises(HospitalFileWrong, match="line"):
            load(path)


def test_depth_and_length_do_not_bring_the_reader_down(tmp_path: Path) -> None:
    complaint(tmp_path, "a = " + "[" * 100_000)
    complaint(tmp_path, "a = " + "9" * 6_000)
    complaint(tmp_path, SMALL.replace("number = 2", "number = " + "9" * 4_000))
    complaint(tmp_path, '"' * 200_000)


def test_a_broken_file_never_gives_another_error(tmp_path: Path) -> None:
    """Six hundred files with pieces cut, doubled and swapped: a hospital or a complaint, nothing else."""
    rng = random.Random(11)
    pieces = [
        '"',
        "'",
        "[",
        "]",
        "{",
        "}",
        "=",
        ",",
        "\n",
        "#",
        "\\",
        "-1",
        "true",
        "1e9",
        "ॐ",
        "\x00",
        "nan",
        '"""',
        ".",
    ]
    complaints = 0
    for _ in range(600):
        text = SMALL
        for _ in range(rng.randint(1, 4)):
            start = rng.randrange(len(text))
            end = min(len(text), start + rng.choice((0, 1, 5, 40)))
            text = text[:start] + rng.choice([*pieces, "", text[start:end] * 2]) + text[end:]
        try:
            load(write(tmp_path, text))
        except HospitalFileWrong as error:
            complaints += 1
            line = error.values["line"]
            assert isinstance(line, int)
            assert 1 <= line <= text.count("\n") + 1
    assert complaints > 300


def test_lines_of_odd_but_valid_spelling() -> None:
    text = '''
"name" = """
[fake]
a = 1
"""
hospital . state = 1
[ 'clinic' ] # [[x]]
b = [ # [
  "]", """
[[", """,
]
c = 2
[[t]]
[[t]]
d = {e = 1}
'''
    lines = lines_of(text)
    assert lines["name",] == 2
    assert lines["hospital", "state"] == 6
    assert lines["clinic",] == 7
    assert (lines["clinic", "b"], lines["clinic", "c"]) == (8, 12)
    assert (lines["t", 0], lines["t", 1], lines["t", 1, "d"]) == (13, 14, 15)
    assert ("fake",) not in lines
