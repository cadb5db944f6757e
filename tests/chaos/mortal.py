"""`kiosk-central sync` that dies by its own hand where a kill from outside would seldom hit.

    python -m tests.chaos.mortal ARGUMENTS      (of kiosk-central)

SIGUSR1: killed with the next batch applied, before its ack leaves.  SIGUSR2: killed with the next
batch's rows written and not yet committed.
"""

import os
import signal
import sys
from typing import Any

from central import cli
from kiosk.domain import wire

_armed: set[int] = set()


def _die_if(armed: signal.Signals) -> None:
    if armed in _armed:
        os.kill(os.getpid(), signal.SIGKILL)


def _plant() -> None:
    from central.books import batch
    from central.sync import mqtt

    send, run = mqtt.Link.send, batch.Batch.run

    def send_or_die(self: mqtt.Link, store: str, terminal: str, message: wire.Down) -> None:
        if isinstance(message, wire.Ack):
            _die_if(signal.SIGUSR1)
        send(self, store, terminal, message)

    def run_and_die(self: batch.Batch) -> list[tuple[int, wire.ItemOutcome]]:
        outcomes = run(self)
        _die_if(signal.SIGUSR2)
        return outcomes

    mqtt.Link.send = send_or_die  # type: ignore[method-assign]
    batch.Batch.run = run_and_die  # type: ignore[method-assign]


def _arm(number: int, _frame: Any) -> None:
    _armed.add(number)


if __name__ == "__main__":
    for one in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(one, _arm)
    set_up = cli._set_up_django

    def set_up_and_plant() -> None:
        set_up()
        _plant()

    cli._set_up_django = set_up_and_plant
    sys.exit(cli.main(sys.argv[1:]))
