"""The cashier's screens: which plan, how it is paid, the last look, what the member has now.

Every amount is whole; only names are cut.  Where pay and bonus do not fit one row the bonus is left
out there: the row under the list says what the selected plan brings in all.  Pure.
"""

from kiosk.domain.desk import ChooseMeans, ChoosePlan, ConfirmLoad, Loaded, PlanRow
from kiosk.domain.devices import Button
from kiosk.domain.policy import Language
from kiosk.render.layout import Big, Icon, Layout, Row, Style
from kiosk.render.rows import ROWS, left_big, listed, position, proof
from kiosk.render.texts import name_in
from kiosk.render.texts.model import Texts
from kiosk.render.wording import brief_money, credited, money

Sale = ChoosePlan | ChooseMeans | ConfirmLoad | Loaded


def compose_sale(screen: Sale, words: Texts, language: Language) -> Layout:
    """Lay a cashier's screen out."""
    match screen:
        case ChoosePlan():
            return _choose_plan(screen, words, language)
        case ChooseMeans():
            return _choose_means(screen, words)
        case ConfirmLoad():
            return _confirm(screen, words, language)
        case Loaded():
            return _loaded(screen, words, language)


def _choosing(words: Texts) -> tuple[tuple[Button, str], ...]:
    keys = words.keys
    return (Button.A, keys.ok), (Button.B, keys.next), (Button.C, keys.back)


def _choose_plan(screen: ChoosePlan, words: Texts, language: Language) -> Layout:
    say, room = words.desk, ROWS - 1
    plans = [_plan(plan, words, language) for plan in screen.plans]
    chosen = screen.plans[screen.selected]
    gets = Row(say.gets, credited(chosen, words))
    name = say.sell_pass if chosen.name else say.top_up
    title = Row(name, position(screen.selected, len(plans), room), icon=Icon.CARD)
    return Layout((*listed(plans, screen.selected, room), gets), title, _choosing(words))


def _plan(plan: PlanRow, words: Texts, language: Language) -> Row:
    if plan.name:
        return Row(name_in(language, plan.name), brief_money(plan.pay, words))
    bonus = words.desk.bonus.format(amount=brief_money(plan.bonus, words)) if plan.bonus else ""
    pay = brief_money(plan.pay, words)
    return Row(pay, bonus, brief=pay, yields=True)


def _choose_means(screen: ChooseMeans, words: Texts) -> Layout:
    means = [Row(words.means[means]) for means in screen.means]
    title = Row(words.desk.pays, money(screen.plan.pay, words), icon=Icon.CARD, brief="")
    return Layout(tuple(listed(means, screen.selected, ROWS)), title, _choosing(words))


def _confirm(screen: ConfirmLoad, words: Texts, language: Language) -> Layout:
    title = Row(screen.masked_name, words.means[screen.means], icon=Icon.CARD)
    pay = Big(money(screen.plan.pay, words), words.desk.pays)
    gets = credited(screen.plan, words)
    label = name_in(language, screen.plan.name) if screen.plan.name else words.desk.gets
    soft = ((Button.A, words.keys.load), (Button.C, words.keys.back))
    return Layout((pay, Row(label, gets)), title, soft)


def _loaded(screen: Loaded, words: Texts, language: Language) -> Layout:
    say, plan = words.desk, screen.plan
    title = Row(screen.masked_name, say.sold if plan.name else say.topped_up, icon=Icon.TICK)
    left = left_big(screen.visits_left, screen.value_left, words)
    body: list[Row | Big] = [left] if left else []
    if plan.name:
        body.append(Row(name_in(language, plan.name), style=Style.QUIET))
    body.append(Row(say.pays, money(plan.pay, words)))
    if plan.bonus:
        body.append(Row(say.bonus_label, money(plan.bonus, words)))
    spare = 1 if plan.name else 2
    return Layout(proof(body, screen.slip, words, copies=True, spare=spare), title)
