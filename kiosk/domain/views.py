"""What the journal answers about a member: the directory's record with this journal's balances.

Two numbers per account, which differ when another terminal holds a part or central is behind:
`shown` = posted by central + this journal's own rows above it; `held` = what may be spent here.
"""

import dataclasses as dc
import datetime as dt
from collections.abc import Mapping

from kiosk.domain.clock import ClockState
from kiosk.domain.members import (
    MemberRecord,
    OperatorRecord,
    Pet,
    PunchPass,
    Purse,
    PurseKind,
    Ticket,
)
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
    """A member at the kiosk, as of one moment of the journal.

    `last` is the newest row here that took or loaded something, and was not undone; `unshown` is
    the same row where its result may not have been seen.  `tickets` are all open ones, this
    journal's own rows counted in.  `checked_in` is the last local day with a check-in here.
    """

    record: MemberRecord
    medium: str
    balances: Mapping[str, Balance]
    unshown: LastRow | None = None
    last: LastRow | None = None
    tickets: tuple[Ticket, ...] = ()
    checked_in: dt.date | None = None

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


@dc.dataclass(frozen=True, slots=True)
class OperatorView:
    """An operator who signs in, and the opaque id of the card."""

    record: OperatorRecord
    medium: str


@dc.dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket on the operator's list, with whom and what it is for."""

    ticket: Ticket
    member: str
    masked_name: str
    pet: Pet | None


@dc.dataclass(frozen=True, slots=True)
class OwnRow:
    """A row that this operator wrote here, and that may still be undone; whose it is."""

    row: LastRow
    member: str
    medium: str
    masked_name: str


@dc.dataclass(frozen=True, slots=True)
class Workday:
    """An operator's day at this terminal.

    `tickets`: open ones of the local day, oldest first.  `done`: services logged by this operator
    here today, by code, voided ones not counted.  `undoable`: the operator's newest row here that
    is young enough, not voided and not itself a void.
    """

    tickets: tuple[OpenTicket, ...] = ()
    done: Mapping[str, int] = dc.field(default_factory=dict)
    undoable: OwnRow | None = None
