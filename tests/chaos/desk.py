"""Staff at central's desk, as a process: orders as JSON lines in, what became of them out.

    python -m tests.chaos.desk       (in central's environment)

An order has a token, as a form of the admin has: sent again, it is done once.  The answer is
`done` with what was moved (nothing where it was done before), or `waiting` for what terminals hold,
which they are then asked for, as the admin does.
"""

import json
import os
import sys
from typing import Any

import django

Order = dict[str, Any]


def act(order: Order) -> dict[str, Any]:
    """Do what an order says."""
    from django.contrib.auth.models import User
    from django.db import transaction

    from central.books import recalls
    from central.books.recalls import HeldElsewhere
    from central.desk import counter
    from central.shop.models import Account, Member, Movement, Store, TopUpPlan

    user, store = User.objects.get(username="admin"), Store.objects.get()

    def move() -> Movement:
        if order["kind"] == "top up":
            plan = TopUpPlan.objects.get(code="topup-200")
            return counter.top_up(Member.objects.get(pk=order["member"]), plan, "cash", user)
        [(name, amount)] = order["moves"].items()
        account = Account.objects.get(pk=name)
        if order["kind"] == "pay out":
            return counter.pay_out(store, account, -amount, -amount, "cash", "chaos", user)
        return counter.adjust(store, account, amount, "chaos", user)

    try:
        with transaction.atomic():
            movement = counter.once(order["token"], move)
            entries = movement.entries.values_list("account", "amount")
            return {"done": order["token"], "moved": dict(entries)}
    except counter.NotNow:
        return {"done": order["token"], "moved": None}
    except HeldElsewhere as e:
        recalls.ask(e.accounts, counter.now())
        return {"waiting": order["token"]}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "central.settings"
    django.setup()
    for line in sys.stdin:
        os.write(1, (json.dumps(act(json.loads(line))) + "\n").encode())
