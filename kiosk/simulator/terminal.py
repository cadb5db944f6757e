"""The kiosk in a terminal: type what a hand would do, read what the display would show."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kiosk.domain.devices import Part
from kiosk.simulator.runner import READY_SECONDS, Transcript
from kiosk.simulator.shop import Shop, demo_cards

HELP = """
  a b c        press a button            1 2 3 ...   lay a card on the reader
  cc           hold C down, let go       l           lift the card
  n            network off / on          s TEXT      scan a code (PM1:...)
  p            paper out / in            o           printer's cover open / closed
  u PART       unplug / plug in          hang PART   hang / go on
  x            power cut and restart     w           show the wallet
  h            this list                 q           quit

  PART is {parts}
"""

PLAYED = tuple(part for part in Part if part not in (Part.LINK, Part.JOURNAL))
"""The parts that the simulator plays."""


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
        self._off: set[str] = set()

    def greet(self) -> None:
        """Print how to use it."""
        self._help()
        self._say(wallet(self._cards) + "\n")

    def _help(self) -> None:
        self._say(HELP.format(parts=", ".join(PLAYED)))

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
            case "cc":
                till.do(do="hold")
            case "l":
                till.do(do="lift")
            case "s":
                till.do(do="scan", text=rest)
            case "w":
                self._say(wallet(self._cards))
            case number if number.isdecimal() and 1 <= int(number) <= len(self._cards):
                card = list(self._cards.values())[int(number) - 1]
                till.do(do="lift")
                till.present(card)
            case other:
                self._meddle(other, rest.lower())
        return True

    def _meddle(self, word: str, part: str) -> None:
        """Break something, or mend it."""
        till = self._shop.kiosk
        match word:
            case "n":
                on = self._turn("network")
                (self._shop.start_one if on else self._shop.stop_one)("broker")
            case "p":
                till.do(do="paper", on=self._turn("paper"))
            case "o":
                till.do(do="cover", on=self._turn("cover"))
            case "u" if part in PLAYED:
                till.do(do="plug", part=part, on=self._turn(f"plug of {part}"))
            case "hang" if part in PLAYED:
                till.do(do="answers", part=part, on=self._turn(f"answers of {part}"))
            case "x":
                till.kill()
                self._say("power cut")
                till.start()
            case _:
                self._help()

    def _turn(self, what: str) -> bool:
        """Turn it off, or on again, and say so; return whether it is on now."""
        self._off ^= {what}
        on = what not in self._off
        self._say(f"{what}: {'on' if on else 'off'}")
        return on


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
