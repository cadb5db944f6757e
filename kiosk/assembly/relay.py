"""The relay closes once for each new row that pays for one of its services, and for nothing else.

Invariant: a pulse is asked for on the journal's thread, after the row is on the disk, by the call
that wrote it.  It is kept in memory alone: nothing that is read back, sent again or restarted asks
for it a second time.  What could not be done at once is not made up for: by then somebody else may
stand at the door.  A void does not open, and neither does logging a visit that was paid before.
"""

import dataclasses as dc
import logging
from collections.abc import Callable, Iterable

from kiosk.domain.transactions import AnyLine, ValueRedeem, VisitRedeem
from kiosk.drivers.ports import RelayPort
from kiosk.runtime.jobs import OutputWorker
from kiosk.runtime.worker import Duty
from kiosk.settings import options

log = logging.getLogger(__name__)

LATE = 10.0
"""Seconds after A was pressed from which on a pulse is for nobody."""


@dc.dataclass(frozen=True)
class RelayJob:
    """Close it for row `seq`, which was confirmed at `mono` seconds."""

    seq: int
    mono: float


def pays_for(lines: Iterable[AnyLine], services: frozenset[str]) -> bool:
    """Tell whether a row with these lines pays for one of the services."""
    return any(isinstance(x, VisitRedeem | ValueRedeem) and x.service in services for x in lines)


def relay_worker(
    section: options.Relay, open_relay: Callable[[], RelayPort], duty: Duty
) -> OutputWorker[RelayPort, RelayJob]:
    """Make the worker that owns the relay."""

    def pulse(device: RelayPort, job: RelayJob) -> None:
        if duty.clock.mono() - job.mono > LATE:
            dropped(job)
        else:
            device.pulse(section.milliseconds / 1000)

    def dropped(job: RelayJob) -> None:
        log.warning("the relay did not close for row %d: let the member in by hand", job.seq)

    return OutputWorker(duty, open_relay, pulse, dropped=dropped)
