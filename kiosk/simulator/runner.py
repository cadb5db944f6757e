"""Runs a scenario on a whole shop and prints what every step led to."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.simulator.scenario import Scenario, Step
from kiosk.simulator.shop import Shop, demo_cards

Say = Callable[[str], None]
READY_SECONDS = 60.0


class Transcript:
    """Prints screens, slips and acknowledgements as they come, from the till's thread."""

    def __init__(self, say: Say) -> None:
        self._say, self._lock = say, threading.Lock()
        self._screen: list[str] = []
        self._acknowledged: int | None = None

    def hear(self, message: dict[str, Any]) -> None:
        """Print what is worth reading of one message."""
        with self._lock:
            if "screen" in message and message["screen"] != self._screen:
                self._screen = message["screen"]
                self._say(framed(self._screen))
            if "slip" in message:
                self._say("    --- slip ---")
                self._say("\n".join(f"    | {line}" for line in message["slip"]))
            if "error" in message:
                self._say(f"    error: {message['error']}")
            if standing := message.get("standing"):
                self._hear_standing(standing)

    def _hear_standing(self, standing: dict[str, Any]) -> None:
        acknowledged = standing["last"] - standing["waiting"]
        if standing["last"] and acknowledged != self._acknowledged:
            self._acknowledged = acknowledged
            self._say(f"    ack: {acknowledged} of {standing['last']} rows acknowledged by central")


def framed(lines: list[str]) -> str:
    """Draw a screen's lines in a frame."""
    return "\n".join(["    .----", *(f"    | {line}" for line in lines), "    '----"])


def run(scenario: Scenario, folder: Path, say: Say) -> list[str]:
    """Play every step; return what did not come as expected, empty when all did.

    Stops at the first step that fails.  Leaves no process.
    """
    shop = Shop(folder, scenario.language, Transcript(say).hear, prices=scenario.prices)
    cards = demo_cards()
    say(f"== {scenario.title}")
    try:
        shop.prepare()
        shop.start()
        if not shop.kiosk.wait_ready(READY_SECONDS):
            return [f"the kiosk was not ready within {READY_SECONDS:.0f} seconds"]
        for number, step in enumerate(scenario.step, 1):
            say(f"{number}. {step.say}")
            _act(step, shop, cards)
            missing = shop.kiosk.wait(step.expect, scenario.seconds)
            if missing:
                return [f"step {number} ({step.say}): expected {one}" for one in missing]
    finally:
        shop.stop()
    return []


def _act(step: Step, shop: Shop, cards: dict[str, dict[str, Any]]) -> None:
    till = shop.kiosk
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
        shop.stop_one(step.stop)
    elif step.kill:
        shop.kill_one(step.kill)
    elif step.start:
        shop.start_one(step.start)
    elif step.card:
        shop.change_card(step.card)
    elif step.set:
        _set(step, till.do)


def _set(step: Step, do: Callable[..., None]) -> None:
    assert step.set is not None
    if step.set.printer_paper:
        do(do="paper", on=step.set.printer_paper == "in")
    if step.set.printer_cover:
        do(do="cover", on=step.set.printer_cover == "closed")
    if step.set.disk:
        do(do="disk", on=step.set.disk == "mended")
    for part in ("reader", "display"):
        if state := getattr(step.set, part):
            do(do="plug", part=part, on=state == "plugged")
