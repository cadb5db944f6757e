"""What a start need not wait for is not imported by it (docs/performance.md)."""

import subprocess
import sys

PROGRAM = "import sys, kiosk.cli, kiosk.daemon, kiosk.settings.config; print(*sys.modules)"

LATER = {
    *("escpos", "luma", "nfc", "paho", "PIL", "serial", "smartcard", "tinydb"),
    *("kiosk.doctor", "kiosk.simulator", "asyncio"),
}


def test_a_start_imports_no_library_of_a_part_and_not_the_doctor() -> None:
    command = [sys.executable, "-c", PROGRAM]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    imported = set(ran.stdout.split())
    assert "kiosk.journal.store" in imported, ran.stderr
    assert imported.isdisjoint(LATER)
