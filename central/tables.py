"""Whether the database has its tables: asked before a command looks into them."""

from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kiosk.domain.errors import ConfigError


def see(data: Path, *, current: bool) -> None:
    """Raise ConfigError, which says what to do, where there are none.

    With `current` also where they are of an older version.  Nothing is made: a data directory
    that was mistyped is not there afterwards either.
    """
    database = settings.DATABASES["default"]
    none = f"no tables yet: run migrate; is --data right? It is {data}"
    if database["ENGINE"].endswith("sqlite3") and not Path(database["NAME"]).exists():
        raise ConfigError((none,))
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as e:
        raise ConfigError(
            (f"the database cannot be read: {str(e).partition(chr(10))[0]}",)
        ) from None
    if not executor.loader.applied_migrations:
        raise ConfigError((none,))
    if behind and current:
        raise ConfigError(("the tables are of an older version: run migrate",))
