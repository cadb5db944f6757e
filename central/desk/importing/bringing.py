"""Bringing a checked plan in, within the SQL transaction of its check."""

import datetime as dt

from django.contrib.auth.models import User

from central.books import actions, directory, purses
from central.desk.counter import receipt
from central.desk.importing.coming import OPENING, Person, Plan, figures
from central.desk.importing.sheetrows import Line
from central.desk.models import Imported
from central.shop.choices import PurseKind, new_id
from central.shop.models import Account, Member, Pass, PassPlan, Pet


class Bringing:
    """Makes the records of a plan in bulk: the ledger is held, and the terminals wait for it."""

    def __init__(self, today: dt.date, user: User | None) -> None:
        self._today, self._user = today, user
        self.members: list[Member] = []
        self.pets: list[Pet] = []
        self.passes: list[Pass] = []
        self.accounts: list[Account] = []
        self.notes: list[Imported] = []
        self.amounts: dict[str, int] = {}

    def add(self, person: Person) -> str:
        """Prepare what comes in of a member; return the member's id."""
        member = person.member
        if member is None:
            member = Member(name=person.name, phone=person.phone, tier=person.tier)
            member.clean_fields()
            self.members.append(member)
            self._note(f"m/{person.phone}", member)
        self.pets += [_pet(member, line) for line in person.pets]
        for key, line, sold in person.passes:
            self._pass(member, line, sold)
            self._note(key, member)
        if person.opening:
            for kind, amount in zip(OPENING, person.opening, strict=True):
                if amount:
                    self.amounts[self._purse(person, member, kind)] = amount
            self._note(f"b/{person.phone}", member, figures(person.opening))
        return member.pk

    def write(self) -> None:
        """Write all that was prepared; the accounts are still empty."""
        Member.objects.bulk_create(self.members)
        Pet.objects.bulk_create(self.pets)
        Pass.objects.bulk_create(self.passes)
        Account.objects.bulk_create(self.accounts)
        # a key is there already of a member who was removed without ever having had a purse
        Imported.objects.bulk_create(
            self.notes,
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["content", "member", "user", "at"],
        )

    def _note(self, key: str, member: Member, content: str = "") -> None:
        self.notes.append(Imported(key=key, content=content, member=member.pk, user=self._user))

    def _purse(self, person: Person, member: Member, kind: PurseKind) -> str:
        if person.member is not None:
            return actions.purse(member, kind).pk
        made = Account(id=purses.account_id(member.pk, kind), member=member, kind=kind)
        self.accounts.append(made)
        return made.pk

    def _pass(self, member: Member, line: Line, plan: PassPlan) -> None:
        sold = Pass(
            member=member,
            name_zh=plan.name_zh,
            name_en=plan.name_en,
            services=plan.services,
            valid_until=line.valid_until or self._today + dt.timedelta(days=plan.valid_days),
            price=0,
            bought=line.bought or 0,
        )
        self.passes.append(sold)
        for kind, visits in (
            (PurseKind.PASS_BOUGHT, line.bought),
            (PurseKind.PASS_GIFT, line.gift),
        ):
            made = Account(id=new_id(), member=member, kind=kind, punch_pass=sold)
            self.accounts.append(made)
            if visits:
                self.amounts[made.pk] = visits


def apply(plan: Plan, name: str, today: dt.date, user: User | None) -> None:
    """Bring a plan without faults in; the caller holds the ledger."""
    bringing = Bringing(today, user)
    changed = {bringing.add(person) for person in plan.coming}
    bringing.write()
    directory.touch(changed)
    if bringing.amounts:
        store = plan.store.pk
        receipt(actions.move(store, bringing.amounts, "import", name[:120], user), store, "")


def _pet(member: Member, line: Line) -> Pet:
    return Pet(
        member=member,
        name=line.pet,
        size=line.size or "",
        warning=line.warning,
        birthday=line.birthday,
    )
