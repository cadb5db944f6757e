"""What the journal thread does for the courier: one action, and then where the journal stands."""

import dataclasses as dc
from collections.abc import Callable

from kiosk.domain.errors import ProtocolError
from kiosk.domain.refusals import Refusal
from kiosk.domain.wire import Transactions
from kiosk.sync.actions import (
    Acknowledge,
    ApplyDirectory,
    ApplyGrant,
    BeginEpoch,
    JournalAction,
    OpenRequest,
    ReadBatch,
    ReadStanding,
    Release,
    StoreCatalogue,
    TakeWelcome,
)
from kiosk.sync.ports import Journal, Standing


@dc.dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: where the journal stands after it, and rows that are to be sent.

    `refused` says that the journal is well and would not do it: central contradicts itself, or
    the journal is not in a state for it.
    """

    standing: Standing
    batch: Transactions | None = None
    refused: ProtocolError | Refusal | None = None


def errand(action: JournalAction) -> Callable[[Journal], Outcome]:
    """Return the work that the journal thread is to do."""

    def work(journal: Journal) -> Outcome:
        try:
            batch = _perform(journal, action)
        except (ProtocolError, Refusal) as e:
            return Outcome(journal.standing(), refused=e)
        return Outcome(journal.standing(), batch)

    return work


def _perform(journal: Journal, action: JournalAction) -> Transactions | None:
    match action:
        case ReadStanding():
            pass
        case ReadBatch():
            return journal.batch(action.after, action.rows, action.bytes)
        case Acknowledge():
            journal.acknowledge(action.applied_through, action.head)
        case TakeWelcome():
            return journal.welcomed(
                action.applied, action.head, action.state, action.why, action.who
            )
        case BeginEpoch():
            journal.begin_epoch(action.epoch, action.at, action.clock)
        case OpenRequest():
            journal.open_request(action.accounts)
        case ApplyGrant():
            journal.apply_grant(action.grant)
        case Release():
            # the journal gives back so many accounts in a row; a repeat finds nothing held
            while journal.release(action.accounts, action.at, action.clock) is not None:
                pass
        case ApplyDirectory():
            journal.apply_directory(action.page)
        case StoreCatalogue():
            journal.store_catalogue(action.catalogue)
    return None
