"""A hand that lays a card on a virtual PC/SC reader (vsmartcard's vpcd) over TCP.

Connecting lays the card down, closing lifts it.  Each message is a two-byte big-endian length and
a body; a body of one byte is a command of the reader, a longer one an APDU (vpcd 3.3, vpcd.h).
"""

import contextlib
import socket
import threading
import time

from kiosk.drivers.virtual.cards import VirtualCard

_POWER_ON, _RESET, _ATR = b"\x01", b"\x02", b"\x04"


class VirtualHand:
    """Lays one card at a time on the reader that listens on `port`.

    A card laid before pcscd has noticed that the last one was lifted is lost in vpcd, so wait for
    CardRemoved first.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.torn = threading.Event()
        self._card: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def lay(self, card: VirtualCard, torn_after: int | None = None, seconds: float = 30) -> None:
        """Lay a card down; with `torn_after` it is torn away after so many APDUs."""
        self.torn.clear()
        self._card = self._connect(seconds)
        self._thread = threading.Thread(
            target=self._serve, args=(self._card, card, torn_after), daemon=True
        )
        self._thread.start()

    def lift(self) -> None:
        """Lift the card."""
        if self._card is None or self._thread is None:
            return
        with contextlib.suppress(OSError):
            self._card.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._card.close()
        self._card = None

    def _connect(self, seconds: float) -> socket.socket:
        end = time.monotonic() + seconds
        sock = None
        while sock is None:
            try:
                sock = socket.create_connection(("127.0.0.1", self.port), 1)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)
        sock.settimeout(None)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def _serve(self, sock: socket.socket, card: VirtualCard, torn_after: int | None) -> None:
        asked = 0
        with sock, contextlib.suppress(OSError):
            while message := _receive(sock):
                if message == _ATR:
                    # vpcd takes an empty ATR for no card, and fails on one longer than 33 bytes
                    _send(sock, card.atr or bytes(40))
                elif message in (_POWER_ON, _RESET):
                    card.reset()
                elif len(message) > 1:
                    if asked == torn_after:
                        break
                    asked += 1
                    _send(sock, card.answer(message))
        self.torn.set()


def _receive(sock: socket.socket) -> bytes:
    return _exactly(sock, int.from_bytes(_exactly(sock, 2), "big"))


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        # vpcd writes length and body apart: a delayed acknowledgement costs 40 ms an APDU
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        if not (piece := sock.recv(count - len(data))):
            raise ConnectionError
        data += piece
    return data


def _send(sock: socket.socket, body: bytes) -> None:
    sock.sendall(len(body).to_bytes(2, "big") + body)
