"""The technician: what this terminal is and how it is, on the display and on paper."""

import dataclasses as dc
from collections.abc import Iterator

from kiosk.domain import desk
from kiosk.domain.desk import Fact, FactRow
from kiosk.domain.devices import Lamp, Sound
from kiosk.domain.effects import Effect, Examine, Light, Play, Print, Show
from kiosk.domain.events import ButtonPressed, Examined
from kiosk.domain.findings import Finding, Verdict, worst_first
from kiosk.domain.slips import StatusSlip
from kiosk.flows.desk_states import (
    CheckingScreen,
    Examining,
    ReadingFacts,
    ReadingFindings,
)
from kiosk.flows.jobs import Shift
from kiosk.flows.step import Context, Step

PAGE = 4
"""Facts on one page of the display."""

TEST_SECONDS = 1.5

EXAMINE_SECONDS = 30.0
"""Longer than the slowest probe's own time-out: whoever gives up says which device hangs."""

LAMPS = (Lamp.READY, Lamp.BUSY, Lamp.OK, Lamp.REFUSED, Lamp.FAULT)


def facts(context: Context) -> tuple[FactRow, ...]:
    """List everything a technician asks for."""
    return tuple(_facts(context))


def _facts(context: Context) -> Iterator[FactRow]:
    vitals = context.vitals
    yield FactRow(Fact.TERMINAL, context.terminal)
    if vitals.stopped is not None:
        yield FactRow(Fact.STOPPED, vitals.stopped.value)
    if vitals.set_aside:
        yield FactRow(Fact.SET_ASIDE, str(vitals.set_aside))
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
        yield FactRow(Fact.PART, report.how.value, report.part, report.name)


def read(shift: Shift, context: Context) -> Step:
    """Show the first page."""
    return _page(ReadingFacts(shift), context)


def _page(state: ReadingFacts, context: Context) -> Step:
    screen = desk.Technical(facts(context), state.first)
    return Step(state, (Show(screen),), context.staff_seconds)


def next_page(state: ReadingFacts, _event: ButtonPressed, context: Context) -> Step:
    """A or B: the next page, round and round."""
    first = state.first + PAGE
    return _page(dc.replace(state, first=first if first < len(facts(context)) else 0), context)


def examine(shift: Shift, context: Context) -> Step:
    """Have the devices checked."""
    effects = (Light(Lamp.BUSY), Show(desk.Examining()), Examine(context.correlation))
    return Step(Examining(shift, context.correlation), effects, EXAMINE_SECONDS)


def examined(state: Examining, event: Examined, context: Context) -> Step:
    """Show how many are how; what is not configured is nobody's trouble."""
    found = [f for f in event.findings if f.verdict is not Verdict.NOT_CONFIGURED]
    return _findings(ReadingFindings(state.shift, worst_first(found)), context)


def _findings(state: ReadingFindings, context: Context) -> Step:
    screen = desk.Diagnosis(state.findings, state.page, context.has_printer)
    return Step(state, (Show(screen),), context.staff_seconds)


def next_finding(state: ReadingFindings, _event: ButtonPressed, context: Context) -> Step:
    """B: the next finding, round and round."""
    page = (state.page + 1) % (1 + len(state.findings))
    return _findings(dc.replace(state, page=page), context)


def print_findings(state: ReadingFindings, _event: ButtonPressed, context: Context) -> Step:
    """A: a status slip that lists them; the printer may be what is at fault, so nothing waits."""
    step = _findings(state, context)
    if not context.has_printer:
        return step
    slip = status_slip(context, state.findings)
    return Step(step.state, (*step.effects, slip), step.deadline)


def status_slip(context: Context, findings: tuple[Finding, ...] = ()) -> Print:
    """Print all facts and findings; a slip of no row."""
    slip = StatusSlip(
        context.policy.language,
        context.policy.shop_name,
        context.terminal,
        context.local,
        facts(context),
        training=context.training,
        findings=findings,
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
