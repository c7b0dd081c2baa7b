"""HL7 v2.5 over MLLP: one slip, one message, repeated byte for byte until it is answered; every remark is read."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fallback.ehospital import Abilities, Acknowledgement, Found, Hold, Outcome, TargetIdentity, asked
from fallback.ehospital.fhir.resources import temporary_number
from fallback.ehospital.hl7 import messages
from fallback.ehospital.hl7.text import Answer
from fallback.ehospital.hl7.wire import PAUSES, MllpWire
from fallback.episode import Known
from fallback.errors import ParchiError, Sentence, TargetNotAllowed
from fallback.hospital import Hospital, Target
from fallback.slip import Slip

# HL7 table 0357: what is wrong with the connection itself, and will be with every message.
_NEVER = frozenset({"200", "201", "202", "203"})
_REPEATED = "MSH-10"  # what a remark is about that says: I have this message already
_CONTROL = 9  # where MSH-10 stands between the separators


class Hl7Connector:
    """A receiver of ADT messages. It cannot be asked what it has: that it keys visits by PV1-19 is tried beforehand
    (docs/targets/hl7.md). Drill slips go as training (MSH-11 T), to test systems only.
    """

    def __init__(
        self,
        target: Target,
        hospital: Hospital,
        *,
        authority: Path | None = None,
        timeout: float = 30.0,
        pauses: tuple[float, ...] = PAUSES,
        **more: Any,
    ) -> None:
        """`authority` is a file with the hospital's certificate authority. Raises TargetAnswersOddly as MllpWire."""
        self._target, self._hospital = target, hospital
        self._wire = MllpWire(target.url, authority=authority, timeout=timeout, pauses=pauses, **more)

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    @property
    def abilities(self) -> Abilities:
        """It takes everything and can be asked nothing."""
        steps = (
            Sentence("In the hospital's system, open the visit by the slip number and move it to the right patient."),
            Sentence("If it cannot move a visit: cancel it there, register it again under the right patient by hand."),
            Sentence("If two patients were joined (A40): ask the maker of the receiving system to part them (A37)."),
        )
        return Abilities(finds=False, unlink=steps)

    def close(self) -> None:
        """Lets go of the connection."""
        self._wire.close()

    def identify(self) -> TargetIdentity:
        """What is known of a receiver that cannot be asked: where it is, its certificate, and whom the messages name.

        Raises TargetUnreachable or TargetChanged.
        """
        self._wire.reach()
        named = f"{self._target.url}|{self._target.database}|{self._target.organisation}"
        return TargetIdentity(
            url=self._target.url,
            software="HL7 v2.5",
            fingerprint=hashlib.sha256(named.encode()).hexdigest(),
            certificate=self._wire.certificate,
            organisation=self._target.organisation,
        )

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot be sent as it is; "" when it can."""
        if reason := asked.objection(slip, self._target, self._hospital, messages.CLASSES):
            return reason
        if not messages.time_of(slip):
            return Sentence("The system wants to know when the patient came, and the slip does not say. Correct it.")
        return ""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """The message that a new slip would be sent as, line by line."""
        return {"message": messages.register(slip, self._hospital, self._target).split("\r")[:-1]}

    def find(self, slip: Slip) -> Found | None:  # noqa: ARG002 - nobody can be asked
        """Nobody can be asked: the same message is sent again instead."""
        return None

    def typed(self, slip: Slip) -> tuple[Found, ...]:  # noqa: ARG002 - nobody can be asked
        """Nobody can be asked."""
        return ()

    def link(self, slip: Slip, found: Found) -> Acknowledgement:  # noqa: ARG002 - it cannot
        """This way cannot: the number is written onto the visit by hand."""
        why = Sentence("This way cannot change a visit that somebody typed. Write the slip number onto it by hand.")
        return Acknowledgement(outcome=Outcome.HELD, hold=Hold.TYPED_BY_HAND, reason=why)

    def confirm(self, slip: Slip, found: Found) -> Acknowledgement:  # noqa: ARG002 - nobody can be asked
        """Sends the registration again: a receiver that has it answers as it did."""
        return self.send(slip)

    def send(self, slip: Slip) -> Acknowledgement:
        """ADT^A04. Also a repetition after a lost answer is this same message, under its own control id."""
        return self._say(slip, messages.register(slip, self._hospital, self._target))

    def update(self, slip: Slip, before: Slip) -> Acknowledgement:
        """ADT^A08; before it A40, where a person decided by now whose visit it is."""
        change = messages.change(slip, self._hospital, self._target)
        if (slip.uhid, slip.person) == (before.uhid, before.person):
            return self._say(slip, change)
        if before.uhid or not slip.uhid or asked.known_by(slip) is not Known.PERSON:
            why = Sentence("The correction says that it is another patient. Change it in the system by hand.")
            return Acknowledgement(outcome=Outcome.HELD, reason=why)
        joined = self._say(slip, messages.join(slip, self._target))
        return joined if joined.outcome is not Outcome.CREATED else self._say(slip, change)

    def withdraw(self, slip: Slip) -> Acknowledgement:
        """ADT^A11."""
        answer = self._say(slip, messages.cancel(slip, self._hospital, self._target))
        if answer.outcome is not Outcome.HELD:
            return answer
        why = Sentence("The slip is void and the system did not take its visit back. Take it back by hand.")
        return replace(answer, reason=why)

    def _say(self, slip: Slip, message: str) -> Acknowledgement:
        try:
            if slip.drill and not self._target.test:
                raise TargetNotAllowed(url=self._target.url, why="it is not marked as a test system")
            answer = self._wire.say(message, message.split("|", _CONTROL + 1)[_CONTROL])
            return self._meant(slip, answer)
        except ParchiError as error:
            return Acknowledgement(outcome=Outcome.UNREACHABLE, reason=str(error), error=error)

    def _meant(self, slip: Slip, answer: Answer) -> Acknowledgement:
        """What an answer says of the slip. An AA with a remark is none: what it dropped, nobody would miss."""
        words = answer.words or "-"
        if self._target.organisation and answer.facility not in ("", self._target.organisation):
            said = Sentence("its answer comes from another organisation ({said})", said=answer.facility[:60])
            raise self._wire.odd(said)
        known = any(each.place == _REPEATED for each in answer.remarks)
        remarks = [each for each in answer.remarks if each.severity != "I" and each.place != _REPEATED]
        if answer.code == "AR" and any(each.code in _NEVER for each in answer.remarks):
            raise self._wire.odd(Sentence("it takes no messages of this kind from us ({code})", code=_codes(answer)))
        if answer.code == "AR":
            raise self._wire.unreachable(Sentence("it takes no messages now ({code})", code=_codes(answer)))
        if answer.code == "AE":
            why = Sentence("The system refused the slip ({status}): {words}", status=answer.code, words=words)
            return Acknowledgement(outcome=Outcome.FAILED, reason=why)
        if answer.code != "AA":
            raise self._wire.odd(Sentence("its answer is no HL7 acknowledgement"))
        number, patient = slip.number.text, slip.uhid or temporary_number(slip)
        if remarks:
            why = Sentence("The system took the slip, but not all of it: {words}. Look there.", words=words)
            return Acknowledgement(
                outcome=Outcome.HELD, patient=patient, encounter=number, reason=why, hold=Hold.DIFFERS
            )
        outcome = Outcome.ALREADY_THERE if known else Outcome.CREATED
        return Acknowledgement(outcome=outcome, patient=patient, encounter=number, uhid=slip.uhid)


def _codes(answer: Answer) -> str:
    """What it says by table 0357: its words may name a patient, and this goes into logs."""
    return ", ".join(dict.fromkeys(each.code for each in answer.remarks if each.code.isalnum())) or answer.code
