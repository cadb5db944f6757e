"""What to do next, in English, for the command line.  The display has words of its own."""

from collections.abc import Mapping

from kiosk.domain.findings import Finding, Subject, Symptom

_GROUPS: Mapping[Subject, str] = {
    Subject.READER: "dialout",
    Subject.PRINTER: "lp,dialout",
    Subject.SCANNER: "dialout,input",
}

_STEPS: Mapping[Symptom, str] = {
    Symptom.WELL: "",
    Symptom.NOT_CONFIGURED: "",
    Symptom.NOT_ASKED: "mend what is named above it, or ask again in a few seconds",
    Symptom.HANGS: "unplug it and plug it in again; if it still hangs, restart the Pi",
    Symptom.BUG: "report this with the log: a bug in the doctor, not in the device",
    Symptom.BROKEN: "unplug it, plug it in again, and ask once more",
    Symptom.LIBRARY_ABSENT: "sudo scripts/install-pi in the checkout: it installs every library",
    Symptom.PORT_ABSENT: "plug it in; what there is: ls -l /dev/kiosk-* /dev/input/by-id",
    Symptom.PORT_DENIED: "sudo usermod -aG {groups} kiosk && sudo systemctl restart kiosk",
    Symptom.PORT_HELD: "end the other program; which one: sudo fuser -v {where}",
    Symptom.WRONG_KIND: "correct device in the configuration: something else is plugged in there",
    Symptom.GPIO_ABSENT: "is this a Raspberry Pi? update its kernel: sudo apt full-upgrade",
    Symptom.GPIO_DENIED: "sudo usermod -aG gpio kiosk && sudo systemctl restart kiosk",
    Symptom.GPIO_HELD: "free the line; who has it: gpioinfo (a program, or a dtoverlay)",
    Symptom.I2C_OFF: (
        "sudo raspi-config nonint do_i2c 0 (dtparam=i2c_arm=on in /boot/firmware/config.txt),"
        " then sudo reboot"
    ),
    Symptom.I2C_DENIED: "sudo usermod -aG i2c kiosk && sudo systemctl restart kiosk",
    Symptom.SPI_OFF: (
        "sudo raspi-config nonint do_spi 0 (dtparam=spi=on in /boot/firmware/config.txt),"
        " then sudo reboot"
    ),
    Symptom.SPI_DENIED: "sudo usermod -aG spi kiosk && sudo systemctl restart kiosk",
    Symptom.DISPLAY_SILENT: "check VCC, GND, SDA and SCL; i2cdetect -y shows who answers",
    Symptom.DISPLAY_ELSEWHERE: "set display.address to it, and restart the kiosk",
    Symptom.PCSCD_DOWN: "sudo systemctl enable --now pcscd.socket",
    Symptom.PCSCD_DENIED: (
        "put systemd/petshop-kiosk.polkit.rules in place: sudo scripts/install-pi"
    ),
    Symptom.NO_READER: "plug the reader in; then: lsusb, and journalctl -u pcscd",
    Symptom.NO_MATCH: "set reader.match to part of one of the names, or leave it out",
    Symptom.NFC_SILENT: "check its power, TX to RX and RX to TX, and switches to HSU (UART)",
    Symptom.FIELD_OFF: "let it cool, give it a better supply, keep metal off; else replace it",
    Symptom.NOTHING_CAME: "try once more; if it stays, check cable and power of the {subject}",
    Symptom.GARBLED: "set scanner.baudrate to the scanner's, or show it a member code",
    Symptom.PRINTER_ABSENT: "switch it on; check cable, and host or device in [printer]",
    Symptom.PRINTER_SILENT: (
        'switch it off and on; one that never answers needs answers = "none" in [printer]'
    ),
    Symptom.COVER_OPEN: "close the cover",
    Symptom.PAPER_OUT: "put a new roll in",
    Symptom.PAPER_LOW: "have a new roll at hand",
    Symptom.PRINTER_OFFLINE: "press its feed or online button, or switch it off and on",
    Symptom.PRINTER_MUTE: 'its slips stay "unknown": look at the paper',
    Symptom.HOST_UNKNOWN: "correct mqtt.host, or use the server's address; DNS: resolvectl query",
    Symptom.BROKER_REFUSED: "start mosquitto on the server; check mqtt.port",
    Symptom.BROKER_SILENT: "check cable, Wi-Fi and the server's firewall; ping {where}",
    Symptom.BROKER_FAILED: "check network and mqtt.port, tls too; mosquitto's log says more",
    Symptom.TLS_FAILED: "check mqtt.ca_file, the clock, and that the certificate names mqtt.host",
    Symptom.NO_PASSWORD: (
        "put the password into /etc/petshop-kiosk/mqtt-password, or run this with sudo"
    ),
    Symptom.LOGIN_REFUSED: (
        "kiosk-central add-terminal gives a new password; reload mosquitto on the server"
    ),
    Symptom.NOT_AUTHORISED: (
        "kiosk-central broker-files on the server writes the access list; reload mosquitto"
    ),
    Symptom.CENTRAL_SILENT: "start kiosk-central sync on the server; check the access list",
    Symptom.CENTRAL_AWAY: "start kiosk-central sync on the server",
    Symptom.CLOCK_UNSYNCED: "get it on the network; timedatectl shows the time server",
    Symptom.CLOCK_ON_BATTERY: "good enough offline; timedatectl shows the time server",
    Symptom.CLOCK_WRONG: "timedatectl set-ntp true here, and check the server's clock too",
    Symptom.NO_BATTERY_CLOCK: "nothing; without network the time is unsure after a power cut",
    Symptom.DISK_FULL: "make room: sudo journalctl --vacuum-size=50M && sudo apt clean",
    Symptom.DISK_FILLING: "make room soon: sudo journalctl --vacuum-size=50M && sudo apt clean",
    Symptom.JOURNAL_UNBORN: "nothing; the daemon makes it when it first starts",
    Symptom.FOLDER_ABSENT: (
        "correct journal.path or settings.path, or make the folder:"
        " sudo install -d -o kiosk -g kiosk -m 700 {where}"
    ),
    Symptom.JOURNAL_DENIED: "sudo chown -R kiosk: /var/lib/petshop-kiosk",
    Symptom.JOURNAL_DAMAGED: (
        "do not delete it; keep a copy of the folder, then: sudo -u kiosk kiosk journal verify"
    ),
    Symptom.JOURNAL_NOT_DURABLE: (
        "stop the daemon and start it: it sets the mode; if it stays, move it to a local disk"
    ),
    Symptom.JOURNAL_READ_ONLY: (
        "a dying memory card turns read-only: copy the journal off, then fit a new card"
    ),
    Symptom.OTHER_TERMINAL: (
        "correct [terminal], or start with an empty data folder: a journal is never copied"
    ),
}


def step(finding: Finding) -> str:
    """Say the next thing to do; empty where there is nothing."""
    return _STEPS[finding.symptom].format(
        where=finding.where.partition(":")[0] or "it",
        subject=finding.subject.value,
        groups=_GROUPS.get(finding.subject, "dialout"),
    )
