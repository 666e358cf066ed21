"""The single file starts, works without Python beside it, and ends whole. `make binary` builds it when it is older than the code."""
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.clinic import open_clinic
from app.settings import Settings
from data.actors import console_actor
from data.repositories.patients import read_draft
from tests.house import ROOT
from tests.pictures import four_corners, jpeg, saved

pytestmark = pytest.mark.binary
PASSWORD = 'correct horse battery staple'
FOREIGN = re.compile(r'^(PYTEST|NICEGUI|PYTHON|VIRTUAL_ENV|DERMAFOLIO|_PYI)')


@dataclass
class Program:
    """The built file and a practice of its own."""

    path: Path
    folder: Path

    @property
    def data_dir(self) -> Path:
        return self.folder / 'data'

    def environment(self) -> dict[str, str]:
        """Return an environment that knows neither this Python nor the machine's time zones."""
        kept = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
        return {**kept, 'HOME': str(self.folder), 'PYTHONTZPATH': ''}

    def run(self, *command: str, given: str = '') -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run([self.path, *command, '--data-dir', self.data_dir], input=given, env=self.environment(), cwd=self.folder,
                              capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope='module')
def program(tmp_path_factory) -> Program:
    subprocess.run(['make', '--no-print-directory', 'binary'], cwd=ROOT, check=True)
    built = Program(ROOT / 'dist' / 'dermafolio', tmp_path_factory.mktemp('practice'))
    added = built.run('users', 'add', 'alder', '--role', 'administrator', given=f'{PASSWORD}\n')
    assert (added.returncode, added.stderr) == (0, '')
    opened = open_clinic(Settings(data_dir=built.data_dir))
    opened.change_now(console_actor('test'), lambda records: records.patients.register(read_draft({'unique_id': 'rowan-7'})))
    opened.close()
    return built


@pytest.fixture(scope='module')
def address(program: Program) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([program.path, 'serve', '--data-dir', program.data_dir, '--port', str(port)], stdout=subprocess.PIPE,
                              text=True, env=program.environment(), cwd=program.folder)
    assert server.stdout is not None
    assert server.stdout.readline().strip() == f'Dermafolio is running: http://127.0.0.1:{port}'
    yield f'http://127.0.0.1:{port}'
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=60) == 0


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    """Give a signed-in browser without a screen."""
    with httpx.Client(base_url=address, headers={'Origin': address}, timeout=60) as client:
        answer = client.post('/login', data={'username': 'alder', 'password': PASSWORD})
        assert answer.status_code == 303, answer.text
        yield client


def test_a_stranger_is_sent_to_the_door(address: str):
    answer = httpx.get(f'{address}/patients', headers={'Accept': 'text/html'}, timeout=60)
    assert answer.status_code in {302, 303, 307}
    assert answer.headers['location'].startswith('/login')


def test_the_patient_list_is_shown_with_the_packed_style_and_fonts(browser: httpx.Client):
    page = browser.get('/patients')
    assert page.status_code == 200
    assert 'rowan-7' in page.text
    assets = re.findall(r'"(/static/[^"#]+)"', page.text)
    assert assets
    assert {browser.get(asset).status_code for asset in assets} == {200}


@pytest.mark.parametrize(('name', 'photo'), [('mole.jpg', jpeg()), ('mole.heic', saved(four_corners(), 'HEIF'))], ids=['jpeg', 'heic'])
def test_a_photograph_passes_the_packed_decoder(browser: httpx.Client, name: str, photo: bytes):
    answer = browser.post('/patients/rowan-7/images', files={'files': (name, photo)})
    assert answer.status_code == 200, answer.text
    key = re.search(r'[0-9a-f]{32}', answer.text)
    assert key, answer.text
    assert browser.get(f'/images/{key[0]}/thumb').headers['content-type'].startswith('image/')
    assert browser.get(f'/images/{key[0]}/original').content == photo


def test_the_packed_time_zones_are_known(tmp_path: Path, program: Program):
    practice = Program(program.path, tmp_path)
    assert practice.run('users', 'add', 'alder', '--role', 'administrator', given=f'{PASSWORD}\n').returncode == 0
    assert practice.run('settings', 'set', 'time_zone', 'Pacific/Chatham').stdout == 'time_zone = Pacific/Chatham\n'


def test_everything_verifies_beside_the_running_server(program: Program, address: str):
    verified = program.run('verify')
    assert verified.returncode == 0, verified.stderr
    assert verified.stdout.startswith('Verified: 1 patient, 2 images')


def test_a_second_writer_is_refused_in_words(program: Program, address: str):
    refused = program.run('users', 'add', 'briar', '--role', 'viewer', given=f'{PASSWORD}\n')
    assert (refused.returncode, refused.stderr) == (2, 'The server is running: use the page, or stop it first.\n')
