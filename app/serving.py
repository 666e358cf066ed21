"""Listening and running: the socket, the server's start and stop in the trail, the words on the console."""
import contextlib
import gc
import logging
import signal
import socket

import uvicorn
from starlette.types import ASGIApp

from app.clinic import Clinic
from app.gate import LARGEST_MESSAGE_BYTES
from app.sessions import offer_setup
from app.sweeping import sweep
from data.actors import Actor
from data.errors import Refusal
from data.models import Action

_SERVER = Actor(user='server', address='server')
_GOODBYE_S = 3
_log = logging.getLogger('dermafolio')


def listen(host: str, port: int) -> socket.socket:
    """Return the listening socket. Refuse a port that another program has, before anything else is opened."""
    family = socket.AF_INET6 if ':' in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise Refusal(f'Port {port} on {host} cannot be used: {error.strerror}. Choose another with --port.') from None
    return listening


def run(application: ASGIApp, clinic: Clinic, listening: socket.socket) -> None:
    """Serve until Ctrl-C or SIGTERM; start and stop are events."""
    left = sweep(clinic, _SERVER)
    clinic.change_now(_SERVER, lambda records: records.journal.clean())
    clinic.change_now(_SERVER, lambda records: records.log(Action.SERVER_START, detail=left))
    logging.basicConfig(level=logging.WARNING, format='%(asctime)s %(levelname)s %(name)s: %(message)s')
    _announce(clinic, listening)
    config = uvicorn.Config(application, server_header=False, proxy_headers=False, access_log=False, log_level='warning', log_config=None,
                            ws_max_size=LARGEST_MESSAGE_BYTES, timeout_graceful_shutdown=_GOODBYE_S)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn stops on it, then raises it again: the stop would not be written
    # A full collection otherwise walks through all that was imported, 130 ms in which no page is answered and no key saved.
    gc.collect()
    gc.freeze()
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
    clinic.change_now(_SERVER, lambda records: records.log(Action.SERVER_STOP))


def _announce(clinic: Clinic, listening: socket.socket) -> None:
    host, port = listening.getsockname()[:2]
    address = f'http://[{host}]:{port}' if ':' in host else f'http://{host}:{port}'
    lines = [f'Dermafolio is running: {address}']
    if token := offer_setup(clinic):
        lines += ['', 'Nobody is set up yet. Open this link within 15 minutes to create the first administrator:',
                  f'{address}/setup?token={token}']
    lines += ['', 'Ctrl-C stops it. Nothing is lost.']
    print('\n'.join(lines), flush=True)  # noqa: T201 -- the console is where the set-up link belongs
