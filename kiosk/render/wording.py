"""Amounts, plans and facts as words, for the display and for paper.  Pure."""

from kiosk.domain.clock import ClockState
from kiosk.domain.desk import Fact, FactRow, PlanRow
from kiosk.domain.devices import Ailment, Part, PartState, Stopped
from kiosk.domain.findings import Finding
from kiosk.domain.units import yuan
from kiosk.render.texts.model import Texts


def money(amount: int, words: Texts) -> str:
    """Write 分 as an amount with its currency."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{words.currency}{yuan(abs(amount))}"


def brief_money(amount: int, words: Texts) -> str:
    """Write 分 as money() does, whole yuan without the two noughts."""
    return money(amount, words).removesuffix(".00")


def credited(plan: PlanRow, words: Texts) -> str:
    """Write what the member gets for it: visits, gifts among them, or 分 with the bonus."""
    if plan.name is None:
        return money(plan.pay + plan.bonus, words)
    total = plan.visits + plan.gift_visits
    if not plan.gift_visits:
        return words.count(total)
    return words.desk.gifts.format(n=total, gift=plan.gift_visits)


_HOWS = {how.value: how for how in (*PartState, *Ailment)}


def fact(row: FactRow, words: Texts) -> tuple[str, str]:
    """Write a technician's fact: its label and its value.  A value that is no known word stays."""
    label = part_label(row.part, words) if row.part else words.facts[row.fact]
    label = f"{label} {row.name}".rstrip()
    match row.fact:
        case Fact.PART if row.value in _HOWS:
            return label, words.states[_HOWS[row.value]]
        case Fact.CLOCK if row.value in set(ClockState):
            return label, words.clocks[ClockState(row.value)]
        case Fact.STOPPED if row.value in set(Stopped):
            return label, words.stopped[Stopped(row.value)]
        case Fact.LINK:
            known = {"online": words.desk.online, "offline": words.screen.offline}
            return label, known.get(row.value, row.value)
        case _:
            return label, row.value


def part_label(part: Part, words: Texts) -> str:
    """Name a part where a row begins with it."""
    name = words.parts[part]
    return f"{name[:1].upper()}{name[1:]}"


def diagnosed(finding: Finding, words: Texts) -> str:
    """Name what was checked; a reader by its own name too."""
    return f"{words.checks.subjects[finding.subject]} {finding.name}".rstrip()
