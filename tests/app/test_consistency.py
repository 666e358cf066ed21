"""Verify recomputes where every tag shows, and names a tag whose places or counts were changed by hand."""
from pathlib import Path

import pytest

from app.clinic import open_clinic
from app.settings import Settings
from data.repositories.tag_records import Tagged
from tests.app.verifying import problems
from tests.conftest import Template
from tests.data.tampering import directly
from tests.factories import a_patient, a_stored_image, an_entry


@pytest.fixture
def tagged(template: Template, tmp_path: Path) -> Settings:
    """A closed practice with one tag that stands on an image, its entry, its patient, and on a second patient."""
    copied = template.copy(tmp_path)
    opened = open_clinic(copied)
    jana = template.cast.jana
    one, two = (a_patient(opened, jana, f'psr-{number}').key for number in (1, 2))
    image = a_stored_image(opened, jana, one)
    entry = an_entry(opened, jana, one, images=(image,)).key
    with opened.reading(jana) as records:
        category = records.tags.vocabulary()[0].key
    tag = opened.change_now(jana, lambda records: records.tags.add(category, 'Acne')).key
    for kind, subject in ((Tagged.IMAGE, image), (Tagged.ENTRY, entry), (Tagged.PATIENT, two)):
        opened.change_now(jana, lambda records, kind=kind, subject=subject: records.tags.assign(tag, kind, [subject]))
    opened.close()
    return copied


def test_tags_that_rose_are_consistent(tagged: Settings) -> None:
    assert problems(tagged) == []


@pytest.mark.parametrize('change', [
    'UPDATE patient_effective_tag SET images = 2 WHERE images = 1',
    'UPDATE patient_effective_tag SET direct = 0, entries = 1 WHERE direct = 1',
    'DELETE FROM patient_effective_tag WHERE direct = 1',
    'UPDATE entry_effective_tag SET images = 0',
    'DELETE FROM entry_effective_tag',
    'DELETE FROM image_tag', 'DELETE FROM entry_tag', 'DELETE FROM patient_tag',
    'UPDATE tag SET patient_count = patient_count + 1', 'UPDATE tag SET entry_count = 0', 'UPDATE tag SET image_count = 0',
])
def test_a_tag_that_shows_elsewhere_than_what_bears_it_is_found(tagged: Settings, change: str) -> None:
    with directly(tagged) as connection:
        connection.execute(change)
    found = problems(tagged)
    assert found and all(problem.startswith('tag ') for problem in found), found
