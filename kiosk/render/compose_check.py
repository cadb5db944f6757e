"""The pages of a check of the devices: how many are how, then a page for each.  Pure."""

from collections import Counter

from kiosk.domain.desk import Diagnosis
from kiosk.domain.devices import Button
from kiosk.domain.findings import Finding, Verdict
from kiosk.render.layout import Icon, Layout, Row, Style
from kiosk.render.rows import ROWS
from kiosk.render.texts.model import Texts
from kiosk.render.wording import diagnosed

_ICONS = {Verdict.FAULT: Icon.WARNING, Verdict.UNKNOWN: Icon.WARNING, Verdict.WELL: Icon.TICK}


def compose_diagnosis(screen: Diagnosis, words: Texts) -> Layout:
    """Lay a page out."""
    keys = [(Button.B, words.keys.next), (Button.C, words.keys.back)]
    if screen.has_printer:
        keys.insert(0, (Button.A, words.keys.print))
    place = f"{screen.page + 1}/{1 + len(screen.findings)}"
    if screen.page == 0:
        title, body = Row(words.checks.title, place), _counts(screen.findings, words)
    else:
        finding = screen.findings[screen.page - 1]
        icon = _ICONS.get(finding.verdict)
        title = Row(diagnosed(finding, words), place, icon=icon)
        body = _finding(finding, words)
    return Layout(body, title, tuple(keys))


def _counts(findings: tuple[Finding, ...], words: Texts) -> tuple[Row, ...]:
    counted = Counter(finding.verdict for finding in findings)
    rows = [Row(say.format(n=counted[v])) for v, say in words.checks.counts.items() if counted[v]]
    return tuple(rows[:ROWS])


def _finding(finding: Finding, words: Texts) -> tuple[Row, ...]:
    remedy = words.checks.remedies[finding.symptom]
    if not remedy.step:
        return (Row(remedy.sentence, style=Style.CENTRE),)
    ill = finding.verdict in (Verdict.FAULT, Verdict.UNKNOWN)
    sentence = Row(remedy.sentence, style=Style.SELECTED if ill else Style.QUIET)
    return (sentence, Row(remedy.step, style=Style.FLOW))
