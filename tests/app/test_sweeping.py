"""What no record names is set aside at the start, looked at twice, and never deleted."""
from contextlib import nullcontext
from pathlib import Path

import pytest

from app.clinic import Clinic, open_clinic
from app.integrity import verify_everything
from app.sweeping import named_blobs, sweep
from data.actors import console_actor
from data.columns import new_key
from data.models import Action
from data.repositories.audit import TrailView
from tests.cast import Cast
from tests.conftest import Template, settings_of
from tests.factories import a_patient, a_stored_image
from tests.serving import Server

ACTOR = console_actor('tests')


def images_of(clinic: Clinic) -> Path:
    return clinic.settings.data_dir / 'images'


def orphan(folder: Path) -> list[str]:
    """Lay down the files of an upload that was cut off before its row, two renamed and one not yet; return their names."""
    blob = new_key()
    (folder / blob[:2]).mkdir(exist_ok=True)
    paths = [folder / blob[:2] / f'{blob}.original', folder / blob[:2] / f'{blob}.preview', folder / 'incoming' / f'{blob}.thumb.part']
    for path in paths:
        path.write_bytes(b'sealed')
    return sorted(path.name for path in paths)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_orphans_and_leftovers_go_to_quarantine_and_named_files_stay(clinic: Clinic, cast: Cast) -> None:
    key = a_stored_image(clinic, cast.jana, a_patient(clinic, cast.jana).key)
    left = orphan(images_of(clinic))
    assert sweep(clinic, ACTOR) == {'set_aside': 1, 'orphans': 1}
    assert names_in(images_of(clinic) / 'quarantine') == left
    with clinic.reading(cast.jana) as records:
        assert clinic.images.blobs() == {records.images.file(key).blob}
    assert sweep(clinic, ACTOR) == {'set_aside': 0, 'orphans': 0}
    assert names_in(images_of(clinic) / 'quarantine') == left
    assert verify_everything(clinic, ACTOR).notes == []


def test_a_file_whose_row_came_after_the_first_look_stays(clinic: Clinic, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    patient = a_patient(clinic, cast.jana).key
    with clinic.reading(ACTOR) as earlier:
        assert named_blobs(earlier) == set()
        a_stored_image(clinic, cast.jana, patient)
        assert named_blobs(earlier) == set()
        monkeypatch.setattr(clinic, 'reading', lambda _actor: nullcontext(earlier))
        assert sweep(clinic, ACTOR) == {'set_aside': 0, 'orphans': 0}
    assert len(clinic.images.blobs()) == 1 and names_in(images_of(clinic) / 'quarantine') == []


def test_a_server_sweeps_before_it_serves_and_says_so_in_the_trail(template: Template, tmp_path: Path) -> None:
    template.copy(tmp_path)
    left = orphan(tmp_path / 'data' / 'images')
    server = Server(tmp_path)
    try:
        server.start()
        assert names_in(tmp_path / 'data' / 'images' / 'quarantine') == left
    finally:
        server.close()
    opened = open_clinic(settings_of(tmp_path), exclusive=False)
    with opened.reading(template.cast.ines) as records:
        [event] = records.audit.page(TrailView(action=Action.SERVER_START.value))
    assert event.read()['detail'] == {'set_aside': 1, 'orphans': 1}
    opened.close()
