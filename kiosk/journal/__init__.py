"""The journal: one SQLite file, one thread.  Transactions, allowances, directory of members."""
