"""The real index, the real matcher and the review of what it leaves to people, in one installation."""

from pathlib import Path

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import matches, review as asked
from fallback.patients import Columns, PatientIndex
from fallback.recovery import matching
from fallback.recovery.review import Word, say
from fallback.recovery.reviews import Reviews
from fallback.slip import Age
from tests import factories

FILE = """UHID No,Patient Name,Gender,DOB,Father/Husband,Mobile No,Address
100000001,Sunita Devi,F,31-05-1992,Ram Prasad,9876501234,"H.No. 14, Devli Village"
100000002,Mohd. Aslam,Male,1971,Abdul Karim,+91 98765 01234,Seelampur
100000003,SUNITA KUMARI,Female,1990-01-02,,,Okhla
"""
NAMED = Columns(
    uhid="UHID No", name="Patient Name", sex="Gender", birth="DOB", age="", guardian="Father/Husband",
    locality="Address", mobile="Mobile No",
)  # fmt: skip


def test_what_the_matcher_leaves_is_reviewed_and_then_it_leaves_it_alone(
    installation: Installation, tmp_path: Path
) -> None:
    source = tmp_path / "patients.csv"
    source.write_text(FILE, encoding="utf-8")
    index = PatientIndex(installation.folder, installation.vault)
    index.load(source, NAMED)
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    told = factories.registration()
    slip = frontdesk.register(counter, shift.key, told).row.slip  # another mobile than in the index
    other = factories.patient("Kamla Bai", name_hindi="कमला बाई", age=Age(value=61), mobile="", guardian="Mohan Lal")
    frontdesk.register(counter, shift.key, frontdesk.Registration(patient=other, clinic=told.clinic))
    report = matching.match(installation.ledger, index, by="meena", workers=1)
    assert report.done == 2
    assert matches.to_match(installation.ledger.db(), index.status().index) == []
    waiting = [each.number for each in asked.waiting(installation.ledger.db())]
    assert slip.number.text in waiting, "her mobile is another one by now: a person looks"

    work = Reviews(installation.ledger, index, factories.clock())
    review = work.take("ravi", slip.number)
    assert review is not None and review.standing.trouble is None
    best = review.standing.people[0]
    assert best.key == "uhid:100000001" and best.chance is not None and 0 < best.chance < 1
    looks = [line.content for line in installation.ledger.lines() if line.fact is FactKind.PATIENT_LOOKED_UP]
    assert looks[-1]["reason"] == "review"
    assert say(installation.ledger, review, Word.SAME, best.key, by="ravi") == ()
    assert matches.whom(installation.ledger.db(), slip.number).uhid == "100000001"
    assert matching.match(installation.ledger, index, by="meena", workers=1).done == 0
