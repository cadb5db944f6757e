"""Runs a scenario on a whole shop and prints what every step led to."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.simulator.scenario import Plugged, Scenario, Step
from kiosk.simulator.shop import TERMINAL, Shop, demo_cards
from kiosk.simulator.till import Listener

Say = Callable[[str], None]
READY_SECONDS = 60.0


class Transcript:
    """Prints screens, slips and acknowledgements as they come, from the till's thread.

    `terminal` is put beside each, where there are several kiosks.
    """

    def __init__(self, say: Say, terminal: str = "") -> None:
        self._say, self._lock = say, threading.Lock()
        self._where = f" {terminal}" if terminal else ""
        self._screen: list[str] = []
        self._acknowledged: int | None = None

    def hear(self, message: dict[str, Any]) -> None:
        """Print what is worth reading of one message."""
        with self._lock:
            if "screen" in message and message["screen"] != self._screen:
                self._screen = message["screen"]
                self._say(framed(self._screen, self._where))
            if "slip" in message:
                self._say(f"    --- slip{self._where} ---")
                self._say("\n".join(f"    | {line}" for line in message["slip"]))
            if "error" in message:
                self._say(f"    error: {message['error']}")
            if standing := message.get("standing"):
                self._hear_standing(standing)

    def _hear_standing(self, standing: dict[str, Any]) -> None:
        acknowledged = standing["last"] - standing["waiting"]
        if standing["last"] and acknowledged != self._acknowledged:
            self._acknowledged = acknowledged
            rows = f"{acknowledged} of {standing['last']} rows acknowledged by central"
            self._say(f"    ack{self._where}: {rows}")


def framed(lines: list[str], where: str = "") -> str:
    """Draw a screen's lines in a frame; `where` says whose they are."""
    return "\n".join([f"    .----{where}", *(f"    | {line}" for line in lines), "    '----"])


def run(scenario: Scenario, folder: Path, say: Say) -> list[str]:
    """Play every step; return what did not come as expected, empty when all did.

    Stops at the first step that fails.  Leaves no process.
    """
    shop = _shop(scenario, folder, say)
    cards = demo_cards()
    say(f"== {scenario.title}")
    try:
        shop.prepare()
        shop.start_without_kiosk()
        for terminal, till in shop.kiosks.items():
            shop.start_one(terminal)
            if not till.wait_ready(READY_SECONDS):
                return [f"{terminal} was not ready within {READY_SECONDS:.0f} seconds"]
        for number, step in enumerate(scenario.step, 1):
            say(f"{number}. {step.say}")
            _act(step, shop, cards)
            missing = shop.kiosks[step.at].wait(step.expect, scenario.seconds)
            if missing:
                return [f"step {number} ({step.say}): expected {one}" for one in missing]
    finally:
        shop.stop()
    return []


def _shop(scenario: Scenario, folder: Path, say: Say) -> Shop:
    others: dict[str, Listener] = {
        step.at: Transcript(say, step.at).hear for step in scenario.step if step.at != TERMINAL
    }
    first = Transcript(say, TERMINAL if others else "").hear
    shop = Shop(folder, scenario.language, first, others=others, prices=scenario.prices)
    shop.lay_cables()
    return shop


def _act(step: Step, shop: Shop, cards: dict[str, dict[str, Any]]) -> None:
    till = shop.kiosks[step.at]
    if step.lay:
        till.present(cards[step.lay])
    elif step.lift:
        till.do(do="lift")
    elif step.scan or step.scan_card:
        text = step.scan or f"PM1:{cards[step.scan_card]['token']}"
        till.do(do="scan", text=text)
    elif step.press:
        till.do(do="press", button=step.press)
    elif step.stop:
        shop.stop_one(_process(step.stop, step))
    elif step.kill:
        shop.kill_one(_process(step.kill, step))
    elif step.start:
        shop.start_one(_process(step.start, step))
    elif step.card:
        shop.change_card(step.card, step.at)
    elif step.set:
        _set(step.set, shop, step.at)


def _process(name: str, step: Step) -> str:
    return step.at if name == "kiosk" else name


def _set(faults: Plugged, shop: Shop, terminal: str) -> None:
    do, cable = shop.kiosks[terminal].do, shop.cables[terminal]
    if faults.network:
        (cable.plug if faults.network == "plugged" else cable.pull)()
    if faults.printer_paper:
        do(do="paper", on=faults.printer_paper == "in")
    if faults.printer_cover:
        do(do="cover", on=faults.printer_cover == "closed")
    if faults.disk:
        do(do="disk", on=faults.disk == "mended")
    for part in ("reader", "display"):
        if state := getattr(faults, part):
            do(do="plug", part=part, on=state == "plugged")
