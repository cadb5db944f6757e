"""The schema and the page in docs/ say what the message types say."""

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from kiosk.domain import wire
from kiosk.domain.catalogue import Catalogue
from kiosk.domain.errors import Malformed
from tests.peers.books import Books
from tests.sync import protocol_schema
from tests.sync.kiosk_side import KioskSide, welcomed

DOCS = Path(__file__).parents[2] / "docs"
COMMAND = "run: .venv/bin/python -m tests.sync.protocol_schema > docs/protocol.schema.json"
TAGS = [
    message.__struct_config__.tag for family in (wire.Up, wire.Down) for message in get_args(family)
]


def validator(part: str) -> Any:
    schema = protocol_schema.schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]})


def test_the_schema_in_docs_is_made_from_the_message_types() -> None:
    assert (DOCS / "protocol.schema.json").read_text("utf-8") == protocol_schema.text(), COMMAND


@pytest.mark.parametrize("tag", TAGS)
def test_the_page_explains_every_message(tag: str) -> None:
    assert f"`{tag}`" in (DOCS / "protocol.md").read_text("utf-8")


def test_a_whole_conversation_fits_the_schema(kiosk: KioskSide, books: Books) -> None:
    books.catalogue = Catalogue(version=3, store="s1", services=())
    said: list[wire.Down] = []
    answer = books.answer

    def listening(message: wire.Up) -> list[wire.Down]:
        said.extend(answers := answer(message))
        return answers

    books.answer = listening  # type: ignore[method-assign]
    welcomed(kiosk, books)
    kiosk.spend("m1", 3)
    welcomed(kiosk, books)
    up, down = validator("up"), validator("down")
    for payload in kiosk.payloads:
        up.validate(json.loads(payload))
    for message in said:
        down.validate(json.loads(wire.encode(message)))
    assert {json.loads(p)["type"] for p in kiosk.payloads} >= {"hello", "transactions"}
    assert len({type(message) for message in said}) == 6


@pytest.mark.parametrize(
    "payload",
    [
        b'{"type":"medium.seen","key":"pm1:x","at":"2026-03-04T09:00:00Z","extra":1}',
        b'{"type":"medium.seen","v":2,"key":"pm1:x","at":"2026-03-04T09:00:00Z"}',
        b'{"type":"directory.request","journal":"short","since":0}',
        b'{"type":"welcome"}',
    ],
)
def test_schema_and_reader_refuse_the_same(payload: bytes) -> None:
    with pytest.raises(Malformed):
        wire.decode_up(payload)
    assert not validator("up").is_valid(json.loads(payload))
