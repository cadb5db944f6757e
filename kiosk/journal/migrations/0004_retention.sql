-- Rows through `through` are not here any more: central had acknowledged them long before.  The
-- chain goes on from `hash`, the hash of the last of them.  One row.
CREATE TABLE pruned (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    through INTEGER NOT NULL CHECK (through >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

INSERT INTO pruned VALUES (1, 0, zeroblob(32));
