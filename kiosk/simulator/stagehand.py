"""The stagehand: the one thread that works the shop for the page.

Child processes are tied to the thread that starts them (setpriv --pdeathsig fires when that thread
ends, prctl(2)), so one thread lives as long as the shop and starts, stops and kills them all.
Everybody else posts a hand and reads the scene.
"""

import logging
import queue
import threading
from collections.abc import Callable, Mapping
from typing import Any

from kiosk.domain.errors import KioskError
from kiosk.simulator import hands
from kiosk.simulator.counter import Counter
from kiosk.simulator.hands import Switch
from kiosk.simulator.processes import listens
from kiosk.simulator.scene import Scene
from kiosk.simulator.shop import ADMIN, TERMINAL, Shop, demo_cards

log = logging.getLogger(__name__)

_PULSE = 0.5
"""Seconds between two looks at what nobody tells: processes that end, the admin that is up."""


class Stagehand:
    """Opens the shop, does what hands do, closes the shop.

    `scenes` has one for each kiosk of the shop, by its terminal.  The first kiosk is switched on
    with the shop, another when somebody comes to it.

    A scene's `phase` is preparing, starting, open, failed (`failure` tells why) or closed;
    `fallen` names processes that ended by themselves.
    """

    def __init__(self, shop: Shop, scenes: Mapping[str, Scene]) -> None:
        self._shop = shop
        self._cards = demo_cards()
        shop.lay_cables()
        self._counters = {
            name: Counter(shop, name, scene, self._cards) for name, scene in scenes.items()
        }
        self._central_on = True
        self._posted: queue.Queue[tuple[str, hands.Hand] | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stagehand")

    def start(self) -> None:
        """Begin to open the shop."""
        self._thread.start()

    def post(self, terminal: str, hand: hands.Hand) -> None:
        """Have something done at a kiosk.  Raises KeyError for a card there is not."""
        if isinstance(hand, hands.Lay):
            self._cards[hand.card]
        self._posted.put((terminal, hand))

    def stop(self) -> None:
        """Close the shop and wait until nothing of it runs."""
        self._stopping.set()
        self._posted.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._open()
            while not self._stopping.is_set():
                try:
                    posted = self._posted.get(timeout=_PULSE)
                except queue.Empty:
                    posted = None
                if posted is not None:
                    self._do(*posted)
                self._look()
        except KioskError as e:
            log.error("%s", e)
            self._show(phase="failed", failure=str(e))
            self._stopping.wait()
        except Exception as e:
            log.exception("stagehand: bug")
            self._show(phase="failed", failure=f"{type(e).__name__}: {e}")
            self._stopping.wait()
        finally:
            self._shop.stop()
            self._show(phase="closed")

    def _show(self, **values: Any) -> None:
        """Show the same everywhere."""
        for counter in self._counters.values():
            counter.scene.show(**values)

    def _open(self) -> None:
        shop = self._shop
        shop.prepare()
        if self._stopping.is_set():
            return
        self._show(phase="starting")
        shop.start_without_kiosk()
        self._counters[TERMINAL].open()
        shop.start_one("admin")

    # --- what hands do ------------------------------------------------------------------------

    def _do(self, terminal: str, hand: hands.Hand) -> None:
        here = self._counters[terminal]
        here.open()
        match hand:
            case hands.Turn(switch=Switch.CENTRAL, on=on):
                self._turn_central(on=on)
            case hands.Lay(card=name):
                for there in self._counters.values():
                    # a card lies in one place
                    if there is not here and there.scene.value("card") == name:
                        there.lift()
                here.do(hand)
            case _:
                here.do(hand)

    def _turn_central(self, *, on: bool) -> None:
        """Start or stop central; all kiosks have it in common."""
        if on == self._central_on:
            return
        self._central_on = on
        self._show(admin=None)
        change: Callable[[str], None] = self._shop.start_one if on else self._shop.stop_one
        for name in ("central", "admin"):
            change(name)
        for counter in self._counters.values():
            counter.show_switch(Switch.CENTRAL, on=on)

    # --- what nobody tells --------------------------------------------------------------------

    def _look(self) -> None:
        shop = self._shop
        running = {"broker": shop.broker.running}
        if self._central_on:
            running |= {"central": shop.central.running, "admin": shop.admin.running}
        fallen = [name for name, runs in running.items() if not runs]
        for terminal, counter in self._counters.items():
            if counter.scene.watched:
                counter.open()
            counter.look()
            if counter.fallen:
                fallen.append(f"kiosk {terminal}")
        self._show(fallen=fallen)
        shown = self._counters[TERMINAL].scene.value("admin")
        if shown is None and shop.admin.running and listens(shop.admin_port):
            root = f"http://127.0.0.1:{shop.admin_port}"
            login = {"user": ADMIN, "password": shop.admin_password()}
            self._show(admin={"url": f"{root}/admin/", "desk": f"{root}/desk/", **login})
