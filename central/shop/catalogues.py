"""From the editable price list to an immutable version of it, and back to the domain's record."""

import datetime as dt

import msgspec
from django.db.models import Max

from central.books import directory
from central.shop.models import (
    CatalogueVersion,
    CouponKind,
    Outgoing,
    PassPlan,
    PointsReward,
    Service,
    Store,
    TierRate,
    TopUpPlan,
)
from kiosk.domain import catalogue as domain
from kiosk.domain import members, rewards


def draft(store: Store, version: int) -> domain.Catalogue:
    """Read the editable rows.  Raises msgspec.ValidationError when they break a bound."""
    day = store.member_day and domain.MemberDay(store.member_day, store.member_day_rate)
    made = domain.Catalogue(
        version=version,
        store=store.pk,
        services=tuple(
            domain.Service(
                code=s.code,
                name_zh=s.name_zh,
                name_en=s.name_en,
                prices={
                    size: price
                    for size in members.Size
                    if (price := getattr(s, size.value)) is not None
                },
                for_pet=s.for_pet,
                follow_up_days=s.follow_up_days,
            )
            for s in Service.objects.filter(store=store)
        ),
        tier_rates={
            members.Tier(r.tier): r.rate
            for r in TierRate.objects.filter(store=store).order_by("tier")
        },
        member_day=day or None,
        points_per_yuan=store.points_per_yuan,
        round_down_to=store.round_down_to,
        bonus_first=store.bonus_first,
        top_up_plans=tuple(
            domain.TopUpPlan(p.code, p.pay, p.bonus) for p in TopUpPlan.objects.filter(store=store)
        ),
        pass_plans=tuple(
            domain.PassPlan(
                code=p.code,
                name_zh=p.name_zh,
                name_en=p.name_en,
                services=tuple(p.services),
                price=p.price,
                bought=p.bought,
                gift=p.gift,
                valid_days=p.valid_days,
            )
            for p in PassPlan.objects.filter(store=store)
        ),
        coupon_kinds=tuple(_coupon_kind(k) for k in CouponKind.objects.filter(store=store)),
        points_offset=_points_offset(store),
        points_rewards=tuple(
            rewards.PointsReward(
                code=r.code,
                name_zh=r.name_zh,
                name_en=r.name_en,
                points=r.points,
                gives=r.gives,
                window=rewards.Window(r.first_day, r.last_day),
            )
            for r in PointsReward.objects.filter(store=store)
        ),
    )
    return msgspec.convert(msgspec.to_builtins(made), domain.Catalogue)


def _coupon_kind(kind: CouponKind) -> rewards.CouponKind:
    return rewards.CouponKind(
        code=kind.code,
        name_zh=kind.name_zh,
        name_en=kind.name_en,
        form=rewards.CouponForm(kind.form),
        off=kind.off,
        rate=kind.rate,
        threshold=kind.threshold,
        services=tuple(kind.services),
        gives=kind.gives,
        stackable=kind.stackable,
        window=rewards.Window(kind.first_day, kind.last_day),
    )


def _points_offset(store: Store) -> rewards.PointsOffset | None:
    if not store.offset_points:
        return None
    return rewards.PointsOffset(store.offset_points, store.offset_off, store.offset_most)


def publish(store: Store, today: dt.date) -> CatalogueVersion:
    """Put the draft in force as the next version; without a change the newest one stays.

    Raises msgspec.ValidationError.
    """
    with directory.writing():
        newest = CatalogueVersion.objects.filter(store=store).order_by("-version").first()
        made = draft(store, newest.version + 1 if newest else 1)
        if newest is not None:
            old = msgspec.structs.replace(to_domain(newest), valid_from=None)
            if msgspec.structs.replace(old, version=made.version) == made:
                return newest
        made = msgspec.structs.replace(made, valid_from=today)
        Outgoing.objects.create(kind=Outgoing.CATALOGUE, store=store)
        return CatalogueVersion.objects.create(
            store=store, version=made.version, document=msgspec.to_builtins(made)
        )


def to_domain(version: CatalogueVersion) -> domain.Catalogue:
    """Read a published version."""
    return msgspec.convert(version.document, domain.Catalogue)


def current(store: str) -> domain.Catalogue | None:
    """Return the version in force; None before the first is published."""
    newest = CatalogueVersion.objects.filter(store=store).order_by("-version").first()
    return to_domain(newest) if newest else None


def version(store: str, number: int) -> domain.Catalogue | None:
    """Return this version; None when the store never had it."""
    found = CatalogueVersion.objects.filter(store=store, version=number).first()
    return to_domain(found) if found else None


def newest_version(store: str) -> int:
    """Return the number of the version in force; 0 before the first is published."""
    newest = CatalogueVersion.objects.filter(store=store).aggregate(Max("version"))
    return newest["version__max"] or 0
