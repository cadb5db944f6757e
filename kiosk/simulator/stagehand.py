"""The stagehand: the one thread that works the shop for the page.

Child processes are tied to the thread that starts them (setpriv --pdeathsig fires when that thread
ends, prctl(2)), so one thread lives as long as the shop and starts, stops and kills them all.
Everybody else posts a hand and reads the scene.
"""

import logging
import queue
import threading
from collections.abc import Callable

from kiosk.domain.devices import Part
from kiosk.domain.errors import KioskError
from kiosk.simulator import hands
from kiosk.simulator.cable import Cable
from kiosk.simulator.hands import Switch
from kiosk.simulator.processes import listens
from kiosk.simulator.scene import Scene
from kiosk.simulator.shop import ADMIN, Shop, demo_cards

log = logging.getLogger(__name__)

_PULSE = 0.5
"""Seconds between two looks at what nobody tells: processes that end, the admin that is up."""


class Stagehand:
    """Opens the shop, does what hands do, closes the shop.

    The scene's `phase` is preparing, starting, open, failed (`failure` tells why) or closed;
    `fallen` names processes that ended by themselves.
    """

    def __init__(self, shop: Shop, scene: Scene) -> None:
        self._shop, self._scene = shop, scene
        self._cards = demo_cards()
        self._cable = Cable(shop.port)
        shop.kiosk_port = self._cable.port
        self._switches = dict.fromkeys(Switch, True)
        self._posted: queue.Queue[hands.Hand | None] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stagehand")
        scene.show(phase="preparing", switches=self._switches, card=None, fallen=[], admin=None)

    def start(self) -> None:
        """Begin to open the shop."""
        self._thread.start()

    def post(self, hand: hands.Hand) -> None:
        """Have something done.  Raises KeyError for a card there is not."""
        if isinstance(hand, hands.Lay):
            self._cards[hand.card]
        self._posted.put(hand)

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
                    hand = self._posted.get(timeout=_PULSE)
                except queue.Empty:
                    hand = None
                if hand is not None:
                    self._do(hand)
                self._look()
        except KioskError as e:
            log.error("%s", e)
            self._scene.show(phase="failed", failure=str(e))
            self._stopping.wait()
        except Exception as e:
            log.exception("stagehand: bug")
            self._scene.show(phase="failed", failure=f"{type(e).__name__}: {e}")
            self._stopping.wait()
        finally:
            self._shop.stop()
            self._cable.close()
            self._scene.show(phase="closed")

    def _open(self) -> None:
        shop, scene = self._shop, self._scene
        shop.prepare()
        if self._stopping.is_set():
            return
        scene.show(phase="starting")
        shop.start()
        shop.start_one("admin")

    # --- what hands do ------------------------------------------------------------------------

    def _do(self, hand: hands.Hand) -> None:
        till, scene = self._shop.kiosk, self._scene
        match hand:
            case hands.Lay(card=name):
                self._lay(name)
            case hands.Lift():
                till.do(do="lift")
                scene.show(card=None)
            case hands.Scan(text=text):
                till.do(do="scan", text=text)
            case hands.Press(button=button):
                till.do(do="press", button=button)
            case hands.Hold():
                till.do(do="hold")
            case hands.Turn(switch=switch, on=on):
                if self._switches[switch] != on:
                    self._switches = {**self._switches, switch: on}
                    self._turn(switch, on=on)
                    scene.show(switches=self._switches)
            case hands.Tear():
                scene.tear()
            case hands.Sweep():
                scene.sweep()

    def _lay(self, name: str) -> None:
        card, till = self._cards[name], self._shop.kiosk
        if "uid" in card:
            till.do(do="lift")
            self._scene.show(card=name)
        else:
            self._scene.cue(shown=name)
        till.present(card)

    def _turn(self, switch: Switch, *, on: bool) -> None:
        shop = self._shop
        change: Callable[[str], None] = shop.start_one if on else shop.stop_one
        match switch:
            case Switch.POWER:
                (shop.start_one if on else shop.kill_one)("kiosk")
            case Switch.NETWORK:
                (self._cable.plug if on else self._cable.pull)()
            case Switch.CENTRAL:
                self._scene.show(admin=None)
                for name in ("central", "admin"):
                    change(name)
            case Switch.PAPER | Switch.COVER:
                shop.kiosk.do(do=switch, on=on)
            case Switch.READER | Switch.DISPLAY:
                shop.kiosk.do(do="plug", part=Part(switch), on=on)
            case Switch.ANSWERS:
                shop.kiosk.do(do="answers", part=Part.PRINTER, on=on)

    # --- what nobody tells --------------------------------------------------------------------

    def _look(self) -> None:
        shop, scene = self._shop, self._scene
        if shop.kiosk.seen.ready and scene.value("phase") == "starting":
            scene.show(phase="open")
        running = {
            "broker": (shop.broker.running, True),
            "central": (shop.central.running, self._switches[Switch.CENTRAL]),
            "admin": (shop.admin.running, self._switches[Switch.CENTRAL]),
            "kiosk": (shop.kiosk.process.running, self._switches[Switch.POWER]),
        }
        scene.show(fallen=[name for name, (runs, should) in running.items() if should and not runs])
        if scene.value("admin") is None and shop.admin.running and listens(shop.admin_port):
            root = f"http://127.0.0.1:{shop.admin_port}"
            login = {"user": ADMIN, "password": shop.admin_password()}
            scene.show(admin={"url": f"{root}/admin/", "desk": f"{root}/desk/", **login})
