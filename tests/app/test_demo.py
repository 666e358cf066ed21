"""A made-up practice: consistent to the last figure, honest in its trail, and never somebody's own."""
import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from app.cli import EXIT_REFUSED, run_command
from app.clinic import Clinic, open_clinic
from app.demo import populate
from app.integrity import verify_everything
from app.passwords import verify
from app.settings import Settings
from data.actors import console_actor
from data.models import Patient
from data.patient_query import ListView
from tests.cast import Cast
from tests.conftest import Template, settings_of
from tests.factories import a_patient
from tests.serving import Server

CONSOLE = console_actor('tests')
Demo = Callable[..., int]


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Demo:
    """Run `demo` in this process: `demo('--patients', '2')` returns its exit code."""
    def call(*options: str, served: Callable[[Settings], None] = lambda settings: None) -> int:
        monkeypatch.setattr('sys.argv', ['dermafolio', 'demo', '--data-dir', str(tmp_path / 'data'), *options])
        return run_command(served)
    return call


def password_in(said: str) -> str:
    return said.split('with the password ')[1].split()[0]


def test_every_figure_of_a_populated_practice_is_what_it_is_computed_to_be(clinic: Clinic, cast: Cast) -> None:
    a_patient(clinic, cast.jana)
    populate(clinic, cast.ines, patients=80)
    populate(clinic, cast.ines, patients=20, seed=2)
    findings = verify_everything(clinic, cast.ines)
    assert (findings.problems, findings.patients) == ([], 101)


def test_people_visits_and_tags_are_plausible(clinic: Clinic, cast: Cast) -> None:
    populate(clinic, cast.ines, patients=300)
    with clinic.reading(cast.ines) as records:
        people = list(records.session.exec(select(Patient)))
        tags = sorted((tag.reach.patients for category in records.tags.vocabulary() for tag in category.tags), reverse=True)
    assert 4 <= sum(person.entry_count for person in people) / 300 <= 6
    assert tags[0] > 40
    assert tags[0] > 5 * tags[20] > 0
    for sign in "éøłđşž'- ":
        assert any(sign in f'{person.given_names} {person.family_name}'.lower() for person in people), sign
    assert all(date(1900, 1, 1) < person.birth_date < date(2026, 11, 23) for person in people if person.birth_date)
    assert all(person.last_appointment is None or person.last_appointment < clinic.clock() for person in people)


def test_the_list_finds_whom_it_was_told_of(clinic: Clinic, cast: Cast) -> None:
    populate(clinic, cast.ines, patients=50)
    with clinic.reading(cast.ines) as records:
        person = records.session.exec(select(Patient).where(Patient.id == 7)).one()
        found = records.patients.page(ListView(q=f'{person.family_name} {person.given_names}'))
    assert person.key in [row.key for row in found.rows]
    assert found.everyone == 50


def test_the_same_seed_tells_the_same_practice(clinic: Clinic, cast: Cast, tmp_path: Path) -> None:
    other = open_clinic(settings_of(tmp_path / 'other'), clock=clinic.clock)
    told = []
    for practice in (clinic, other):
        populate(practice, CONSOLE, patients=12, is_audited=False)
        with practice.reading(CONSOLE) as records:
            people = records.session.exec(select(Patient))
            told.append([(row.unique_id, row.family_name, row.entry_count, row.last_modified) for row in people])
    other.close()
    assert told[0] == told[1]


def test_demo_makes_a_practice_that_verifies_and_opens_it_again_as_it_was(demo: Demo, tmp_path: Path, capsys) -> None:
    served: list[Settings] = []
    assert demo('--patients', '3', served=served.append) == 0
    password = password_in(capsys.readouterr().out)
    opened = open_clinic(served[0])
    a_patient(opened, CONSOLE)
    findings = verify_everything(opened, CONSOLE)
    assert (findings.problems, findings.notes, findings.patients) == ([], [], 4)
    assert findings.images >= 4
    with opened.reading(CONSOLE) as records:
        known = records.users.credentials('demo')
    opened.close()
    assert known is not None
    assert asyncio.run(verify(password, known.password_hash))
    assert demo(served=served.append) == 0
    assert f'as it was left.\nSign in as demo with the password {password}\n' in capsys.readouterr().out
    opened = open_clinic(served[1], exclusive=False)
    assert verify_everything(opened, CONSOLE).patients == 4
    opened.close()


def test_a_practice_that_is_no_demo_is_refused_and_not_touched(demo: Demo, template: Template, tmp_path: Path, capsys) -> None:
    settings = template.copy(tmp_path)
    before = {path.name: path.stat().st_mtime_ns for path in settings.data_dir.iterdir()}
    served: list[Settings] = []
    assert demo(served=served.append) == EXIT_REFUSED
    said = capsys.readouterr()
    assert said.err == f'{settings.data_dir} holds a practice that is no demo. It was not touched: choose another folder with --data-dir.\n'
    assert (said.out, served) == ('', [])
    assert {path.name: path.stat().st_mtime_ns for path in settings.data_dir.iterdir()} == before


def test_a_folder_of_something_else_is_refused(demo: Demo, tmp_path: Path, capsys) -> None:
    (tmp_path / 'data').mkdir()
    (tmp_path / 'data' / 'letter.txt').write_text('mine')
    assert demo() == EXIT_REFUSED
    assert 'is not empty and holds no practice' in capsys.readouterr().err
    assert [path.name for path in (tmp_path / 'data').iterdir()] == ['letter.txt']


def test_a_demo_that_was_stopped_while_it_was_made_is_not_served(demo: Demo, tmp_path: Path, capsys) -> None:
    open_clinic(settings_of(tmp_path)).close()
    (tmp_path / 'data' / 'demo.txt').write_text('A made-up practice: nobody in it exists.\n')
    assert demo() == EXIT_REFUSED
    assert f'Remove {tmp_path / "data"} and {tmp_path / "data-keys"}, and start again.' in capsys.readouterr().err


@pytest.mark.parametrize('number', ['0', '100001', 'many'])
def test_what_is_no_number_of_patients_is_refused(demo: Demo, tmp_path: Path, capsys, number: str) -> None:
    assert demo('--patients', number) == EXIT_REFUSED
    assert '--patients' in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_environment_of_the_practice_does_not_lead_the_demo_there(demo: Demo, monkeypatch, tmp_path: Path) -> None:
    for name, value in (('DATA_DIR', tmp_path / 'real'), ('KEY_DIR', tmp_path / 'real-keys'), ('HOST', '0.0.0.0')):
        monkeypatch.setenv(f'DERMAFOLIO_{name}', str(value))
    served: list[Settings] = []
    assert demo('--patients', '1', served=served.append) == 0
    assert (served[0].data_dir, served[0].keys, served[0].host) == (tmp_path / 'data', tmp_path / 'data-keys', '127.0.0.1')
    assert not (tmp_path / 'real').exists()


def test_demo_serves_until_it_is_stopped(tmp_path: Path) -> None:
    server = Server(tmp_path)
    try:
        server.start('--patients', '1', command='demo')
        assert 'Sign in as demo with the password ' in server.output
        assert f'Dermafolio is running: {server.address}' in server.output
        assert server.stop() == 0
    finally:
        server.close()
