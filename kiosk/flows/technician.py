"""The technician: what this terminal is and how it is, on the display and on paper."""

import dataclasses as dc
from collections.abc import Iterator

from kiosk.domain import desk
from kiosk.domain.desk import Fact, FactRow
from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.effects import Effect, Light, Play, Print, Show
from kiosk.domain.events import ButtonPressed
from kiosk.domain.slips import StatusSlip
from kiosk.flows.desk_states import CheckingScreen, ReadingFacts
from kiosk.flows.jobs import Shift
from kiosk.flows.step import Context, Step

PAGE = 4
"""Facts on one page of the display."""

TEST_SECONDS = 1.5
LAMPS = (Lamp.READY, Lamp.BUSY, Lamp.OK, Lamp.REFUSED, Lamp.FAULT)


def facts(context: Context) -> tuple[FactRow, ...]:
    """List everything a technician asks for."""
    return tuple(_facts(context))


def _facts(context: Context) -> Iterator[FactRow]:
    vitals = context.vitals
    yield FactRow(Fact.TERMINAL, context.terminal)
    yield FactRow(Fact.VERSION, vitals.software)
    yield FactRow(Fact.JOURNAL, vitals.journal[:8])
    yield FactRow(Fact.ROWS, str(vitals.rows))
    yield FactRow(Fact.WAITING, str(vitals.rows - vitals.acknowledged))
    yield FactRow(Fact.LINK, "online" if context.online else "offline")
    yield FactRow(Fact.CATALOGUE, str(context.catalogue.version if context.catalogue else 0))
    yield FactRow(Fact.DIRECTORY, str(vitals.directory))
    yield FactRow(Fact.CLOCK, context.clock.value)
    free = "?" if vitals.disk_free is None else f"{vitals.disk_free}%"
    yield FactRow(Fact.DISK, free)
    for report in context.parts:
        yield FactRow(Fact.PART, report.state.value, report.part)


def read(shift: Shift, context: Context) -> Step:
    """Show the first page."""
    return _page(ReadingFacts(shift), context)


def _page(state: ReadingFacts, context: Context) -> Step:
    screen = desk.Technical(facts(context), state.first)
    return Step(state, (Show(screen),), context.policy.idle_seconds * 2)


def next_page(state: ReadingFacts, _event: ButtonPressed, context: Context) -> Step:
    """A or B: the next page, round and round."""
    first = state.first + PAGE
    return _page(dc.replace(state, first=first if first < len(facts(context)) else 0), context)


def status_slip(context: Context) -> Print:
    """Print all facts; a slip of no row."""
    slip = StatusSlip(
        context.policy.language,
        context.policy.shop_name,
        context.terminal,
        context.local,
        facts(context),
        training=context.training,
    )
    return Print(0, slip)


def test(shift: Shift, context: Context) -> Step:
    """Begin the screen and lamp test."""
    return _test(CheckingScreen(shift), context)


def _test(state: CheckingScreen, _context: Context) -> Step:
    effects: list[Effect] = [
        Light(LAMPS[state.step]),
        Play(tuple(Sound)[state.step % len(Sound)]),
        Show(desk.TestPattern(state.step % 2)),
    ]
    return Step(state, effects, TEST_SECONDS)


def go_on(state: CheckingScreen, _event: object, context: Context) -> Step | None:
    """Take the next step of the test; None after the last."""
    if state.step + 1 == len(LAMPS):
        return None
    return _test(dc.replace(state, step=state.step + 1), context)
