"""HL7 v2.5: what is written of a slip, what is read of an answer, and a receiver that misbehaves in every way."""

import ssl
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fallback.authority import Authority
from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.hl7 import Hl7Connector, messages, text as hl7
from fallback.ehospital.ways import connect
from fallback.episode import Episode, Known, Learnt, Seen, Told
from fallback.errors import TargetAnswersOddly, TargetChanged, TargetNotAllowed, TargetUnreachable
from fallback.hospital import Target
from fallback.serving import tls
from fallback.slip import Age, Kind, Patient, Sex, Slip, SlipNumber, Visit
from fallback.stay import Ended, Lying, Stay
from tests.factories import hospital
from tests.mllp import Act, Receiver, ack, framed, late, raw, saying, silent

ISSUED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
SUNITA = Patient(name="Sunita Devi", name_hindi="सुनीता देवी", sex=Sex.FEMALE, age=Age(value=34), mobile="9810012345")
TARGET = Target(name="engine", url="mllp://127.0.0.1:2575", test=True, kind="hl7", organisation="DH1", database="HIS")
DUPLICATE = "ERR||MSH^1^10|0^Message accepted^HL70357|W||||duplicate of an already-accepted message"
DROPPED = "ERR||PID^1^8|103^Table value not found^HL70357|W||||gender left empty"


def slip(**more: Any) -> Episode:
    told: dict[str, Any] = {
        "number": SlipNumber(500, 1),
        "issued": ISSUED,
        "patient": SUNITA,
        "visit": Visit(clinic=1, fee=10),
    }
    return Episode(**(told | {"desk": "Counter 1", "clerk": "Asha Rani", "receipt": "5"} | more))


def fields(message: str, name: str) -> list[str]:
    return next(line for line in message.split("\r") if line.startswith(name)).split("|")


# --- the text


@given(st.text())
def test_a_text_comes_back_as_it_went(text: str) -> None:
    cleaned = hl7.clean(text)
    assert not set(cleaned) & set("|^~&\r\n\x0b\x1c")
    assert hl7.plain(cleaned) == "".join(sign if sign.isprintable() else " " for sign in text).strip()


@given(st.binary())
def test_no_answer_is_too_odd_to_be_read(answer: bytes) -> None:
    hl7.answer(answer)
    hl7.answer(b"MSH|^~\\&|" + answer + b"\rMSA|AA|1\rERR|" + answer)


def test_an_answer_in_older_words_and_other_separators() -> None:
    old = hl7.answer(b"MSH#*~\\&#HIS#DH1\nMSA#ae#17#no such ward\nERR#PID*1*8*103&Table value not found&HL70357")
    assert old is not None
    assert (old.code, old.control, old.facility) == ("AE", "17", "DH1")
    assert [(each.code, each.place) for each in old.remarks if each.code] == [("103", "PID-8")]
    assert "Table value not found" in old.words
    assert hl7.answer(b"<html>") is None
    assert hl7.answer(b"MSH|^~\\&|HIS\rPID|1") is None


# --- the messages


def test_a_registration_says_what_the_slip_says() -> None:
    message = messages.register(slip(), hospital(), TARGET)
    head = fields(message, "MSH")
    assert head[4:6] == ["HIS", "DH1"]
    assert head[8] == "ADT^A04^ADT_A01"
    assert head[10:12] == ["P", "2.5"]
    assert head[17] == "UNICODE UTF-8"
    person = fields(message, "PID")
    assert person[3] == "50000000144^^^PARCHI^MR"
    assert person[5] == "Devi^Sunita^^^^^L~देवी^सुनीता^^^^^D"
    assert person[7:9] == ["1992", "F"]
    assert person[13] == "9810012345^PRN^CP"
    visit = fields(message, "PV1")
    assert (visit[2], visit[19]) == ("O", "50000000144^^^PARCHI^VN")
    assert visit[44] == "20261123100000+0530"
    assert fields(message, "EVN")[5] == "^Rani^Asha"
    assert "FEE^Fee taken in the outage, rupees^99PARCHI||10" in message
    assert message.endswith("\r")


def test_a_name_with_separators_breaks_nothing() -> None:
    message = messages.register(slip(patient=replace(SUNITA, name="A|B^C&D~E\\F\rPID|9")), hospital(), TARGET)
    assert [line[:3] for line in message.split("\r")[:-1]][:4] == ["MSH", "EVN", "PID", "PV1"]
    assert message.count("\rPID") == 1
    family, given_names = fields(message, "PID")[5].split("~")[0].split("^")[:2]
    assert hl7.plain(f"{given_names} {family}").split() == ["A|B^C&D~E\\F", "PID|9"]


def test_the_control_id_is_of_the_content() -> None:
    def control(told: Slip) -> str:
        return fields(messages.register(told, hospital(), TARGET), "MSH")[9]

    first = control(slip())
    assert first == control(slip())
    assert first.startswith("50000000144")
    assert len(first) <= 20
    changed = [slip(patient=replace(SUNITA, mobile="")), slip(revision=1, visit=Visit(clinic=2)), slip(receipt="6")]
    assert len({first, *map(control, changed)}) == 4
    assert fields(messages.change(slip(), hospital(), TARGET), "MSH")[9] != first


def test_a_known_patient_goes_under_the_uhid_first() -> None:
    told = slip(uhid="412345678", patient_number=SlipNumber(500, 7), patient=replace(SUNITA, abha="22722548295255"))
    numbers = fields(messages.register(told, hospital(), TARGET), "PID")[3].split("~")
    temporary = SlipNumber(500, 7).text
    assert numbers == ["412345678^^^DH1^MR", f"{temporary}^^^PARCHI^PI", "22722548295255^^^ABDM^NI"]


def test_what_became_of_the_visit() -> None:
    registered = fields(messages.register(slip(), hospital(), TARGET), "PV1")
    assert len(registered) == 45, "registered and not seen is over for nobody"
    learnt = Learnt(seen=Seen.SEEN, told=(Told.ADMITTED,), days=7)
    seen = messages.change(slip(learnt=learnt), hospital(), TARGET)
    assert (fields(seen, "PV1")[36], fields(seen, "PV1")[45]) == ("09", "20261123")
    assert "FOLLOW-UP^Follow-up in days^99PARCHI||7" in seen
    not_seen = fields(messages.change(slip(learnt=Learnt(seen=Seen.NOT_SEEN)), hospital(), TARGET), "PV1")
    assert len(not_seen) == 45


def test_an_admission_and_its_end() -> None:
    admitted = slip(kind=Kind.ADMISSION, visit=Visit(clinic=1, ward=hospital().wards[0].number, bed="7"))
    visit = fields(messages.register(admitted, hospital(), TARGET), "PV1")
    assert (visit[2], visit[3]) == ("I", f"{hospital().wards[0].code}^^7")
    stay = Stay(
        number=admitted.number,
        beds=[Lying(at=ISSUED, ward=hospital().wards[0].number, bed="9")],
        how=Ended.DIED,
        ended=ISSUED + timedelta(hours=3),
    )
    over = fields(messages.change(replace(admitted, learnt=Learnt(stay=stay)), hospital(), TARGET), "PV1")
    assert (over[36], over[45]) == ("20", "20261123130000+0530")


def test_no_day_is_invented() -> None:
    connector = Hl7Connector(TARGET, hospital())
    timeless = slip(issued=None)
    assert "when the patient came" in connector.objection(timeless)
    told = slip(issued=None, visit=Visit(clinic=1, day="2026-11-22"))
    assert connector.objection(told) == ""
    assert fields(messages.register(told, hospital(), TARGET), "PV1")[44] == "20261122"
    born = slip(patient=replace(SUNITA, age=None, birth_date=date(1990, 5, 1)))
    assert fields(messages.register(born, hospital(), TARGET), "PID")[7] == "19900501"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (slip(kind=Kind.DISCHARGE), "discharge"),
        (slip(patient=Patient(age=Age(value=3))), "wants a name"),
        (slip(visit=Visit(clinic=250)), "no clinic 250"),
    ],
)
def test_what_cannot_go_is_said_beforehand(told: Slip, words: str) -> None:
    assert words in Hl7Connector(TARGET, hospital()).objection(told)


def test_what_the_hospital_insists_on_is_asked_for() -> None:
    insisting = replace(TARGET, needs=frozenset({"mobile"}))
    assert "needs what the slip does not have" in Hl7Connector(insisting, hospital()).objection(
        slip(patient=replace(SUNITA, mobile=""))
    )


# --- the line


def way(receiver: Receiver, **more: Any) -> Hl7Connector:
    target = replace(TARGET, url=receiver.url, **more.pop("target", {}))
    limits: dict[str, Any] = {"timeout": 0.5, "pauses": (0.01, 0.01)} | more
    return Hl7Connector(target, hospital(), **limits)


def sent(*acts: Act, **more: Any) -> tuple[Acknowledgement, list[str]]:
    """What is answered to a slip by a receiver that does this, and all that it took."""
    with Receiver(*acts) as receiver:
        connector = way(receiver, **more)
        answer = connector.send(slip())
        connector.close()
        return answer, receiver.took


def test_a_slip_is_taken() -> None:
    answer, took = sent()
    assert (answer.outcome, answer.patient, answer.encounter) == (Outcome.CREATED, "50000000144", "50000000144")
    assert len(took) == 1


@pytest.mark.parametrize(
    "act",
    [
        silent,
        raw(b"\x0bMSH|^~\\&|HIS|DH1\rMSA|A"),
        raw(b"noise and no frame"),
        late(0.7),
        saying("AA", to="another message"),
        saying("AR", "ERR||MSH^1|207^Application internal error^HL70357|E"),
    ],
    ids=["hung up", "half a frame", "noise", "late", "another's answer", "down for a moment"],
)
def test_a_lost_answer_brings_the_same_message_again(act: Act) -> None:
    answer, took = sent(act)
    assert answer.outcome is Outcome.CREATED
    assert len(took) == 2
    assert took[0] == took[1], "a repetition that differs is a second visit"


def test_an_answer_that_comes_late_is_not_the_next_slips() -> None:
    """The first of two answers belongs to the message before: taken for ours, a refused slip would count as there."""

    def twice(_receiver: Receiver, message: str) -> Any:
        yield framed(ack(message))
        yield framed(ack(message))

    with Receiver(twice, saying("AE", "ERR||PV1^1^19|205^Duplicate key identifier^HL70357|E")) as receiver:
        connector = way(receiver)
        assert connector.send(slip()).outcome is Outcome.CREATED
        assert connector.send(slip(number=SlipNumber(500, 2))).outcome is Outcome.FAILED
        connector.close()


def test_a_commit_alone_is_no_yes() -> None:
    def enhanced(_receiver: Receiver, message: str) -> Any:
        yield framed(ack(message, "CA"))
        yield framed(ack(message, "AE", "ERR||||E||||no such clinic"))

    answer, _ = sent(enhanced)
    assert answer.outcome is Outcome.FAILED
    assert "no such clinic" in answer.reason
    only, _ = sent(*[saying("CA")] * 3)
    assert isinstance(only.error, TargetUnreachable)


@pytest.mark.parametrize(
    ("act", "outcome", "words"),
    [
        (saying("AE", DROPPED), Outcome.FAILED, "gender left empty"),
        (saying("AA", DROPPED), Outcome.HELD, "gender left empty"),
        (saying("AA", DUPLICATE), Outcome.ALREADY_THERE, ""),
        (saying("AA", "ERR||PID^1^8|0|I||||fine"), Outcome.CREATED, ""),
        (saying("AA", DUPLICATE, DROPPED), Outcome.HELD, "gender left empty"),
    ],
)
def test_a_remark_is_read_beside_the_code(act: Act, outcome: Outcome, words: str) -> None:
    answer, took = sent(act)
    assert answer.outcome is outcome
    assert words in answer.reason
    assert len(took) == 1
    if outcome is Outcome.HELD:
        assert answer.hold is Hold.DIFFERS


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (raw(framed("HTTP/1.1 400 Bad Request")), "no HL7 acknowledgement"),
        (saying("ZZ"), "no HL7 acknowledgement"),
        (raw(b"x" * 1_100_000), "larger than 1 MB"),
        (saying("AR", "ERR||MSH^1^11|202^Unsupported processing id^HL70357|E"), "takes no messages of this kind"),
        (saying("AA", facility="OTHER"), "another organisation"),
    ],
    ids=["no HL7", "odd code", "huge", "never", "another hospital"],
)
def test_what_is_no_receiver_of_ours_stops_the_run(act: Act, words: str) -> None:
    answer, _ = sent(*[act] * 3, timeout=2.0)
    assert answer.outcome is Outcome.UNREACHABLE
    assert isinstance(answer.error, TargetAnswersOddly)
    assert words in str(answer.error)


def test_a_receiver_that_is_down_stops_the_run() -> None:
    with Receiver() as receiver:
        connector = way(receiver)
    answer = connector.send(slip())
    assert isinstance(answer.error, TargetUnreachable)
    with pytest.raises(TargetUnreachable):
        connector.identify()
    stays, took = sent(
        *[saying("AR", "ERR|||207^Application internal error^HL70357|E||||Sunita Devi: the server is down")] * 3
    )
    assert isinstance(stays.error, TargetUnreachable)
    assert "207" in str(stays.error)
    assert "Sunita" not in str(stays.error), "an error goes into logs, and their words may name a patient"
    assert len(took) == 3


def test_a_receiver_that_hung_up_between_two_slips_is_called_again() -> None:
    with Receiver() as receiver:
        connector = way(receiver)
        assert connector.send(slip()).outcome is Outcome.CREATED
        connector._wire._socket.shutdown(2)  # type: ignore[union-attr]
        assert connector.send(slip(number=SlipNumber(500, 2))).outcome is Outcome.CREATED
        assert len(receiver.took) == 2
        connector.close()


# --- changes


def test_a_change_a_join_and_a_void() -> None:
    with Receiver() as receiver:
        connector = way(receiver)
        first = slip()
        assert connector.update(replace(first, revision=1, patient=replace(SUNITA, mobile="")), first).outcome is (
            Outcome.CREATED
        )
        decided = replace(first, uhid="412345678", known=Known.PERSON)
        assert connector.update(decided, first).outcome is Outcome.CREATED
        assert connector.withdraw(first).outcome is Outcome.CREATED
        connector.close()
    events = [fields(each, "MSH")[8] for each in receiver.took]
    assert events == ["ADT^A08^ADT_A01", "ADT^A40^ADT_A39", "ADT^A08^ADT_A01", "ADT^A11^ADT_A09"]
    assert fields(receiver.took[1], "PID")[3].startswith("412345678^^^DH1^MR")
    assert fields(receiver.took[1], "MRG")[1] == "50000000144^^^PARCHI^MR"


@pytest.mark.parametrize("known", [Known.NOBODY, Known.RULE])
def test_only_a_person_joins_two_patients(known: Known) -> None:
    with Receiver() as receiver:
        first = slip()
        answer = way(receiver).update(replace(first, uhid="412345678", known=known), first)
        assert answer.outcome is Outcome.HELD
        assert receiver.took == []


def test_a_join_that_is_refused_changes_nothing_else() -> None:
    with Receiver(saying("AE", "ERR||||E||||merged already")) as receiver:
        first = slip()
        answer = way(receiver).update(replace(first, uhid="412345678", known=Known.PERSON), first)
        assert answer.outcome is Outcome.FAILED
        assert len(receiver.took) == 1


def test_a_void_that_was_ignored_is_held() -> None:
    ignored = "ERR||MSH^1^9|201^Unsupported event code^HL70357|W||||acknowledged and ignored"
    with Receiver(saying("AA", ignored)) as receiver:
        answer = way(receiver).withdraw(slip())
        assert answer.outcome is Outcome.HELD
        assert "by hand" in answer.reason


def test_nobody_can_be_asked() -> None:
    with Receiver() as receiver:
        connector = way(receiver)
        assert not connector.abilities.finds
        assert connector.find(slip()) is None
        assert connector.typed(slip()) == ()
        assert connector.link(slip(), Found(patient="1", encounter="2")).outcome is Outcome.HELD
        assert receiver.took == []
        assert len(connector.abilities.unlink) == 3


def test_a_drill_goes_to_test_systems_only_and_says_so() -> None:
    with Receiver() as receiver:
        drill = slip(drill=True)
        assert way(receiver).send(drill).outcome is Outcome.CREATED
        assert fields(receiver.took[0], "MSH")[10] == "T"
        answer = way(receiver, target={"test": False}).send(drill)
        assert isinstance(answer.error, TargetNotAllowed)
        assert len(receiver.took) == 1


# --- TLS


def server(folder: Path, called: str) -> tuple[Path, ssl.SSLContext]:
    made = Authority.new(called, ["127.0.0.1"], datetime.now(UTC))
    file = folder / f"{called}.pem"
    file.write_text(ssl.DER_cert_to_PEM_cert(made.certificate), encoding="ascii")
    return file, tls.context(made.issue(["127.0.0.1"], datetime.now(UTC)))


def test_a_certificate_is_asked_for_and_kept_in_mind(tmp_path: Path) -> None:
    trusted, context = server(tmp_path, "his")
    _, stranger = server(tmp_path, "stranger")
    with Receiver(tls=context) as receiver:
        connector = way(receiver, authority=trusted)
        first = connector.identify()
        assert len(first.certificate) == 64
        assert connector.send(slip()).outcome is Outcome.CREATED
        nobody = way(receiver)
        answer = nobody.send(slip())
        assert "certificate is not trusted" in str(answer.error)
        receiver.tls = stranger
        connector.close()
        assert isinstance(connector.send(slip()).error, TargetUnreachable)
        assert len(receiver.took) == 1
    with pytest.raises(TargetAnswersOddly, match="authority"):
        way(receiver, authority=tmp_path / "nowhere")


def test_another_key_of_the_same_authority_is_another_system(tmp_path: Path) -> None:
    made = Authority.new("his", ["127.0.0.1"], datetime.now(UTC))
    file = tmp_path / "his.pem"
    file.write_text(ssl.DER_cert_to_PEM_cert(made.certificate), encoding="ascii")
    one, two = (tls.context(made.issue(["127.0.0.1"], datetime.now(UTC))) for _ in range(2))
    with Receiver(tls=one) as receiver:
        connector = way(receiver, authority=file)
        connector.identify()
        connector.close()
        receiver.tls = two
        answer = connector.send(slip())
        assert isinstance(answer.error, TargetChanged)
        assert receiver.took == []


def test_the_door_to_every_way_knows_it() -> None:
    assert isinstance(connect(TARGET, hospital()), Hl7Connector)
