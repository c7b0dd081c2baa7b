"""The journal's tables, made and changed by numbered steps that are only ever added to.

When `views.py` changes a table, or what a fold writes, add a step that calls `fold_again`.
"""

from sqlite_utils import Database, Migrations

from fallback.ledger import chains, views

migrations = Migrations("ledger")

# `text` is the line; `fact`, `at` and `local` are read out of it by SQLite, so they cannot differ from it.
_JOURNAL = (
    """CREATE TABLE chain (id TEXT PRIMARY KEY, own INTEGER NOT NULL CHECK (own IN (0, 1)),
    sequence INTEGER NOT NULL, head BLOB NOT NULL CHECK (length(head) = 32)) STRICT""",
    "CREATE UNIQUE INDEX chain_own ON chain (own) WHERE own = 1",
    """CREATE TABLE line (place INTEGER PRIMARY KEY AUTOINCREMENT, chain TEXT NOT NULL REFERENCES chain (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0), hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    text TEXT NOT NULL CHECK (text ->> '$.chain' = chain AND text ->> '$.sequence' = sequence),
    fact TEXT NOT NULL GENERATED ALWAYS AS (text ->> '$.fact') VIRTUAL,
    at TEXT NOT NULL GENERATED ALWAYS AS (text ->> '$.at') VIRTUAL,
    local TEXT NOT NULL GENERATED ALWAYS AS (text ->> '$.local') VIRTUAL,
    UNIQUE (chain, sequence)) STRICT""",
    """CREATE INDEX line_keeping ON line (chain, sequence)
    WHERE fact IN ('chain_merged', 'copy_behind', 'copy_caught_up')""",
    """CREATE TRIGGER line_chained BEFORE INSERT ON line
    WHEN NEW.text ->> '$.previous' IS NOT (SELECT lower(hex(head)) FROM chain
        WHERE id = NEW.chain AND sequence = NEW.sequence - 1)
    BEGIN SELECT RAISE(ABORT, 'the line does not follow the head of its chain'); END""",
    "CREATE TRIGGER line_kept BEFORE UPDATE ON line BEGIN SELECT RAISE(ABORT, 'a line is never changed'); END",
    "CREATE TRIGGER line_held BEFORE DELETE ON line BEGIN SELECT RAISE(ABORT, 'a line is never deleted'); END",
    """CREATE TRIGGER chain_kept BEFORE UPDATE ON chain
    WHEN NEW.id <> OLD.id OR NEW.own > OLD.own OR NOT (NEW.sequence = OLD.sequence + 1
        OR (NEW.own < OLD.own AND NEW.sequence = OLD.sequence AND NEW.head = OLD.head))
    BEGIN SELECT RAISE(ABORT, 'a chain only grows, line by line'); END""",
    "CREATE TRIGGER chain_held BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'a chain is never deleted'); END",
)


@migrations()
def journal_1(db: Database) -> None:
    """The chains, their lines, and the views of them."""
    for statement in _JOURNAL:
        db.execute(statement)
    views.create(db)


@migrations()
def journal_2(db: Database) -> None:
    """What became of each print, to whom pads were issued, and what the papers that are no slips say."""
    fold_again(db)


@migrations()
def journal_3(db: Database) -> None:
    """Where a shift's closing line stands, and the day of a desk's enrolment: sheets name them."""
    fold_again(db)


@migrations()
def journal_4(db: Database) -> None:
    """What is ticked on pages, who transcribed what, who was seen, and which pictures are no more."""
    fold_again(db)


@migrations()
def journal_5(db: Database) -> None:
    """What each chain had heard of the others: the last word counts across chains."""
    fold_again(db)


@migrations()
def journal_6(db: Database) -> None:
    """Cards, machines, revoked desks, and every act that is told for its own sake."""
    fold_again(db)


@migrations()
def journal_7(db: Database) -> None:
    """Name keys, queues, rosters, services, money beyond receipts, and who lies in which bed."""
    fold_again(db)


@migrations()
def journal_8(db: Database) -> None:
    """Who is matched with whom, what stands before a target's first slip, repairs, cross-walks, and closed accounts."""
    fold_again(db)


@migrations()
def journal_9(db: Database) -> None:
    """Self-tests, practice, and the sheets that lie at each desk."""
    fold_again(db)


def fold_again(db: Database) -> None:
    """Drops the views and replays every line in the order in which it arrived, inside the caller's transaction.

    A journal that is being made has no line, and its views are today's already.
    """
    known = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if known >= set(views.VIEWS) and db.execute("SELECT 1 FROM line LIMIT 1").fetchone() is None:
        return
    views.drop(db)
    views.create(db)
    for line in chains.lines(db):
        views.fold(db, line)


KNOWN = frozenset(each.name for each in migrations._migrations)  # every step of this version, by name
