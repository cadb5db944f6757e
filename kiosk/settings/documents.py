"""The settings file: small documents that a technician can read, through TinyDB.

Never money, never members: TinyDB knows no transactions.  Its own storage rewrites the file in
place, which a kill or a full disk turns into garbage; ours replaces it whole.  A damaged file is
never taken for an empty one: every access raises SettingsError and leaves it as it is, until
somebody decides on `set_aside`.  One thread owns a Documents; nothing here locks.
"""

import datetime as dt
import itertools
import json
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec

from kiosk.domain.errors import SettingsError
from kiosk.domain.members import Id
from kiosk.domain.policy import Policy
from kiosk.runtime.files import replace_file

if TYPE_CHECKING:
    from tinydb import TinyDB

T = TypeVar("T", bound=msgspec.Struct)
Tables = dict[str, dict[str, Any]]

ONLY = 1
"""Each table holds one document, under this TinyDB id."""


class Identity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which terminal this storage was installed as; compare it with the configuration."""

    store: Id
    terminal: Id
    installed_at: Annotated[dt.datetime, msgspec.Meta(tz=True)]


class _Storage:
    """TinyDB's storage protocol (tinydb.storages.Storage) on a file that is replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tables | None:
        try:
            tables = json.loads(self._path.read_bytes().decode())
        except FileNotFoundError:
            return None
        except OSError as e:
            raise SettingsError((f"{self._path}: cannot be read: {e.strerror}",)) from None
        except (ValueError, RecursionError) as e:
            raise damaged(self._path, str(e)) from None
        if not _is_database(tables):
            raise damaged(self._path, "valid JSON, but not tables of documents")
        return tables  # type: ignore[no-any-return]  # just checked

    def write(self, data: Tables) -> None:
        text = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)
        try:
            replace_file(self._path, f"{text}\n".encode(), durable=True)
        except OSError as e:
            step = self._step(e)
            raise SettingsError((f"{self._path}: cannot be written: {e.strerror}{step}",)) from None

    def _step(self, error: OSError) -> str:
        """Say what to do about a folder that is not there, or not the daemon's."""
        folder = self._path.parent
        if isinstance(error, FileNotFoundError):
            make = f"sudo install -d -o kiosk -g kiosk -m 700 {folder}"
            return f"; correct settings.path, or make its folder: {make}"
        if isinstance(error, PermissionError):
            return f"; {folder} must be the daemon's user's: ls -ld {folder}"
        return ""

    def close(self) -> None:
        pass


def _is_database(tables: object) -> bool:
    return isinstance(tables, dict) and all(
        isinstance(table, dict)
        and all(key.isdecimal() and isinstance(document, dict) for key, document in table.items())
        for table in tables.values()
    )


def damaged(path: Path, why: str) -> SettingsError:
    """Say that the file is damaged and what to do."""
    advice = "it was left as it is: mend it, or move it away to start from the default policy"
    return SettingsError((f"{path}: damaged: {why}; {advice}",))


class Documents:
    """The settings documents at `path`.  Every method may raise SettingsError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: TinyDB | None = None

    def policy(self) -> Policy | None:
        """Return the policy last received; None before the first."""
        return self._get("policy", Policy)

    def store_policy(self, policy: Policy) -> None:
        """Keep a policy; on disk when this returns."""
        self._put("policy", policy)

    def identity(self) -> Identity | None:
        """Return which terminal this was installed as; None before that."""
        return self._get("identity", Identity)

    def store_identity(self, store: str, terminal: str, installed_at: dt.datetime) -> None:
        """Keep which terminal this is, and since when (aware); on disk when this returns.

        Raises ValueError for names or times that could not be read again.
        """
        self._put("identity", Identity(store, terminal, installed_at))

    def set_aside(self) -> Path | None:
        """Move the file away, damaged or not, so that the next access finds none.

        Returns its new path, which never replaces an earlier one; None when there was no file.
        """
        self._opened = None
        name = self._path.name
        taken = (self._path.with_name(f"{name}.damaged-{n}") for n in itertools.count(1))
        kept = next(path for path in taken if not os.path.lexists(path))
        try:
            self._path.rename(kept)
        except FileNotFoundError:
            return None
        except OSError as e:
            raise SettingsError((f"{self._path}: cannot be moved: {e.strerror}",)) from None
        return kept

    def _database(self) -> "TinyDB":
        if self._opened is None:
            import tinydb

            self._opened = tinydb.TinyDB(self._path, storage=_Storage)
        return self._opened

    def _get(self, table: str, kind: type[T]) -> T | None:
        document = self._database().table(table, cache_size=0).get(doc_id=ONLY)
        if document is None:
            return None
        try:
            return msgspec.convert(dict(document), kind)
        except msgspec.ValidationError as e:
            raise damaged(self._path, f"{table}: {e}") from None

    def _put(self, name: str, value: msgspec.Struct) -> None:
        import tinydb.table

        new = {
            key: msgspec.to_builtins(field) for key, field in msgspec.structs.asdict(value).items()
        }

        try:
            msgspec.convert(new, type(value))
        except msgspec.ValidationError as e:
            raise ValueError(f"{name}: could not be read again: {e}") from None

        def replace(document: Mapping[str, object]) -> None:
            # TinyDB merges a mapping, which would keep fields that a newer program had
            assert isinstance(document, MutableMapping)
            document.clear()
            document.update(new)

        table = self._database().table(name, cache_size=0)
        if table.contains(doc_id=ONLY):
            table.update(replace, doc_ids=[ONLY])
        else:
            table.insert(tinydb.table.Document(new, doc_id=ONLY))
