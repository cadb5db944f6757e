"""Secrets come from files of their own and are shown nowhere."""

import copy
import dataclasses as dc
import json
import os
import pickle
import traceback
from pathlib import Path

import msgspec
import pytest

from kiosk.domain.errors import ConfigError
from kiosk.settings.config import dump, load
from kiosk.settings.secret import MASK, Secret
from tests.settings.conftest import Folder

PASSWORD = "hunter2-correct-horse"
WITH_FILE = 'username = "k1"\npassword_file = "password"\n'


def password_file(path: Path, content: bytes = PASSWORD.encode(), mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_masks_itself() -> None:
    secret = Secret(PASSWORD)
    written = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        repr([secret]),
        f"{secret:}",
    ]
    assert not any(PASSWORD in text for text in written)
    assert all(MASK in text for text in written)
    assert secret.reveal() == PASSWORD
    assert secret == Secret(PASSWORD) != Secret("other")
    assert hash(secret) == hash(Secret(PASSWORD))
    assert secret != PASSWORD
    assert copy.deepcopy(secret) is copy.copy(secret) is secret


def test_no_serializer_writes_a_secret() -> None:
    secret = Secret(PASSWORD)
    for write in (json.dumps, pickle.dumps, msgspec.json.encode, msgspec.to_builtins):
        with pytest.raises(TypeError) as caught:
            write(secret)
        assert PASSWORD not in str(caught.value)


def test_a_loaded_password_is_in_no_repr_and_no_dump(folder: Folder) -> None:
    password_file(folder.path / "password")
    config = load(folder.config(WITH_FILE), environ={})
    assert config.mqtt.password == Secret(PASSWORD)
    for text in (repr(config), str(config), dump(config), repr(dc.asdict(config))):
        assert PASSWORD not in text
    assert MASK in dump(config)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_one_line_end_is_not_part_of_it(folder: Folder, end: bytes) -> None:
    password_file(folder.path / "password", b" p w " + end)
    config = load(folder.config(WITH_FILE), environ={})
    assert config.mqtt.password == Secret(" p w ")


@pytest.mark.parametrize(
    ("content", "mode", "found"),
    [
        (PASSWORD.encode(), 0o604, "a file open to every user of this machine"),
        (PASSWORD.encode() + b"\nsecond line", 0o600, "a file with more than one line"),
        (PASSWORD.encode() * 100, 0o600, "a file with more than one line"),
        (PASSWORD.encode("utf-16"), 0o600, "a file that is not UTF-8"),
    ],
)
def test_a_password_file_that_will_not_do(
    folder: Folder, content: bytes, mode: int, found: str
) -> None:
    password_file(folder.path / "password", content, mode)
    [fault] = folder.faults(WITH_FILE)
    assert fault.startswith("mqtt.password_file: expected a file with the password, found " + found)
    assert PASSWORD not in fault


def test_a_password_file_that_is_missing_names_what_writes_it(folder: Folder) -> None:
    [fault] = folder.faults(WITH_FILE)
    assert fault.endswith("found no such file (`kiosk-central add-terminal` writes it)")


def test_a_pipe_does_not_hang_start_up(folder: Folder) -> None:
    os.mkfifo(folder.path / "password", 0o600)
    assert "something that is not a file" in folder.faults(WITH_FILE)[0]


@pytest.mark.parametrize(
    "mistake",
    [
        f'username = "k1"\npassword_file = "{PASSWORD}"',
        f'username = "k1"\npassword_file = "{PASSWORD}\\n"',
        f'username = "k1"\npassword_file = ["{PASSWORD}"]',
        f'username = "k1"\npassword = "{PASSWORD}"',
        f'password_file = "{PASSWORD}"',
        f'port = "mqtt://k1:{PASSWORD}@broker"',
    ],
)
def test_a_password_in_the_wrong_place_is_not_repeated(folder: Folder, mistake: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(folder.config(mistake), environ={})
    assert caught.value.faults
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_the_credential_of_systemd(folder: Folder) -> None:
    environ = {"CREDENTIALS_DIRECTORY": str(folder.path)}
    path = folder.config('username = "k1"')
    assert load(path, environ=environ).mqtt.password is None
    credential = password_file(folder.path / "mqtt-password", b"")
    assert load(path, environ=environ).mqtt.password is None
    credential.write_text(PASSWORD)
    assert load(path, environ=environ).mqtt.password == Secret(PASSWORD)
    assert load(path, environ={}).mqtt.password is None
    assert load(folder.config(), environ=environ).mqtt.password is None


def test_a_password_file_is_preferred_to_the_credential(folder: Folder) -> None:
    password_file(folder.path / "password", b"from the file")
    password_file(folder.path / "mqtt-password", b"from systemd")
    config = load(folder.config(WITH_FILE), environ={"CREDENTIALS_DIRECTORY": str(folder.path)})
    assert config.mqtt.password == Secret("from the file")
