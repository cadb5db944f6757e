"""Secrets: read from files of their own, and never shown."""

import hmac
import stat
from pathlib import Path
from typing import NoReturn

MASK = "********"
MAX_BYTES = 1024


class Secret:
    """A text that masks itself in repr, str and format, and that no serializer can write.

    >>> Secret("hunter2")
    Secret('********')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the text itself: for the library that needs it, and nobody else."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never serialized")


class SecretFault(Exception):
    """Why a secret could not be read.  Says nothing of the content nor of the path: someone may
    have written the secret where its file's name belongs.
    """


def read_secret(path: Path) -> Secret | None:
    """Read a file that holds one line; None when it is empty (not yet provisioned).

    Raises SecretFault when it cannot be read, when any user of the machine may read it, and when
    it holds anything but one line of text.
    """
    try:
        mode = path.stat().st_mode
        # a pipe or a terminal would make start-up wait for ever
        if not stat.S_ISREG(mode):
            raise SecretFault("something that is not a file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SecretFault("no such file (`kiosk-central add-terminal` writes it)") from None
    except PermissionError:
        raise SecretFault("one that this user may not read (chown gives it to the user)") from None
    except OSError as e:
        raise SecretFault(f"none that can be read ({e.strerror})") from None
    if mode & 0o007:
        raise SecretFault("a file open to every user of this machine (chmod o= closes it)")
    try:
        text = content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise SecretFault("a file that is not UTF-8 text") from None
    if len(content) > MAX_BYTES or not text.isprintable():
        raise SecretFault("a file with more than one line of text")
    return Secret(text) if text else None
