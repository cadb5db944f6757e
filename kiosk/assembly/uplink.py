"""The courier as assembled: who it is, which broker it reaches, and whom it tells."""

import dataclasses as dc
import logging
from collections.abc import Callable

from kiosk import __version__
from kiosk.domain.errors import SettingsError
from kiosk.domain.events import CatalogueChanged, Event, PolicyChanged
from kiosk.domain.policy import Policy
from kiosk.journal.thread import JournalThread
from kiosk.runtime.clock import Clock
from kiosk.settings.documents import Documents
from kiosk.settings.options import Config
from kiosk.sync.courier import Courier
from kiosk.sync.options import Broker, CourierConfig, Identity
from kiosk.sync.ports import LinkEvent, MqttLink
from kiosk.sync.witness import CentralClock

log = logging.getLogger(__name__)


@dc.dataclass(frozen=True)
class Uplink:
    """What a courier is wired to: `post` is the loop's, a new policy is kept in `documents`."""

    config: Config
    documents: Documents
    journal: JournalThread
    central_clock: CentralClock
    post: Callable[[Event], None]
    clock: Clock

    def courier(self, policy_version: int) -> Courier:
        """Make the courier of a terminal that has this version of the rules."""
        terminal = self.config.terminal
        identity = Identity(terminal.store, terminal.id, __version__)
        return Courier(
            self.journal,
            self._connect,
            CourierConfig(identity, policy_version=policy_version),
            post=self.post,
            on_policy=self._new_policy,
            on_catalogue=lambda catalogue: self.post(CatalogueChanged(catalogue)),
            clock=self.clock,
        )

    def _connect(self, post: Callable[[LinkEvent], None]) -> MqttLink:
        from kiosk.sync.mqtt import Link

        terminal, mqtt = self.config.terminal, self.config.mqtt
        broker = Broker(mqtt.host, mqtt.port, mqtt.username, mqtt.password_file, mqtt.ca_file)
        return Link(broker, terminal.store, terminal.id, self.central_clock.overhearing(post))

    def _new_policy(self, policy: Policy) -> None:
        try:
            self.documents.store_policy(policy)
        except SettingsError as e:
            log.error("the policy holds until the next start only: %s", e)
        self.post(PolicyChanged(policy))
