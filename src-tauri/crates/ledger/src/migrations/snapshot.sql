-- One snapshot, the whole content of its file. Frozen as format 1 of the file.
CREATE TABLE snapshot (
    id     INTEGER PRIMARY KEY CHECK (id = 0),
    seq    INTEGER NOT NULL,
    root   BLOB    NOT NULL CHECK (length(root) = 32),
    format INTEGER NOT NULL,
    digest BLOB    NOT NULL CHECK (length(digest) = 32)
) STRICT;

-- Its bytes, in parts, so that a large one is never in memory twice.
CREATE TABLE parts (
    number INTEGER PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
