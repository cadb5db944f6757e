"""Two appliers on one database: each row is posted once, whoever comes first."""

import json
import subprocess
from pathlib import Path

from kiosk.domain import wire
from tests.central.central import Central
from tests.central.till import Till, visit

ROWS = 30

APPLIER = """
import sys, django
django.setup()
from central.books import allowances, apply
from kiosk.domain import wire

print("ready", flush=True)
sys.stdin.readline()
for line in open(sys.argv[1], "rb"):
    message = wire.decode_up(line)
    if isinstance(message, wire.Transactions):
        ack = apply.apply("s1", "k1", message)
        assert ack.state == "open", ack
        assert ack.applied_through >= message.first + len(message.rows) - 1, ack
    else:
        print(wire.encode(allowances.answer(message.journal, message)).decode(), flush=True)
"""

HELLO = """
import sys, django
django.setup()
from central.shop.models import Terminal
from central.sync import greeting
from kiosk.domain import wire
greeting.meet(Terminal.objects.get(code="k1"), wire.decode_up(sys.stdin.buffer.read()))
"""


CONSUMER = """
import sys, django
django.setup()
from central.books import directory
from central.sync.service import Service
from kiosk.domain import wire

right = directory.writing
def writing():
    print("waits", flush=True)
    return right()
directory.writing = writing
request = wire.decode_up(sys.stdin.readline().encode())
print(len(list(Service().receive(("s1", "k1"), request))), "answers", flush=True)
"""

RESTORED = """
import sys, django
django.setup()
from django.utils import timezone
from central.books import directory, epochs
with directory.writing():
    epochs.begin(timezone.now())
    print("begun", flush=True)
    sys.stdin.readline()
"""


def test_nothing_is_granted_once_another_process_has_found_that_the_books_are_old(
    shop_data: Central,
) -> None:
    till = Till()
    shop_data.code(HELLO, feed=wire.encode(till.hello()))
    restored, consumer = shop_data.popen("-c", RESTORED), shop_data.popen("-c", CONSUMER)
    assert restored.stdout is not None
    assert restored.stdout.readline() == "begun\n"
    assert consumer.stdin is not None
    consumer.stdin.write(wire.encode(till.request()).decode() + "\n")
    consumer.stdin.flush()
    assert consumer.stdout is not None
    assert consumer.stdout.readline() == "waits\n"
    finish(restored)
    assert finish(consumer) == "0 answers\n", "the terminals have not given back what they hold"
    assert shop_data.query("SELECT count(*) FROM shop_allowance WHERE amount > 0") == [(0,)]


def test_two_processes_apply_the_same_rows(shop_data: Central, tmp_path: Path) -> None:
    till = Till()
    hello = till.hello()
    for _ in range(ROWS):
        till.row(visit())
    messages = [wire.encode(till.request("m-wang.principal"))]
    messages += [wire.encode(till.batch(max(1, n - 1), n)) for n in range(1, ROWS + 1)]
    script = tmp_path / "messages"
    script.write_bytes(b"".join(message + b"\n" for message in messages))
    shop_data.code(HELLO, feed=wire.encode(hello))
    appliers = [shop_data.popen("-c", APPLIER, str(script)) for _ in range(2)]
    for applier in appliers:
        assert applier.stdout is not None
        assert applier.stdout.readline() == "ready\n"
    # both start at once, and wait for each other at every transaction
    for applier in appliers:
        assert applier.stdin is not None
        applier.stdin.write("go\n")
        applier.stdin.flush()
    answers = [finish(applier) for applier in appliers]
    assert answers[0] == answers[1]
    assert json.loads(answers[0])["grants"] == [["m-wang.principal", 20000]]
    applied = shop_data.query("SELECT applied, state FROM shop_journal")
    rows = shop_data.query("SELECT count(*) FROM shop_transaction")
    taken = shop_data.query("SELECT sum(amount) FROM shop_entry WHERE transaction_id IS NOT NULL")
    leased = shop_data.query("SELECT sum(amount) FROM shop_allowance")
    assert (applied, rows, taken) == ([(ROWS, "open")], [(ROWS,)], [(-ROWS,)])
    assert leased == [(20000,)]


def finish(process: "subprocess.Popen[str]") -> str:
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return out
