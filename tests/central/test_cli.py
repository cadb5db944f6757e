"""`kiosk-central` as a program: its commands, its files, its secrets."""

import base64
import hashlib
import os
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

from central import broker, places
from kiosk.domain.errors import ConfigError
from tests.central.central import Central


def test_add_terminal_prints_what_the_kiosk_reads_and_keeps_the_secret(
    shop_data: Central, tmp_path: Path
) -> None:
    credentials = tmp_path / "k1.password"
    args = ["--broker-host", "10.0.0.2", "--broker-port", "1884", "--credentials", str(credentials)]
    ran = shop_data.run("add-terminal", "s1", "k1", *args)
    assert tomllib.loads(ran.stdout) == {
        "terminal": {"store": "s1", "id": "k1"},
        "mqtt": {
            "host": "10.0.0.2",
            "port": 1884,
            "username": "s1.k1",
            "password_file": str(credentials),
        },
    }
    password = credentials.read_text().strip()
    assert len(password) >= 43
    assert password not in ran.stdout + ran.stderr
    assert credentials.stat().st_mode & 0o777 == 0o600
    lines = (shop_data.data / "broker" / "passwd").read_text().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["central", "s1.k1"]
    assert password not in "".join(lines)
    again = shop_data.run("add-terminal", "s1", "k1", "--credentials", str(credentials))
    assert tomllib.loads(again.stdout)["terminal"]["id"] == "k1"
    assert "--broker-host" in again.stderr, "127.0.0.1 is right for a kiosk on this machine only"
    assert "--broker-host" not in ran.stderr
    assert credentials.read_text().strip() != password, "a new credential replaces the old one"
    assert len((shop_data.data / "broker" / "passwd").read_text().splitlines()) == 2


def test_usage_faults_are_told_with_what_there_is(shop_data: Central, tmp_path: Path) -> None:
    for arguments, said in (
        (["s9", "k1"], "there are: s1"),
        (["s1", "K/1"], "not a terminal code"),
    ):
        failed = shop_data.run(
            "add-terminal", *arguments, "--credentials", str(tmp_path / "x"), status=2
        )
        assert said in failed.stderr
        assert not (tmp_path / "x").exists()
    assert "no such file" in shop_data.run("demo-data", "--shop", "nowhere.toml", status=2).stderr


@pytest.mark.parametrize("command", ["verify", "demo-data"])
def test_without_tables_it_says_what_to_do_and_makes_nothing(tmp_path: Path, command: str) -> None:
    mistyped = Central(tmp_path / "dta")
    failed = mistyped.run(command, status=2)
    assert "no tables yet: run migrate; is --data right?" in failed.stderr
    assert len(failed.stderr.splitlines()) == 1
    assert not mistyped.data.exists()
    if command == "verify":
        mistyped.data.mkdir()
        (mistyped.data / "central.sqlite3").touch()
        assert "run migrate" in mistyped.run(command, status=2).stderr, "it is there, and empty"


def test_tables_of_an_older_version_are_backed_up_and_nothing_else(
    shop_data: Central, tmp_path: Path
) -> None:
    shop_data.query("DELETE FROM django_migrations WHERE app = ?", "desk")
    assert "older version: run migrate" in shop_data.run("verify", status=2).stderr
    shop_data.run("backup", str(tmp_path / "before the update"))


def test_a_backup_says_what_was_written_and_how_to_check_it(
    shop_data: Central, tmp_path: Path
) -> None:
    made = tmp_path / "books"
    ran = shop_data.run("backup", str(made))
    assert ran.stdout.strip() == str(made)
    assert f"{made.stat().st_size:,} bytes" in ran.stderr
    assert "kiosk-central --data FOLDER verify" in ran.stderr
    checked = Central(tmp_path / "folder")
    checked.data.mkdir()
    made.rename(checked.data / "central.sqlite3")
    assert "all adds up" in checked.run("verify").stdout


def test_demo_data_again_keeps_the_admins_password_off_the_screen(shop_data: Central) -> None:
    password = (shop_data.data / "demo-admin.password").read_text().strip()
    again = shop_data.run("demo-data")
    assert (shop_data.data / "demo-admin.password").read_text().strip() == password
    assert password not in again.stdout + again.stderr


def test_the_database_is_durable_and_private(shop_data: Central) -> None:
    code = (
        "from django.db import connection as c; k = c.cursor();"
        "print([k.execute(f'PRAGMA {p}').fetchone()[0] for p in ('journal_mode', 'synchronous')])"
    )
    assert shop_data.run("manage", "shell", "-v0", "-c", code).stdout.strip() == "['wal', 2]"
    assert shop_data.data.stat().st_mode & 0o777 == 0o700
    assert (shop_data.data / "secret.key").stat().st_mode & 0o777 == 0o600


def test_the_models_have_their_migrations(shop_data: Central) -> None:
    shop_data.run("manage", "makemigrations", "--check", "--dry-run")


@pytest.mark.loopback
def test_serve_answers_with_styles_and_stops_when_told(shop_data: Central) -> None:
    with shop_data.start("serve", "--port", "0") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}login/", timeout=20) as page:
            assert "宠物店中心系统" in page.read().decode()
        static = url.replace("admin/", "static/admin/css/base.css")
        with urllib.request.urlopen(static, timeout=20) as style:
            assert style.headers["Content-Type"].startswith("text/css")
        process.terminate()
        assert process.wait(20) == 0


def test_a_password_line_is_what_mosquitto_makes(tmp_path: Path) -> None:
    """The same algorithm as mosquitto_passwd: its own line verifies with ours."""
    file = tmp_path / "passwd"
    file.write_text("kiosk:secret\n")
    file.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(file)], check=True, capture_output=True)
    for line in (file.read_text().strip(), broker.password_line("kiosk", "secret")):
        _, kind, iterations, salt, digest = line.split("$")
        assert kind == "7"
        made = hashlib.pbkdf2_hmac("sha512", b"secret", base64.b64decode(salt), int(iterations))
        assert base64.b64encode(made).decode() == digest


def test_configuration_tells_all_faults_at_once(tmp_path: Path) -> None:
    text = '[brokr]\nhost = "x"\n[broker]\nport = "1883"\nhots = "x"\n'
    (tmp_path / "central.toml").write_text(text)
    with pytest.raises(ConfigError) as found:
        places.configuration(tmp_path)
    assert len(found.value.faults) == 3
    (tmp_path / "central.toml").write_text("[broker\n")
    with pytest.raises(ConfigError):
        places.configuration(tmp_path)


def test_configuration_of_the_broker(tmp_path: Path) -> None:
    assert places.broker(tmp_path).host == "127.0.0.1"
    text = '[broker]\nhost = "broker.lan"\nport = 8883\nca_file = "ca.pem"\n'
    (tmp_path / "central.toml").write_text(text)
    found = places.broker(tmp_path)
    assert (found.host, found.port, found.ca_file) == ("broker.lan", 8883, tmp_path / "ca.pem")
    assert found.password() is None
    places.write_private(tmp_path / "broker" / "central.password", "word\n")
    assert found.password() == "word"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u:p%40ss@db:5433/shop?sslmode=require",
         {"NAME": "shop", "USER": "u", "PASSWORD": "p@ss", "HOST": "db", "PORT": 5433}),
        ("sqlite:/srv/c.sqlite3", {"NAME": "/srv/c.sqlite3"}),
    ],
)  # fmt: skip
def test_database_urls(url: str, expected: dict[str, object]) -> None:
    from central.settings import database

    assert expected.items() <= database(url).items()
    with pytest.raises(ConfigError) as refused:
        database("mysql://central:secret@db/shop")
    assert "secret" not in str(refused.value)


def test_reading_the_settings_leaves_nothing_behind(tmp_path: Path) -> None:
    """A type checker imports them; that must not make a data directory or a key."""
    environment = {**os.environ, places.DATA_VARIABLE: str(tmp_path / "none")}
    code = "import central.settings as s; assert len(s.SECRET_KEY) > 40"
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=tmp_path)
    assert not (tmp_path / "none").exists()
