"""The wallet as the page shows it: each demo card with how it looks."""

import tomllib
from typing import Any

from kiosk.simulator.shop import DEMO_SHOP


def wallet() -> list[dict[str, Any]]:
    """List the demo cards: name, label in both languages, `form` and `look`.

    A card without a UID is a code on a phone.  `look` is the member's tier, the operator's role,
    or "stranger".
    """
    table = tomllib.loads(DEMO_SHOP.read_text("utf-8"))
    looks = {member["id"]: member.get("tier", "basic") for member in table["member"]}
    looks |= {operator["id"]: operator["role"] for operator in table["operator"]}
    return [
        {
            "name": card["name"],
            "zh": card["label_zh"],
            "en": card["label_en"],
            "form": "card" if "uid" in card else "phone",
            "look": looks.get(card.get("member") or card.get("operator"), "stranger"),
        }
        for card in table["card"]
    ]
