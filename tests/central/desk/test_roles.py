"""Roles are groups that each migration makes; the demo has a user for each."""

import itertools

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User

from central.desk import roles
from central.desk.models import Duty


def codenames(role: str) -> set[str]:
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


def test_the_migrations_make_the_groups() -> None:
    assert set(Group.objects.values_list("name", flat=True)) >= set(roles.GROUPS)
    for role in roles.GROUPS:
        assert codenames(role) >= roles.DUTIES[role]


def test_each_role_may_what_the_one_below_may() -> None:
    order = [roles.DUTIES[role] for role in ("groomer", "cashier", "manager", "owner")]
    assert all(less < more for less, more in itertools.pairwise(order))
    assert order[-1] == {name for name, _ in Duty._meta.permissions}


@pytest.mark.parametrize("role", roles.GROUPS)
def test_a_case_is_settled_at_the_desk_only(role: str) -> None:
    assert not {"change_case", "delete_case"} & codenames(role)


def test_a_groomer_changes_nothing() -> None:
    assert {name.partition("_")[0] for name in codenames("groomer")} == {"look", "view"}


def test_what_an_owner_grants_stays() -> None:
    group = Group.objects.get(name="groomer")
    group.permissions.add(Permission.objects.get(codename="sell"))
    roles.after_migrate(sender=list(apps.get_app_configs())[-1])
    roles.ensure()
    assert "sell" in codenames("groomer")


def test_the_demo_users_share_the_admins_password() -> None:
    User.objects.create_superuser("admin", password="a-demo-password")
    for _ in range(2):
        roles.ensure_demo_users("admin")
    for role in roles.DEMO:
        user = User.objects.get(username=role)
        assert user.check_password("a-demo-password")
        assert (user.is_staff, user.is_superuser) == (True, False)
        assert [group.name for group in user.groups.all()] == [role]
        assert user.has_perm("desk.look_up")
