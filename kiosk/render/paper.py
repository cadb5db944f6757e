"""Slip to Document: lines fitted to the paper's columns, labels left, amounts right.  Pure.

58 mm paper has 32 columns, 80 mm has 48; a Chinese character takes two.  Nothing is cut on paper:
what is too long goes on in the next line.
"""

from collections.abc import Iterator

from kiosk.domain.document import Align, Document, Qr, Text, columns, printable
from kiosk.domain.pricing import PriceStep
from kiosk.domain.slips import Slip
from kiosk.domain.units import yuan
from kiosk.render.texts import name_in, texts
from kiosk.render.texts.model import Texts

NARROW, WIDE = 32, 48
"""Columns of 58 mm and 80 mm paper, in the 24-dot font."""


def document(slip: Slip, width: int = NARROW) -> Document:
    """Lay a slip out on paper of `width` columns."""
    return tuple(_Sheet(width, slip).lay_out())


class _Sheet:
    def __init__(self, width: int, slip: Slip) -> None:
        self.width, self.slip = width, slip
        self.words: Texts = texts(slip.language)

    def lay_out(self) -> Iterator[Text | Qr]:
        slip, say = self.slip, self.words.slip
        yield from self.centred(slip.shop_name, bold=True, double=True)
        yield from self.centred(say.title)
        if slip.copy:
            yield from self.centred(f"* {say.copy.format(n=slip.copy)} *", bold=True)
        yield self.rule()
        yield from self.pair(say.number, slip.number)
        yield from self.pair(say.terminal, slip.terminal)
        mark = "" if slip.clock_certain else " *"
        yield from self.pair(say.time, f"{slip.at:%Y-%m-%d %H:%M}{mark}")
        if not slip.clock_certain:
            yield from self.plain(f"* {say.clock_uncertain}")
        yield from self.pair(say.member, slip.masked_name)
        if slip.pet_name:
            yield from self.pair(say.pet, slip.pet_name)
        yield self.rule()
        yield from self.what_was_taken()
        if slip.qr:
            yield Text("")
            yield Qr(slip.qr)
        yield Text("")
        yield from self.centred(say.thanks)

    def what_was_taken(self) -> Iterator[Text]:
        slip, say, count = self.slip, self.words.slip, self.words.count
        yield from self.pair(say.service, name_in(slip.language, slip.service))
        if slip.price is None:
            if slip.pass_name:
                yield from self.pair(say.punch_pass, name_in(slip.language, slip.pass_name))
            yield from self.pair(say.taken, count(1))
            if slip.visits_left is not None:
                yield from self.pair(say.visits_left, count(slip.visits_left), bold=True)
            return
        if any(line.step is not PriceStep.LIST for line in slip.price_lines):
            for line in slip.price_lines:
                yield from self.pair(self.words.steps[line.step], self.money(line.amount))
        yield from self.pair(say.total, self.money(slip.price), bold=True)
        yield self.rule()
        if slip.value_left is not None:
            yield from self.pair(say.value_left, self.money(slip.value_left), bold=True)
        if slip.points:
            yield from self.pair(say.points, f"+{slip.points}")
            yield from self.plain(say.points_note)

    def money(self, amount: int) -> str:
        sign = "-" if amount < 0 else ""
        return printable(f"{sign}{self.words.currency}{yuan(abs(amount))}")

    def rule(self) -> Text:
        return Text("-" * self.width)

    def centred(self, text: str, *, bold: bool = False, double: bool = False) -> Iterator[Text]:
        room = self.width // 2 if double else self.width
        for line in wrap(text, room):
            yield Text(line, Align.CENTRE, bold, double)

    def plain(self, text: str) -> Iterator[Text]:
        for line in wrap(text, self.width):
            yield Text(line)

    def pair(self, left: str, right: str, *, bold: bool = False) -> Iterator[Text]:
        """Set a label and a value at both ends of a line; a long value goes on right-aligned."""
        left, right = printable(left), printable(right)
        gap = self.width - columns(left) - columns(right)
        if gap >= 1:
            yield Text(left + " " * gap + right, bold=bold)
            return
        lines = wrap(right, self.width - columns(left) - 1)
        for index, line in enumerate(lines):
            label = left if index == 0 else ""
            blank = " " * (self.width - columns(label) - columns(line))
            yield Text(label + blank + line, bold=bold)


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` columns (2 or more), not inside a Latin word.

    A word that alone takes more than half a line is broken.
    """
    lines: list[str] = []
    rest = printable(text).strip()
    while columns(rest) > width:
        most = next(n for n in range(len(rest), 0, -1) if columns(rest[:n]) <= width)
        end = most
        while end > most // 2 and _inside_word(rest, end):
            end -= 1
        if _inside_word(rest, end):
            end = most
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest] if rest else lines


def _inside_word(text: str, at: int) -> bool:
    pair = text[at - 1 : at + 1]
    return pair.isascii() and " " not in pair
