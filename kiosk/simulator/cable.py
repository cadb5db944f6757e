"""The network cable between the kiosk and the broker: it can be pulled, and put back.

Only the kiosk loses the network; central stays online, as it would when a shop's line is down.
"""

import contextlib
import socket
import threading


class Cable:
    """Forwards 127.0.0.1:`port` to the broker's `far` port while it is plugged in.

    A pulled cable ends every connection at once, so that nobody has to wait for a time-out.
    """

    def __init__(self, far: int) -> None:
        self._far = far
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._lock = threading.Lock()
        self._whole = True
        self._ends: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="cable", daemon=True).start()

    def plug(self) -> None:
        """Put it back."""
        with self._lock:
            self._whole = True

    def pull(self) -> None:
        """Pull it."""
        with self._lock:
            self._whole = False
            for end in self._ends:
                _hang_up(end)

    def close(self) -> None:
        """Pull it for good."""
        self.pull()
        _hang_up(self._listener)  # closed alone, it would leave its thread waiting for ever
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._join, args=(near,), daemon=True).start()

    def _join(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            far = socket.create_connection(("127.0.0.1", self._far), 5)
            with far:
                ends = {near, far}
                for end in ends:
                    end.settimeout(None)
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with self._lock:
                    if not self._whole:
                        return
                    self._ends |= ends
                try:
                    back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                    back.start()
                    _pump(near, far)
                    back.join()
                finally:
                    with self._lock:
                        self._ends -= ends


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    _hang_up(source)
    _hang_up(sink)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
