"""A coupon is of the store that gave it."""

from central.books import allowances
from central.shop import catalogues
from central.shop.models import Case, CouponKind, Store, Terminal
from central.sync.service import Service
from kiosk.domain import transactions as tx
from tests.central.books import send
from tests.central.test_coupons import OFF as COUPON
from tests.central.test_coupons import TODAY, _in_date, bath, coupon, record, row
from tests.central.till import Till

__all__ = ["_in_date"]


def test_a_coupon_is_good_at_its_own_store_only(till: Till) -> None:
    """Another store may have other terms under the same code."""
    till.row(tx.Release((tx.Leg(COUPON, 1),)), member="")
    send(till)
    store = Store.objects.create(code="s2", name="分店")
    here = Store.objects.get(pk="s1")
    for kind in CouponKind.objects.filter(store=here):
        kind.pk, kind.store, kind.off = None, store, 4000
        kind.save()
    for service in here.service_set.all():
        service.pk, service.store = None, store
        service.save()
    catalogues.publish(store, TODAY)
    Terminal.objects.create(store=store, code="k1")
    there = Till(store="s2")
    list(Service().receive(there.address, there.hello()))
    assert {c.account for c in record(there).coupons} == set()
    assert COUPON not in {p.account for p in record(there).purses}
    assert COUPON in {c.account for c in record(till).coupons}
    assert allowances.answer(there.journal, there.request(COUPON)).grants == []
    row(there, coupon(), bath(2000))
    send(there)
    found = Case.objects.filter(kind="coupon_unfit", seq=1)
    assert [case.detail["reason"] for case in found] == ["wrong_store"]
