"""Parchi keeps a hospital's registration running when its computers are dead, and gives everything back afterwards.

The rooms: slip, statement, hospital, downtime, names, keys, vault, language, settings are the nouns; payload, reconcile
and census are rules without a clock, a disk or chance; ledger, printing, scanning and ehospital are the edges, each
with one library of its own; frontdesk (during), recovery (after), custody (the journal's keeping) and enrolment (keys,
desks, users) are the acts; web and cli are the doors; rehearsal is the drill. Imports go downwards only
(docs/architecture.md, tests/test_house.py).
"""

__version__ = "1.0.0"
