"""A line between browser and server that fails in the ways lines fail: a TCP proxy on a loopback port of its own."""
import contextlib
import socket
import threading


class Line:
    """Forwards `address` (host and port of the proxy) to a server on 127.0.0.1.

    `freeze` holds bytes back, `swallow` loses them, `cut` ends every connection, `drop` leaves them half open: the server hears nothing.
    """

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._open = threading.Event()
        self._open.set()
        self._thawed = threading.Event()
        self._thawed.set()
        self._swallows = threading.Event()
        self.swallowed = threading.Event()
        self._ends: list[socket.socket] = []
        self._half_open: list[socket.socket] = []
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

    def swallow(self) -> None:
        """Lose what the browser sends from now on over the connections that are open. It counts as sent there."""
        self.swallowed.clear()
        self._swallows.set()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self._open.clear()
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def drop(self) -> None:
        """End every connection on the browser's side alone: to the server it is there, and silent. New ones are let through."""
        sides, self._ends = self._ends, []
        for browser, server in zip(sides[::2], sides[1::2], strict=True):
            self._half_open.append(server)
            with contextlib.suppress(OSError):
                browser.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again, and all they carry."""
        self._swallows.clear()
        self._open.set()

    def close(self) -> None:
        """Stop listening and end what is open."""
        self.thaw()
        self.cut()
        for end in self._half_open:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _address = self._listening.accept()
                if not self._open.is_set():
                    browser.close()
                    continue
                try:
                    server = socket.create_connection(('127.0.0.1', self._server_port))
                except OSError:  # it is down
                    browser.close()
                    continue
                self._ends += [browser, server]
                threading.Thread(target=self._pump, args=(browser, server), kwargs={'loses': True}, daemon=True).start()
                threading.Thread(target=self._pump, args=(server, browser), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, *, loses: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._thawed.wait()
                if loses and self._swallows.is_set():
                    self.swallowed.set()
                else:
                    target.sendall(data)
        for end in (source, target):
            if end not in self._half_open:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
