"""The books: the only code that moves money (design, §6 and §7).

Each entry point is one SQL transaction that locks the ledger row first; what it returns is true
once it has returned.
"""
