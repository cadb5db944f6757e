"""Writes docs/protocol.schema.json from the message types.

.venv/bin/python -m tests.sync.protocol_schema > docs/protocol.schema.json
"""

import json
from typing import Any

import msgspec

from kiosk.domain import wire
from kiosk.domain.transactions import Transaction

ROOTS = {"up": wire.Up, "down": wire.Down, "state": wire.Presence}
"""What travels on each topic, as a definition of its own."""


def schema() -> dict[str, Any]:
    """Build the JSON Schema (draft 2020-12) of everything on the wire."""
    (*roots, _), parts = msgspec.json.schema_components(
        [*ROOTS.values(), Transaction], ref_template="#/$defs/{name}"
    )
    # rows stay bytes for us, since they are hashed as sent; what is in them is this
    parts["Transactions"]["properties"]["rows"]["items"] = {"$ref": "#/$defs/Transaction"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Messages between kiosk and central, v{wire.VERSION}",
        "description": "Made from kiosk/domain/wire.py; see protocol.md.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in ROOTS],
        "$defs": dict(zip(ROOTS, roots, strict=True)) | dict(sorted(parts.items())),
    }


def text() -> str:
    """Write it as the file in docs/ has it."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    print(text(), end="")
