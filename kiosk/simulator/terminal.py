"""The kiosk in a terminal: type what a hand would do, read what the display would show."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kiosk.simulator.runner import READY_SECONDS, Transcript
from kiosk.simulator.shop import Shop, demo_cards

HELP = """
  a b c        press a button            1 2 3 ...   lay a card on the reader
  l            lift the card             s TEXT      scan a code (PM1:...)
  n            network off / on          p           paper out / in
  x            power cut and restart     w           show the wallet
  h            this list                 q           quit
"""


def wallet(cards: dict[str, dict[str, Any]]) -> str:
    """List the demo cards."""
    return "\n".join(
        f"  {number:2} {card['label_zh']} / {card['label_en']}"
        for number, card in enumerate(cards.values(), 1)
    )


class Hand:
    """Turns typed lines into what a hand does."""

    def __init__(self, shop: Shop, say: Callable[[str], None]) -> None:
        self._shop, self._say = shop, say
        self._cards = demo_cards()
        self._network = self._paper = True

    def greet(self) -> None:
        """Print how to use it."""
        self._say(HELP + "\n" + wallet(self._cards) + "\n")

    def do(self, line: str) -> bool:
        """Do one thing; False ends."""
        word, _, rest = line.strip().partition(" ")
        till = self._shop.kiosk
        match word.lower():
            case "":
                pass
            case "q":
                return False
            case "a" | "b" | "c":
                till.do(do="press", button=word.upper())
            case "l":
                till.do(do="lift")
            case "s":
                till.do(do="scan", text=rest)
            case "n":
                self._network = not self._network
                (self._shop.start_one if self._network else self._shop.stop_one)("broker")
                self._say(f"network {'on' if self._network else 'off'}")
            case "p":
                self._paper = not self._paper
                till.do(do="paper", on=self._paper)
            case "x":
                till.kill()
                self._say("power cut")
                till.start()
            case "w":
                self._say(wallet(self._cards))
            case number if number.isdecimal() and 1 <= int(number) <= len(self._cards):
                card = list(self._cards.values())[int(number) - 1]
                till.do(do="lift")
                till.present(card)
            case _:
                self._say(HELP)
        return True


def simulate(
    folder: Path, language: str, say: Callable[[str], None], lines: Iterable[str] = sys.stdin
) -> int:
    """Run a shop until `lines` ends or says q.  Leaves no process."""
    shop = Shop(folder, language, Transcript(say).hear)
    say(f"preparing a shop in {folder} ...")
    try:
        shop.prepare()
        shop.start()
        if not shop.kiosk.wait_ready(READY_SECONDS):
            say(f"the kiosk is not ready; the logs are in {folder / 'logs'}")
            return 1
        hand = Hand(shop, say)
        hand.greet()
        for line in lines:
            if not hand.do(line):
                break
    except KeyboardInterrupt:
        say("")
    finally:
        say("stopping ...")
        shop.stop()
    return 0
