"""Enrolment cards: one card, one desk, once; with nothing but the card a fresh laptop issues slips."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fallback import custody, enrolment, frontdesk
from fallback.cli import group
from fallback.enrolment import Installation
from fallback.errors import (
    CardInTwoPlaces,
    CardMistyped,
    CardRefused,
    CardRevoked,
    CardsTooMany,
    CardUnknown,
    CardUsed,
    CardWrong,
    DeskNotUsable,
    DiskFull,
    PassphraseNeeded,
    SecretMissing,
    SeriesUnknown,
)
from fallback.groups import card_text
from fallback.keys import PublicKeys
from fallback.ledger import queries
from fallback.ledger.queries import cards
from fallback.payload import CodeOutcome, judge, to_digits
from fallback.web import close, create_app
from tests import factories
from tests.test_printing import codes_in, pictures, text_of
from tests.web.visitor import Visitor


def kept(_: object) -> None:
    """The cards were printed."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Installation]:
    """An installation without desks."""
    opened = factories.installation(tmp_path / "data", desks=0)
    yield opened
    opened.close()


def restored(made: Installation, folder: Path, secret: str) -> Installation:
    """A fresh laptop with what an export of now holds, opened by a secret."""
    file = folder.with_suffix(".parchi")
    custody.export(made.ledger, file)
    state = folder.with_suffix(".state")
    custody.restore(file, folder, secret, clock=factories.clock(), state=state)
    return enrolment.open_installation(folder, secret, clock=factories.clock(), state=state)


def issue(made: Installation, series: int, login: str, name: str = "Sunita Devi") -> queries.SlipRow:
    counter = factories.counter(made)
    shift = queries.open_shift(made.ledger.db(), series=series) or frontdesk.open_shift(
        counter, series=series, login=login
    )
    form = os.urandom(8).hex()
    return frontdesk.register(counter, shift.key, factories.registration(name), form=form).row


def test_a_card_enrols_a_desk_once_and_its_slips_are_genuine(made: Installation) -> None:
    first, second = enrolment.make_cards(made, 2, kept)
    assert [card.series for card in cards.cards(made.ledger.db())] == [1, 2]
    desk = enrolment.enrol_with_card(made, "Counter 7", f"  {first.text.lower().replace('-', ' ')} ")
    assert (desk.series, desk.name) == (1, "Counter 7")
    row = issue(made, 1, "asha")
    assert judge(to_digits(row.payload), made.keys()).outcome is CodeOutcome.GENUINE
    with pytest.raises(CardUsed, match="Counter 7"):
        enrolment.enrol_with_card(made, "Counter 8", first.text)
    assert enrolment.enrol_with_card(made, "Counter 8", second.text).series == 2
    use = cards.uses_of(made.ledger.db(), 1)[0]
    assert (use.chain, use.machine) == (made.ledger.chain, made.seat.machine.fingerprint)
    assert "0PARC" not in repr(first) and first.text not in repr(first)


def test_the_root_enrols_a_desk_beside_the_cards(made: Installation) -> None:
    enrolment.make_cards(made, 3, kept)
    assert enrolment.enrol_desk(made, "Counter 1").series == 4
    assert [card.certificate.series for card in enrolment.make_cards(made, 2, kept)] == [5, 6]
    on_paper = PublicKeys.load(made.folder / enrolment.KEYS_FILE)
    assert [each.series for each in on_paper.certificates] == [1, 2, 3, 4, 5, 6]


def test_cards_that_are_none(made: Installation, tmp_path: Path) -> None:
    (card,) = enrolment.make_cards(made, 1, kept)
    for text in ("", "Counter 7", "monsoon ward seven", card.text[:-2]):
        with pytest.raises(CardWrong):
            enrolment.enrol_with_card(made, "Counter 1", text)
    with pytest.raises(CardMistyped):
        enrolment.enrol_with_card(made, "Counter 1", card.text[:-1] + ("0" if card.text[-1] != "0" else "1"))
    with pytest.raises(CardWrong):
        enrolment.enrol_with_card(made, "Counter 1", card_text(1, bytes(16)))
    with pytest.raises(CardUnknown):
        enrolment.enrol_with_card(made, "Counter 1", card_text(2, bytes(16)))
    stranger = factories.installation(tmp_path / "stranger", desks=0)
    (other,) = enrolment.make_cards(stranger, 1, kept)
    stranger.close()
    with pytest.raises(CardWrong):
        enrolment.enrol_with_card(made, "Counter 1", other.text)
    with pytest.raises(CardRefused):
        enrolment.open_installation(made.folder, other.text, clock=factories.clock())


def test_no_card_is_made_whose_sheet_cannot_be_written(made: Installation) -> None:
    def full(_: object) -> None:
        raise DiskFull(folder="out")

    with pytest.raises(DiskFull):
        enrolment.make_cards(made, 2, full)
    assert cards.cards(made.ledger.db()) == []
    assert [card.certificate.series for card in enrolment.make_cards(made, 1, kept)] == [1]


def test_there_are_not_more_cards_than_series(made: Installation) -> None:
    enrolment.enrol_desk(made, "Counter 1")
    with pytest.raises(CardsTooMany, match="998"):
        enrolment.make_cards(made, 999, kept)


def test_a_fresh_laptop_with_a_stick_and_a_card(made: Installation, tmp_path: Path) -> None:
    """No passphrase, no root's key: enrolled, opened again by the same card, issuing, and then read by the keys."""
    (card,) = enrolment.make_cards(made, 1, kept)
    fresh = restored(made, tmp_path / "fresh", card.text)
    assert not fresh.vault.whole
    with pytest.raises(PassphraseNeeded):
        enrolment.make_cards(fresh, 1, kept)
    with pytest.raises(SecretMissing):
        enrolment.enrol_desk(fresh, "Counter 1")
    enrolment.enrol_with_card(fresh, "Casualty", card.text)
    fresh.close()
    state = (tmp_path / "fresh").with_suffix(".state")
    again = enrolment.open_installation(tmp_path / "fresh", card.text, clock=factories.clock(), state=state)
    row = issue(again, 1, "asha")
    again.close()
    assert judge(to_digits(row.payload), made.keys()).outcome is CodeOutcome.GENUINE


def test_a_stick_that_is_attached_opens_with_a_card_that_was_just_made(made: Installation, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    made.ledger.copy_to(stick)
    (card,) = enrolment.make_cards(made, 1, kept)
    custody.restore(stick, tmp_path / "fresh", card.text, clock=factories.clock(), state=tmp_path / "state")
    fresh = enrolment.open_installation(
        tmp_path / "fresh", card.text, clock=factories.clock(), state=tmp_path / "state"
    )
    assert enrolment.enrol_with_card(fresh, "Casualty", card.text).series == 1
    fresh.close()


def test_one_card_in_two_journals_works_in_both_and_is_a_conflict_where_they_meet(
    made: Installation, tmp_path: Path
) -> None:
    (card,) = enrolment.make_cards(made, 1, kept)
    one, two = (restored(made, tmp_path / name, card.text) for name in ("one", "two"))
    rows = []
    for place, (desk, patient) in ((one, ("Casualty", "Sunita Devi")), (two, ("OPD", "Kamla Devi"))):
        enrolment.enrol_with_card(place, desk, card.text)
        rows.append(issue(place, 1, "asha", patient))
    assert rows[0].slip.number == rows[1].slip.number
    for place in (one, two):
        custody.export(place.ledger, tmp_path / "back.parchi")
        assert custody.merge(made.ledger, tmp_path / "back.parchi").conflicts == ()
        place.close()
    (uses,) = cards.used_twice(made.ledger.db())
    assert {use.name for use in uses} == {"Casualty", "OPD"}
    row = queries.slip(made.ledger.db(), rows[0].slip.number)
    assert row is not None
    assert row.conflict
    assert len(queries.digests(made.ledger.db(), row.slip.number)) == 2
    assert {judge(to_digits(each.payload), made.keys()).outcome for each in rows} == {CodeOutcome.GENUINE}


def test_a_desk_that_hears_of_its_rival_issues_nothing_more(made: Installation, tmp_path: Path) -> None:
    (card,) = enrolment.make_cards(made, 1, kept)
    rival = restored(made, tmp_path / "rival", card.text)
    enrolment.enrol_with_card(made, "Casualty", card.text)
    issue(made, 1, "asha")
    enrolment.enrol_with_card(rival, "OPD", card.text)
    custody.export(rival.ledger, tmp_path / "back.parchi")
    rival.close()
    custody.merge(made.ledger, tmp_path / "back.parchi")
    with pytest.raises(CardInTwoPlaces, match="CONFLICT"):
        issue(made, 1, "asha")


def test_the_bar_says_that_a_desk_is_stopped_before_a_form_is_filled_in(made: Installation, tmp_path: Path) -> None:
    (card,) = enrolment.make_cards(made, 1, kept)
    rival = restored(made, tmp_path / "rival", card.text)
    enrolment.enrol_with_card(made, "Casualty", card.text)
    app = create_app(made, factories.hospital())
    try:
        desk = Visitor(app).at_desk()
        assert "CONFLICT" not in desk.get("/").text
        enrolment.enrol_with_card(rival, "OPD", card.text)
        custody.export(rival.ledger, tmp_path / "back.parchi")
        custody.merge(made.ledger, tmp_path / "back.parchi")
        assert "CONFLICT: card 1 was used in two places" in desk.get("/").text
    finally:
        rival.close()
        close(app)


def test_which_name_a_desk_has_does_not_depend_on_who_arrives_first(made: Installation, tmp_path: Path) -> None:
    (card,) = enrolment.make_cards(made, 1, kept)
    places = [restored(made, tmp_path / name, card.text) for name in ("one", "two")]
    for place, name in zip(places, ("Casualty", "OPD"), strict=True):
        enrolment.enrol_with_card(place, name, card.text)
    names = set()
    for order in (places, places[::-1]):
        target = restored(made, tmp_path / f"to-{order[0].ledger.chain}", factories.PASSPHRASE)
        for place in order:
            target.ledger.merge(list(place.ledger.lines()))
        names.add(str(queries.desk(target.ledger.db(), 1)))
        assert target.ledger.rebuild_views()
        target.close()
    assert len(names) == 1
    for place in places:
        place.close()


def test_an_unused_card_that_was_lost_is_revoked(made: Installation, tmp_path: Path) -> None:
    card, other = enrolment.make_cards(made, 2, kept)
    custody.export(made.ledger, tmp_path / "old.parchi")
    old = (tmp_path / "vault.json").read_bytes()
    assert enrolment.revoke(made, 1, "lost on the way") is True
    with pytest.raises(CardRefused):
        enrolment.open_installation(made.folder, card.text, clock=factories.clock())
    with pytest.raises(CardRevoked):
        enrolment.enrol_with_card(made, "Counter 1", card.text)
    assert enrolment.enrol_with_card(made, "Counter 1", other.text).series == 2
    assert queries.desk(made.ledger.db(), 1) is None
    assert old != (made.folder / "vault.json").read_bytes()
    with pytest.raises(SeriesUnknown):
        enrolment.revoke(made, 77, "who knows")


def test_a_card_revokes_too_and_the_passphrase_takes_its_slot_later(made: Installation, tmp_path: Path) -> None:
    card, other = enrolment.make_cards(made, 2, kept)
    enrolment.enrol_with_card(made, "Counter 1", card.text)
    by_card = restored(made, tmp_path / "night", other.text)
    assert enrolment.revoke(by_card, 1, "laptop stolen") is False
    assert enrolment.revoke(by_card, 1, "said again") is False
    assert cards.revoked(by_card.ledger.db())[1].reason == "laptop stolen"
    made.ledger.merge(list(by_card.ledger.lines()))
    by_card.close()
    with pytest.raises(DeskNotUsable):
        made.sign(1)
    enrolment.open_installation(made.folder, card.text, clock=factories.clock()).close()
    assert enrolment.revoke(made, 1, "and its slot") is True
    with pytest.raises(CardRefused):
        enrolment.open_installation(made.folder, card.text, clock=factories.clock())


def run(folder: Path, *words: str, typed: str = "", passphrase: bool = True) -> tuple[int, str]:
    file = folder.parent / "passphrase"
    file.write_text(factories.PASSPHRASE)
    options = ["--data", str(folder), *(["--passphrase-file", str(file)] if passphrase else [])]
    result = CliRunner().invoke(group, [*options, *words], input=typed)
    return result.exit_code, result.output


def texts_of(pdf: Path) -> list[str]:
    """What a scanner types from a file of cards."""
    return [text for page in pictures(pdf.read_bytes()) for _, text, _, _ in codes_in(page)]


def test_the_commands(tmp_path: Path) -> None:
    factories.installation(tmp_path / "data", desks=1).close()
    sheet = tmp_path / "cards.pdf"
    code, told = run(tmp_path / "data", "desk", "cards", "--count", "5", "--out", str(sheet))
    assert code == 0, told
    assert "cards 002 to 006" in told
    texts = texts_of(sheet)
    assert len(texts) == 5
    page = text_of(sheet.read_bytes())
    assert "ONE USE" in page
    assert sorted(texts)[0].split("-")[3] in page
    first, second = sorted(texts)[:2]
    code, told = run(tmp_path / "data", "desk", "enrol", "Casualty", "--card", first, "--json", passphrase=False)
    assert (code, json.loads(told)) == (0, {"series": 2, "name": "Casualty"})
    code, told = run(tmp_path / "data", "desk", "enrol", "OPD", "--card", typed=f"{second}\n", passphrase=False)
    assert code == 0, told
    assert second not in told, "nothing is echoed"
    assert run(tmp_path / "data", "desk", "enrol", "OPD", "--card", second, passphrase=False)[0] == 3
    code, told = run(tmp_path / "data", "desk", "revoke", "6", "--reason", "lost")
    assert code == 0, told
    code, told = run(tmp_path / "data", "desk", "list", "--cards")
    assert "002  used for Casualty" in told
    assert "006  not used  (REVOKED)" in told
    code, told = run(tmp_path / "data", "desk", "list", "--json")
    assert [(each["series"], each["here"]) for each in json.loads(told)] == [(1, True), (2, True), (3, True)]
