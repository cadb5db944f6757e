"""What the doctor says: a table for a person, JSON for a program."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec

from kiosk.doctor import advice
from kiosk.domain.findings import Finding, Verdict, is_well

VERSION = 1
"""Of the JSON.  Fields may be added under one version; none changes its meaning."""

_MARKS = {
    Verdict.WELL: "well",
    Verdict.NOTE: "note",
    Verdict.FAULT: "FAULT",
    Verdict.UNKNOWN: "unknown",
    Verdict.NOT_CONFIGURED: "-",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One finding.  `verdict`, `symptom` and `fault` are codes of kiosk/domain/findings.py."""

    subject: str
    name: str
    where: str
    exercised: str
    verdict: str
    symptom: str
    fault: str | None
    step: str
    detail: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """An examination.  `daemon` tells whether one ran, `well` is what the exit status says."""

    version: int = VERSION
    at: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    store: str
    terminal: str
    daemon: bool
    well: bool
    findings: list[Line]


def report(
    findings: Sequence[Finding], at: dt.datetime, store: str, terminal: str, *, daemon: bool
) -> Report:
    """Put findings into their stable form."""
    return Report(
        at=at,
        store=store,
        terminal=terminal,
        daemon=daemon,
        well=is_well(findings),
        findings=[_line(finding) for finding in findings],
    )


def _line(finding: Finding) -> Line:
    return Line(
        subject=finding.subject.value,
        name=finding.name,
        where=finding.where,
        exercised=finding.exercised,
        verdict=finding.verdict.value,
        symptom=finding.symptom.value,
        fault=finding.fault.value if finding.fault else None,
        step=advice.step(finding),
        detail=finding.detail,
    )


def table(findings: Sequence[Finding]) -> Iterator[str]:
    """Write the table, then for each finding that needs it the next thing to do."""
    rows = [("DEVICE", "WHERE", "EXERCISED", "VERDICT"), *(_row(f) for f in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for *cells, verdict in rows:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield "  ".join([*padded, verdict])
    for finding in findings:
        if finding.verdict in (Verdict.WELL, Verdict.NOT_CONFIGURED):
            continue
        yield ""
        yield f"{_device(finding)}: {finding.symptom.value.replace('_', ' ')}"
        if finding.detail:
            yield f"    {finding.detail}"
        yield f"    next: {advice.step(finding)}"


def _row(finding: Finding) -> tuple[str, str, str, str]:
    mark = _MARKS[finding.verdict]
    if finding.verdict is Verdict.WELL and finding.detail:
        mark += f"  {finding.detail}"
    exercised = "" if finding.verdict is Verdict.NOT_CONFIGURED else finding.exercised
    return _device(finding), finding.where, exercised, mark


def _device(finding: Finding) -> str:
    subject = finding.subject.value.replace("_", " ")
    return f"{subject} {finding.name}".rstrip()
