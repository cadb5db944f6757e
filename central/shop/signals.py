"""Whoever changes a member or an operator, anywhere, moves the directory's version.

Bulk updates send no signal: central.books touches its members itself.
"""

from typing import Any

from django.db import connection, models
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save

from central.books import directory
from central.shop.models import Medium, Member, Operator, Outgoing, Pass, Pet, Store


def connect() -> None:
    """Connect all receivers; called once when the app is ready."""
    post_delete.connect(_member_deleted, Member)
    post_save.connect(_member_saved, Member)
    for model in (Member, Operator, Pet, Medium, Pass):
        pre_save.connect(_locking, model)
        pre_delete.connect(_locking, model)
    for model in (Pet, Medium, Pass):
        pre_save.connect(_part_moving, model)
        post_save.connect(_part_changed, model)
        post_delete.connect(_part_changed, model)
    pre_save.connect(_medium_moving, Medium)
    post_save.connect(_medium_changed, Medium)
    post_delete.connect(_medium_changed, Medium)
    post_save.connect(_operator_changed, Operator)
    post_delete.connect(_operator_changed, Operator)
    pre_save.connect(_store_saving, Store)


def _locking(**_: Any) -> None:
    """Take the ledger before the record, as the books do, or two writers wait for each other."""
    if connection.in_atomic_block:
        directory.lock()


def _member_saved(instance: Member, raw: bool = False, **_: Any) -> None:
    if not raw:
        directory.touch({instance.pk})


def _member_deleted(instance: Member, **_: Any) -> None:
    directory.bury(instance.pk)


def _part_changed(instance: Pet | Medium | Pass, raw: bool = False, **_: Any) -> None:
    if not raw and instance.member_id is not None:
        directory.touch({instance.member_id})


def _part_moving(
    sender: type[models.Model], instance: Pet | Medium | Pass, raw: bool = False, **_: Any
) -> None:
    """A card that moves to another member leaves the one that had it, too."""
    if raw:
        return
    owner = sender._default_manager.filter(pk=instance.pk).values_list("member_id", flat=True)
    directory.touch({member for member in owner if member and member != instance.member_id})


def _operator_changed(raw: bool = False, **_: Any) -> None:
    if not raw:
        directory.touch_operators()


def _medium_changed(instance: Medium, raw: bool = False, **_: Any) -> None:
    if not raw and instance.operator_id is not None:
        directory.touch_operators()


def _medium_moving(instance: Medium, raw: bool = False, **_: Any) -> None:
    """A card that moves from an operator to a member leaves the operator, too."""
    if not raw and instance.operator_id is None:
        before = Medium.objects.filter(pk=instance.pk, operator__isnull=False)
        if before.exists():
            directory.touch_operators()


_POLICY = (
    "name",
    "utc_offset_minutes",
    "language",
    "slip",
    "banner",
    "idle_seconds",
    "operator_minutes",
    "undo_minutes",
    "checkin_points",
    "slip_qr",
)


def _store_saving(instance: Store, raw: bool = False, **_: Any) -> None:
    before = None if raw else Store.objects.filter(pk=instance.pk).first()
    if before and any(getattr(before, name) != getattr(instance, name) for name in _POLICY):
        instance.policy_version = before.policy_version + 1
        Outgoing.objects.create(kind=Outgoing.POLICY, store=instance)
