-- The journal as it is born.  Hot in a spend: chain and account, one leaf of each.

-- What this file is, and where central says it stands.  One row.
CREATE TABLE journal (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0 CHECK (acknowledged >= 0),
    applied INTEGER NOT NULL DEFAULT 0 CHECK (applied >= 0),
    state TEXT NOT NULL DEFAULT 'open',
    why TEXT NOT NULL DEFAULT '',
    rolled_back INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One transaction, one row.  It is its own outbox entry: above `acknowledged`, it waits.
-- No secondary index: each would cost a page on every spend.
CREATE TABLE chain (
    seq INTEGER PRIMARY KEY,
    payload BLOB NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- One purse.  `held` may be spent here and is never below zero; `shown` is what the member sees.
CREATE TABLE account (
    account TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    held INTEGER NOT NULL CHECK (held >= 0),
    shown INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The allowance request on its way, at most one.  `accounts` is a JSON list, NULL asks for all.
CREATE TABLE request (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    nonce TEXT NOT NULL,
    accounts TEXT
) STRICT;

-- Where the directory stands.  One row.  `next_page` 0: no set of pages is on its way.
CREATE TABLE directory (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 0,
    next_page INTEGER NOT NULL DEFAULT 0,
    next_version INTEGER NOT NULL DEFAULT 0,
    next_full INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE member (
    member TEXT PRIMARY KEY,
    generation INTEGER NOT NULL,
    record BLOB NOT NULL
) STRICT;

CREATE TABLE medium (
    key TEXT PRIMARY KEY,
    member TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE catalogue (
    version INTEGER PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;

-- Unchained and written without a flush: losing one costs a question, never money.
CREATE TABLE shown (
    seq INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE print (
    seq INTEGER NOT NULL,
    copy INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (seq, copy)
) STRICT, WITHOUT ROWID;

INSERT INTO directory (one) VALUES (1);
