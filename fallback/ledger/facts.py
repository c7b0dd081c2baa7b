"""The kinds of fact a journal line can hold, and the shape of each one's content (JSON values)."""

from enum import StrEnum


class FactKind(StrEnum):
    """What a line says happened. A kind is never renamed or reused: old journals must open for ever.

    Content by kind (a line also names desk series, shift and login where somebody acted):

    - INSTALLATION_MADE `{hospital, root, drill, supervisors}`: who the hospital is: its id, its root's public key, and
      the key that identities are sealed to, in hex (a line without it is older)
    - CHAIN_MERGED `{chain, sequence, head}`: a foreign chain's lines up to here stand verbatim beside ours
    - COPY_BEHIND, COPY_CAUGHT_UP `{sequence, stick, label, gone}`: a second copy stopped, or resumed, following at this
      line; `stick` is the id that lies on it ("": none was ever seen, or of a version that knew one copy only), `label`
      what people call it, `gone` a person's word (why) that it is lost or worn out and nobody waits for it
    - DOWNTIME_STARTED `{reason, drill}`, DOWNTIME_ENDED `{downtime}` (the key of the start line)
    - CARD_MADE `{series, certificate}`: an enrolment card was printed; whoever holds it may enrol a desk with it, once
    - DESK_ENROLLED `{series, name, certificate, machine}`: a desk uses a card, or the root's own word; `machine` is
      the fingerprint of the computer
    - DESK_RETIRED `{series, reason}`; DESK_REVOKED `{series, reason}`: the key is in strange hands: what neither the
      journal nor a shift's sheet knows of it needs a person
    - PASSPHRASE_CHANGED, RECOVERY_KEY_MADE `{parts, needed}`, KEY_PARTED `{key, parts, needed}`, KEY_TAKEN_OUT,
      KEY_PUT_BACK `{key, public}`: what became of the keys that open everything; `key` is root or supervisors; `public`
      is there in a folder made from paper, whose first line could not know it
    - USER_SET `{login, name, role, pin_hash, active, temporary}`: a user as from now on; `temporary`: the PIN was given
      to them, and lets them do nothing but choose their own
    - LOGGED_IN `{from}`: a user entered (who: the line says), at the computer `from`
    - LOGIN_REFUSED `{login, failures, from}`: so many wrong PINs in a row: the login waits there. Login "": all logins
      at that computer, or one that no user has; from "": the login at all computers where it never entered
    - LOGIN_FREED `{login, from}`: a supervisor lifted such waits; "": any login, any computer
    - CLOCK_TOLD `{offset_seconds, source}`: the seconds to be added to the computer's clock, as a person (source
      "person") or a time server told; None: not known
    - IDENTITY_OPENED `{number, reason, allowed_by}`: somebody read who a confidential patient is
    - IDENTITY_RELEASED `{number, seal, sent_as, reason}`: a supervisor lets a sealed slip into the hospital system, as
      `identity` or as `alias`; `number` is the slip that it is sealed in, `seal` marks this identity
    - INDEX_LOADED `{index, rows, left_out, file}`, INDEX_DESTROYED `{index, reason}`: a frozen copy of the hospital's
      patient index came to this machine, or is gone
    - PATIENT_LOOKED_UP `{index, field, found, reason}`: a look into that copy: by which field, and how many were shown
    - EVIDENCE_MADE `{file, sha256, lines, heads, for}`: an export for an investigator or a court
    - LOGS_CLOSED `{day, sha256, lines}`: a day of the access log is complete (`2026-11-26`; `2026-11-26.2` is a second
      file of it); LOGS_DESTROYED `{until, days}`
    - SHIFT_OPENED `{shift, opening_float, notes}`, SHIFT_CLOSED `{shift, counted_cash, notes, note, copies, carrier}`:
      `notes` is the cash by denomination, `{"500": 3}`, empty where only its sum was told; `handed_to`, in the second,
      is the login that took desk and cash over; `copies` are
      the second copies as they stood, each `{stick, label, sequence, at}` (at: when it last had everything, ISO in UTC,
      None when nobody knows); `carrier` is who takes the one away that is taken out, "" for nobody;
      `allowed_by`: a supervisor, or its clerk, said that somebody else may close it and take the desk over
    - SLIP_ISSUED `{slip, receipt, form, prints, card}` + payload: a new number; `slip` is the full record; `prints`:
      its first print is journalled too (a line without it is older, and counts as printed); `card`: with a card
      `payment` `{mode, reference, book}`, or `exemption` (a code) and `waived` (rupees), where money was asked for;
      `overbooked` is why a
      full or closed clinic took the patient; `alike` are the people (numbers, `uhid:`) who stood beside the form and
      were not taken, `asked` `{field, answer}` the question that decided;
      `shown` `{last4, check}` an Aadhaar whose code was scanned: its last digits, and what was known of its signature
    - SLIP_REVISED `{slip, receipt, form, change, prints, card}` + payload: a correction, or a pad filled in; with
      `checked_by` (no shift, no print) a pad that came back, typed in after the outage and read by a second login too.
      Of a confidential patient `sealed_rest` (hex) in both: what else was told, sealed for the supervisors
    - SLIP_VOIDED `{slip, reason, allowed_by, prints, refunds}` + payload of kind void; `refunds` False: a line of its
      own says what was given back (a line without it is older, and gave back what the receipt says)
    - SLIP_REPRINTED `{number, digest, count, printer, card}`: it waits for a printer, or is the browser's (printer "")
    - SLIP_PRINTED `{number, digest, reprint, printer}`: written before the paper can leave; `reprint` is 0 for the
      first print of a version, else the reprint's count; printer "": handed to the browser
    - PRINT_SENT `{number, digest, reprint, printer, job}`: the spooler took it, under this id of its own
    - PRINT_FAILED `{number, digest, reprint, printer, reason}`: nothing left this machine: the same may be tried again
    - PRINT_LOST `{number, digest, reprint, printer}`: a person looked and no paper came out: what follows is a reprint
    - PRINT_DONE `{number, digest, reprint, printer}`: the spooler, or a person, says that the paper came out
    - SHEET_PRINTED `{number, sheet, count, last_tube}`: a sheet of a slip was made, for the `count`-th time; stickers
      up to `last_tube` (else 0)
    - SLIP_READ `{slip, cut, revoked}` + payload: a record that only the paper had; `revoked`: its key is in strange
      hands, and nothing vouches for it
    - STATEMENT_READ `{statement, digest, revoked, vouched}` + payload: a signed paper that is no slip; `statement` is
      its record; `revoked`: as above, it counts for nothing until there is a line with `vouched`: a person knows the
      hands that signed it, or the journal knew all that it says. Without either word nobody doubted it there
    - SLIP_JUDGED `{number, digest, aside, reason}`: of versions that contradict each other this one stands, a person
      says, on those that it replaced; `aside` are the others by their digests
    - PADS_PRINTED `{series, first, count, payloads, issued_to}`: numbered blanks for a ward or counter; payloads in hex
    - NUMBER_UNUSED, NUMBER_SPOILED, NUMBER_MISSING `{number, reason}`: what became of a number without content;
      NUMBER_REOPENED `{number, reason}` takes it back
    - PAGES_STORED `{batch, file, pages}`: pages of a file, each `[page, picture]`, taken into a batch before any was
      read; `picture` is the SHA-256 (hex) of the picture file that the page store keeps, where the page has one
    - PAGE_ACCEPTED `{batch, file, page, picture, outcome, codes, problem, trouble, suggested, forms}`: one scanned
      page, read; `problem` is English, `trouble` the same failure as `{kind, values}`.
      Each code is `{outcome, number, digest}`; each form `{place, form, sure, marks}`: `place` is its code's, `marks`
      names each box that is not empty, `ticked` or `doubtful`; `suggested` is a printed number that a machine believes
      to see
    - PAGE_DECIDED `{picture, decision, reason, number, marks}`: what a person said about a page that needed eyes;
      `number` is whose page it is, `marks` what each doubtful box says, by the place of its form
    - PAGE_REOPENED `{picture, reason}`: what was decided about a page, or entered from it, is taken back
    - PAD_ENTERED `{picture, number, step, fields}`: what one person read on a pad; its number gets content when two
      agree. `step` is first (all fields), second (what identifies a person, by another login) or chosen (of the two)
    - VISIT_SEEN `{number, outcome, clinic, room}`: at the room's door: seen or not_seen (a line without a clinic is
      older, or said of the slip and not in a room)
    - VISIT_CALLED `{number, clinic, room}`: the room calls for its next patient; VISIT_PUT_BACK `{number, clinic, room,
      reason}`: back among those who wait; both hold while the visit is that clinic's. VISIT_PLACED `{number, unit,
      room}`: a department's counter says where the visit goes
    - ROSTER_SET `{clinic, day, sits, room, unit, cap, reason}`: a supervisor's word for one day; None: as in
      hospital.toml. CLINIC_SWITCHED `{clinic, back, reason}`: the clinic is back on the hospital's own system, or not
    - SERVICE_DONE `{number, digest, counter, what, again}`: a counter (laboratory, pharmacy) did this for the slip of
      this digest ("": only the number was read); `again`: once more, knowing that it was done there already.
      SERVICE_UNDONE `{number, counter, what, reason, again}` takes one of them back
    - FEE_SETTLED `{number, receipt, rupees, payment}`: what was to be paid later is paid; FEE_REFUNDED
      `{number, receipt, rupees, reason, allowed_by}`, back the way it came; CASH_BANKED `{shift, rupees, drawer, bank,
      challan}`: `drawer`, out of the drawer while the shift was open; else of what was counted
    - STAY_MOVED `{number, ward, bed, unit, at}`: the patient of an admission slip lies elsewhere; STAY_ENDED
      `{number, how, at, note}`: discharged, lama, absconded or died; STAY_REOPENED `{number, reason}`
    - PATIENTS_LINKED `{number, to, reason}`: the patient of this slip is the one of `to` (a slip number, or `uhid:`)
    - PICTURES_EXPORTED `{count, form}`: pictures left this house, as a folder or as FHIR documents
    - PICTURES_DESTROYED `{pictures, reason}`: written before the pictures are removed from the store
    - MATCHER_LEARNT `{index, slips, model}`: what a run of the matcher worked out from so many slips by itself: the
      shares of levels for one person, kin and strangers, and the chances from which it may decide
    - SLIP_MATCHED `{number, digest, whose, index, outcome, to, chance, reasons, others, sample}`: what the matcher says
      of the person of this version: `same` as `to`, `new`, or `ask` a person; `to` is `uhid:` or a slip number, `whose`
      what that slip said then (its digest), `reasons` are `[field, {says, values}, bits]`, `others` the next likely
      ones as `[to, chance]`; `sample`: a person checks it although it is sure
    - MATCH_DECIDED `{number, digest, whose, to, decision, reason, shown, sample, risky, risks, over}`: a person says
      `same` (as `to`), `new` or `ask` (somebody must ask the patient); `shown` are the people who stood beside it;
      `sample`: the matcher was sure; `risky`: for the `risks` it counts when a second person agrees. MATCH_CHECKED
      `{number, to, decision, agrees, over}`: that one. MATCH_REOPENED `{number, reason, over}` takes both back. `over`
      are the stamps of the words that its office knew and that counted; a line without it goes over all before it
    - UHID_SEEN `{uhid, number, by_card}`: this slip's patient had this UHID, on a card that was seen or in the index
    - TARGET_PINNED `{target, url, software, fingerprint, certificate, organisation, pages}`: the hospital system as it
      showed itself; `pages`: it is sent pictures
    - TARGET_CHECKED `{target, point, answer, note}`: a supervisor answers for one point of the check list before the
      first slip (SMS, queue, billing, ABDM linking, the past date); the newest answer of a point counts
    - CANARY_CONFIRMED `{target, numbers, note}`: a person looked at the first slips in the system, and they are right;
      without numbers: what was confirmed counts no more, for the system is another one now
    - IMPORT_PAUSED, IMPORT_RESUMED `{target, reason}`: nothing leaves for this target until it is resumed
    - SLIP_APPROVED `{number, revision, target, hold}`: it may be sent; `hold`: although it was held for this
    - SLIP_DEFERRED `{number, revision, target, reason}`: it waits for the patient to return, and is registered then
      at a live counter; an approval takes it back
    - SLIP_SENDING `{number, revision, target, run, person, told, hold}`: written before the request leaves; `run` is
      the run that sends it, `person` who it is sent as (`uhid:` or a slip number), `told` as below, `hold` as above
    - SLIP_CONFIRMED `{number, revision, target, patient, encounter, uhid, created, told, linked}`: the target has it,
      as read back; `told` is what it was told of what became of the visit (a line with `stay` instead is older);
      "-": its way takes none of that; `linked`:
      it was there already, typed by hand, and a person said that it is this slip's
    - `evidence`, in SLIP_CONFIRMED, SLIP_HELD and SLIP_FAILED: the SHA-256 of a picture of the target's own page
    - SLIP_HELD, SLIP_FAILED `{number, revision, target, reason, hold}`: a person decides (`hold`: the kind of reason);
      the target's own words
    - REPAIR_OPENED `{number, target, wrong, right, reason, sent, steps}`: a slip was sent under the wrong person: both,
      what was sent, and the target's own steps to take it apart; REPAIR_TOLD `{number, target, who, note}`: who was
      told; REPAIR_CLOSED `{number, target, note, uhid, patient, revision}`: it is confirmed there, under this patient
    - CROSSWALK_GIVEN `{department, target, form, count, sha256, until}`: which slip became which UHID, handed to a
      department up to these ends of the chains (`{chain: sequence}`); CROSSWALK_RECEIVED `{department, sha256,
      receipt}`: they said that they have it
    - OUTCOME_CLOSED `{number, reason}`: nobody knows whether the patient was seen, and nobody will
    - ACCOUNT_CLOSED `{target, sha256, heads, note, figures}`: the account was signed; `figures` marks all that it says,
      for whoever looks whether something came after; ACCOUNT_REOPENED `{target, reason}`
    - KIT_BUILT `{sums, version, index}`: a stick was made from this journal; `sums` marks its files, `index` that of
      its patient index ("": without)
    - SELF_CHECKED `{points, computer, kit}`: the monthly check: each point's name and `green`, `amber` or `red`, on
      which named computer, with which kit (its `sums`)
    - PRACTISED `{day, counter, people, scenes, minutes, score, code, kind}`: staff practised; `scenes` is `{name:
      [steps done, steps due]}`; `kind` is drill, paper or outage; `code` marks the certificate: it counts once
    - SHEETS_TOLD `{sheets}`: so many sheets lie at this desk now; ECONOMY_SET `{on}`: this desk saves paper from now on
    """

    INSTALLATION_MADE = "installation_made"
    CHAIN_MERGED = "chain_merged"
    COPY_BEHIND = "copy_behind"
    COPY_CAUGHT_UP = "copy_caught_up"
    DOWNTIME_STARTED = "downtime_started"
    DOWNTIME_ENDED = "downtime_ended"
    DESK_ENROLLED = "desk_enrolled"
    DESK_RETIRED = "desk_retired"
    DESK_REVOKED = "desk_revoked"
    CARD_MADE = "card_made"
    PASSPHRASE_CHANGED = "passphrase_changed"  # noqa: S105 - the name of a fact
    RECOVERY_KEY_MADE = "recovery_key_made"
    KEY_PARTED = "key_parted"
    KEY_TAKEN_OUT = "key_taken_out"
    KEY_PUT_BACK = "key_put_back"
    USER_SET = "user_set"
    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    LOGIN_FREED = "login_freed"
    CLOCK_TOLD = "clock_told"
    IDENTITY_OPENED = "identity_opened"
    IDENTITY_RELEASED = "identity_released"
    INDEX_LOADED = "index_loaded"
    INDEX_DESTROYED = "index_destroyed"
    PATIENT_LOOKED_UP = "patient_looked_up"
    EVIDENCE_MADE = "evidence_made"
    LOGS_CLOSED = "logs_closed"
    LOGS_DESTROYED = "logs_destroyed"
    SHIFT_OPENED = "shift_opened"
    SHIFT_CLOSED = "shift_closed"
    SLIP_ISSUED = "slip_issued"
    SLIP_REVISED = "slip_revised"
    SLIP_VOIDED = "slip_voided"
    SLIP_REPRINTED = "slip_reprinted"
    SLIP_PRINTED = "slip_printed"
    PRINT_SENT = "print_sent"
    PRINT_FAILED = "print_failed"
    PRINT_LOST = "print_lost"
    PRINT_DONE = "print_done"
    SHEET_PRINTED = "sheet_printed"
    SLIP_READ = "slip_read"
    STATEMENT_READ = "statement_read"
    SLIP_JUDGED = "slip_judged"
    PADS_PRINTED = "pads_printed"
    NUMBER_UNUSED = "number_unused"
    NUMBER_SPOILED = "number_spoiled"
    NUMBER_MISSING = "number_missing"
    NUMBER_REOPENED = "number_reopened"
    PAGES_STORED = "pages_stored"
    PAGE_ACCEPTED = "page_accepted"
    PAGE_DECIDED = "page_decided"
    PAGE_REOPENED = "page_reopened"
    PAD_ENTERED = "pad_entered"
    VISIT_SEEN = "visit_seen"
    VISIT_CALLED = "visit_called"
    VISIT_PUT_BACK = "visit_put_back"
    VISIT_PLACED = "visit_placed"
    ROSTER_SET = "roster_set"
    CLINIC_SWITCHED = "clinic_switched"
    SERVICE_DONE = "service_done"
    SERVICE_UNDONE = "service_undone"
    FEE_SETTLED = "fee_settled"
    FEE_REFUNDED = "fee_refunded"
    CASH_BANKED = "cash_banked"
    STAY_MOVED = "stay_moved"
    STAY_ENDED = "stay_ended"
    STAY_REOPENED = "stay_reopened"
    PATIENTS_LINKED = "patients_linked"
    PICTURES_EXPORTED = "pictures_exported"
    PICTURES_DESTROYED = "pictures_destroyed"
    TARGET_PINNED = "target_pinned"
    SLIP_APPROVED = "slip_approved"
    SLIP_SENDING = "slip_sending"
    SLIP_CONFIRMED = "slip_confirmed"
    SLIP_HELD = "slip_held"
    SLIP_FAILED = "slip_failed"
    MATCHER_LEARNT = "matcher_learnt"
    SLIP_MATCHED = "slip_matched"
    MATCH_DECIDED = "match_decided"
    MATCH_CHECKED = "match_checked"
    MATCH_REOPENED = "match_reopened"
    UHID_SEEN = "uhid_seen"
    TARGET_CHECKED = "target_checked"
    CANARY_CONFIRMED = "canary_confirmed"
    IMPORT_PAUSED = "import_paused"
    IMPORT_RESUMED = "import_resumed"
    SLIP_DEFERRED = "slip_deferred"
    REPAIR_OPENED = "repair_opened"
    REPAIR_TOLD = "repair_told"
    REPAIR_CLOSED = "repair_closed"
    CROSSWALK_GIVEN = "crosswalk_given"
    CROSSWALK_RECEIVED = "crosswalk_received"
    OUTCOME_CLOSED = "outcome_closed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    KIT_BUILT = "kit_built"
    SELF_CHECKED = "self_checked"
    PRACTISED = "practised"
    SHEETS_TOLD = "sheets_told"
    ECONOMY_SET = "economy_set"
