"""The sync process: one thread owns the database and decides; paho's thread only posts to it."""

import collections
import logging
import queue
import random
import threading
import time

from django.db import Error as DatabaseError
from django.db import connection

from central.books import epochs
from central.places import Broker
from central.sync.mqtt import Arrived, Closed, Link
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.errors import Malformed, ProtocolError, TransportError

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
"""How long news from the web process may wait."""

LONGEST_PAUSE = 5.0

LONGEST_TRUCE = 60.0
"""Seconds between two attempts while another central takes the connection over each time."""


class Sync:
    """Connects, serves, and connects again until `stop` is set."""

    def __init__(self, broker: Broker, stop: threading.Event) -> None:
        self._broker, self._stop = broker, stop
        self.dropped: collections.Counter[str] = collections.Counter()

    def run(self) -> None:
        """Run until stopped."""
        pause, truce = 0.1, 1.0
        while not self._stop.is_set():
            inbox: queue.SimpleQueue[Arrived | Closed] = queue.SimpleQueue()
            try:
                link = Link(self._broker, inbox.put, epochs.identity()[0])
            except (TransportError, DatabaseError) as e:
                log.warning("%s", e)
                connection.close()
                self._stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            pause, since = 0.1, time.monotonic()
            log.info("connected to %s:%d", self._broker.host, self._broker.port)
            try:
                closed = self._serve(link, inbox)
            finally:
                link.close()
            if closed is None or not closed.taken_over:
                continue
            # the books bear two at once; the terminals would say hello without end
            truce = 1.0 if time.monotonic() - since > LONGEST_TRUCE else truce
            log.error(
                "another central took the connection over: is `kiosk-central sync` run twice?"
            )
            self._stop.wait(truce * random.uniform(0.5, 1.0))
            truce = min(truce * 2, LONGEST_TRUCE)

    def _serve(self, link: Link, inbox: "queue.SimpleQueue[Arrived | Closed]") -> Closed | None:
        """Serve until stopped, or until the connection is gone: then say how."""
        service, next_poll = Service(), time.monotonic()
        while not self._stop.is_set():
            try:
                item = inbox.get(timeout=max(0.0, next_poll - time.monotonic()))
            except queue.Empty:
                item = None
            try:
                match item:
                    case Closed():
                        log.warning("connection lost: %s", item.why)
                        return item
                    case Arrived():
                        self._receive(service, link, item)
                if time.monotonic() >= next_poll:
                    for (store, terminal), message in service.news():
                        link.send(store, terminal, message)
                    next_poll = time.monotonic() + POLL_SECONDS
            except TransportError as e:
                log.warning("%s", e)
                return None
            except DatabaseError as e:
                # Nothing was acknowledged; the terminal sends again, the news stay in their table.
                # Its first line only: the next ones may hold the values of a row.
                log.error("database: %s: %s", type(e).__name__, str(e).partition("\n")[0])
                connection.close()
                next_poll = time.monotonic() + 1.0
        return None

    def _receive(self, service: Service, link: Link, item: Arrived) -> None:
        address = (item.store, item.terminal)
        try:
            if item.leaf == "state":
                if not wire.decode_presence(item.payload).online:
                    service.left(address)
                return
            for answer in service.receive(address, wire.decode_up(item.payload)):
                link.send(*address, answer)
        except (Malformed, ProtocolError) as e:
            # The reason may quote what was sent: a malformed message is counted, not repeated.
            self.dropped[f"{item.store}/{item.terminal}"] += 1
            service.dropped(address)
            why = "malformed" if isinstance(e, Malformed) else str(e)
            log.warning(
                "dropped %d bytes from %s/%s: %s (%d so far)",
                len(item.payload), *address, why, self.dropped[f"{item.store}/{item.terminal}"],
            )  # fmt: skip
        except (DatabaseError, TransportError):
            raise
        except Exception:
            log.exception("bug while answering %s/%s", *address)
