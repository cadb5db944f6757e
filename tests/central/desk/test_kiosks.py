"""The kiosks' page: how each journal is, in plain words, and what staff decide about it."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from central.books import apply, journals, recalls
from central.books.recalls import HeldElsewhere
from central.desk import casewords, deciding, kiosks, moving, waiting, words
from central.desk.history import Names
from central.desk.models import JournalDecision, Verdict
from central.shop.choices import JournalReason, JournalState
from central.shop.models import (
    Account,
    Case,
    Journal,
    Member,
    Outgoing,
    Pass,
    Recall,
    Store,
    Terminal,
)
from central.sync.service import Service
from kiosk.domain import wire
from tests.central.books import assert_sound, leased, posted, send
from tests.central.desk.conftest import Login
from tests.central.till import Till, release, visit

BOUGHT = "pass-wang-bath.bought"


@pytest.fixture
def user() -> User:
    return User.objects.create_user("zhou")


def page(login: Login, role: str = "owner", language: str = "en") -> str:
    answer = login(role).get(reverse("desk:kiosks"), headers={"accept-language": language})
    return str(answer.content.decode())


def replaced(till: Till) -> Till:
    new = Till()
    list(Service().receive(new.address, new.hello()))
    return new


def test_a_kiosk_says_how_it_is_and_what_it_holds(login: Login, till: Till) -> None:
    till.row(visit())
    send(till)
    health = wire.Health(
        waiting=3,
        clock="synced",
        parts=[wire.PartHealth("printer", "fault"), wire.PartHealth("reader counter", "ready")],
    )
    list(Service().receive(till.address, health))
    text = page(login)
    assert "3 rows to send" in text
    assert "printer <b>fault</b>" in text
    assert "card reader counter <b>ready</b>" in text
    assert "in use" in text
    assert "holds bought visits" in text
    assert "Old journal lost" not in text, "the kiosk works with it"
    heard = words.clock(Terminal.objects.get(code="k1").last_heard, 480)
    assert f"last heard {heard}" in text, "also of one that is online"
    assert "打印机 <b>故障</b>" in page(login, language="zh-CN")


@pytest.mark.parametrize("reason", JournalReason.values)
def test_every_reason_has_its_words_and_a_way_out(till: Till, reason: str) -> None:
    state = JournalState.OPEN if reason == JournalReason.ROLLED_BACK else JournalState.QUARANTINED
    Journal.objects.filter(pk=till.journal).update(state=state, reason=reason)
    one = kiosks.shown(Journal.objects.get(pk=till.journal), current=True)
    assert one.why
    assert one.recover
    assert one.look == "bad"


def test_old_journal_lost_takes_a_reason_and_happens_once(login: Login, till: Till) -> None:
    replaced(till)
    client, address = login("owner"), reverse("desk:decide", args=[till.journal, "lost"])
    asked = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "The most that can be lost" in asked
    assert client.post(address, {"reason": " "}).status_code == 422
    assert leased(BOUGHT) == 8
    for _ in range(2):
        client.post(address, {"reason": "SD 卡坏了"})
    decision = JournalDecision.objects.get()
    assert (decision.verdict, decision.note, decision.user.username) == (
        "lost", "SD 卡坏了", "owner",
    )  # fmt: skip
    assert decision.case == Case.objects.get()
    assert leased(BOUGHT) == 0
    assert "SD 卡坏了" in page(login)
    assert_sound()


def test_a_manager_clears_a_quarantine_and_gives_nothing_up(login: Login, till: Till) -> None:
    till.row(visit())
    send(till)
    copy = Till(journal=till.journal)
    copy.row(visit("pass-wang-bath.gift"))
    apply.apply(*copy.address, copy.batch())
    text = page(login, "manager")
    assert "memory card was copied" in text
    assert "Accept it again" in text
    assert "Old journal lost …" not in text
    client = login("manager")
    lost = reverse("desk:decide", args=[till.journal, "lost"])
    assert client.post(lost, {"reason": "x"}).status_code == 403
    client.post(reverse("desk:decide", args=[till.journal, "accept"]), {"reason": "对过了"})
    assert Journal.objects.get(pk=till.journal).state == JournalState.OPEN
    assert JournalDecision.objects.get().verdict == Verdict.ACCEPT


def test_the_page_waits_for_a_kiosk_and_says_when_it_is_home(
    login: Login, till: Till, user: User
) -> None:
    store, sold = Store.objects.get(), Pass.objects.get(pk="pass-wang-bath")
    wang = Member.objects.get(pk="m-wang")
    with pytest.raises(HeldElsewhere):
        moving.cancel(store, sold, "cash", "x", user)
    address = reverse("desk:waiting", args=["m-wang"])
    client = login("cashier")

    def text() -> str:
        answer = client.get(address, headers={"accept-language": "en"})
        return str(answer.content.decode())

    assert "s1/k1: bought visits 8 visits, gift visits 2 visits" in text()
    assert "Do not wait" not in text(), "that is the owner's"
    till.row(release(BOUGHT, 8))
    till.row(release("pass-wang-bath.gift", 2))
    send(till)
    assert "It is home now: 10 baths bought visits, 10 baths gift visits" in text()
    moving.cancel(store, sold, "cash", "x", user)
    assert waiting.of(wang) is None
    assert text().strip() == ""


def test_what_was_given_up_is_waited_for_no_longer(login: Login, till: Till) -> None:
    recalls.ask([BOUGHT], timezone.now())
    client, member = login("cashier"), reverse("desk:member", args=["m-wang"])
    page = client.get(member, headers={"accept-language": "en"}).content.decode()
    end = reverse("desk:waited", args=["m-wang"])
    assert f'action="{end}"' in page
    assert "Not needed any more" in page
    for _ in range(2):
        assert client.post(end).headers["Location"] == member
    assert not Recall.objects.exists()
    assert Outgoing.objects.filter(kind=Outgoing.OFFER, accounts=[BOUGHT]).count() == 1
    assert waiting.of(Member.objects.get(pk="m-wang")) is None


def test_nobody_waits_longer_than_the_recall(till: Till) -> None:
    recalls.ask([BOUGHT], timezone.now() - recalls.PATIENCE)
    assert waiting.of(Member.objects.get(pk="m-wang")) is None, "though nobody has ended it yet"


def test_an_owner_does_not_wait(login: Login, till: Till) -> None:
    Terminal.objects.update(online=False)
    client = login("owner")
    address = reverse("desk:pass", args=["m-wang", "pass-wang-bath"])
    cancel = {"what": "cancel", "paid": "480", "means": "cash", "reason": "搬家", "once": "a"}
    assert client.post(address, cancel).status_code == 409
    assert posted(BOUGHT) == 8
    off = reverse("desk:write_off", args=["m-wang"])
    asked = client.get(off, headers={"accept-language": "en"}).content.decode()
    assert "8 visits" in asked
    client.post(off, {"reason": "k1 送修"})
    assert {c.kind for c in Case.objects.all()} == {"written_off"}
    assert JournalDecision.objects.filter(verdict=Verdict.WRITE_OFF).count() == 2
    for _ in range(2):
        client.post(address, cancel)
    assert (posted(BOUGHT), leased(BOUGHT)) == (0, 0)
    assert not Recall.objects.exists()
    assert client.post(off, {"reason": "again"}).status_code == 302
    assert JournalDecision.objects.count() == 2
    till.row(visit())
    apply.apply(*till.address, till.batch())
    texts = [casewords.shown(case, Names()) for case in Case.objects.order_by("pk")]
    assert [len(one.choices) for one in texts] == [2, 2, 3]
    assert_sound()


def test_a_decision_takes_a_reason(till: Till, user: User) -> None:
    replaced(till)
    journal = Journal.objects.select_related("terminal").get(pk=till.journal)
    with pytest.raises(ValueError, match="reason"):
        deciding.decide(journal, Verdict.LOST, "  ", user)
    with pytest.raises(ValueError, match="account"):
        deciding.decide(journal, Verdict.WRITE_OFF, "x", user)
    assert not journals.drained(journal)
    assert Account.objects.get(pk=BOUGHT).leased == 8
