"""Every page and each of the four roles: who may use it is written down here, so that a new page must be, too."""

import re

import pytest
from flask import Flask

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.web import access
from tests import factories
from tests.web.visitor import Visitor

LOGINS = {
    Role.CLERK: "asha",
    Role.SUPERVISOR: "meena",
    Role.RECORDS: "ravi",
    Role.AUDITOR: "anil",
    Role.COUNTER: "lata",
}
LETTERS = {Role.CLERK: "C", Role.SUPERVISOR: "S", Role.RECORDS: "R", Role.AUDITOR: "A", Role.COUNTER: "K"}
NOBODY = "public"

# Clerk, Supervisor, Records officer, Auditor, Kounter; or everybody, logged in or not.
MAY = {
    "computers.alive": "public",
    "computers.call": "S",
    "computers.computers": "S",
    "computers.end_invitation": "S",
    "computers.invite": "S",
    "enrolment.cards": "S",
    "enrolment.choose_language": "public",
    "enrolment.choose_look": "public",
    "enrolment.enrol_desk": "S",
    "enrolment.free_login": "S",
    "enrolment.lock_screen": "public",
    "enrolment.log_in": "public",
    "enrolment.log_out": "public",
    "enrolment.new_pin": "S",
    "enrolment.own_pin": "CSRAK",
    "enrolment.retire_desk": "S",
    "enrolment.revoke": "S",
    "enrolment.set_active": "S",
    "enrolment.set_user": "S",
    "enrolment.stay_awake": "CSRAK",
    "enrolment.users": "SA",
    "frontdesk.admit": "CS",
    "frontdesk.admit_from": "CS",
    "frontdesk.alike": "CS",
    "frontdesk.alike_page": "CS",
    "frontdesk.bank": "S",
    "frontdesk.board": "public",
    "frontdesk.box_sheet": "S",
    "frontdesk.bring_back": "CS",
    "frontdesk.call_next": "CSK",
    "frontdesk.casualty": "CS",
    "frontdesk.casualty_sheet": "CS",
    "frontdesk.census": "CSRAK",
    "frontdesk.census_csv": "CSRAK",
    "frontdesk.census_sheet": "CSRAK",
    "frontdesk.change_stay": "CSK",
    "frontdesk.check_page": "CS",
    "frontdesk.check_result": "CS",
    "frontdesk.choose_counter": "CSK",
    "frontdesk.choose_room": "CSK",
    "frontdesk.clinic": "S",
    "frontdesk.clinics": "SA",
    "frontdesk.close_shift": "CS",
    "frontdesk.correct": "CS",
    "frontdesk.correct_admission": "CS",
    "frontdesk.counter": "CSK",
    "frontdesk.counter_slip": "CSK",
    "frontdesk.counter_stickers": "CSK",
    "frontdesk.day_picture": "SA",
    "frontdesk.day_sheets": "S",
    "frontdesk.desk": "CSRAK",
    "frontdesk.desk_card": "S",
    "frontdesk.do_service": "CSK",
    "frontdesk.done_twice": "SRA",
    "frontdesk.end_downtime": "S",
    "frontdesk.fill_pad": "CS",
    "frontdesk.find": "CS",
    "frontdesk.find_picture": "CS",
    "frontdesk.forget_typed": "CS",
    "frontdesk.hand_over": "CS",
    "frontdesk.identify": "CS",
    "frontdesk.identity": "CSR",
    "frontdesk.incident_sheet": "S",
    "frontdesk.index": "CS",
    "frontdesk.issued": "CS",
    "frontdesk.judge": "SR",
    "frontdesk.keep_typed": "CS",
    "frontdesk.keys": "CSRAK",
    "frontdesk.list_districts": "CS",
    "frontdesk.list_hindi": "CS",
    "frontdesk.list_localities": "CS",
    "frontdesk.list_pin": "CS",
    "frontdesk.lookers": "SA",
    "frontdesk.mark_seen": "CSR",
    "frontdesk.money": "S",
    "frontdesk.new": "CS",
    "frontdesk.newborn": "CS",
    "frontdesk.next_visit": "CS",
    "frontdesk.opd_census": "SRA",
    "frontdesk.opd_register": "S",
    "frontdesk.open_shift": "CS",
    "frontdesk.openings": "SA",
    "frontdesk.overview": "S",
    "frontdesk.paper": "CS",
    "frontdesk.paper_left": "CS",
    "frontdesk.personal_data_sheet": "S",
    "frontdesk.place_visit": "CSK",
    "frontdesk.poster": "S",
    "frontdesk.print_pads": "S",
    "frontdesk.print_round": "CS",
    "frontdesk.print_slip": "CS",
    "frontdesk.prints_page": "CS",
    "frontdesk.read_at_counter": "CSK",
    "frontdesk.read_in_room": "CSK",
    "frontdesk.refund": "CS",
    "frontdesk.register": "CS",
    "frontdesk.register_sheets": "S",
    "frontdesk.release": "S",
    "frontdesk.reopen_stay": "CSK",
    "frontdesk.reprint": "CS",
    "frontdesk.room": "CSK",
    "frontdesk.round_sheet": "CSK",
    "frontdesk.settle": "CS",
    "frontdesk.run_check": "CS",
    "frontdesk.save_paper": "CS",
    "frontdesk.sheets": "S",
    "frontdesk.shift_paper": "CSRA",
    "frontdesk.shift_sheet": "CSRA",
    "frontdesk.slip": "CSRAK",
    "frontdesk.slip_sheet": "CS",
    "frontdesk.stand_in_room": "CSK",
    "frontdesk.start_downtime": "S",
    "frontdesk.stock_list": "CS",
    "frontdesk.stay": "CSK",
    "frontdesk.switch_clinic": "S",
    "frontdesk.take_alike": "CS",
    "frontdesk.take_fee": "CS",
    "frontdesk.take_from_index": "CS",
    "frontdesk.tell_of_visit": "CSK",
    "frontdesk.tell_sheets": "CS",
    "frontdesk.test_sheet": "CS",
    "frontdesk.undo_service": "CSK",
    "frontdesk.unidentified": "CS",
    "frontdesk.void": "CS",
    "frontdesk.ward": "CSK",
    "frontdesk.ward_round": "CS",
    "frontdesk.wards": "CSK",
    "frontdesk.wristbands": "CSK",
    "practice.add_by_hand": "S",
    "practice.add_certificate": "S",
    "practice.begin": "public",
    "practice.certificate": "public",
    "practice.duties": "SA",
    "practice.go_on": "public",
    "practice.leave": "public",
    "practice.practice_page": "SA",
    "practice.practise": "public",
    "practice.scans": "CSR",
    "recovery.account": "SRA",
    "recovery.account_json": "SRA",
    "recovery.account_pdf": "SRA",
    "recovery.answer_marks": "SR",
    "recovery.answer_point": "S",
    "recovery.approve": "SR",
    "recovery.approve_short": "CSR",
    "recovery.batch": "SRA",
    "recovery.batch_list": "SRA",
    "recovery.camera": "SRK",
    "recovery.checklist": "SRA",
    "recovery.choose_system": "SRA",
    "recovery.choose": "SR",
    "recovery.close_account": "S",
    "recovery.close_repair": "SR",
    "recovery.close_visits": "S",
    "recovery.closed_account": "SRA",
    "recovery.closing": "SRA",
    "recovery.confirm_canary": "S",
    "recovery.confirm_short": "S",
    "recovery.crosswalk": "SRA",
    "recovery.crosswalk_pdf": "SRA",
    "recovery.crosswalk_stickers": "SRA",
    "recovery.cutout": "SRA",
    "recovery.decide_item": "SR",
    "recovery.declare": "SR",
    "recovery.defer": "SR",
    "recovery.enter": "SR",
    "recovery.enter_again": "SR",
    "recovery.find_said": "SRA",
    "recovery.finish": "SR",
    "recovery.give_back": "CSR",
    "recovery.give_crosswalk": "SR",
    "recovery.go_on": "SR",
    "recovery.hand_in": "SR",
    "recovery.hold": "SR",
    "recovery.hold_review": "SR",
    "recovery.import_by_hand": "SR",
    "recovery.import_list": "SRA",
    "recovery.import_plan": "SR",
    "recovery.import_plan_file": "SR",
    "recovery.imports": "SRA",
    "recovery.item": "SR",
    "recovery.leave": "SR",
    "recovery.leave_review": "SR",
    "recovery.link_visit": "SR",
    "recovery.look_there": "SR",
    "recovery.make_table": "SR",
    "recovery.next_item": "SR",
    "recovery.next_review": "SR",
    "recovery.overview": "SRA",
    "recovery.pages": "SRA",
    "recovery.pause_import": "SR",
    "recovery.photo": "SRK",
    "recovery.picture": "SRA",
    "recovery.put_aside": "CSR",
    "recovery.receive_crosswalk": "SR",
    "recovery.reopen_account": "S",
    "recovery.repair": "SRA",
    "recovery.repair_order": "SRA",
    "recovery.repairs": "SRA",
    "recovery.resume_import": "S",
    "recovery.returned_there": "SR",
    "recovery.review": "SR",
    "recovery.review_calls": "SR",
    "recovery.review_said": "SRA",
    "recovery.reviews": "SRA",
    "recovery.say_review": "SR",
    "recovery.see_uhid": "SR",
    "recovery.send_short": "CSR",
    "recovery.set_right": "SR",
    "recovery.short": "CSR",
    "recovery.skip": "SR",
    "recovery.skip_review": "SR",
    "recovery.start_import": "SR",
    "recovery.start_match": "SR",
    "recovery.stop_batch": "SR",
    "recovery.stop_import": "SR",
    "recovery.stop_match": "SR",
    "recovery.stop_short": "CSR",
    "recovery.table_file": "SR",
    "recovery.tables": "SR",
    "recovery.take": "SR",
    "recovery.take_back_review": "SR",
    "recovery.take_photo": "SRK",
    "recovery.take_review": "SR",
    "recovery.take_table_back": "SR",
    "recovery.tell_repair": "SR",
    "recovery.try_scanner": "CSR",
    "recovery.type_next": "CSR",
    "recovery.typed": "CSR",
    "recovery.typing": "CSR",
    "recovery.uhids": "SRA",
    "recovery.uhids_csv": "SR",
    "recovery.undo": "SR",
    "recovery.undo_review": "SR",
    "recovery.want_reviews": "SR",
    "static": "public",
    "trust.certificate": "public",
    "trust.steps": "public",
}
# What an auditor may send: their own login, PIN and language. Nothing of it touches the record.
OF_ONES_OWN = {"choose_language", "choose_look", "choose_system", "lock_screen", "log_in", "log_out", "own_pin"}
OF_ONES_OWN |= {"begin", "go_on", "leave"}  # of a guided drill: there is no such page in a real installation
REFUSED = "may not use this page"


def test_every_page_says_who_may_use_it_and_so_does_this_table(app: Flask) -> None:
    said = {}
    for rule in app.url_map.iter_rules():
        asked = access.stated_by(app.view_functions[rule.endpoint])
        roles = "".join(letter for role, letter in LETTERS.items() if role in (asked.roles or ()))
        said[rule.endpoint] = NOBODY if asked.public else roles
    assert said == MAY


def path_of(rule: str) -> str:
    """An address of a page, with some value in each of its places."""
    return re.sub(r"<\w+>", "x", re.sub(r"<path:\w+>|<slip:\w+>", "00100000114", re.sub(r"<int:\w+>", "1", rule)))


@pytest.mark.parametrize("role", LOGINS)
def test_the_gate_holds_every_role_to_it(role: Role, app: Flask, installation: Installation) -> None:
    enrolment.set_user(installation.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
    enrolment.set_user(installation.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
    visitor = Visitor(app)
    visitor.log_in(LOGINS[role])
    for rule in app.url_map.iter_rules():
        asked = access.stated_by(app.view_functions[rule.endpoint])
        may = asked.public or role in (asked.roles or ())
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            # Without our proof in it, nothing that is sent changes anything: only the gate is asked.
            answer = visitor.client.open(path_of(rule.rule), method=method)
            refused = answer.status_code == 403 and REFUSED in answer.get_data(as_text=True)
            assert refused is not may, f"{method} {rule.rule} as {role}"
            answer.close()


def test_an_auditor_can_send_nothing_that_touches_the_record(app: Flask) -> None:
    sent = {
        rule.endpoint.rpartition(".")[2]
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and (MAY[rule.endpoint] == NOBODY or "A" in MAY[rule.endpoint])
    }
    assert sent == OF_ONES_OWN
