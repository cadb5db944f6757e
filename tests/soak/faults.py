"""What goes wrong at random: begun between two visits, mended some visits later."""

import dataclasses as dc
import datetime as dt
import errno
import functools
import os
import random
import signal
from collections import Counter as Tally
from collections.abc import Callable, Iterator

from kiosk.domain.clock import ClockState
from tests.peers import printer as peers
from tests.soak.counter import Counter
from tests.soak.mishaps import Mishaps
from tests.soak.people import People


@dc.dataclass(frozen=True)
class Fault:
    """One way to break something.  Of one `group` there is at most one at a time."""

    name: str
    group: str
    begin: Callable[[], object]
    mend: Callable[[], object]


class Faults:
    """A shuffled deck of all there are, drawn from its top.  `done` counts them by name."""

    def __init__(self, counter: Counter, people: People, chance: random.Random) -> None:
        self.counter, self.people, self.chance = counter, people, chance
        self.done: Tally[str] = Tally()
        self.active: dict[str, tuple[Fault, int]] = {}
        lasting = [*self._inputs(), *self._outputs(), *self._network(), *self._clock()]
        alone = Mishaps(counter, people, chance).all()
        self._all: dict[str, Callable[[], None]] = {
            **{fault.name: functools.partial(self._begin, fault) for fault in lasting},
            **{name: functools.partial(self._alone, do) for name, do in alone.items()},
        }
        self._deck: list[str] = []

    def between(self, share: float) -> None:
        """Mend what has lasted; with a chance of `share` do the next fault of the deck."""
        for group, (fault, visits) in list(self.active.items()):
            if visits <= 0:
                self._mend(group)
            else:
                self.active[group] = (fault, visits - 1)
        if self.chance.random() >= share:
            return
        if not self._deck:
            self._deck = self.chance.sample(list(self._all), len(self._all))
        name = self._deck.pop()
        self.done[name] += 1
        self._all[name]()

    def mend_all(self) -> None:
        """Put everything right, and wait until the kiosk has noticed."""
        for group in list(self.active):
            self._mend(group)
        self.counter.until_well()

    def _begin(self, fault: Fault) -> None:
        if fault.group in self.active:
            self._mend(fault.group)
        self.active[fault.group] = (fault, self.chance.randint(1, 8))
        fault.begin()

    def _alone(self, sudden: Callable[[], None]) -> None:
        self.mend_all()
        sudden()

    def _mend(self, group: str) -> None:
        fault, _ = self.active.pop(group)
        fault.mend()

    # --- what lasts

    def _inputs(self) -> Iterator[Fault]:
        reader, door, scanner = self.counter.reader, self.counter.door, self.counter.scanner

        def mended(key: str, plug: Callable[[], object]) -> Callable[[], None]:
            def mend() -> None:
                plug()
                self.counter.until_ready(key)

            return mend

        plug = mended("reader counter", reader.plug)
        yield Fault("counter reader unplugged", "input", reader.unplug, plug)
        go_on = mended("reader counter", reader.go_on)
        yield Fault("counter reader hangs", "input", reader.hang, go_on)
        plug_door = mended("reader door", door.plug)
        yield Fault("door reader unplugged", "input", door.unplug, plug_door)
        replug = mended("scanner", scanner.replug)
        yield Fault("scanner unplugged", "input", scanner.unplug, replug)

    def _outputs(self) -> Iterator[Fault]:
        counter, bus = self.counter, self.counter.bus
        lamps, buzzer = counter.lamps, counter.buzzer

        def pull() -> None:
            bus.fault = errno.EREMOTEIO
            bus.chip.power_on()

        yield Fault("display unplugged", "display", pull, lambda: setattr(bus, "fault", 0))
        yield Fault("display bus hangs", "display", bus.gate.clear, bus.gate.set)
        yield Fault("lamps unplugged", "lamps", lamps.unplug, lamps.plug)
        yield Fault("buzzer unplugged", "buzzer", buzzer.unplug, buzzer.plug)
        yield Fault("buzzer hangs", "buzzer", buzzer.hang, buzzer.go_on)
        for name, trouble in _TROUBLES.items():
            suffer = functools.partial(self._trouble, trouble)
            yield Fault(f"printer {name}", "printer", suffer, self._printer_well)
        yield Fault("printer hangs", "printer", self._hang_printer, self._release_printer)
        yield Fault("printer switched off", "printer", self._switch_off, self._switch_on)

    def _trouble(self, trouble: dict[str, object]) -> None:
        self.counter.printer.set(**trouble)

    def _hang_printer(self) -> None:
        self.counter.printer.changed.acquire()
        self.people.printer_hangs = True

    def _release_printer(self) -> None:
        self.people.printer_hangs = False
        self.counter.printer.changed.release()
        self._printer_well()

    def _switch_off(self) -> None:
        self.counter.printer.stop()

    def _switch_on(self) -> None:
        port = self.counter.printer.port
        self.counter.printer = peers.TcpPrinter(port=port)

    def _printer_well(self) -> None:
        machine = self.counter.printer
        with machine.changed:
            machine.decoder.done.clear()
            machine.problem = None
            machine.set(_buffer=b"", **_WELL)

    def _network(self) -> Iterator[Fault]:
        counter, shop = self.counter, self.counter.shop

        def kill() -> None:
            shop.kill_one("broker")

        def signalled(number: signal.Signals) -> Callable[[], None]:
            def send() -> None:
                assert shop.broker.pid is not None
                os.kill(shop.broker.pid, number)

            return send

        yield Fault("cable pulled", "network", counter.cable.pull, counter.cable.plug)
        yield Fault("broker killed", "network", kill, lambda: shop.start_one("broker"))
        stop, go_on = signalled(signal.SIGSTOP), signalled(signal.SIGCONT)
        yield Fault("broker paused", "network", stop, go_on)
        dead = lambda: shop.kill_one("central")  # noqa: E731
        yield Fault("central killed", "network", dead, lambda: shop.start_one("central"))

    def _clock(self) -> Iterator[Fault]:
        clock = self.counter.clock

        def jump() -> None:
            clock.off = dt.timedelta(seconds=self.chance.randint(-7200, 90_000))

        def doubt() -> None:
            clock.off = dt.timedelta(days=-self.chance.randint(1, 300))
            clock.trusted = ClockState.UNSYNCED

        def right() -> None:
            clock.off, clock.trusted = dt.timedelta(), ClockState.SYNCED

        yield Fault("clock jumps", "clock", jump, right)
        yield Fault("clock not set", "clock", doubt, right)


_TROUBLES: dict[str, dict[str, object]] = {
    "out of paper": {"paper": peers.OUT},
    "runs out in a slip": {"runs_out_after": 2},
    "cover open": {"cover": True},
    "jammed": {"error": True},
    "silent": {"silent": True},
    "silent after the cut": {"silent_after_cut": True},
}
_WELL: dict[str, object] = {
    "paper": peers.ENOUGH,
    "runs_out_after": None,
    "cover": False,
    "error": False,
    "silent": False,
    "silent_after_cut": False,
}
