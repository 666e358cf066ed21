"""A line between browser and server that can be frozen and cut: a TCP proxy on a loopback port of its own."""
import contextlib
import socket
import threading


class Line:
    """Forwards `address` (host and port of the proxy) to a server on 127.0.0.1. `frozen` holds bytes back; `cut` ends every connection."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open = threading.Event()
        self._open.set()
        self._thawed = threading.Event()
        self._thawed.set()
        self._ends: list[socket.socket] = []
        self._listening = socket.socket(socket.AF_INET6)
        self._listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listening.bind(('::1', server_port))
        self._listening.listen(50)
        self.address = f'http://[::1]:{server_port}'
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Hold every byte back, in both directions."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Let the bytes that were held back go on."""
        self._thawed.set()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self._open.clear()
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def mend(self) -> None:
        """Let connections through again."""
        self._open.set()

    def close(self) -> None:
        """Stop listening and end what is open."""
        self.thaw()
        self.cut()
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _address = self._listening.accept()
                if not self._open.is_set():
                    browser.close()
                    continue
                server = socket.create_connection(('127.0.0.1', self._server_port))
                self._ends += [browser, server]
                for source, target in ((browser, server), (server, browser)):
                    threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._thawed.wait()
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
