"""What the journal answers about a member: the directory's record with this journal's balances.

Two numbers per account, which differ when another terminal holds a part or central is behind:
`shown` = posted by central + this journal's own rows above it; `held` = what may be spent here.
"""

import dataclasses as dc
import datetime as dt
from collections.abc import Mapping

from kiosk.domain.clock import ClockState
from kiosk.domain.members import MemberRecord, PunchPass, Purse, PurseKind
from kiosk.domain.transactions import AnyLine


@dc.dataclass(frozen=True, slots=True)
class Balance:
    """One account: `shown` to the member, `held` (spendable) on this terminal."""

    shown: int
    held: int


NOTHING = Balance(0, 0)


@dc.dataclass(frozen=True, slots=True)
class LastRow:
    """A committed row of this member whose result may not have been seen (design, §3, step 4).

    `journal` and `clock` are the row's own, so that its second slip says what the first did.
    """

    seq: int
    at: dt.datetime
    lines: tuple[AnyLine, ...]
    journal: str = ""
    clock: ClockState = ClockState.SYNCED


@dc.dataclass(frozen=True, slots=True)
class MemberView:
    """A member at the kiosk, as of one moment of the journal."""

    record: MemberRecord
    medium: str
    balances: Mapping[str, Balance]
    unshown: LastRow | None = None

    def purses(self, *kinds: PurseKind, pass_id: str = "") -> list[tuple[Purse, Balance]]:
        """List purses of these kinds, in the order of `kinds`, of one pass if given."""
        return [
            (purse, self.balances.get(purse.account, NOTHING))
            for kind in kinds
            for purse in self.record.purses
            if purse.kind is kind and purse.pass_id == pass_id
        ]

    def total(self, *kinds: PurseKind, pass_id: str = "") -> Balance:
        """Sum the balances of purses of these kinds."""
        found = [balance for _, balance in self.purses(*kinds, pass_id=pass_id)]
        return Balance(sum(b.shown for b in found), sum(b.held for b in found))

    def value(self) -> Balance:
        """Stored value in 分: principal and bonus."""
        return self.total(PurseKind.PRINCIPAL, PurseKind.BONUS)

    def visits(self, punch_pass: PunchPass) -> Balance:
        """Visits left on a pass, bought and gift."""
        return self.total(PurseKind.PASS_BOUGHT, PurseKind.PASS_GIFT, pass_id=punch_pass.pass_id)
