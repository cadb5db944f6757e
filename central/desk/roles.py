"""Roles as Django groups: what an owner, a manager, a cashier and a groomer may do.

Each group holds at least these permissions after every migration; what an owner grants beyond them
in the admin stays.
"""

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

GROUPS = ("owner", "manager", "cashier", "groomer")

DUTIES = {
    "groomer": {"look_up"},
    "cashier": {"look_up", "sell", "bind_cards"},
    "manager": {
        "look_up", "sell", "bind_cards", "correct", "settle_cases", "close_day", "move_members",
        "decide_journals",
    },
    "owner": {
        "look_up", "sell", "bind_cards", "correct", "settle_cases", "close_day", "move_members",
        "decide_journals", "bring_in", "write_off",
    },
}  # fmt: skip
"""Role to codenames of central.desk.models.Duty."""

_RECORDS = {
    "groomer": {"view": ["member", "pet", "serviceticket"]},
    "cashier": {
        "view": ["member", "pet", "serviceticket", "medium", "pass"],
        "add": ["member", "pet"],
        "change": ["member", "pet"],
    },
    "manager": {
        "view": [],
        "add": ["member", "pet", "operator", "medium"],
        "change": ["member", "pet", "operator", "medium", "terminal"],
    },
}
"""Role to the shop's tables by action; no tables after `view` means all of them."""

DEMO = {"owner": "周老板", "manager": "林店长", "cashier": "徐收银", "groomer": "何美容"}
"""Demo users, named as their role, with the names they are shown by."""


def after_migrate(sender: AppConfig, **_: object) -> None:
    """Make the groups once, after the last application, when all permissions are there.

    Within one application the order of receivers is no help: ours may run before the one that
    makes the permissions, so the last but one is waited for.
    """
    if sender.label == [a.label for a in apps.get_app_configs() if a.models_module][-1]:
        ensure()


def ensure() -> None:
    """Make the groups and give each its permissions."""
    for name in GROUPS:
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*Permission.objects.filter(_permissions(name)))


def _permissions(role: str) -> Q:
    wanted = Q(content_type__app_label="desk", codename__in=DUTIES[role])
    if role == "owner":
        # a case is settled at the desk, where its choice and its author are written down
        shop = Q(content_type__app_label="shop") & ~Q(codename__in=["change_case", "delete_case"])
        return wanted | shop | Q(content_type__app_label="auth", content_type__model="user")
    for action, models in _RECORDS[role].items():
        names = Q(codename__in=[f"{action}_{model}" for model in models])
        some = names if models else Q(codename__startswith=f"{action}_")
        wanted |= Q(content_type__app_label="shop") & some
    return wanted


def ensure_demo_users(admin: str) -> None:
    """Make one user for each role, with the password of the user `admin`."""
    hashed = User.objects.get(username=admin).password
    for role, name in DEMO.items():
        user, _ = User.objects.get_or_create(
            username=role, defaults={"is_staff": True, "first_name": name}
        )
        user.password = hashed
        user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=role))
