"""What an import will do, and doing it: all of it in one SQL transaction, or nothing.

The rule of repetition: a phone number is a member; a pet is its member and name; a pass is its
phone, plan, figures, last day and how many equal ones stand before it in the file; an opening
balance is its phone, once for ever.  What came in under such a key does not come in again, so the
same file a second time changes nothing, whatever was spent since.  Members and pets that are there
keep what they have.  Another opening balance for a phone that has one is a fault, not a correction:
balances are corrected at the desk, with a reason.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from central.books import directory
from central.desk.importing import bringing, cells, files
from central.desk.importing.coming import Person, Plan, figures
from central.desk.importing.sheetrows import Fault, Line, Table
from central.desk.models import Imported
from central.shop.models import Member, PassPlan, Store
from kiosk.domain.members import Tier


class Refused(Exception):
    """The file has faults; nothing came in."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)


def check(store: Store, name: str, content: bytes) -> Plan:
    """Read a file and find what it would bring, without changing anything."""
    try:
        rows = files.read(name, content)
    except files.Unreadable as e:
        return Plan(store, [], [Fault(0, 0, "", str(e))])
    table = Table(rows)
    plan = Plan(store, [], table.faults, max(0, len(rows) - 1))
    _Gathering(plan, table).run()
    plan.faults.sort()
    return plan


def bring_in(
    store: Store, name: str, content: bytes, today: dt.date, user: User | None = None
) -> Plan:
    """Bring a file in, all of it, and return what it brought.  Raises Refused."""
    with directory.writing():
        plan = check(store, name, content)
        if plan.faults:
            raise Refused(plan.faults)
        bringing.apply(plan, name, today, user)
        return plan


class _Gathering:
    """Puts the lines of a table together, by phone."""

    def __init__(self, plan: Plan, table: Table) -> None:
        self._plan, self._table = plan, table
        self._people: dict[str, Person] = {}
        self._seen: Counter[str] = Counter()
        self._pets: dict[str, set[str]] = {}
        keys = Imported.objects.values_list("key", "content", "member")
        self._imported = {key: (content, member) for key, content, member in keys}
        self._members, self._by_phone = _members()
        self._plans = {
            cells.folded(text).casefold(): plan
            for plan in PassPlan.objects.filter(store=self._plan.store)
            for text in (plan.code, plan.name_zh, plan.name_en)
        }

    def run(self) -> None:
        for line in self._table.lines:
            person = self._person(line)
            if person is not None:
                self._pet(person, line)
                self._pass(person, line)
                self._opening(person, line)
        self._plan.people = list(self._people.values())

    def _person(self, line: Line) -> Person | None:
        person = self._people.get(line.phone)
        if person is None:
            return self._first(line)
        for key, mine, other in (
            ("name", line.name, person.name),
            ("tier", line.tier, person.tier),
        ):
            if mine and mine != other:
                self._table.fault(line.row, key, _("differs from row") + f" {person.row}")
        return person

    def _first(self, line: Line) -> Person | None:
        _known, imported = self._imported.get(f"m/{line.phone}", ("", ""))
        there = self._by_phone.get(line.phone, [])
        if imported in self._members:
            there = [imported]
        if len(there) > 1:
            self._table.fault(line.row, "phone", _("belongs to more than one member"))
            return None
        member = self._members[there[0]] if there else None
        if not line.name and member is None:
            self._table.fault(line.row, "name", _("is missing"))
            return None
        if member is not None and line.name and cells.plain(member.name) != line.name:
            text = _("this phone belongs to a member of another name:") + f" {member.name}"
            self._table.fault(line.row, "name", text)
            return None
        name = line.name or (member.name if member else "")
        tier = line.tier or (Tier(member.tier) if member else Tier.BASIC)
        person = Person(line.row, line.phone, name, tier, member)
        self._people[line.phone] = person
        pets = member.pets.values_list("name", flat=True) if member else ()
        self._pets[line.phone] = {cells.plain(name) for name in pets}
        return person

    def _pet(self, person: Person, line: Line) -> None:
        if line.pet and line.pet not in self._pets[line.phone]:
            self._pets[line.phone].add(line.pet)
            person.pets.append(line)

    def _pass(self, person: Person, line: Line) -> None:
        if not line.plan:
            return
        plan = self._plans.get(cells.folded(line.plan).casefold())
        if plan is None:
            known = "、".join(
                plan.name_zh for plan in PassPlan.objects.filter(store=self._plan.store)
            )
            text = f"“{line.plan}” " + _("is not a pass plan; there are:") + f" {known}"
            self._table.fault(line.row, "pass", text)
            return
        until = line.valid_until.isoformat() if line.valid_until else ""
        figures = f"{plan.code}/{line.bought}/{line.gift or 0}/{until}"
        key = f"p/{self._plan.store.pk}/{line.phone}/{figures}"
        self._seen[key] += 1
        key = f"{key}/{self._seen[key]}"
        if key not in self._imported:
            person.passes.append((key, line, plan))

    def _opening(self, person: Person, line: Line) -> None:
        if line.principal is None and line.bonus is None and line.points is None:
            return
        if person.opening_row:
            text = _("the balances of this phone stand already in row") + f" {person.opening_row}"
            self._table.fault(line.row, "principal", text)
            return
        person.opening_row = line.row
        opening = (line.principal or 0, line.bonus or 0, line.points or 0)
        known = self._imported.get(f"b/{line.phone}")
        if known is not None and known[0] != figures(opening):
            text = _("this phone was imported with other balances; adjust them at the desk")
            self._table.fault(line.row, "principal", text)
        elif known is None and any(opening):
            person.opening = opening


def _members() -> tuple[dict[str, Member], dict[str, list[str]]]:
    members = Member.objects.in_bulk()
    by_phone: dict[str, list[str]] = {}
    for member in members.values():
        try:
            phone = cells.phone(member.phone)
        except cells.Wrong:
            continue
        by_phone.setdefault(phone, []).append(member.pk)
    return members, by_phone
