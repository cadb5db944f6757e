-- Operators, service tickets, check-ins, voids, passes sold here.  Hot in a spend: one leaf of own.
-- Tickets of older rows come with the directory.

CREATE TABLE operator (
    operator TEXT PRIMARY KEY,
    record BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operator_medium (
    key TEXT PRIMARY KEY,
    operator TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How far central had applied this journal when it made the stored record.
ALTER TABLE member ADD COLUMN applied INTEGER NOT NULL DEFAULT 0;

-- The rows of one member are a list, newest first: own.latest, then chain.earlier; 0 ends it.
ALTER TABLE chain ADD COLUMN earlier INTEGER NOT NULL DEFAULT 0;

-- What this journal itself knows of a member.  `checked_in`: the last local day of a check-in.
CREATE TABLE own (
    member TEXT PRIMARY KEY,
    latest INTEGER NOT NULL,
    checked_in TEXT
) STRICT, WITHOUT ROWID;

-- Members whose stored record lists an open ticket of a day, since row `known`.
CREATE TABLE ticket_day (
    day TEXT NOT NULL,
    member TEXT NOT NULL,
    known INTEGER NOT NULL,
    PRIMARY KEY (day, member)
) STRICT, WITHOUT ROWID;

-- Tickets that row `seq` closed, as they were: undoing the row opens them again.
CREATE TABLE closed (
    seq INTEGER NOT NULL,
    ticket TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (seq, ticket)
) STRICT, WITHOUT ROWID;

-- Row `seq` was undone by row `voided_by`: the key is what makes it once.
CREATE TABLE voided (
    seq INTEGER PRIMARY KEY,
    voided_by INTEGER NOT NULL
) STRICT;

-- A pass sold here by row `seq`, or taken back by it (`present` 0): what a page of the directory
-- without that row lacks.  `content` is the pass and its purses.
CREATE TABLE sold (
    pass TEXT PRIMARY KEY,
    member TEXT NOT NULL,
    seq INTEGER NOT NULL,
    present INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sold_to ON sold (member);

-- From row `first` on, the shop's local day was `day`: rows carry the time in UTC only.
CREATE TABLE local_day (
    first INTEGER PRIMARY KEY,
    day TEXT NOT NULL
) STRICT;
