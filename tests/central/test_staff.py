"""Operators and their cards in the directory; cards found at a terminal and bound by staff."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from central.books import apply, bonus, directory, media
from central.shop.choices import MediumStatus
from central.shop.models import (
    BonusRelease,
    Medium,
    Member,
    Operator,
    Pass,
    SeenMedium,
    Store,
)
from central.sync.directory import pages
from central.sync.service import Service
from kiosk.domain import members, wire
from kiosk.domain import transactions as tx
from kiosk.domain.members import MemberRecord
from tests.central.books import assert_sound, posted, tickets
from tests.central.till import NOW, Till, log, sale, visit

TODAY = dt.date(2026, 3, 4)
STRANGER = "uid:04FEFEFEFEFE80"


def delta(till: Till, since: int) -> wire.DirectoryPage:
    (page,) = pages(till.journal, since)
    assert wire.decode_down(wire.encode(page)) == page
    return page


def record(till: Till, member: str = "m-wang") -> MemberRecord:
    (found,) = (m for m in delta(till, 0).members if m.member == member)
    return found


def test_the_last_page_lists_the_stores_operators_with_their_cards(till: Till) -> None:
    Operator.objects.create(name="别处", role="cashier", store=Store.objects.create(pk="s2"))
    Operator.objects.create(name="离职", role="cashier", store_id="s1", active=False)
    found = list(pages(till.journal, 0, size=5))
    assert [page.operators is None for page in found] == [True, True, False]
    assert found[-1].operators is not None
    assert {(o.operator, o.name, o.role.value) for o in found[-1].operators} == {
        ("o-he", "何美容", "groomer"),
        ("o-ma", "马技术", "technician"),
        ("o-xu", "徐收银", "cashier"),
    }
    cards = {o.operator: [m.medium for m in o.media] for o in found[-1].operators}
    assert cards == {"o-he": ["c-groomer"], "o-ma": ["c-technician"], "o-xu": ["c-cashier"]}


def test_a_change_of_operators_reaches_a_terminal_that_is_online(till: Till) -> None:
    service = Service()
    list(service.receive(till.address, till.hello()))
    list(service.receive(till.address, wire.DirectoryRequest(journal=till.journal, since=0)))

    def told() -> list[members.OperatorRecord]:
        page = next(m for _, m in service.news() if isinstance(m, wire.DirectoryPage))
        assert page.members == []
        return page.operators or []

    list(service.news())
    he = Operator.objects.get(pk="o-he")
    he.name = "何小美"
    he.save()
    assert "何小美" in {o.name for o in told()}
    media.report_lost(Medium.objects.get(pk="c-groomer"))
    lost = {m.medium: m.status for o in told() for m in o.media}
    assert lost["c-groomer"] is members.MediumStatus.LOST, "refused, and not unknown"
    media.bind(STRANGER, operator=he)
    assert STRANGER in {m.key for o in told() for m in o.media}
    he.active = False
    he.save()
    assert "o-he" not in {o.operator for o in told()}


def test_a_card_that_an_operator_passes_on_to_a_member(till: Till) -> None:
    since = directory.version()
    card = Medium.objects.get(pk="c-groomer")
    card.operator, card.member = None, Member.objects.get(pk="m-li")
    card.save()
    page = delta(till, since)
    assert [m.member for m in page.members] == ["m-li"]
    assert page.operators is not None
    assert not [m for o in page.operators if o.operator == "o-he" for m in o.media]


def test_a_card_that_was_just_seen_is_bound(till: Till) -> None:
    service = Service()
    list(service.receive(till.address, wire.MediumSeen(key=STRANGER, at=NOW)))
    seen = SeenMedium.objects.get()
    assert (seen.terminal.code, seen.last_at) == ("k1", NOW)
    assert seen.heard_at > NOW
    since = directory.version()
    medium = media.bind(seen, member=Member.objects.get(pk="m-li"))
    assert not SeenMedium.objects.exists()
    (li,) = delta(till, since).members
    assert (medium.pk, STRANGER) in {(m.medium, m.key) for m in li.media}
    assert medium in Member.objects.get(pk="m-li").media.all()
    assert len(li.media) == 2, "the card that was there stays"


def test_a_card_has_one_owner() -> None:
    wang, li = Member.objects.get(pk="m-wang"), Member.objects.get(pk="m-li")
    taken = Medium.objects.get(pk="c-wang")
    with pytest.raises(media.Taken) as refused:
        media.bind(taken.key, member=li)
    assert refused.value.medium == taken
    media.report_lost(taken)
    assert media.bind(taken.key, member=wang).status == MediumStatus.ACTIVE
    media.report_lost(taken)
    media.report_found(taken)
    assert Medium.objects.get(pk="c-wang").status == MediumStatus.ACTIVE
    with pytest.raises(ValidationError):
        media.bind("uid:garbage", member=li)
    with pytest.raises(ValueError, match="one owner"):
        media.bind(STRANGER)
    with pytest.raises(ValueError, match="one owner"):
        media.bind(STRANGER, member=li, operator=Operator.objects.get(pk="o-he"))


def test_open_tickets_are_in_the_record(till: Till) -> None:
    till.row(visit())
    till.row(visit())
    apply.apply(*till.address, till.batch())
    first, second = (tx.ticket_id(till.journal, n, 0) for n in (1, 2))
    assert record(till).tickets == (
        members.Ticket(first, "bath", TODAY, "p-doudou"),
        members.Ticket(second, "bath", TODAY, "p-doudou"),
    )
    since = directory.version()
    till.row(log(first), operator="o-he", member="")
    apply.apply(*till.address, till.batch())
    (wang,) = delta(till, since).members
    assert [ticket.ticket for ticket in wang.tickets] == [second]
    long_ago = tickets().get(ticket=second)
    long_ago.opened_at -= dt.timedelta(days=31)
    long_ago.save()
    assert record(till).tickets == ()


def test_the_purses_of_a_first_top_up_are_known_by_name(till: Till) -> None:
    Member.objects.create(pk="m-new", name="新人")
    purses = {(p.account, p.kind.value, p.posted) for p in record(till, "m-new").purses}
    assert purses == {("m-new.principal", "principal", 0), ("m-new.bonus", "bonus", 0)}


def test_a_pass_whose_sale_was_undone_is_not_shown(till: Till) -> None:
    till.row(sale("p1"), operator="o-xu")
    apply.apply(*till.address, till.batch())
    assert "p1" in {p.pass_id for p in record(till).passes}
    till.row(tx.undo(tx.decode(till.payloads[0]).lines), ref=1, operator="o-xu")
    apply.apply(*till.address, till.batch())
    assert Pass.objects.get(pk="p1").voided
    wang = record(till)
    assert "p1" not in {p.pass_id for p in wang.passes}
    assert "p1" not in {p.pass_id for p in wang.purses}


def test_a_bonus_comes_month_by_month(till: Till) -> None:
    BonusRelease.objects.all().delete()
    store, wang = Store.objects.get(pk="s1"), Member.objects.get(pk="m-wang")
    since = directory.version()
    made = bonus.promise(store, wang, 10000, 3, dt.date(2026, 1, 31))
    assert [(part.amount, part.due_on.isoformat()) for part in made] == [
        (3333, "2026-01-31"),
        (3333, "2026-02-28"),
        (3334, "2026-03-31"),
    ]
    (shown,) = delta(till, since).members
    assert (shown.bonus_due, shown.bonus_due_on) == (3333, dt.date(2026, 1, 31))
    assert bonus.release_bonus("s1", dt.date(2026, 1, 30)) == 0
    assert bonus.release_bonus("s1", TODAY) == 2
    assert bonus.release_bonus("s1", TODAY) == 0
    assert posted("m-wang.bonus") == 3000 + 2 * 3333
    assert_sound()
    after = record(till)
    assert (after.bonus_due, after.bonus_due_on) == (3334, dt.date(2026, 3, 31))
    with pytest.raises(ValueError, match="1 fen"):
        bonus.promise(store, wang, 2, 3, TODAY)


def test_a_bonus_that_is_due_is_released_by_the_sync_process(till: Till) -> None:
    BonusRelease.objects.all().delete()
    bonus.promise(Store.objects.get(pk="s1"), Member.objects.get(pk="m-wang"), 500, 1, TODAY)
    list(Service().news())
    assert posted("m-wang.bonus") == 3500


def test_rules_of_a_day_reach_the_terminals(till: Till) -> None:
    service = Service()
    list(service.receive(till.address, till.hello()))
    list(service.news())
    store = Store.objects.get(pk="s1")
    for name, value in (
        ("operator_minutes", 3),
        ("undo_minutes", 2),
        ("checkin_points", 0),
        ("slip_qr", "https://shop.example/s/{number}"),
        ("slip", "ask"),
    ):
        setattr(store, name, value)
        store.save()
        ((_, told),) = service.news()
        assert isinstance(told, wire.PolicyUpdate)
        assert getattr(told.policy, name) == value
        assert wire.decode_down(wire.encode(told)) == told
