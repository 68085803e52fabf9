-- Format 2. Frozen: a released migration is never edited, the next one gets a new file.

-- Hashes of full subtrees of 256, 65536 and so on entries: subtree `number` of a level covers the
-- entries from number * 2^level on. With them the root at any size, and any proof, needs a few
-- hundred hashes instead of all. They follow from the entries, and are only kept for speed.
CREATE TABLE subtrees (
    level  INTEGER NOT NULL CHECK (level > 0 AND level % 8 = 0),
    number INTEGER NOT NULL CHECK (number >= 0),
    hash   BLOB    NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER subtrees_never_change BEFORE UPDATE ON subtrees
BEGIN SELECT RAISE(ABORT, 'subtrees never change'); END;
CREATE TRIGGER subtrees_never_go BEFORE DELETE ON subtrees
BEGIN SELECT RAISE(ABORT, 'subtrees never go'); END;

-- Finding entries by agent, payment and kind is the matter of a file of its own, which may lag
-- behind. Here these indexes made every append write a page more for each payment.
DROP INDEX entries_by_agent;
DROP INDEX entries_by_payment;

-- How much the deliveries take, so that they can be kept within bounds without counting them.
-- 256 stand for what a delivery takes beside its content.
CREATE TABLE delivery_total (
    id    INTEGER PRIMARY KEY CHECK (id = 0),
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO delivery_total (id, bytes)
    SELECT 0, coalesce(sum(256 + length(body) + coalesce(octet_length(content_type), 0)), 0)
    FROM deliveries;

CREATE TRIGGER deliveries_add AFTER INSERT ON deliveries
BEGIN UPDATE delivery_total SET bytes = bytes + 256 + length(new.body)
    + coalesce(octet_length(new.content_type), 0); END;
CREATE TRIGGER deliveries_take_away AFTER DELETE ON deliveries
BEGIN UPDATE delivery_total SET bytes = bytes - 256 - length(old.body)
    - coalesce(octet_length(old.content_type), 0); END;
CREATE TRIGGER deliveries_never_change BEFORE UPDATE ON deliveries
BEGIN SELECT RAISE(ABORT, 'deliveries are replaced, not changed'); END;

CREATE INDEX deliveries_by_time ON deliveries (at_ms);
