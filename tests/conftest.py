"""What every test shares: no network, and reproducible property tests.

Virtual peers (a broker, a printer, a card reader) live in tests/peers; each area's own conftest
imports the fixtures that it wants from there.
"""

import os

import hypothesis
import pytest

# one pcscd for the whole session, wherever its cards are laid
from tests.peers.pcscd import pcscd  # noqa: F401

# one prepared shop for the whole session
from tests.peers.shop import prepared  # noqa: F401

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")

LOOPBACK = ["127.0.0.1", "::1"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("loopback"):
            item.add_marker(pytest.mark.allow_hosts(LOOPBACK))
