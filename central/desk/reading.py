"""Rows of the journals, read back for staff."""

from central.shop.models import Transaction
from kiosk.domain import transactions as rows
from kiosk.domain.errors import Malformed


def row(transaction: Transaction) -> rows.Transaction | None:
    """Read a stored row; None for one that the books took no meaning from."""
    try:
        found = rows.decode(bytes(transaction.payload))
    except Malformed:
        return None
    same = (found.journal, found.seq) == (transaction.journal_id, transaction.seq)
    return found if same else None


def voids(found: rows.Transaction | None) -> bool:
    """Tell whether a row undoes another."""
    return found is not None and any(isinstance(line, rows.Void) for line in found.lines)
