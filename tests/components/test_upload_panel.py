"""The rows of the upload panel, as words and as escaped markup."""
import re
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from app.uploads import Upload, UploadState
from components.upload_panel import queued_html, row_html
from components.upload_queue import QueuedFile
from tests.components.test_image_grid import a_tile

VIENNA = ZoneInfo('Europe/Vienna')
AT = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def words(fragment: str) -> str:
    return ' '.join(unescape(re.sub('<[^>]+>', ' ', fragment)).split())


def upload(state: UploadState, sentence: str = '', **more: object) -> Upload:
    return Upload('IMG_4471.HEIC', 8_400_000, 5_200_000, state, sentence, at=AT, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(('one', 'said'), [
    (upload(UploadState.SENDING), 'IMG_4471.HEIC 5.2 of 8.4 MB'),
    (upload(UploadState.CHECKING), 'IMG_4471.HEIC Checking'),
    (upload(UploadState.ADDED, image='a' * 32), 'IMG_4471.HEIC Added 10:41'),
    (upload(UploadState.REFUSED, 'PDF is not a photo'), 'IMG_4471.HEIC Not added: PDF is not a photo.'),
    (upload(UploadState.ALREADY_HERE, 'Already in the pool (same file, 31 Aug 2026).', image='a' * 32),
     'IMG_4471.HEIC Already in the pool (same file, 31 Aug 2026).'),
    (Upload('a.jpg', 0, 5_200_000), 'a.jpg 5.2 MB'),
])
def test_a_row_says_how_far_its_file_is(one: Upload, said: str) -> None:
    assert words(row_html(one, VIENNA)) == said


def test_what_the_browser_holds_waits_or_was_not_sent() -> None:
    assert words(queued_html(QueuedFile('1764066615000b.jpg5', '7.9 MB'))) == 'b.jpg Waiting, 7.9 MB'
    assert words(queued_html(QueuedFile('1764066615000b.jpg5', '7.9 MB', is_unsent=True))) == 'b.jpg Not sent.'


def test_a_name_is_never_markup() -> None:
    hostile = '<img src=x onerror=alert(1)>{{7*7}}.jpg'
    for fragment in (row_html(Upload(hostile, 1, state=UploadState.REFUSED, sentence='<b>'), VIENNA),
                     queued_html(QueuedFile(f'1764066615000{hostile}5', '<b>'))):
        assert '<img' not in fragment and '<b>' not in fragment and hostile in words(fragment)


def test_only_a_photo_that_is_in_the_pool_shows_its_picture_and_can_be_opened() -> None:
    added = upload(UploadState.ADDED, image='a' * 32)
    assert '/thumb' in row_html(added, VIENNA, a_tile())
    assert 'a' * 32 not in row_html(added, VIENNA) and '<button' not in row_html(added, VIENNA)
    for state in (UploadState.SENDING, UploadState.CHECKING, UploadState.REFUSED):
        fragment = row_html(upload(state), VIENNA)
        assert '<img' not in fragment and '<button' not in fragment
