"""What a member's own purses are called, and a pass that was moved.

A purse's name follows from member and kind, so that a terminal can load one that is not there yet:
it is opened by the first row that names it.  A moved pass's follows from what it was called before,
so that what comes back to the old one finds it.
"""

import hashlib

from central.shop.choices import PurseKind
from central.shop.models import Account

LOADABLE = (PurseKind.PRINCIPAL, PurseKind.BONUS)
"""What a top-up fills; every member has these, empty ones only by name."""

_LONGEST = 64


def account_id(member: str, kind: PurseKind) -> str:
    """Name the purse of this kind that belongs to a member and to no pass."""
    name = f"{member}.{kind.value}"
    if len(name) > _LONGEST:
        return hashlib.sha256(name.encode()).hexdigest()
    return name


def moved_pass(pass_id: str) -> str:
    """Name the pass that this one becomes when it is moved; it is moved at most once."""
    return hashlib.sha256(f"{pass_id}.moved".encode()).hexdigest()[:20]


def unopened(member: str, opened: list[Account]) -> list[tuple[str, PurseKind]]:
    """List the loadable purses that the member has by name only."""
    kinds = {account.kind for account in opened}
    return [(account_id(member, kind), kind) for kind in LOADABLE if kind not in kinds]
