"""Both languages say everything, about the same things, in characters that can be shown."""

import dataclasses as dc
import string
from collections.abc import Iterator, Mapping

import pytest

from kiosk.domain.clock import ClockState
from kiosk.domain.desk import DeskEntry, Fact
from kiosk.domain.devices import Ailment, Part, PartState, SlipFate
from kiosk.domain.document import UNPRINTABLE, printable
from kiosk.domain.findings import Subject, Symptom, Verdict
from kiosk.domain.members import Size, Tier
from kiosk.domain.names import Name
from kiosk.domain.policy import Language
from kiosk.domain.pricing import PriceStep
from kiosk.domain.refusals import Reason
from kiosk.domain.transactions import Means
from kiosk.render.fonts import LARGE, SMALL, Fonts
from kiosk.render.texts import name_in, texts

ON_PAPER = (".slip", ".checks", ".means", ".facts", ".states", ".clocks", ".parts", ".steps")
"""Tables whose texts are printed as they are."""


def words(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (path, text) of every text in a table."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from words(item, f"{path}.{key}")
    elif dc.is_dataclass(value):
        for field in dc.fields(value):
            yield from words(getattr(value, field.name), f"{path}.{field.name}")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", Language)
def test_every_member_of_every_list_has_its_words(language: Language) -> None:
    table = texts(language)
    assert set(table.refusals) == set(Reason)
    assert set(table.parts) == set(Part)
    assert set(table.tiers) == set(Tier)
    assert set(table.sizes) == set(Size)
    assert set(table.steps) == set(PriceStep)
    assert set(table.means) == set(Means)
    assert set(table.entries) == set(DeskEntry)
    assert set(table.facts) == set(Fact)
    assert set(table.states) == {*PartState, *Ailment}
    assert set(table.desk.fates) == set(table.desk.lost) == {SlipFate.FAILED, SlipFate.UNSURE}
    assert set(table.screen.fates) == set(SlipFate) - {SlipFate.NONE, SlipFate.OFFERED}
    assert set(table.clocks) == set(ClockState)
    assert set(table.checks.subjects) == set(Subject)
    assert set(table.checks.remedies) == set(Symptom)
    assert set(table.checks.counts) == set(Verdict) - {Verdict.NOT_CONFIGURED}
    nothing_to_do = {s for s, remedy in table.checks.remedies.items() if not remedy.step}
    assert nothing_to_do == {Symptom.WELL, Symptom.NOT_CONFIGURED}
    assert all(text.strip() for path, text in words(table) if not path.endswith(".step"))


def test_both_languages_fill_in_known_fields_only() -> None:
    chinese, english = dict(words(texts(Language.ZH))), dict(words(texts(Language.EN)))
    assert chinese.keys() == english.keys()
    optional = {"n", "more"}
    for path, text in chinese.items():
        assert fields(text) - optional == fields(english[path]) - optional, path


@pytest.mark.parametrize("language", Language)
def test_every_character_is_in_the_fonts_of_display_and_printer(language: Language) -> None:
    fonts = Fonts()
    for path, text in words(texts(language)):
        for size in (SMALL, LARGE):
            assert fonts.shown(text, size) == text, path
        if path.startswith(ON_PAPER):
            assert printable(text) == text
            assert UNPRINTABLE not in text


def test_one_visit_and_several() -> None:
    assert [texts(Language.EN).count(n) for n in (0, 1, 2)] == ["0 visits", "1 visit", "2 visits"]
    assert texts(Language.ZH).count(1) == "1 次"


def test_a_name_left_empty_is_taken_from_the_other_language() -> None:
    assert name_in(Language.EN, Name("洗澡", "")) == "洗澡"
    assert name_in(Language.ZH, Name("", "Bath")) == "Bath"
