-- Which central this journal follows: the first that welcomed it, for ever ('': none yet), and the
-- epoch of its books, which rises when they were put back to an earlier day.
ALTER TABLE journal ADD COLUMN central TEXT NOT NULL DEFAULT '';
ALTER TABLE journal ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
