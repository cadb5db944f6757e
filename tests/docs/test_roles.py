"""The documents say what the program does: words, pictures, links and commands are checked.

Words of a display or a page stand in 「」 in Chinese and in “” in English, and nothing else does;
each is found in kiosk/render/texts or in central's own messages.
"""

import dataclasses as dc
import enum
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import central
from central.cli import main as central_main
from kiosk.cli import main as kiosk_main
from kiosk.domain.policy import Language
from kiosk.domain.refusals import Reason
from kiosk.flows.greeting import DETAILS
from kiosk.render.texts import name_in, texts
from tests.docs.pictures import FOLDER, everything

ROOT = Path(__file__).parents[2]
ROLES = ROOT / "docs" / "roles"
NAMES = ("member-poster", "groomer", "cashier", "owner", "technician")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

QUOTED = {Language.ZH: re.compile("「([^」]+)」"), Language.EN: re.compile("“([^”]+)”")}
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<img[^>]*?\ssrc=\"([^\"]+)\"")
COMMAND = re.compile(
    r"^(?:sudo (?:-u kiosk )?)?(kiosk|kiosk-central)(?: --data \S+)? ([a-z][a-z-]*)", re.MULTILINE
)
NOT_SHOWN = {
    Reason.SAME_TAP,
    Reason.WRONG_STORE,
    Reason.NOT_STACKABLE,
}
"""Refusals of what no flow offers: the documents say nothing of them."""


def document(name: str, language: Language) -> str:
    return (ROLES / f"{name}.{language.value}.md").read_text(encoding="utf-8")


def words(thing: object) -> Iterator[str]:
    """List all texts in a table of words."""
    match thing:
        case str() if not isinstance(thing, enum.Enum):
            yield thing
        case Mapping():
            for part in thing.values():
                yield from words(part)
        case _ if dc.is_dataclass(thing):
            for field in dc.fields(thing):
                yield from words(getattr(thing, field.name))


def messages(language: Language) -> Iterator[str]:
    """List central's messages: msgid is English, msgstr Chinese."""
    key = "msgid" if language is Language.EN else "msgstr"
    for file in Path(central.__file__).parent.rglob("django.po"):
        text = file.read_text(encoding="utf-8")
        yield from re.findall(rf'^{key} "(.+)"$', text, re.MULTILINE)


def pattern(text: str) -> str:
    """Turn a text with places such as {n} into an expression that its filled-in form matches."""
    return "".join(
        ".+" if part.startswith("{") else re.escape(part)
        for part in re.split(r"(\{\w+\})", text.strip())
    )


def pictures(text: str) -> list[str]:
    return [a or b for a, b in LINK.findall(text) if (a or b).endswith(".png")]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", NAMES)
def test_what_a_document_quotes_is_what_the_program_says(name: str, language: Language) -> None:
    # a text that is nothing but a place would match whatever is quoted
    said = {
        text
        for text in (*words(texts(language)), *messages(language), name_in(language, DETAILS.name))
        if re.sub(r"\{\w+\}|\W", "", text)
    }
    known = re.compile("|".join(sorted(map(pattern, said), key=len, reverse=True)))
    quoted = QUOTED[language].findall(FENCED.sub("", document(name, language)))
    assert quoted
    assert [words for words in quoted if not known.fullmatch(words)] == []


@pytest.mark.parametrize("language", Language)
def test_every_refusal_that_is_shown_is_explained(language: Language) -> None:
    refusals = texts(language).refusals
    explained = QUOTED[language].findall(document("cashier", language))
    for reason in Reason:
        assert (refusals[reason].sentence in explained) == (reason not in NOT_SHOWN), reason


@pytest.mark.parametrize("language", Language)
def test_every_part_that_can_fail_is_explained(language: Language) -> None:
    say = texts(language)
    explained = QUOTED[language].findall(document("technician", language))
    for part, name in say.parts.items():
        assert say.screen.fault.format(part=name) in explained, part


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_parts(name: str) -> None:
    chinese, english = (FENCED.sub("", document(name, language)) for language in Language)
    for what in (r"^(#+) ", r"^\|", r"^\d+\. ", r"^- "):
        found = [re.findall(what, text, re.MULTILINE) for text in (chinese, english)]
        assert found[0] == found[1], what
    shown = [picture.replace("-zh-CN", "-en") for picture in pictures(chinese)]
    assert shown == pictures(english)
    commands = [
        re.findall(r"^```\n(.*?)^```", document(name, lang), re.M | re.S) for lang in Language
    ]
    assert commands[0] == commands[1]


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(file: Path) -> None:
    text = FENCED.sub("", file.read_text(encoding="utf-8"))
    targets = [(a or b).partition("#")[0] for a, b in LINK.findall(text)]
    lost = [t for t in targets if t and "://" not in t and not (file.parent / t).exists()]
    assert lost == []


def test_every_command_in_the_documents_exists(capsys: pytest.CaptureFixture[str]) -> None:
    found = set()
    for file in DOCUMENTS:
        text = file.read_text(encoding="utf-8")
        for code in re.findall(r"```(.*?)```|`([^`\n]+)`", text, re.DOTALL):
            found |= set(COMMAND.findall("\n".join(code)))
    assert found >= {("kiosk", "status"), ("kiosk", "journal"), ("kiosk-central", "serve")}
    for program, command in sorted(found):
        with pytest.raises(SystemExit) as ended:
            (kiosk_main if program == "kiosk" else central_main)([command, "--help"])
        assert ended.value.code == 0, f"{program} {command}"
        assert command in capsys.readouterr().out


def test_the_pictures_are_those_of_today() -> None:
    drawn = dict(everything())
    assert sorted(drawn) == sorted(file.name for file in FOLDER.glob("*"))
    for name, picture in drawn.items():
        with Image.open(FOLDER / name) as file:
            shown = file.convert("RGB")
        assert shown.size == picture.size, f"{name}: run make pictures"
        assert ImageChops.difference(shown, picture).getbbox() is None, f"{name}: run make pictures"


def test_every_picture_is_shown_somewhere() -> None:
    shown = {Path(p).name for file in ROLES.glob("*.md") for p in pictures(file.read_text("utf-8"))}
    assert {file.name for file in FOLDER.glob("*")} <= shown
