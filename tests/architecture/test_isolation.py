"""Tests reach nothing but this machine, and say so with a marker."""

import socket

import pytest
import pytest_socket

DOCUMENTATION_ADDRESS = "192.0.2.1"


def test_sockets_are_off() -> None:
    with pytest.raises(pytest_socket.SocketBlockedError):
        socket.socket()


@pytest.mark.loopback
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_loopback_is_open_to_a_marked_test(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        socket.create_connection(server.getsockname()[:2]).close()


@pytest.mark.loopback
def test_elsewhere_is_closed_to_a_marked_test() -> None:
    # Connecting a datagram socket sends nothing, should the guard fail.
    with (
        socket.socket(type=socket.SOCK_DGRAM) as sock,
        pytest.raises(pytest_socket.SocketConnectBlockedError),
    ):
        sock.connect((DOCUMENTATION_ADDRESS, 9))


def test_unix_sockets_are_open() -> None:
    socket.socket(socket.AF_UNIX).close()
