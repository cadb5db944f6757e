"""Hello and welcome: which central this journal follows, and since when its books are so.

A journal follows one central, the first that welcomed it.  When that one's books were put back to
an earlier day its epoch rises: what it has granted since then it does not know of, so everything
that is held goes back, as rows, before anything new is asked for.
"""

import datetime as dt

from kiosk.domain import wire
from kiosk.sync.actions import BeginEpoch, Publish, Stranger, TakeWelcome
from kiosk.sync.exchange import Moment
from kiosk.sync.options import Identity
from kiosk.sync.ports import Standing


def hello(identity: Identity, standing: Standing, policy_version: int, now: dt.datetime) -> Publish:
    """Say who we are and where we stand."""
    return Publish.of(
        wire.Hello(
            store=identity.store,
            terminal=identity.terminal,
            journal=standing.journal,
            software=identity.software,
            last_seq=standing.last_seq,
            head=standing.head,
            acknowledged=standing.acknowledged,
            directory_version=standing.directory_version,
            catalogue_version=standing.catalogue_version,
            policy_version=policy_version,
            now=now,
            central=standing.central,
            epoch=standing.epoch,
        )
    )


def stranger(central: str, standing: Standing | None) -> Stranger | None:
    """Tell whether this central is another than the one we follow; one without an id is not."""
    followed = standing.central if standing is not None else ""
    strange = bool(central and followed and central != followed)
    return Stranger(followed, central) if strange else None


def taking(
    welcome: wire.Welcome, standing: Standing, at: Moment
) -> tuple[TakeWelcome] | tuple[TakeWelcome, BeginEpoch]:
    """Say what the journal has to do for a welcome of the central that we follow."""
    who = welcome.central, welcome.epoch
    take = TakeWelcome(welcome.applied, welcome.head, welcome.state, welcome.why, who)
    if standing.central and welcome.central and welcome.epoch != standing.epoch:
        return take, BeginEpoch(welcome.epoch, at.now, at.clock)
    return (take,)
