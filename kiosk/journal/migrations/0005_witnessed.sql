-- Rows up to `seq` were written when central's clock said `at` (UTC), or before.
CREATE TABLE witnessed (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    at TEXT NOT NULL
) STRICT;
