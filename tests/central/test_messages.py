"""The admin's texts: compiled, complete, and none left over."""

import ast
import gettext
import io
import re
from pathlib import Path

import pytest

import central
from central import messages

ROOT = Path(central.__file__).parent


SOURCES = sorted(messages.sources())
TAG = re.compile(r"""{% translate (?:"([^"]*)"|'([^']*)')""")


def used(source: Path) -> set[str]:
    """The literal texts that a package passes to gettext, but for packages with their own."""
    root = source.parents[3]
    others = [other.parents[3] for other in SOURCES if root in other.parents and other != source]
    found: set[str] = set()
    for file in root.rglob("*.*"):
        if any(other in file.parents for other in others):
            continue
        if file.suffix == ".py":
            found |= {
                node.args[0].value
                for node in ast.walk(ast.parse(file.read_bytes()))
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "_"
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            }
        elif file.suffix == ".html":
            found |= {one or other for one, other in TAG.findall(file.read_text("utf-8"))}
    return found


def test_the_admin_and_the_desk_have_their_texts() -> None:
    assert [source.parents[3] for source in SOURCES] == [ROOT / "desk", ROOT]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.parents[3].name)
def test_every_text_is_translated_and_none_is_left_over(source: Path) -> None:
    found = messages.read(source.read_text(encoding="utf-8"))
    assert set(found) - {""} == used(source)
    assert all(found.values())


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.parents[3].name)
def test_the_compiled_file_is_current_and_gettext_reads_it(source: Path) -> None:
    found = messages.read(source.read_text(encoding="utf-8"))
    stored = source.with_suffix(".mo").read_bytes()
    assert stored == messages.compiled(found), "run: python -m central.messages"
    translations = gettext.GNUTranslations(io.BytesIO(stored))
    assert all(translations.gettext(key) == text for key, text in found.items() if key)


def test_long_texts_and_escapes() -> None:
    assert messages.read('msgid "a"\n"b\\n"\nmsgstr ""\n"c\\"d"\n') == {"ab\n": 'c"d'}
    with pytest.raises(ValueError, match="msgctxt"):
        messages.read('msgctxt "x"\nmsgid "a"\nmsgstr "b"\n')
