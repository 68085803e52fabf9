-- Format 1. Frozen: a released migration is never edited, the next one gets a new file.

-- One row an entry. `leaf` and `body` are the log; the columns before them repeat what the body
-- says, for queries. `leaf` stands before `body` so that proofs don't read long bodies.
CREATE TABLE entries (
    seq     INTEGER PRIMARY KEY,
    at_ms   INTEGER NOT NULL,
    kind    TEXT    NOT NULL,
    agent   BLOB             CHECK (agent IS NULL OR length(agent) = 16),
    payment BLOB             CHECK (payment IS NULL OR length(payment) = 16),
    leaf    BLOB    NOT NULL CHECK (length(leaf) = 32),
    body    BLOB    NOT NULL
) STRICT;

-- An index carries the rowid, so these are ordered by (agent, seq) and (payment, seq).
CREATE INDEX entries_by_agent   ON entries (agent)   WHERE agent IS NOT NULL;
CREATE INDEX entries_by_payment ON entries (payment) WHERE payment IS NOT NULL;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries never go'); END;

-- The head of the log, always of the same transaction as the last entry.
CREATE TABLE head (
    id         INTEGER PRIMARY KEY CHECK (id = 0),
    origin     TEXT    NOT NULL,
    vkey       TEXT    NOT NULL,
    size       INTEGER NOT NULL,
    frontier   BLOB    NOT NULL,
    checkpoint TEXT    NOT NULL
) STRICT;

-- What paid fetches returned. Not part of the log.
CREATE TABLE deliveries (
    payment      BLOB    PRIMARY KEY CHECK (length(payment) = 16),
    at_ms        INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    content_type TEXT,
    truncated    INTEGER NOT NULL CHECK (truncated IN (0, 1)),
    body         BLOB    NOT NULL
) STRICT;
