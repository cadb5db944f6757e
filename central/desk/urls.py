"""The desk's addresses."""

from django.urls import path, re_path

from central.desk.views import (
    cards,
    cases,
    day,
    giving,
    home,
    imports,
    kiosks,
    members,
    money,
    moving,
)

app_name = "desk"

urlpatterns = [
    path("", home.home, name="home"),
    path("store/", home.choose_store, name="store"),
    path("members/new/", members.enrol, name="enrol"),
    path("members/<str:pk>/", members.member, name="member"),
    path("members/<str:pk>/top-up/", money.top_up, name="top_up"),
    path("members/<str:pk>/pass/", money.sell_pass, name="sell_pass"),
    path("members/<str:pk>/redeem/", money.redeem, name="redeem"),
    path("members/<str:pk>/pay-out/", money.pay_out, name="pay_out"),
    path("members/<str:pk>/adjust/", money.adjust, name="adjust"),
    path("members/<str:pk>/coupon/", giving.coupon, name="give_coupon"),
    path("members/<str:pk>/points/", giving.points, name="give_points"),
    path("members/<str:pk>/rows/<int:row>/reverse/", money.reverse, name="reverse"),
    path("members/<str:pk>/movements/<int:movement>/reverse/", money.undo, name="undo"),
    path("members/<str:pk>/give/", moving.give, name="give"),
    path("members/<str:pk>/passes/<str:sold>/", moving.one_pass, name="pass"),
    path("members/<str:pk>/merge/", moving.merge, name="merge"),
    path("members/<str:pk>/waiting/", moving.wait, name="waiting"),
    path("members/<str:pk>/waiting/end/", moving.waited, name="waited"),
    path("members/<str:pk>/write-off/", moving.write_off, name="write_off"),
    path("members/<str:pk>/code/", cards.reissue, name="reissue"),
    re_path(
        r"^members/(?P<pk>[^/]+)/media/(?P<medium>[^/]+)/(?P<what>lost|found)/$",
        cards.mark,
        name="mark",
    ),
    path("cards/", cards.unknown, name="unknown"),
    path("cards/<int:card>/", cards.card, name="card"),
    path("cards/<int:card>/bind/<str:pk>/", cards.bind, name="bind"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:pk>/", cases.settle, name="settle"),
    path("kiosks/", kiosks.overview, name="kiosks"),
    path("kiosks/<str:pk>/<str:what>/", kiosks.decide, name="decide"),
    path("day/", day.day, name="day"),
    path("import/", imports.upload, name="import"),
    path("import/template/", imports.download, name="template"),
    path("import/<int:pk>/", imports.confirm, name="confirm"),
]
