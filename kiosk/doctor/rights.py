"""Becoming the daemon's user: what root may open says nothing of what the daemon may."""

import os
import pwd
import subprocess
from collections.abc import Iterable

from kiosk.domain.errors import ConfigError

USER, UNIT = "kiosk", "kiosk.service"
_SECONDS = 5.0


def become(user: str | None) -> str:
    """Take on the rights of `user`, for good; None is the daemon's user where there is one.

    Only root can, and anybody else stays who he is.  The groups are the user's own and those that
    the service adds.  Returns the name of whom it now is.  Raises ConfigError for no such user.
    """
    own = os.geteuid()
    name = user or USER
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        if user is not None:
            raise ConfigError((f"--user {user}: there is no such user",)) from None
        return _name_of(own)
    if own == entry.pw_uid:
        return name
    if own != 0:
        if user is not None:
            raise ConfigError((f"--user {user}: only root can; run it with sudo",))
        return _name_of(own)
    os.setgroups(sorted({*os.getgrouplist(name, entry.pw_gid), *_numbers(_service_groups())}))
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    return name


def _name_of(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _service_groups() -> list[str]:
    """Ask systemd which groups the service adds (systemd.exec(5), SupplementaryGroups=)."""
    command = ["systemctl", "show", "--property=SupplementaryGroups", "--value", UNIT]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.split()


def _numbers(names: Iterable[str]) -> set[int]:
    import grp

    known = {entry.gr_name: entry.gr_gid for entry in grp.getgrall()}
    return {known[name] for name in names if name in known}
