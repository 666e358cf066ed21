"""The command line: one sentence, and an exit code that a script can trust."""
import contextlib
import io
import pty
import resource
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import EXIT_DAMAGE, EXIT_REFUSED, run_command
from app.clinic import Clinic, open_clinic
from app.settings import Settings
from data.actors import console_actor
from data.errors import KeyMissing
from data.models import PRACTICE_SETTINGS
from data.repositories.audit import TrailView
from tests.cast import PASSWORD, Cast
from tests.conftest import Template, settings_of
from tests.data.tampering import directly
from tests.factories import a_patient, a_stored_image
from tests.serving import free_port, run_program

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process: `run('verify', given='…')` returns its exit code. The folders are the test's own."""
    def call(*arguments: str, given: str = '', served: Callable[[Settings], None] = lambda settings: None, folder: Path = tmp_path) -> int:
        folders = ['--data-dir', str(folder / 'data'), '--key-dir', str(folder / 'data-keys')]
        monkeypatch.setattr('sys.argv', ['dermafolio', *arguments, *folders])
        monkeypatch.setattr('sys.stdin', io.StringIO(given))
        return run_command(served)
    return call


@pytest.fixture
def closed(clinic: Clinic) -> Clinic:
    """A practice that nobody serves."""
    clinic.close()
    return clinic


def test_users_add_takes_the_password_from_stdin(run: Run, closed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('users', 'add', 'nora', '--role', 'auditor', '--display-name', 'Nora Klein', given=f'{PASSWORD}\n') == 0
    assert capsys.readouterr().out == 'nora can sign in as auditor.\n'
    opened = open_clinic(closed.settings)
    with opened.reading(console_actor('tests')) as records:
        known = records.users.credentials('nora')
        event = records.audit.page(TrailView(per_page=1))[0].read()
    assert known is not None
    assert known.display_name == 'Nora Klein'
    assert (event['action'], event['user'], event['address'][:8]) == ('user:invite', 'console', 'console/')
    opened.close()


def test_the_first_users_add_makes_the_practice(run: Run, tmp_path: Path) -> None:
    assert run('users', 'add', 'ines', '--role', 'administrator', given=PASSWORD) == 0
    assert (tmp_path / 'data' / 'dermafolio.db').is_file()
    assert (tmp_path / 'data-keys' / 'root.key').is_file()


@pytest.mark.parametrize(('arguments', 'given', 'sentence'), [
    (('nora', '--role', 'auditor'), 'short\n', 'Choose a password of at least 12 characters.'),
    (('nora', '--role', 'auditor'), '', 'Choose a password of at least 12 characters.'),
    (('jana', '--role', 'viewer'), PASSWORD, 'The username jana is taken.'),
    (('a b', '--role', 'viewer'), PASSWORD, 'A username has 2 to 64 letters, digits, dots, - or _.'),
    (('nora', '--role', 'king'), PASSWORD, "'king' is not one of"), (('nora',), PASSWORD, "Missing option '--role'"),
])
def test_what_users_add_refuses(run: Run, closed: Clinic, capsys, arguments: tuple[str, ...], given: str, sentence: str) -> None:
    assert run('users', 'add', *arguments, given=given) == EXIT_REFUSED
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ''
    assert 'Traceback' not in said.err


def test_users_add_refuses_the_practices_name_as_a_password(run: Run, closed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('settings', 'set', 'practice_name', 'Hautzentrum Nord') == 0
    assert run('users', 'add', 'nora', '--role', 'viewer', given='hautzentrum nord') == EXIT_REFUSED
    assert 'the name of the practice' in capsys.readouterr().err


def test_no_core_file_of_a_crash_can_hold_the_keys(run: Run) -> None:
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    allowed: list[int] = []
    assert run('serve', served=lambda settings: allowed.append(resource.getrlimit(resource.RLIMIT_CORE)[0])) == 0
    assert allowed == [0]


def test_verify_lists_a_file_without_a_record_and_is_content(run: Run, clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    folder = clinic.settings.data_dir / 'images' / 'ab'
    folder.mkdir()
    (folder / ('ab' * 16 + '.thumb')).write_bytes(b'left')
    assert run('verify') == 0
    note, verified = capsys.readouterr().out.splitlines()
    assert note.startswith(f'file {"ab" * 16}: no record names it.')
    assert verified.endswith('Nothing is missing or changed.')


def test_settings_set_makes_no_practice(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('settings', 'set', 'time_zone', 'UTC') == EXIT_REFUSED
    assert capsys.readouterr().err == f'There is no practice in {tmp_path / "data"}. Start the server once.\n'
    assert list(tmp_path.iterdir()) == []


def test_settings_lists_every_setting_with_meaning_and_value(run: Run, closed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    assert run('settings', 'set', 'time_zone', 'Europe/Berlin') == 0
    assert run('settings') == 0
    said = capsys.readouterr().out
    for name, setting in PRACTICE_SETTINGS.items():
        assert f'{name} = ' in said
        assert setting.meaning in said
    assert 'time_zone = Europe/Berlin' in said


@pytest.mark.parametrize(('name', 'value', 'sentence'), [
    ('colour', 'red', 'There is no setting “colour”. `dermafolio settings` lists them.'),
    ('time_zone', 'Mars/Olympus', 'Use a time zone such as Europe/Berlin.'), ('time_zone', '../../etc/passwd', 'Use a time zone'),
    ('audit_level', 'none', 'Use one of: essential, comprehensive.'), ('practice_name', '', 'Use 1 to 120 characters.'),
])
def test_what_settings_set_refuses(run: Run, closed: Clinic, capsys, name: str, value: str, sentence: str) -> None:
    assert run('settings', 'set', name, value) == EXIT_REFUSED
    assert sentence in capsys.readouterr().err


def test_verify_says_what_was_checked(run: Run, clinic: Clinic, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    patient = a_patient(clinic, cast.jana).key
    a_stored_image(clinic, cast.tom, patient)
    assert run('verify') == 0
    assert capsys.readouterr().out == (
        f'Verified: 1 patient, 1 image, {clinic.head.read().seq} events. Nothing is missing or changed.\n')
    assert run('audit', 'verify') == 0
    assert 'nothing has been changed or removed' in capsys.readouterr().out


def test_verify_shows_on_a_terminal_how_far_it_is_and_wipes_that_at_the_end(
        run: Run, clinic: Clinic, cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    patient = a_patient(clinic, cast.jana).key
    for _ in range(2):
        a_stored_image(clinic, cast.tom, patient)
    screen, line = pty.openpty()
    with open(line, 'w') as terminal, monkeypatch.context() as patch:
        patch.setattr('sys.stderr', terminal)
        assert run('verify') == 0
    assert shown_on(screen).split('\r\033[K') == ['', 'database: 0 of 1', 'images: 1 of 2', 'images: 2 of 2', '']
    assert capsys.readouterr().out.startswith('Verified: 1 patient, 2 images')


def shown_on(screen: int) -> str:
    """Return all that a terminal was sent whose other end is closed by now."""
    shown = b''
    with open(screen, 'rb', buffering=0) as master, contextlib.suppress(OSError):  # the end of a terminal is an error
        while part := master.read(4096):
            shown += part
    return shown.decode()


def test_verify_names_what_is_damaged_and_leaves_with_3(run: Run, clinic: Clinic, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    image = a_stored_image(clinic, cast.tom, a_patient(clinic, cast.jana, family_name='Canaryname').key)
    next(clinic.settings.data_dir.glob('images/??/*.original')).unlink()
    assert run('verify') == EXIT_DAMAGE
    said = capsys.readouterr()
    assert f'image {image}: ' in said.err
    assert said.err.endswith('1 problem found.\n')
    assert 'Canaryname' not in said.err


def test_audit_verify_names_the_first_bad_event(run: Run, closed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    with directly(closed.settings) as connection:
        connection.execute("UPDATE audit_event SET payload = replace(payload, 'done', 'gone') WHERE seq = 5")
    assert run('audit', 'verify') == EXIT_DAMAGE
    assert capsys.readouterr().err == 'Not verified: event 5 does not match its seal. Everything before it is intact.\n'


@pytest.mark.parametrize('command', [('settings', 'set', 'time_zone', 'UTC'), ('users', 'add', 'nora', '--role', 'viewer')])
def test_commands_that_write_give_way_to_the_server(run: Run, clinic: Clinic, capsys, command: tuple[str, ...]) -> None:
    assert run(*command, given=PASSWORD) == EXIT_REFUSED
    assert capsys.readouterr().err == 'The server is running: use the page, or stop it first.\n'


@pytest.mark.parametrize('command', [('verify',), ('audit', 'verify'), ('settings',)])
def test_commands_that_read_work_beside_the_server_and_write_no_event(run: Run, clinic: Clinic, command: tuple[str, ...]) -> None:
    before = clinic.head.read()
    assert run(*command) == 0
    assert clinic.head.read() == before


@pytest.mark.parametrize('command', [('verify',), ('audit', 'verify'), ('settings',), ('settings', 'set', 'time_zone', 'UTC')])
def test_the_wrong_key_folder_leaves_with_3(run: Run, closed: Clinic, tmp_path: Path, capsys, command: tuple[str, ...]) -> None:
    other = open_clinic(settings_of(tmp_path / 'other'))
    other.close()
    (closed.settings.keys / 'root.key').unlink()
    assert run(*command) == EXIT_DAMAGE
    (closed.settings.keys / 'root.key').write_bytes((other.settings.keys / 'root.key').read_bytes())
    assert run(*command) == EXIT_DAMAGE
    said = capsys.readouterr().err.splitlines()
    assert said == [str(KeyMissing())] * 2
    assert 'Point --key-dir at the folder that belongs to this data.' in said[0]


@pytest.mark.parametrize('command', [('verify',), ('audit', 'verify'), ('settings',)])
def test_without_a_practice_reading_refuses_and_makes_none(run: Run, tmp_path: Path, capsys, command: tuple[str, ...]) -> None:
    assert run(*command) == EXIT_REFUSED
    assert 'There is no practice in' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_leaves_with_3(run: Run, closed: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    with directly(closed.settings) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert run('settings') == EXIT_DAMAGE
    assert 'written by a newer Dermafolio' in capsys.readouterr().err


@pytest.mark.parametrize('host', ['0.0.0.0', '192.168.1.5', '::', 'clinic.lan'])
def test_serve_refuses_any_host_but_loopback(run: Run, capsys: pytest.CaptureFixture[str], host: str) -> None:
    assert run('serve', '--host', host) == EXIT_REFUSED
    assert f'use --host 127.0.0.1, not {host}.' in capsys.readouterr().err


@pytest.mark.parametrize(('port', 'sentence'), [('0', 'port: '), ('70000', 'port: '), ('x', '--port')])
def test_serve_refuses_what_is_no_port(run: Run, capsys, port: str, sentence: str) -> None:
    assert run('serve', '--port', port) == EXIT_REFUSED
    assert sentence in capsys.readouterr().err


def test_serve_hands_the_settings_over(run: Run, tmp_path: Path) -> None:
    served: list[Settings] = []
    assert run('serve', '--port', '8123', served=served.append) == 0
    assert (served[0].port, served[0].data_dir, served[0].keys) == (8123, tmp_path / 'data', tmp_path / 'data-keys')


def test_a_bug_says_a_reference_and_never_a_name(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(settings: Settings) -> None:
        raise RuntimeError('Maria Gonzalez')
    assert run('serve', served=fail) == 1
    said = capsys.readouterr()
    assert said.err.startswith('Something went wrong. Reference ')
    assert 'Gonzalez' not in said.err


def test_a_port_in_use_and_a_folder_in_use_leave_with_2(template: Template, tmp_path: Path) -> None:
    settings = template.copy(tmp_path)
    folders = ('--data-dir', str(settings.data_dir), '--key-dir', str(settings.keys))
    with socket.socket() as taken:
        taken.bind(('127.0.0.1', 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run_program('serve', *folders, '--port', port)
    assert done.returncode == EXIT_REFUSED
    assert done.stderr == f'Port {port} on 127.0.0.1 cannot be used: Address already in use. Choose another with --port.\n'
    opened = open_clinic(settings)
    done = run_program('serve', *folders, '--port', str(free_port()))
    opened.close()
    assert (done.returncode, done.stderr) == (EXIT_REFUSED, 'The server is running: use the page, or stop it first.\n')


def test_a_data_folder_that_cannot_be_written_leaves_with_2(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('in the way')
    done = run_program('serve', '--data-dir', str(tmp_path / 'file' / 'data'), '--port', str(free_port()))
    assert done.returncode == EXIT_REFUSED
    assert done.stderr.count('\n') == 1
    assert 'cannot be used: Not a directory.' in done.stderr


def test_the_wrong_key_folder_is_one_sentence_on_the_console_too(template: Template, tmp_path: Path) -> None:
    settings = template.copy(tmp_path / 'right')
    open_clinic(settings_of(tmp_path / 'other')).close()
    done = run_program('serve', '--data-dir', str(settings.data_dir), '--key-dir', str(tmp_path / 'other' / 'data-keys'),
                       '--port', str(free_port()))
    assert (done.returncode, done.stdout, done.stderr) == (EXIT_DAMAGE, '', f'{KeyMissing()}\n')


def test_a_damaged_database_is_named_and_leaves_with_3(template: Template, tmp_path: Path) -> None:
    settings = template.copy(tmp_path)
    database = settings.data_dir / 'dermafolio.db'
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    done = run_program('verify', '--data-dir', str(settings.data_dir), '--key-dir', str(settings.keys))
    assert done.returncode == EXIT_DAMAGE
    assert 'HMAC verification failed' in done.stderr
    assert 'Traceback' not in done.stderr
