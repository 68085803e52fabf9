-- Where entries are, for queries. Another format of it is made anew from the log, so this may
-- change; its number is in index.rs.

-- How far it goes: to the entry before `seq`, with the frontier of the tree there, which says of
-- which log it is.
CREATE TABLE covered (
    id       INTEGER PRIMARY KEY CHECK (id = 0),
    seq      INTEGER NOT NULL,
    frontier BLOB    NOT NULL
) STRICT;
INSERT INTO covered (id, seq, frontier) VALUES (0, 0, x'');

-- Short numbers for what stands in many rows, and in how many.
CREATE TABLE agents (
    id      INTEGER PRIMARY KEY,
    agent   BLOB    NOT NULL UNIQUE,
    entries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE kinds (
    id      INTEGER PRIMARY KEY,
    kind    BLOB    NOT NULL UNIQUE,
    entries INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A payment's entries, those that called it off together with others too. `agent` is whose it is.
CREATE TABLE by_payment (
    payment BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    agent   INTEGER,
    PRIMARY KEY (payment, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE by_agent (
    agent INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (agent, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE by_kind (
    kind INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (kind, seq)
) STRICT, WITHOUT ROWID;
