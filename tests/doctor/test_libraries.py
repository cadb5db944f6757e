"""A library that is not installed is a finding of its own, in the doctor and in the daemon."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.assembly.devices import Bench as Wiring
from kiosk.assembly.devices import inputs, outputs
from kiosk.doctor import advice, books
from kiosk.doctor.access import Told
from kiosk.domain.devices import Ailment, PartReport, PartState
from kiosk.domain.errors import LibraryAbsent
from kiosk.domain.findings import Symptom
from kiosk.domain.policy import Language
from kiosk.drivers.escpos_library import printers
from kiosk.runtime.clock import SystemClock
from kiosk.runtime.libraries import needed
from kiosk.runtime.worker import Worker
from tests.doctor.terminal import Bench
from tests.peers.config import BASE, configured
from tests.peers.until import until

READER = '[[reader]]\nname = "counter"\n'
GPIO = 'driver = "gpio"\n'
PARTS = [
    ("reader", READER + 'driver = "pcsc"\n', "smartcard"),
    ("reader", READER + 'driver = "pn532"\ndevice = "/dev/ttyS0"\n', "nfc"),
    ("scanner", '[scanner]\ndriver = "serial"\ndevice = "/dev/ttyS0"\n', "serial"),
    ("buttons", "[buttons]\n" + GPIO, "RPi"),
    ("lamps", "[lamps]\n" + GPIO, "RPi"),
    ("display", '[display]\ndriver = "sh1106"\nbus = "i2c"\n', "luma"),
    ("printer", '[printer]\ndriver = "network"\nhost = "127.0.0.1"\n', "escpos"),
]


def remove(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of a library be there to be imported."""
    for name in [*sys.modules, library]:
        if name.partition(".")[0] == library:
            monkeypatch.setitem(sys.modules, name, None)
    # it is imported once for all printers
    printers.cache_clear()


@pytest.mark.parametrize(("subject", "sections", "library"), PARTS)
def test_the_doctor_names_what_is_missing_and_how_to_get_it(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    subject: str,
    sections: str,
    library: str,
) -> None:
    remove(library, monkeypatch)
    found = bench.find(sections, subject)
    assert found.symptom is Symptom.LIBRARY_ABSENT
    assert library in found.detail
    assert "sudo scripts/install-pi" in advice.step(found)


@pytest.mark.parametrize(("subject", "sections", "library"), PARTS)
def test_in_the_daemon_the_part_says_so_and_the_doctor_repeats_it(
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    subject: str,
    sections: str,
    library: str,
) -> None:
    remove(library, monkeypatch)
    reports: list[PartReport] = []
    wiring = Wiring(
        SystemClock(),
        {},
        post=lambda _: None,
        report=reports.append,
        printed=lambda *_: None,
        language=lambda: Language.EN,
    )
    config = configured(bench.folder, sections)
    workers: list[Worker[Any]] = [*dict(outputs(config, wiring)).values()]
    workers += inputs(config, wiring)
    (worker,) = workers
    worker.start()
    until(lambda: bool(reports), f"{subject} is reported")
    worker.stop()
    assert worker.join()
    report = reports[0]
    assert (report.state, report.how) == (PartState.FAULT, Ailment.NOT_INSTALLED)
    assert library in report.detail
    assert "sudo scripts/install-pi" in report.detail
    assert "bug" not in caplog.text
    bench.access = Told({subject: (report.state, report.detail)})
    if 'driver = "pcsc"' not in sections:  # which the doctor looks up itself
        assert bench.find(sections, subject).symptom is Symptom.LIBRARY_ABSENT


def test_the_settings_need_a_library_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remove("tinydb", monkeypatch)
    (found,) = books.probe(configured(tmp_path)).run()
    assert found.symptom is Symptom.LIBRARY_ABSENT
    (tmp_path / "kiosk.toml").write_text(BASE)
    program = (
        "import sys; sys.modules['tinydb'] = None; from kiosk import cli; sys.exit(cli.main())"
    )
    command = [sys.executable, "-c", program, "run", "--config", str(tmp_path / "kiosk.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("kiosk: not installed: ")
    assert done.stderr.endswith("sudo scripts/install-pi\n")


def test_a_module_of_ours_that_does_not_load_is_a_bug() -> None:
    with pytest.raises(ImportError, match="no_such_name"), needed():
        from kiosk.drivers import no_such_name  # type: ignore[attr-defined]  # noqa: F401
    with pytest.raises(LibraryAbsent, match="libpcsclite"), needed():
        raise ImportError("libpcsclite.so.1: cannot open shared object", name="_scard")
