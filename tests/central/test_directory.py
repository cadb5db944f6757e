"""The directory: full, delta, tombstones, and never what a terminal must not know."""

import datetime as dt

import msgspec
import pytest

from central.books import actions, apply, directory
from central.shop.models import Medium, Member, Pet, Store
from central.sync.directory import pages
from central.sync.service import Service
from kiosk.domain import wire
from kiosk.domain.members import MediumStatus, MemberRecord, PurseKind, Size, Tier
from kiosk.domain.transactions import CheckIn
from tests.central.till import NOW, Till, visit


def only(found: list[wire.DirectoryPage]) -> wire.DirectoryPage:
    (page,) = found
    return page


def delta(till: Till, since: int) -> wire.DirectoryPage:
    return only(list(pages(till.journal, since)))


def test_a_full_directory_in_pages(till: Till) -> None:
    found = list(pages(till.journal, 0, size=5))
    assert [(p.page, p.full, p.last) for p in found] == [
        (0, True, False),
        (1, True, False),
        (2, True, True),
    ]
    assert {p.version for p in found} == {directory.version()}
    members = [record.member for page in found for record in page.members]
    assert members == sorted(Member.objects.values_list("pk", flat=True))
    for page in found:
        assert wire.decode_down(wire.encode(page)) == page


@pytest.mark.parametrize("size", [1, 3, 4, 6, 12, 13])
def test_every_member_is_in_one_page_whatever_its_size(till: Till, size: int) -> None:
    found = list(pages(till.journal, 0, size))
    members = [record.member for page in found for record in page.members]
    assert sorted(members) == sorted(set(members))
    assert len(members) == 13
    assert [page.last for page in found] == [False] * (len(found) - 1) + [True]


def test_a_record(till: Till) -> None:
    (wang,) = (m for m in delta(till, 0).members if m.member == "m-wang")
    assert (wang.masked_name, wang.phone_last4, wang.tier) == ("王*明", "0101", Tier.GOLD)
    (pet,) = wang.pets
    assert (pet.name, pet.size, pet.warning) == ("豆豆", Size.MEDIUM, "怕吹风机")
    assert pet.birthday is not None
    assert (pet.birthday.month, pet.birthday.day) == (3, 4)
    (sold,) = wang.passes
    assert (sold.pass_id, sold.services) == ("pass-wang-bath", ("bath",))
    assert sold.valid_until == dt.date(2026, 3, 4) + dt.timedelta(days=200)
    assert {(p.kind, p.posted, p.pass_id) for p in wang.purses} == {
        (PurseKind.PRINCIPAL, 20000, ""),
        (PurseKind.BONUS, 3000, ""),
        (PurseKind.POINTS, 320, ""),
        (PurseKind.PASS_BOUGHT, 8, "pass-wang-bath"),
        (PurseKind.PASS_GIFT, 2, "pass-wang-bath"),
    }
    assert {m.key for m in wang.media} == {"uid:04A1B2C3D4E580", "pm1:wang-7Qm2Zk9xT4"}
    assert msgspec.convert(msgspec.to_builtins(wang), MemberRecord) == wang


def test_no_full_name_and_no_full_number_leaves_central(till: Till) -> None:
    sent = b"".join(wire.encode(page) for page in pages(till.journal, 0)).decode()
    for name, phone in Member.objects.values_list("name", "phone"):
        assert name not in sent
        assert phone not in sent


def test_a_lost_card_says_so(till: Till) -> None:
    (liu,) = (m for m in delta(till, 0).members if m.member == "m-liu")
    assert {m.medium: m.status for m in liu.media} == {
        "c-liu-lost": MediumStatus.LOST,
        "c-liu": MediumStatus.ACTIVE,
    }


def test_a_delta_has_what_changed_and_how_far_the_asker_is_applied(till: Till) -> None:
    since = directory.version()
    assert delta(till, since).members == []
    till.row(visit())
    till.row(visit())
    apply.apply(*till.address, till.batch())
    page = delta(till, since)
    assert (page.full, page.since, page.applied) == (False, since, 2)
    assert page.version == directory.version() > since
    assert [m.member for m in page.members] == ["m-wang"]
    assert {p.posted for p in page.members[0].purses if p.kind is PurseKind.PASS_BOUGHT} == {6}


def test_a_page_counts_the_rows_of_the_journal_that_asks(till: Till) -> None:
    from central.shop.models import Terminal
    from central.sync import greeting

    other = Till(terminal="k2")
    greeting.meet(Terminal.objects.get(code="k2"), other.hello())
    till.row(visit())
    apply.apply(*till.address, till.batch())
    assert delta(till, 0).applied == 1
    assert delta(other, 0).applied == 0


def test_every_kind_of_change_reaches_a_delta(till: Till) -> None:
    def changed(since: int) -> list[str]:
        return [m.member for m in delta(till, since).members]

    since = directory.version()
    Member.objects.get(pk="m-li").save()
    assert changed(since) == ["m-li"]
    since = directory.version()
    Pet.objects.get(pk="p-doudou").delete()
    assert changed(since) == ["m-wang"]
    since = directory.version()
    actions.move("s1", {"m-zhao.points": 1}, "adjust", "test")
    assert changed(since) == ["m-zhao"]
    since = directory.version()
    card = Medium.objects.get(pk="c-sun")
    card.member_id = "m-qian"
    card.save()
    assert changed(since) == ["m-qian", "m-sun"], "the member that lost the card is told too"
    since = directory.version()
    Member.objects.create(pk="m-new", name="新人")
    assert changed(since) == ["m-new"]


def test_each_row_brings_its_members_record_also_one_that_changed_nothing(till: Till) -> None:
    """The kiosk keeps a row until the record says that it is in: it would keep it for ever."""
    other = Till(terminal="k2")
    list(Service().receive(other.address, other.hello()))
    other.row(CheckIn(NOW.date()))
    apply.apply(*other.address, other.batch())
    version = directory.version()
    till.row(CheckIn(NOW.date()))
    apply.apply(*till.address, till.batch())
    page = delta(till, version)
    assert ([m.member for m in page.members], page.applied) == (["m-wang"], 1)


def test_a_removed_member_leaves_a_tombstone(till: Till) -> None:
    Member.objects.create(pk="m-new", name="新人")
    since = directory.version()
    Member.objects.get(pk="m-new").delete()
    page = delta(till, since)
    assert (page.members, page.removed) == ([], ["m-new"])
    assert delta(till, 0).removed == []


def test_a_version_that_was_never_given_leads_to_all_of_it(till: Till) -> None:
    page = delta(till, directory.version() + 1)
    assert (page.full, page.since, len(page.members)) == (True, 0, 13)


def test_a_member_that_changes_between_pages_is_in_the_next_delta(till: Till) -> None:
    full = pages(till.journal, 0, size=7)
    first = next(full)
    Member.objects.get(pk=first.members[0].member).save()
    (second,) = full
    assert second.version == first.version
    assert [m.member for m in delta(till, second.version).members] == [first.members[0].member]


def test_the_policy_of_a_store(till: Till) -> None:
    from central.shop import policies

    policy = policies.of(Store.objects.get(pk="s1"))
    assert (policy.shop_name, policy.version, policy.utc_offset_minutes) == ("宠物之家", 1, 480)
