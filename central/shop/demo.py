"""The demo shop of config/demo-shop.toml.  Filling it in again adds only what is missing."""

import datetime as dt
import secrets
import tomllib
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from central import places
from central.books import actions, bonus, coupons
from central.shop import catalogues
from central.shop.choices import PurseKind
from central.shop.models import (
    CouponKind,
    Medium,
    Member,
    Operator,
    Pass,
    PassPlan,
    Pet,
    PointsReward,
    Service,
    ServiceTicket,
    Store,
    Terminal,
    TierRate,
    TopUpPlan,
)
from kiosk.domain.clock import local_day
from kiosk.domain.media import PREFIX, from_text, from_uid
from kiosk.domain.policy import Language

ADMIN = "admin"

Table = dict[str, Any]
"""A table of the TOML file."""


def read(file: Path) -> Table:
    """Read the description of a shop.  Raises tomllib.TOMLDecodeError, OSError."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def fill(shop: Table, now: dt.datetime) -> Store:
    """Fill in a shop, all or nothing.  `now` is an aware time: days count from the shop's today."""
    with transaction.atomic():
        store = _store(shop)
        today = local_day(now, store.utc_offset_minutes)
        for row in shop["terminal"]:
            Terminal.objects.get_or_create(
                store=store, code=row["code"], defaults={"name": row["name"]}
            )
        _goods(store, shop)
        catalogues.publish(store, today)
        for row in shop["operator"]:
            defaults = {"store": store, "name": row["name"], "role": row["role"]}
            Operator.objects.get_or_create(pk=row["id"], defaults=defaults)
        for row in shop["member"]:
            _member(store, row, today)
        for row in shop["card"]:
            _card(row)
    return store


def _store(shop: Table) -> Store:
    apart = ("code", "tier_rates", "banner_zh", "banner_en")
    values = {k: v for k, v in shop["store"].items() if k not in apart}
    values["member_day"] = values["member_day"] or None
    english = values.get("language") == Language.EN
    values["banner"] = shop["store"].get("banner_en" if english else "banner_zh", "")
    return Store.objects.get_or_create(pk=shop["store"]["code"], defaults=values)[0]


def _goods(store: Store, shop: Table) -> None:
    for tier, rate in shop["store"]["tier_rates"].items():
        TierRate.objects.get_or_create(store=store, tier=tier, defaults={"rate": rate})
    tables = (
        (Service, "service"),
        (TopUpPlan, "top_up_plan"),
        (PassPlan, "pass_plan"),
        (CouponKind, "coupon_kind"),
        (PointsReward, "points_reward"),
    )
    for model, name in tables:
        for position, row in enumerate(shop[name]):
            values = {k: v for k, v in row.items() if k != "code"}
            if model is Service:
                values["position"] = position
            model._default_manager.get_or_create(store=store, code=row["code"], defaults=values)


def _member(store: Store, row: Table, today: dt.date) -> None:
    values = {k: v for k, v in row.items() if k in ("name", "phone", "tier", "notice")}
    member, made = Member.objects.get_or_create(pk=row["id"], defaults=values)
    if not made:
        return
    amounts = {}
    for kind in (PurseKind.PRINCIPAL, PurseKind.BONUS, PurseKind.POINTS):
        account = actions.purse(member, kind, account_id=f"{member.pk}.{kind.value}")
        amounts[account.pk] = row.get(kind.value, 0)
    for pet in row.get("pet", ()):
        _pet(member, pet, today)
    for sold in row.get("pass", ()):
        amounts |= _pass(store, member, sold, today)
    opening = actions.move(store.pk, amounts, "opening", "demo")
    for ticket in row.get("ticket", ()):
        ServiceTicket.objects.create(
            ticket=f"demo.{row['id']}.{ticket['service']}",
            store=store,
            movement=opening,
            member=member.pk,
            pet=ticket["pet"],
            service=ticket["service"],
            day=today + dt.timedelta(days=ticket["in_days"]),
        )
    for given in row.get("coupon", ()):
        offered = CouponKind.objects.get(store=store, code=given["kind"])
        coupons.issue(offered, member, today, given["count"], account_id=given["id"])
    for due in row.get("bonus_release", ()):
        first = today + dt.timedelta(days=due["in_days"])
        bonus.promise(store, member, due["amount"], due["months"], first)


def _pet(member: Member, row: Table, today: dt.date) -> None:
    birthday = None
    if "birthday_in_days" in row:
        day = today + dt.timedelta(days=row["birthday_in_days"])
        birthday = day.replace(year=day.year - 3, day=min(day.day, 28 if day.month == 2 else 31))
    due_on = today + dt.timedelta(days=row["due_in_days"]) if "due_in_days" in row else None
    Pet.objects.create(
        pk=row["id"],
        member=member,
        name=row["name"],
        size=row["size"],
        warning=row.get("warning", ""),
        due=row.get("due", ""),
        due_on=due_on,
        birthday=birthday,
    )


def _pass(store: Store, member: Member, row: Table, today: dt.date) -> dict[str, int]:
    plan = PassPlan.objects.get(store=store, code=row["plan"])
    sold = Pass.objects.create(
        pk=row["id"],
        member=member,
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        services=plan.services,
        valid_until=today + dt.timedelta(days=row["valid_in_days"]),
        price=plan.price,
        bought=plan.bought,
    )
    bought = actions.purse(member, PurseKind.PASS_BOUGHT, sold, f"{sold.pk}.bought")
    gift = actions.purse(member, PurseKind.PASS_GIFT, sold, f"{sold.pk}.gift")
    return {bought.pk: row["bought"], gift.pk: row["gift"]}


def _card(row: Table) -> None:
    """Bind a card; one without an owner is for the wallet only, and stays unknown."""
    if "member" not in row and "operator" not in row:
        return
    if "token" in row:
        key = from_text(PREFIX + row["token"])
    else:
        key = from_uid(bytes.fromhex(row["uid"]))
    Medium.objects.get_or_create(
        pk=f"c-{row['name']}",
        defaults={
            "key": key,
            "member_id": row.get("member"),
            "operator_id": row.get("operator"),
            "status": row.get("status", "active"),
        },
    )


def make_admin(data: Path) -> Path:
    """Make the demo's superuser with a password of its own, kept in the returned file."""
    file = data / "demo-admin.password"
    users = get_user_model()._default_manager
    if not file.exists() or not users.filter(username=ADMIN).exists():
        password = secrets.token_urlsafe(12)
        user, _ = users.get_or_create(
            username=ADMIN, defaults={"is_staff": True, "is_superuser": True}
        )
        user.set_password(password)
        user.save()
        places.write_private(file, password + "\n")
    return file
