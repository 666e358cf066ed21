"""What must hold before a practice opens: one program, private folders, the right keys, and files that can be written."""
import ctypes
import stat
import subprocess
from pathlib import Path

import pytest

from app.clinic import Clinic, open_clinic
from app.settings import Settings
from data.errors import Damage, KeyMissing, Refusal
from tests.conftest import Template, settings_of
from tests.serving import PROGRAM, ROOT, clean_environment, free_port

_DROP_FROM_BOUNDING_SET, _PASS_OVER_MODES = 24, (1, 2)
_LIBC = ctypes.CDLL(None)


def test_one_program_at_a_time(clinic: Clinic) -> None:
    with pytest.raises(Refusal, match='The server is running: use the page, or stop it first'):
        open_clinic(clinic.settings)
    beside = open_clinic(clinic.settings, exclusive=False)
    beside.close()
    clinic.close()
    open_clinic(clinic.settings).close()


def test_a_lock_that_is_let_go_while_one_waits_is_taken(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    rested = []

    def rest(_seconds: float) -> None:
        rested.append(1)
        clinic.close()
    monkeypatch.setattr('app.folders.time.sleep', rest)
    open_clinic(clinic.settings).close()
    assert rested == [1]


def test_both_folders_are_for_their_owner_only(clinic: Clinic) -> None:
    for folder in (clinic.settings.data_dir, clinic.settings.keys):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((clinic.settings.keys / 'root.key').stat().st_mode) == 0o600


def test_a_folder_that_others_could_enter_is_closed(template: Template, tmp_path: Path) -> None:
    settings = template.copy(tmp_path)
    for folder in (settings.data_dir, settings.keys):
        folder.chmod(0o755)
    open_clinic(settings).close()
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (settings.data_dir, settings.keys)} == {0o700}


@pytest.mark.parametrize('keys', ['nothing', 'of another practice'])
def test_a_wrong_key_folder_is_said_and_harms_nothing(template: Template, tmp_path: Path, keys: str) -> None:
    settings = template.copy(tmp_path / 'right')
    wrong = tmp_path / 'wrong-keys'
    if keys == 'of another practice':
        open_clinic(settings_of(tmp_path / 'other')).close()
        wrong = tmp_path / 'other' / 'data-keys'
    for exclusive in (True, False):
        with pytest.raises(KeyMissing, match='--key-dir'):
            open_clinic(settings.model_copy(update={'key_dir': wrong}), exclusive=exclusive)
    assert keys != 'nothing' or not wrong.exists()
    open_clinic(settings).close()


def test_a_folder_that_cannot_be_made_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('in the way')
    with pytest.raises(Refusal, match=r'The folder .*file/data cannot be used: Not a directory\.'):
        open_clinic(settings_of(tmp_path / 'file'))


@pytest.mark.parametrize('where', ['/proc/dermafolio/data', '/sys/dermafolio/data'])
def test_a_file_system_that_takes_no_writes_is_said_in_one_sentence(tmp_path: Path, where: str) -> None:
    with pytest.raises(Refusal, match=r'cannot be (used|written to)'):
        open_clinic(settings_of(tmp_path).model_copy(update={'data_dir': Path(where)}))


def test_a_keystore_that_is_lost_is_damage_and_never_replaced(template: Template, tmp_path: Path) -> None:
    settings = template.copy(tmp_path)
    keystore = settings.data_dir / 'keystore.db'
    for lose in (lambda: keystore.write_bytes(b''), keystore.unlink):
        lose()
        for exclusive in (True, False):
            with pytest.raises(KeyMissing, match=r'no keystore\.db in .*data'):
                open_clinic(settings, exclusive=exclusive)
        assert not keystore.exists() or keystore.stat().st_size == 0


def test_a_first_start_that_was_cut_off_before_the_database_is_gone_on_with(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    open_clinic(settings).close()
    (settings.data_dir / 'dermafolio.db').unlink()
    open_clinic(settings).close()


@pytest.mark.parametrize('name', ['dermafolio.db-wal', 'dermafolio.db-shm', 'keystore.db', 'head', 'images', 'images/incoming'])
def test_what_cannot_be_written_is_named_before_anything_is_opened(template: Template, tmp_path: Path, name: str) -> None:
    settings = template.copy(tmp_path)
    path = (settings.keys if name == 'head' else settings.data_dir) / name
    path.rename(tmp_path / 'aside') if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    path.write_text('in the way') if 'images' in name else path.mkdir()
    with pytest.raises(Refusal, match=f'{path} cannot be written to'):
        open_clinic(settings)


@pytest.mark.parametrize('folder', ['data', 'data-keys'])
def test_a_folder_of_someone_else_is_refused_and_left_as_it_is(tmp_path: Path, folder: str) -> None:
    taken = tmp_path / folder
    taken.mkdir(mode=0o755)
    (taken / 'letter.txt').write_text('mine')
    with pytest.raises(Refusal, match=f'{folder} is not empty and holds no practice'):
        open_clinic(settings_of(tmp_path))
    assert [path.name for path in tmp_path.rglob('*')] == [folder, 'letter.txt']
    assert stat.S_IMODE(taken.stat().st_mode) == 0o755


def test_an_empty_folder_becomes_a_practice(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    for folder in (settings.data_dir, settings.keys):
        folder.mkdir(mode=0o755)
    open_clinic(settings).close()
    open_clinic(settings).close()
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (settings.data_dir, settings.keys)} == {0o700}


def test_reading_changes_no_modes(template: Template, tmp_path: Path) -> None:
    settings = template.copy(tmp_path)
    for folder in (settings.data_dir, settings.keys):
        folder.chmod(0o750)
    open_clinic(settings, exclusive=False).close()
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (settings.data_dir, settings.keys)} == {0o750}


def test_a_lock_file_that_is_deleted_lets_no_second_program_in(clinic: Clinic) -> None:
    (clinic.settings.data_dir / 'lock').unlink()
    with pytest.raises(Refusal, match='The server is running'):
        open_clinic(clinic.settings)


def _photographs(settings: Settings) -> None:
    (settings.data_dir / 'images' / 'ab').mkdir(parents=True, exist_ok=True)
    (settings.data_dir / 'images' / 'ab' / f'{"ab" * 16}.original').write_bytes(b'DFB1')


@pytest.mark.parametrize('left', ['the keystore', 'the photographs'])
def test_what_is_left_of_a_practice_without_database_and_head_is_damage(template: Template, tmp_path: Path, left: str) -> None:
    settings = template.copy(tmp_path)
    for file in [*settings.data_dir.glob('dermafolio.db*'), settings.keys / 'head']:
        file.unlink()
    if left == 'the photographs':
        (settings.data_dir / 'keystore.db').unlink()
        _photographs(settings)
    with pytest.raises(Damage, match='but no database'):
        open_clinic(settings)
    assert not (settings.data_dir / 'dermafolio.db').exists()
    assert not (settings.keys / 'head').exists()


@pytest.mark.parametrize(('page', 'sentence'), [(0, 'the first page of the database is damaged'), (1, 'The database is damaged')])
def test_a_damaged_page_that_everything_stands_on_is_said_in_words(template: Template, tmp_path: Path, page: int, sentence: str) -> None:
    settings = template.copy(tmp_path)
    database = settings.data_dir / 'dermafolio.db'
    content = bytearray(database.read_bytes())
    content[page * 4096 + 77] ^= 1
    database.write_bytes(content)
    for exclusive in (True, False):
        with pytest.raises(Damage, match=sentence):
            open_clinic(settings, exclusive=exclusive)


def test_reading_makes_no_practice(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match='There is no practice in'):
        open_clinic(settings_of(tmp_path), exclusive=False)
    assert list(tmp_path.iterdir()) == []


def obey_modes() -> None:
    """Take from root what lets it pass over the modes of files; for anyone else this changes nothing."""
    for capability in _PASS_OVER_MODES:
        _LIBC.prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)


@pytest.mark.parametrize('name', ['data/dermafolio.db', 'data/dermafolio.db-wal', 'data/keystore.db', 'data-keys/head', 'data/images'])
def test_what_its_owner_may_only_read_is_named_and_the_program_leaves_with_2(template: Template, tmp_path: Path, name: str) -> None:
    template.copy(tmp_path)
    path = tmp_path / name
    if not path.exists():
        path.touch()
    path.chmod(0o500)
    folders = ('--data-dir', str(tmp_path / 'data'), '--key-dir', str(tmp_path / 'data-keys'))
    command = [*PROGRAM, 'serve', '--port', str(free_port()), *folders]
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), cwd=ROOT, timeout=60, preexec_fn=obey_modes)
    path.chmod(0o700)
    assert (done.returncode, done.stderr) == (2, f'{path} cannot be written to. Look who owns it and what may be done with it.\n')
