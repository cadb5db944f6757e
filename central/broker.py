"""The broker's files: who may connect, and who may say and hear what.

Mosquitto reads both again on SIGHUP.  No password is ever an argument or in a log: it is made
here, hashed into the password file and written to a file that only its owner can read.
"""

import base64
import hashlib
import secrets
from pathlib import Path

from central.places import write_private
from kiosk.domain import wire

CENTRAL_USER = "central"
ITERATIONS = 20_000
"""Of PBKDF2 with SHA-512 (mosquitto_passwd(1), $7$).  The passwords are 256 random bits."""


def user_of(store: str, terminal: str) -> str:
    """Name a terminal's user; codes have no dot, so it belongs to one terminal only."""
    return f"{store}.{terminal}"


def password_line(user: str, password: str) -> str:
    """Hash a password the way mosquitto 2 stores it: $7$iterations$salt$hash, in base64."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    encoded = (base64.b64encode(part).decode() for part in (salt, digest))
    return f"{user}:$7${ITERATIONS}${'$'.join(encoded)}"


def add_user(directory: Path, user: str, credential: Path) -> None:
    """Give a user a new password, which is written to `credential`."""
    password = secrets.token_urlsafe(32)
    write_private(credential, password + "\n")
    file = directory / "passwd"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    kept = [line for line in lines if line.partition(":")[0] != user]
    write_private(file, "\n".join([*kept, password_line(user, password)]) + "\n")


def write_access_list(directory: Path, terminals: list[tuple[str, str]]) -> None:
    """Write who may use which topic: a terminal its own and central's state, central the rest."""
    parts = [
        f"user {CENTRAL_USER}",
        "topic read petshop/v1/+/+/up",
        "topic read petshop/v1/+/+/state",
        "topic write petshop/v1/+/+/down",
        f"topic write {wire.CENTRAL_STATE}",
    ]
    for store, terminal in sorted(terminals):
        parts += [
            "",
            f"user {user_of(store, terminal)}",
            f"topic write {wire.topic(store, terminal, 'up')}",
            f"topic write {wire.topic(store, terminal, 'state')}",
            f"topic read {wire.topic(store, terminal, 'down')}",
            f"topic read {wire.CENTRAL_STATE}",
        ]
    write_private(directory / "acl", "\n".join(parts) + "\n")


def prepare(directory: Path, terminals: list[tuple[str, str]]) -> None:
    """Make what is missing: central's own user, and the access list of these terminals."""
    credential = directory / "central.password"
    if not credential.exists() or not (directory / "passwd").exists():
        add_user(directory, CENTRAL_USER, credential)
    write_access_list(directory, terminals)
