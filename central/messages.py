"""Compile the admin's texts, `python -m central.messages`: django.po to django.mo.

Pure Python, so that neither a build nor a test needs gettext's tools.  Reads the part of the PO
format that is used here (GNU gettext manual, "The Format of PO Files"): msgid and msgstr, one or
more quoted lines each; no contexts, no plurals.  Writes the MO format ("The Format of GNU MO
Files").
"""

import ast
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

_MAGIC = 0x950412DE


def read(text: str) -> dict[str, str]:
    """Return the translations of a PO file.  Raises ValueError for what is not understood."""
    found: dict[str, str] = {}
    key, parts = "", {"msgid": "", "msgstr": ""}
    for line in [*text.splitlines(), 'msgid ""']:
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "msgid":
            if key == "msgstr":
                found[parts["msgid"]] = parts["msgstr"]
            parts = {"msgid": "", "msgstr": ""}
        if word in parts:
            key, quoted = word, rest
        elif word.startswith('"') and key:
            quoted = line.strip()
        else:
            raise ValueError(f"not understood: {line}")
        parts[key] += str(ast.literal_eval(quoted))
    return found


def compiled(messages: dict[str, str]) -> bytes:
    """Write the MO file: a header, two tables of (length, offset), and the texts."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items() if text)
    tables = 28
    offset = tables + 16 * len(pairs)
    entries: list[bytes] = []
    texts = b""
    for column in (0, 1):
        for pair in pairs:
            entries.append(struct.pack("<II", len(pair[column]), offset + len(texts)))
            texts += pair[column] + b"\0"
    header = struct.pack("<7I", _MAGIC, 0, len(pairs), tables, tables + 8 * len(pairs), 0, offset)
    return header + b"".join(entries) + texts


def sources() -> Iterator[Path]:
    """List the PO files: the central one, and that of each package with texts of its own."""
    return iter(sorted(Path(__file__).parent.rglob("locale/*/LC_MESSAGES/django.po")))


def main() -> int:
    """Compile all of them."""
    for source in sources():
        source.with_suffix(".mo").write_bytes(compiled(read(source.read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
