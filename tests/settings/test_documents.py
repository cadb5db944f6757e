"""The settings file: what is kept, what it looks like, and what damage or a full disk do to it."""

import contextlib
import datetime as dt
import json
import resource
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.errors import ConfigError, SettingsError
from kiosk.domain.policy import Language, Policy, SlipPolicy
from kiosk.settings.documents import Documents, Identity

NOW = dt.datetime(2026, 3, 1, 2, 30, tzinfo=dt.UTC)
POLICY = Policy(version=7, shop_name="汪汪宠物", language=Language.EN, slip=SlipPolicy.ASK)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_nothing_is_stored_at_first_and_reading_makes_no_file(path: Path) -> None:
    documents = Documents(path)
    assert documents.policy() is None
    assert documents.identity() is None
    assert not path.exists()


def test_documents_survive_a_restart(path: Path) -> None:
    Documents(path).store_policy(POLICY)
    Documents(path).store_identity("s1", "k1", NOW)
    assert Documents(path).policy() == POLICY
    assert Documents(path).identity() == Identity("s1", "k1", NOW)


def test_the_newest_replaces_the_one_before_whole(path: Path) -> None:
    documents = Documents(path)
    documents.store_policy(POLICY)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["policy"]["1"]["of_a_newer_program"] = True
    path.write_text(json.dumps(document), encoding="utf-8")
    documents.store_policy(Policy(version=8))
    assert documents.policy() == Policy(version=8)
    assert "of_a_newer_program" not in path.read_text(encoding="utf-8")


def test_a_technician_can_read_it(path: Path) -> None:
    documents = Documents(path)
    documents.store_policy(POLICY)
    documents.store_identity("s1", "k1", NOW)
    text = path.read_text(encoding="utf-8")
    assert '      "shop_name": "汪汪宠物",\n' in text
    assert text.endswith("}\n")
    tables = json.loads(text)
    assert list(tables) == ["identity", "policy"]
    assert tables["identity"] == {
        "1": {"installed_at": "2026-03-01T02:30:00Z", "store": "s1", "terminal": "k1"}
    }
    # defaults too, so that nobody has to know them
    assert set(tables["policy"]["1"]) == set(Policy.__struct_fields__)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("store", "at"), [("", NOW), ("s1", NOW.replace(tzinfo=None))])
def test_what_could_not_be_read_again_is_not_stored(
    path: Path, store: str, at: dt.datetime
) -> None:
    with pytest.raises(ValueError, match="identity: could not be read again"):
        Documents(path).store_identity(store, "k1", at)
    assert not path.exists()


DAMAGE = {
    "empty": b"",
    "blank": b"\n",
    "cut": b'{"policy": {"1": {"ver',
    "zeros": bytes(512),
    "latin-1": b'{"policy": {"1": {"shop_name": "caf\xe9"}}}',
    "list": b"[]",
    "table": b'{"policy": []}',
    "document": b'{"policy": {"1": 5}}',
    "key": b'{"policy": {"first": {}}}',
    "nested": b"[" * 100_000,
    "field": b'{"policy": {"1": {"version": -1}}}',
    "unknown field": b'{"policy": {"1": {"wersion": 1}}}',
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_damage_is_not_emptiness(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"settings\.json: damaged: .*mend it, or move it away"):
        Documents(path).policy()
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", list(DAMAGE.values())[:-2], ids=list(DAMAGE)[:-2])
def test_a_damaged_file_is_not_written_over(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="damaged"):
        Documents(path).store_policy(POLICY)
    assert path.read_bytes() == content


@given(st.binary(max_size=60) | st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["policy", "identity", "1", "version", "x"]), inner),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_file_is_a_policy_or_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_bytes(content)
    with contextlib.suppress(SettingsError):
        assert isinstance(Documents(path).policy(), Policy | None)
    assert path.read_bytes() == content


def test_damaged_files_are_set_aside_one_beside_the_other(path: Path) -> None:
    documents = Documents(path)
    assert documents.set_aside() is None
    for number, content in enumerate([b"first", b"second"], 1):
        path.write_bytes(content)
        kept = documents.set_aside()
        assert kept == path.with_name(f"settings.json.damaged-{number}")
        assert kept.read_bytes() == content
        assert documents.policy() is None
    documents.store_policy(POLICY)
    assert documents.policy() == POLICY


@contextlib.contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """The kernel refuses to write beyond (EFBIG), as it does on a full disk (ENOSPC)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("size", [0, 1, 100, 300])
def test_a_disk_that_takes_no_more_keeps_the_old(path: Path, size: int) -> None:
    documents = Documents(path)
    documents.store_policy(POLICY)
    before = path.read_bytes()
    assert len(before) > size
    with (
        files_no_larger_than(size),
        pytest.raises(SettingsError, match=r"settings\.json: cannot be written: File too large"),
    ):
        documents.store_policy(Policy(version=8))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    documents.store_policy(Policy(version=8))
    assert Documents(path).policy() == Policy(version=8)


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    documents = Documents(tmp_path / "gone" / "settings.json")
    assert documents.policy() is None
    with pytest.raises(SettingsError, match=r"No such file.*sudo install -d"):
        documents.store_policy(POLICY)


@pytest.mark.parametrize("access", [Documents.policy, Documents.identity, Documents.set_aside])
def test_a_path_below_a_file_is_named(path: Path, access: Callable[[Documents], object]) -> None:
    path.touch()
    with pytest.raises(SettingsError, match=r"below: cannot be (read|moved): Not a directory"):
        access(Documents(path / "below"))
