"""All threads of a kiosk, built and wired (docs/architecture.md).

Start and stop are mirrored: listeners start first and stop last, so that no event is posted to
nobody.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from kiosk import __version__
from kiosk.assembly.bookkeeping import Bookkeeping
from kiosk.assembly.crew import Crew, Stuck
from kiosk.assembly.devices import Bench, SlipJob, Virtual, inputs, outputs, reader_signals
from kiosk.assembly.examiner import Examiner
from kiosk.assembly.relay import RelayJob, pays_for
from kiosk.assembly.uplink import Uplink
from kiosk.domain import effects as ef
from kiosk.domain.devices import Part, PartReport, PartState, PrintOutcome, Vitals
from kiosk.domain.errors import ConfigError
from kiosk.domain.events import Event, PartChanged, SlipEnded
from kiosk.domain.members import OperatorRecord
from kiosk.domain.policy import Policy
from kiosk.journal.thread import JournalThread
from kiosk.loop import Hands, Loop, World
from kiosk.runtime.clock import Clock
from kiosk.settings.documents import Documents
from kiosk.settings.options import Config
from kiosk.sync.courier import Courier
from kiosk.sync.witness import CentralClock


class Kiosk:
    """A kiosk.  `watch` sees every effect, after its hand took it, on the loop's thread.

    `switch_training` is told, on that thread too, that this kiosk shall be replaced by one in
    training mode, or out of it.  With `trainees` this is one in training mode, for these
    operators: a journal in memory with demo members, and no courier.

    Raises SettingsError where the settings file is damaged, DeviceError for a virtual part that
    nobody plays.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        virtual: Virtual | None = None,
        watch: Callable[[ef.Effect], None] = lambda _: None,
        switch_training: Callable[[bool], None] = lambda _: None,
        trainees: tuple[OperatorRecord, ...] | None = None,
    ) -> None:
        self._config, self._clock, self._watch = config, clock, watch
        self._switch_training = switch_training
        self._documents = Documents(config.settings)
        self._claim()
        policy = self._documents.policy() or Policy(language=config.terminal.language)
        self.world = World(config.terminal.id, policy)
        self.world.training = trainees is not None
        # nobody is to be reached there, so that nothing is missed
        self.world.online = self.world.training
        self.world.vitals = Vitals(__version__)
        path = None if self.world.training else config.journal
        keep = dt.timedelta(days=config.keep_days)
        self.central_clock = CentralClock(clock)
        self.journal = JournalThread(
            path, self._report, clock, keep=keep, central_now=self.central_clock.now
        )
        self._books = Bookkeeping(
            self.journal, self._post, self._committed, practice=self.world.training
        )
        self.loop = Loop(self.world, self._hands(), clock)
        self.courier = None if self.world.training else self._build_courier(policy.version)
        self._trainees = trainees
        bench = Bench(
            clock,
            virtual or {},
            self.loop.post,
            self._report,
            self._printed,
            lambda: self.world.policy.language,
            self.world.training,
            reader_signals(config, clock),
        )
        self.signals = bench.signals
        self._outputs = dict(outputs(config, bench))
        self.crew = Crew([*self._outputs.values(), *inputs(config, bench)])
        self._examiner = Examiner(config, bench, self.crew.workers, self.central_clock.off_seconds)
        for part, name in [(Part.JOURNAL, ""), *((w.part, w.name) for w in self.crew.workers)]:
            self.world.know(PartReport(part, PartState.UNKNOWN, name=name))

    def _claim(self) -> None:
        """Refuse storage that was copied from another terminal: two journals of one id."""
        store, terminal = self._config.terminal.store, self._config.terminal.id
        identity = self._documents.identity()
        if identity is None:
            self._documents.store_identity(store, terminal, self._clock.now())
        elif (identity.store, identity.terminal) != (store, terminal):
            fault = (
                f"this storage was installed as {identity.store}/{identity.terminal}, the "
                f"configuration says {store}/{terminal}: correct [terminal], or give this "
                "terminal a journal and settings of its own"
            )
            raise ConfigError((fault,))

    def start(self, stuck: Stuck | None = None) -> None:
        """Start every thread.  `stuck` are those of a kiosk before this one: see Crew."""
        self.loop.thread.start()
        self.journal.start()
        if self._trainees is not None:
            self._books.fill(self._trainees, self._clock.now())
        self.crew.start(stuck or {})
        if self.courier is not None:
            self.courier.start()

    def stop(self, seconds: float = 5.0) -> tuple[str, ...]:
        """Stop every thread; name those that still hang.

        `seconds` are for all peripherals together, and again for courier, loop and journal each.
        """
        self.crew.stop()
        if self.courier is not None:
            self.courier.stop()
        hanging = list(self.crew.join(seconds))
        if self.courier is not None and not self.courier.join(seconds):
            hanging.append("courier")
        self.loop.stop()
        self.loop.thread.join(seconds)
        self.journal.stop()
        if not self.journal.join(seconds):
            hanging.append("journal")
        return tuple(hanging)

    def beats(self) -> dict[str, Callable[[], float]]:
        """Name the vital threads, each with its last sign of life in mono() seconds."""
        beats = {
            "loop": lambda: self.loop.last_beat,
            "journal": lambda: self.journal.last_beat,
        }
        if (courier := self.courier) is not None:
            beats["courier"] = lambda: courier.last_beat
        return beats

    def _build_courier(self, policy_version: int) -> Courier:
        uplink = Uplink(
            self._config,
            self._documents,
            self.journal,
            self.central_clock,
            self.loop.post,
            self._clock,
        )
        return uplink.courier(policy_version)

    def _post(self, event: Event) -> None:
        self.loop.post(event)

    def _report(self, report: PartReport) -> None:
        self.loop.post(PartChanged(report))
        if report.part is Part.JOURNAL and report.state is PartState.READY:
            self._books.read_catalogue()

    def _printed(self, job: SlipJob, outcome: PrintOutcome) -> None:
        self._books.printed(job, outcome)
        self.loop.post(SlipEnded(job.seq, outcome))

    # --- the courier, where there is one ------------------------------------------------------

    def _committed(self, draft: ef.Draft, seq: int) -> None:
        if self.courier is not None:
            self.courier.committed()
        relay = self._config.relay
        # what is only practised opens no door
        if relay and not self.world.training and pays_for(draft.lines, relay.services):
            waited = (self._clock.now() - draft.at).total_seconds()
            self._put(Part.RELAY, RelayJob(seq, self._clock.mono() - waited))

    def _ask_allowance(self, effect: ef.AskAllowance) -> None:
        if self.courier is not None:
            self.courier.ask_allowance(effect.accounts)

    def _report_unknown(self, effect: ef.ReportUnknown) -> None:
        if self.courier is not None:
            self.courier.report_unknown(effect.medium)

    # --- the loop's hands ---------------------------------------------------------------------

    def _hands(self) -> Hands:
        hands: dict[type[ef.Effect], Callable[[Any], None]] = {
            ef.Identify: self._books.identify,
            ef.Commit: self._books.commit,
            ef.MarkShown: self._books.mark_shown,
            ef.Survey: self._books.survey,
            ef.Examine: lambda e: self._examiner.begin(e.correlation, self.loop.post),
            ef.SwitchTraining: lambda e: self._switch_training(e.on),
            ef.Show: lambda e: self._put(Part.DISPLAY, e.screen),
            ef.Light: self._light,
            ef.Play: self._play,
            ef.Print: lambda e: self._put(Part.PRINTER, SlipJob(e.seq, e.slip)),
            ef.AskAllowance: self._ask_allowance,
            ef.ReportUnknown: self._report_unknown,
        }
        return {kind: self._watched(hand) for kind, hand in hands.items()}

    def _watched(self, hand: Callable[[Any], None]) -> Callable[[Any], None]:
        def both(effect: ef.Effect) -> None:
            hand(effect)
            self._watch(effect)

        return both

    def _light(self, effect: ef.Light) -> None:
        self._put(Part.LAMPS, effect.lamp)
        for signals in self.signals.values():
            signals.light(effect.lamp)

    def _play(self, effect: ef.Play) -> None:
        self._put(Part.BUZZER, effect.sound)
        # a terminal has one voice
        if self._config.buzzer is None:
            for signals in self.signals.values():
                signals.play(effect.sound)

    def _put(self, part: Part, job: object) -> None:
        if part in self._outputs:
            self._outputs[part].put(job)
