"""The program as its users start it: a subprocess with a data folder and a port of its own, stopped by the number it was given."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = (sys.executable, str(ROOT / 'main.py'))
_READY_WITHIN_S = 30.0
_ENDED_WITHIN_S = 15.0
_ENDS_WITHIN_S = 120.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return int(probe.getsockname()[1])


def clean_environment() -> dict[str, str]:
    """Return the environment without what pytest and NiceGUI's test tools put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(('PYTEST', 'NICEGUI', 'DERMAFOLIO'))}


def run_program(*arguments: str, given: str = '', program: tuple[str, ...] = PROGRAM) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, as in a terminal."""
    return subprocess.run([*program, *arguments], input=given, capture_output=True, text=True, env=clean_environment(), cwd=ROOT,
                          timeout=_ENDS_WITHIN_S)


class Server:
    """One practice being served. `output` is all that its console said so far."""

    def __init__(self, folder: Path, *, program: tuple[str, ...] = PROGRAM) -> None:
        self.data, self.keys = folder / 'data', folder / 'data-keys'
        self.port = free_port()
        self.address = f'http://127.0.0.1:{self.port}'
        self.output = ''
        self.environment: dict[str, str] = {}  # settings beyond the options
        self._program = program
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> 'Server':
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folders(self) -> tuple[str, ...]:
        """The options that name the folders."""
        return '--data-dir', str(self.data), '--key-dir', str(self.keys)

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self, *options: str, command: str = 'serve') -> None:
        """Start it and wait until it answers."""
        words = [*self._program, command, *self.folders, '--port', str(self.port), *options]
        self._process = subprocess.Popen(words, env=clean_environment() | self.environment, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT, start_new_session=True)
        assert self._process.stdout is not None
        threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True).start()
        self._wait_until_ready(self._process)

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return its exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """End whatever still runs."""
        if self._process is not None and self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()

    def _end(self, number: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(_ENDED_WITHIN_S)

    def _listen(self, stream: IO[str]) -> None:
        for line in stream:
            self.output += line

    def _wait_until_ready(self, process: subprocess.Popen[str]) -> None:
        patience = threading.Event()
        deadline = time.monotonic() + _READY_WITHIN_S
        while time.monotonic() < deadline:
            assert process.poll() is None, f'the server ended: {self.output}'
            with contextlib.suppress(OSError), urllib.request.urlopen(f'{self.address}/readyz', timeout=5) as answer:
                if answer.status == 200:
                    return
            patience.wait(0.02)
        raise AssertionError(f'the server does not answer: {self.output}')
