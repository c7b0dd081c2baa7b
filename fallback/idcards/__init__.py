"""What patients carry: the codes of their ABHA and Aadhaar cards, read without a network. A rule: no clock, no disk."""

from fallback.idcards import aadhaar, abha
from fallback.idcards.card import CardKind, Check, IdCard
from fallback.idcards.signers import NO_SIGNERS, Signers

__all__ = ["NO_SIGNERS", "CardKind", "Check", "IdCard", "Signers", "aadhaar", "abha"]
