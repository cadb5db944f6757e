"""Every page opens, in both languages, for whoever may, and for nobody else."""

import itertools
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from central.books import apply, recalls
from central.desk import counter
from central.shop.models import (
    Case,
    Member,
    Movement,
    Recall,
    SeenMedium,
    Terminal,
    TopUpPlan,
    Transaction,
)
from tests.central.desk.conftest import Login
from tests.central.till import NOW, Till, pay, visit

ROLES = ("", "groomer", "cashier", "manager", "owner")
LOOK = {"groomer", "cashier", "manager", "owner"}
SELL = {"cashier", "manager", "owner"}
CORRECT = {"manager", "owner"}
OWN = {"owner"}

GETS = {
    ("home",): LOOK,
    ("member", "m-wang"): LOOK,
    ("unknown",): LOOK,
    ("enrol",): SELL,
    ("card", "CARD"): SELL,
    ("kiosks",): LOOK,
    ("waiting", "m-wang"): SELL,
    ("pass", "m-wang", "pass-wang-bath"): CORRECT,
    ("merge", "m-wang"): CORRECT,
    ("decide", "JOURNAL", "accept"): CORRECT,
    ("decide", "JOURNAL", "freeze"): CORRECT,
    ("decide", "JOURNAL", "lost"): OWN,
    ("write_off", "m-wang"): OWN,
    ("cases",): CORRECT,
    ("day",): CORRECT,
    ("import",): OWN,
    ("template",): OWN,
}
POSTS = {
    ("top_up", "m-wang"): SELL,
    ("sell_pass", "m-wang"): SELL,
    ("redeem", "m-wang"): SELL,
    ("reissue", "m-wang"): SELL,
    ("mark", "m-wang", "c-wang", "lost"): SELL,
    ("bind", "CARD", "m-wang"): SELL,
    ("pay_out", "m-wang"): CORRECT,
    ("adjust", "m-wang"): CORRECT,
    ("reverse", "m-wang", "ROW"): CORRECT,
    ("undo", "m-wang", "MOVEMENT"): CORRECT,
    ("give", "m-wang"): CORRECT,
    ("pass", "m-wang", "pass-wang-bath"): CORRECT,
    ("merge", "m-wang"): CORRECT,
    ("decide", "JOURNAL", "accept"): CORRECT,
    ("decide", "JOURNAL", "lost"): OWN,
    ("write_off", "m-wang"): OWN,
    ("settle", "CASE"): CORRECT,
    ("import",): OWN,
    ("waited", "m-wang"): SELL,
}


@pytest.fixture
def busy(till: Till) -> dict[str, int | str]:
    """A row with a case, a card that nobody owns, a quarantined journal, a wait for a kiosk."""
    till.row(visit())
    till.row(pay(100, ("m-wang.principal", 100)))
    apply.apply(*till.address, till.batch())
    card = SeenMedium.objects.create(
        key="uid:04FEFEFEFEFE80", terminal=Terminal.objects.get(code="k1"), times=1, last_at=NOW
    )
    recalls.ask(["pass-wang-bath.bought"], timezone.now())
    user = User.objects.create_user("before")
    plan = TopUpPlan.objects.get(code="topup-500")
    movement = counter.top_up(Member.objects.get(pk="m-wang"), plan, "cash", user)
    found: dict[str, int | str] = {
        "CARD": card.pk,
        "CASE": Case.objects.get().pk,
        "ROW": Transaction.objects.get(seq=1).pk,
        "JOURNAL": till.journal,
        "MOVEMENT": movement.pk,
    }
    copy = Till(journal=till.journal)
    copy.row(visit("pass-wang-bath.gift"))
    apply.apply(*copy.address, copy.batch())
    return found


def address(name: tuple[str, ...], ids: dict[str, int | str]) -> str:
    return reverse(f"desk:{name[0]}", args=[ids.get(part, part) for part in name[1:]])


@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(login: Login, busy: dict[str, int | str], role: str) -> None:
    client = login(role)
    before = Movement.objects.count()
    for name, allowed in GETS.items():
        status = client.get(address(name, busy)).status_code
        assert (status == 200) is (role in allowed), (name, status)
        assert status in (200, 403), name
    for name, allowed in POSTS.items():
        status = client.post(address(name, busy)).status_code
        assert (status == 403) is (role not in allowed), (name, status)
        assert status < 500, name
    assert Movement.objects.count() == before, "an empty form moves nothing"


def test_nobody_is_sent_to_log_in(busy: dict[str, int | str]) -> None:
    for name in itertools.chain(GETS):
        answer = Client().get(address(name, busy))
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/admin/login/")


def test_a_form_without_its_token_is_refused(login: Login) -> None:
    client = login("owner")
    client.handler.enforce_csrf_checks = True
    sent = {"plan": "1", "means": "cash"}
    assert client.post(reverse("desk:top_up", args=["m-wang"]), sent).status_code == 403


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "日结"), ("en", "Day close")])
def test_every_page_speaks_the_readers_language(
    login: Login, busy: dict[str, int | str], language: str, word: str
) -> None:
    client = login("owner")
    for name in GETS:
        page = client.get(address(name, busy), headers={"accept-language": language})
        assert page.status_code == 200
        if name[0] not in ("unknown", "template", "waiting"):
            assert word in page.content.decode(), name


def test_a_click_changes_nothing_where_a_form_is_wanted(
    login: Login, busy: dict[str, int | str]
) -> None:
    """Nor does Enter in the address bar; it leads to the page that the form is on."""
    client, before = login("owner"), Movement.objects.count()
    for name in POSTS:
        if name not in GETS and name[0] != "redeem":
            answer = client.get(address(name, busy))
            assert answer.status_code == 302, name
            page = reverse("desk:member", args=["m-wang"])
            leads = answer.headers["Location"]
            assert leads == (reverse("desk:cases") if name[0] == "settle" else page), name
            assert client.get(leads).status_code == 200, name
            assert client.put(address(name, busy)).status_code == 405, name
    assert Movement.objects.count() == before
    assert Recall.objects.exists()
    for sent, page in (
        (reverse("desk:store"), reverse("desk:home")),
        (reverse("desk:confirm", args=[1]), reverse("desk:import")),
    ):
        assert client.get(sent).headers["Location"] == page


@pytest.mark.parametrize(
    ("language", "said"), [("zh-CN", "登录已过期"), ("en", "Nothing was done: the login had ended")]
)
def test_a_login_that_ended_meanwhile_leads_back_to_the_form(
    login: Login, language: str, said: str
) -> None:
    client = Client(headers={"accept-language": language})
    plan = TopUpPlan.objects.get(code="topup-500")
    sent = {"plan": plan.pk, "means": "cash", "once": "a"}
    answer = client.post(reverse("desk:top_up", args=["m-wang"]), sent)
    log_in = answer.headers["Location"]
    assert said in client.get(log_in).content.decode()
    back = QueryDict(urlsplit(log_in).query)["next"]
    found = login("cashier").get(back, follow=True)
    assert found.redirect_chain == [(reverse("desk:member", args=["m-wang"]), 302)]
    assert found.status_code == 200
    assert not Movement.objects.filter(kind="top_up").exists()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0101", {"王小明"}),
        ("１３８０００００１０２", {"李娜"}),
        ("138 0000-0103", {"张伟"}),
        ("小明", {"王小明"}),
        ("豆豆", {"王小明"}),
        ("smith", {"Emma Smith"}),
        ("nobody at all", set()),
    ],
)
def test_the_search_box(text: str, found: set[str]) -> None:
    from central.desk import people

    assert {member.name for member in people.find(text)} == found


def test_one_found_is_opened(login: Login) -> None:
    answer = login("groomer").get(reverse("desk:home"), {"q": "0101"})
    assert answer.headers["Location"] == reverse("desk:member", args=["m-wang"])


def test_a_name_is_not_markup(login: Login) -> None:
    Member.objects.filter(pk="m-wang").update(name="<script>x</script>")
    text = login("owner").get(reverse("desk:member", args=["m-wang"])).content.decode()
    assert "<script>x" not in text


def test_the_admin_and_the_desk_lead_to_each_other(login: Login) -> None:
    client = login("owner")
    assert 'href="/desk/"' in client.get("/admin/").content.decode()
    assert 'href="/admin/"' in client.get("/desk/").content.decode()
