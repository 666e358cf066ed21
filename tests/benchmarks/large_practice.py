"""A practice as large as it takes: people told by the demo, and ten images each as rows without files, made by the database itself."""
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select, text

from app.clinic import open_clinic
from app.demo import populate
from app.demo_names import BODY_SITES
from data.effective_tags import LEVELS
from data.records import Records
from tests.cast import Cast, hire
from tests.conftest import settings_of

SMALL, LARGE = 10_000, 100_000
_ROOM_KIB = 1024 * 1024
_PLACES = 5  # an entry has 0 to 4 images: two on average
_IMAGES = f"""
    WITH RECURSIVE place(k) AS (VALUES (0) UNION ALL SELECT k + 1 FROM place WHERE k < {_PLACES - 2})
    INSERT INTO image (id, key, patient_id, blob, sha256, size_bytes, format, width_px, height_px, original_name, camera,
        captured_local, captured_offset, captured_at, captured_how, received_at, received_from, caption, body_site, view)
    SELECT entry.id * {_PLACES} + k, lower(hex(randomblob(16))), patient_id, lower(hex(randomblob(16))), lower(hex(randomblob(32))),
        2400000, 'JPEG', 4000, 3000, '', '', '', '', appointment_at, 'practice zone', appointment_at, 'upload', '',
        'Upper extremity:Forearm:Volar forearm',
        CASE k WHEN 0 THEN 'overview' END
    FROM entry JOIN place ON k < entry.id * 7919 % {_PLACES}"""
_PLACED = f"""
    INSERT INTO entry_image (entry_id, image_id, position, placed_at)
    SELECT id / {_PLACES}, id, id % {_PLACES} + 1, received_at FROM image"""
_SITES = """
    INSERT INTO image_tag (image_id, tag_id, tagged_at)
    SELECT id, :first + :many * x * x * x / 1000000000, received_at
    FROM (SELECT id, received_at, (patient_id * 7919 + id % 2 * 31) % 1000 AS x FROM image)"""
_CONDITIONS = """
    INSERT INTO image_tag (image_id, tag_id, tagged_at)
    SELECT image.id, (SELECT min(tag_id) FROM patient_tag WHERE patient_tag.patient_id = image.patient_id), received_at FROM image"""
_COUNTS = """
    UPDATE tag SET patient_count = (SELECT count(*) FROM patient_effective_tag WHERE tag_id = tag.id),
        entry_count = (SELECT count(*) FROM entry_effective_tag WHERE tag_id = tag.id),
        image_count = (SELECT count(*) FROM image_tag WHERE tag_id = tag.id)"""
_IMAGE_COUNTS = 'UPDATE patient SET image_count = (SELECT count(*) FROM image WHERE patient_id = patient.id)'


class LargePractice:
    """A closed practice of so many patients in a folder of its own, with its cast; `filled_s` is what filling took of the processor."""

    def __init__(self, folder: Path, patients: int) -> None:
        start = time.process_time()
        self.folder, self.patients, self.settings = folder, patients, settings_of(folder)
        opened = open_clinic(self.settings)
        try:
            self.cast: Cast = hire(opened)
            opened.change_now(self.cast.ines, _give_room)
            populate(opened, self.cast.ines, patients=patients, is_audited=False)
            opened.change_now(self.cast.ines, _add_images)
        finally:
            opened.close()
        self.filled_s = time.process_time() - start


@contextmanager
def a_large_practice(patients: int) -> Iterator[LargePractice]:
    """Make a large practice, and take it away again."""
    folder = Path(tempfile.mkdtemp(prefix='dermafolio-bench-'))
    try:
        yield LargePractice(folder, patients)
    finally:
        shutil.rmtree(folder)


def is_full() -> bool:
    """Tell whether a hundred thousand patients are asked for: `BENCH=full`."""
    return os.environ.get('BENCH') == 'full'


def _give_room(records: Records) -> None:
    """Keep what is filled in memory: keys are random, and each would fetch and decrypt another page of its index."""
    records.session.connection().exec_driver_sql(f'PRAGMA cache_size = -{_ROOM_KIB}')


def _add_images(records: Records) -> None:
    """Add the images and bring every figure up to date that they change."""
    connection = records.session.connection()
    first = connection.execute(text('SELECT id FROM tag WHERE name = :name'), {'name': BODY_SITES[0]}).scalar_one()
    connection.execute(text(_IMAGES))
    connection.execute(text(_PLACED))
    connection.execute(text(_SITES), {'first': first, 'many': len(BODY_SITES)})
    connection.execute(text(_CONDITIONS))
    _raise_tags(connection)
    connection.execute(text(_COUNTS))
    connection.execute(text(_IMAGE_COUNTS))


def _raise_tags(connection: Connection) -> None:
    """Let the tags rise to every entry and patient."""
    for level in LEVELS:
        source = level.sources.subquery()
        risen = select(source.c.tag_id, source.c.subject, *(func.sum(source.c[name]) for name in level.figures))
        connection.execute(delete(level.table))
        connection.execute(insert(level.table).from_select(
            ['tag_id', level.subject, *level.figures], risen.group_by(source.c.tag_id, source.c.subject)))
