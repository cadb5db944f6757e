"""Slip to Document: lines fitted to the paper's columns, labels left, amounts right.  Pure.

58 mm paper has 32 columns, 80 mm has 48; a Chinese character takes two.  Nothing is cut on paper:
what is too long goes on in the next line.  A slip made in training says at both ends that it is
void, and has no code to scan; one of an undone row says so.  Neither can be taken for a receipt.
"""

from collections.abc import Iterator

from kiosk.domain.desk import Fact
from kiosk.domain.document import Align, Document, Qr, Text, columns, printable
from kiosk.domain.findings import Finding, Verdict
from kiosk.domain.pricing import PriceStep
from kiosk.domain.slips import AnySlip, LoadSlip, Slip, StatusSlip
from kiosk.domain.using import Using
from kiosk.render.texts import name_in, texts
from kiosk.render.texts.model import Texts
from kiosk.render.wording import diagnosed, fact, money

NARROW, WIDE = 32, 48
"""Columns of 58 mm and 80 mm paper, in the 24-dot font."""


def document(slip: AnySlip, width: int = NARROW) -> Document:
    """Lay a slip out on paper of `width` columns."""
    return tuple(_sheet(slip, width).lay_out())


def _sheet(slip: AnySlip, width: int) -> "_Sheet":
    match slip:
        case Slip():
            return _Receipt(width, slip)
        case LoadSlip():
            return _LoadReceipt(width, slip)
        case StatusSlip():
            return _Status(width, slip)


class _Sheet:
    """What all slips share: the head, the marks, rows of a label and a value."""

    def __init__(self, width: int, slip: AnySlip) -> None:
        self.width, self.any_slip = width, slip
        self.words: Texts = texts(slip.language)

    def lay_out(self) -> Iterator[Text | Qr]:
        """Yield the lines."""
        raise NotImplementedError

    def head(self, title: str) -> Iterator[Text]:
        """Yield the shop, what this is, and its marks."""
        slip, say = self.any_slip, self.words.slip
        yield from self.training()
        yield from self.centred(slip.shop_name, bold=True, double=True)
        yield from self.centred(title)
        if not isinstance(slip, StatusSlip) and slip.voided:
            yield from self.centred(f"* {say.voided} *", bold=True, double=True)
        if slip.copy:
            yield from self.centred(f"* {say.copy.format(n=slip.copy)} *", bold=True)
        yield self.rule()

    def training(self) -> Iterator[Text]:
        """Yield the mark of a slip that is worth nothing."""
        if self.any_slip.training:
            yield from self.centred(self.words.slip.training, bold=True, double=True)

    def record(self, slip: Slip | LoadSlip) -> Iterator[Text]:
        """Yield which row it was, when, and whose."""
        say = self.words.slip
        yield from self.pair(say.number, slip.number)
        yield from self.pair(say.terminal, slip.terminal)
        mark = "" if slip.clock_certain else " *"
        yield from self.pair(say.time, f"{slip.at:%Y-%m-%d %H:%M}{mark}")
        if not slip.clock_certain:
            yield from self.plain(f"* {say.clock_uncertain}")
        yield from self.pair(say.member, slip.masked_name)
        if isinstance(slip, Slip) and slip.pet_name:
            yield from self.pair(say.pet, slip.pet_name)
        if slip.operator_name:
            yield from self.pair(say.operator, slip.operator_name)
        yield self.rule()

    def end(self) -> Iterator[Text]:
        """Yield the last lines."""
        yield Text("")
        yield from self.centred(self.words.slip.thanks)
        yield from self.training()

    def money(self, amount: int) -> str:
        return printable(money(amount, self.words))

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
        """Set a label and a value at both ends of a line.

        A value that lacks room there stands below whole; a still longer one goes on right-aligned.
        """
        left, right = printable(left), printable(right)
        gap = self.width - columns(left) - columns(right)
        if gap >= 1:
            yield Text(left + " " * gap + right, bold=bold)
            return
        lines = wrap(right, self.width - columns(left) - 1)
        if columns(right) <= self.width:
            lines = ["", right]
        for index, line in enumerate(lines):
            label = left if index == 0 else ""
            blank = " " * (self.width - columns(label) - columns(line)) if line else ""
            yield Text(label + blank + line, bold=bold)


class _Receipt(_Sheet):
    """A service: paid by a pass, by stored value, or before; or given back."""

    def __init__(self, width: int, slip: Slip) -> None:
        super().__init__(width, slip)
        self.slip = slip

    def lay_out(self) -> Iterator[Text | Qr]:
        slip = self.slip
        yield from self.head(self.words.slip.title)
        yield from self.record(slip)
        yield from self.pair(self.words.slip.service, name_in(slip.language, slip.service))
        if slip.using is not None and slip.using.goods:
            yield from self.used(slip.using)
        else:
            yield from self.by_pass() if slip.price is None else self.by_value(slip.price)
        if slip.follow_up and not slip.voided:
            yield self.rule()
            yield from self.pair(self.words.slip.follow_up, f"{slip.follow_up:%Y-%m-%d}")
        if slip.qr and not slip.training:
            yield Text("")
            yield Qr(slip.qr)
        yield from self.end()

    def by_pass(self) -> Iterator[Text]:
        slip, say, count = self.slip, self.words.slip, self.words.count
        if slip.visits_left is None and slip.pass_name is None:
            if not slip.voided:
                yield from self.plain(say.paid_before)
            return
        if slip.pass_name:
            yield from self.pair(say.punch_pass, name_in(slip.language, slip.pass_name))
        yield from self.pair(say.given_back if slip.voided else say.taken, count(1))
        if slip.visits_left is not None:
            yield from self.pair(say.visits_left, count(slip.visits_left), bold=True)

    def by_value(self, price: int) -> Iterator[Text]:
        slip, say = self.slip, self.words.slip
        if slip.voided:
            yield from self.pair(say.given_back, self.money(price), bold=True)
        else:
            if any(line.step is not PriceStep.LIST for line in slip.price_lines):
                for line in slip.price_lines:
                    yield from self.pair(self.words.steps[line.step], self.money(line.amount))
            yield from self.pair(say.total, self.money(price), bold=True)
        if slip.using is not None:
            yield from self.used(slip.using)
        yield self.rule()
        if slip.value_left is not None:
            yield from self.pair(say.value_left, self.money(slip.value_left), bold=True)
        if slip.points and not slip.voided:
            yield from self.pair(say.points, f"+{slip.points}")
            yield from self.plain(say.points_note)

    def used(self, using: Using) -> Iterator[Text]:
        say, voided = self.words.uses, self.slip.voided
        if using.coupon is not None:
            label = say.coupon_back if voided else say.coupon
            yield from self.pair(label, name_in(self.slip.language, using.coupon))
        if using.points:
            label = say.points_back if voided else say.points
            yield from self.pair(label, f"{using.points}")
        left = say.coupons_left if using.coupon else say.points_left
        yield from self.pair(left, f"{using.left}", bold=using.goods)


class _LoadReceipt(_Sheet):
    """Money taken at the till, and what the member has for it; or money handed back."""

    def __init__(self, width: int, slip: LoadSlip) -> None:
        super().__init__(width, slip)
        self.slip = slip

    def lay_out(self) -> Iterator[Text | Qr]:
        slip, say, count = self.slip, self.words.slip, self.words.count
        plan = slip.plan
        yield from self.head(say.pass_title if plan.name else say.load_title)
        yield from self.record(slip)
        if plan.name:
            yield from self.pair(say.punch_pass, name_in(slip.language, plan.name))
            yield from self.pair(say.visits_bought, count(plan.visits))
            if plan.gift_visits:
                yield from self.pair(say.visits_gift, f"+{count(plan.gift_visits)}")
        else:
            yield from self.pair(say.principal, self.money(plan.pay))
            if plan.bonus:
                yield from self.pair(say.bonus, f"+{self.money(plan.bonus)}")
        paid = say.refunded if slip.voided else say.total
        yield from self.pair(paid, self.money(plan.pay), bold=True)
        yield from self.pair(say.means, self.words.means[slip.means])
        if slip.value_left is not None or slip.visits_left is not None:
            yield self.rule()
        if slip.value_left is not None:
            yield from self.pair(say.value_left, self.money(slip.value_left), bold=True)
        if slip.visits_left is not None:
            yield from self.pair(say.visits_left, count(slip.visits_left), bold=True)
        yield from self.end()


class _Status(_Sheet):
    """The technician's facts."""

    def __init__(self, width: int, slip: StatusSlip) -> None:
        super().__init__(width, slip)
        self.slip = slip

    def lay_out(self) -> Iterator[Text | Qr]:
        slip, say = self.slip, self.words.slip
        yield from self.head(say.status_title)
        yield from self.pair(say.terminal, slip.terminal)
        yield from self.pair(say.time, f"{slip.at:%Y-%m-%d %H:%M}")
        yield self.rule()
        for row in slip.facts:
            if row.fact is not Fact.TERMINAL:
                yield from self.pair(*fact(row, self.words))
        if slip.findings:
            yield from self.findings(slip.findings)
        yield from self.training()

    def findings(self, findings: tuple[Finding, ...]) -> Iterator[Text]:
        """Yield each with its verdict, and below what is not well the next thing to do."""
        checks = self.words.checks
        yield self.rule()
        yield from self.centred(checks.title)
        for finding in findings:
            remedy = checks.remedies[finding.symptom]
            bold = finding.verdict in (Verdict.FAULT, Verdict.UNKNOWN)
            yield from self.pair(diagnosed(finding, self.words), remedy.sentence, bold=bold)
            if remedy.step:
                yield from self.plain(remedy.step)


def wrap(text: str, width: int) -> list[str]:
    """Break text into lines of at most `width` columns (2 or more), not inside a Latin word.

    A word that alone is longer than a line is broken.
    """
    lines: list[str] = []
    rest = printable(text).strip()
    while columns(rest) > width:
        most = next(n for n in range(len(rest), 0, -1) if columns(rest[:n]) <= width)
        end = most
        while end and _inside_word(rest, end):
            end -= 1
        end = end or most
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest] if rest else lines


def _inside_word(text: str, at: int) -> bool:
    pair = text[at - 1 : at + 1]
    return pair.isascii() and " " not in pair
