"""What a spend costs through Django's ORM, as durable as the journal's: prints median seconds.

A baseline for bench.spend, in a process of its own because Django is set up once in a process.
"""

import itertools
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any


def measure(folder: Path, members: int, count: int) -> float:
    """Return the median seconds of a spend: a guarded update and a row, in one transaction."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "orm.sqlite3",
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                },
            }
        },
        USE_TZ=True,
    )
    django.setup()
    from django.db import connection, models, transaction

    class Purse(models.Model):
        objects: Any = models.Manager()
        account: Any = models.TextField(primary_key=True)
        held: Any = models.BigIntegerField()

        class Meta:
            app_label = "bench"

    class Row(models.Model):
        objects: Any = models.Manager()
        seq: Any = models.BigIntegerField(primary_key=True)
        payload: Any = models.BinaryField()

        class Meta:
            app_label = "bench"

    with connection.schema_editor() as editor:
        editor.create_model(Purse)
        editor.create_model(Row)
    Purse.objects.bulk_create(Purse(account=f"m{n}", held=10**7) for n in range(members))
    turn, payload = itertools.count(1), os.urandom(256)

    def spend() -> None:
        seq = next(turn)
        with transaction.atomic():
            purse = Purse.objects.get(account=f"m{seq * 7919 % members}", held__gte=1)
            purse.held -= 1
            purse.save()
            Row.objects.create(seq=seq, payload=payload)

    took = []
    for _ in range(count):
        began = time.perf_counter()
        spend()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


if __name__ == "__main__":
    print(measure(Path(sys.argv[1]), 1000, int(sys.argv[2])))
