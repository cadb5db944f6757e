"""`kiosk-central import`: the same check and the same import as the desk's page, in a terminal."""

import os
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext as _

from central.desk import words
from central.desk.counter import today
from central.desk.importing import plan
from central.desk.importing.coming import Plan
from central.shop.models import Store


class NoStore(Exception):
    """There is no such store; the message names those there are."""


def language() -> str:
    """Return the language of the terminal: English where it says so, else Chinese."""
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "en" if said.startswith("en") else "zh-hans"


def run(file: Path, store: str, *, dry_run: bool) -> tuple[list[str], bool]:
    """Import a file, or only say what it would bring; return what to print and whether it is well.

    Raises NoStore, OSError.
    """
    found = Store.objects.filter(pk=store).first() if store else Store.objects.first()
    if found is None:
        known = ", ".join(Store.objects.values_list("pk", flat=True)) or "none yet"
        raise NoStore(f"no store {store!r}; there are: {known}")
    content = file.read_bytes()
    with translation.override(language()):
        try:
            if dry_run:
                done = plan.check(found, file.name, content)
                if done.faults:
                    raise plan.Refused(done.faults)
            else:
                done = plan.bring_in(found, file.name, content, today(found))
        except plan.Refused as e:
            said = [" ".join(filter(None, (f.place, f.heading, f.text))) for f in e.faults]
            return [*said, f"{_('Nothing was imported; faults:')} {len(e.faults)}"], False
        return _report(done, dry_run), True


def _report(done: Plan, dry_run: bool) -> list[str]:
    labels = {
        "members": _("new members"),
        "pets": _("pets"),
        "passes": _("passes"),
        "visits": _("pass visits"),
        "principal": _("principal"),
        "bonus": _("bonus"),
        "points": _("points"),
        "unchanged": _("unchanged members"),
    }
    head = _("Preview; nothing was changed.") if dry_run else _("Imported.")
    return [
        head,
        *(
            f"{labels[key]}: {words.money(n) if key in ('principal', 'bonus') else n}"
            for key, n in done.counts().items()
        ),
    ]
