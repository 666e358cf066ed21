"""Photographs in by one route and out by the other, the real ones beside the project too: upright, bare, and the original whole."""
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from app.clinic import Clinic
from app.gate import BodyLimits, Gate
from data.image_store import Rendition
from pages import image_files
from tests import pictures
from tests.app.test_renditions import STRUCTURE, told_by_exiftool
from tests.cast import ADDRESS, Cast
from tests.factories import a_patient

BASE = 'http://test'
UPLOAD = '/patients/psr-20417/images'
SAME = {place: place for place in pictures.CORNERS}
FOLDERS = ('camera', 'gps', 'orientation', 'skin')
RENDITIONS = (Rendition.THUMB, Rendition.PREVIEW)


@dataclass
class Browser:
    """Jana's browser, in Maria's pool."""

    http: httpx.AsyncClient

    async def send(self, *files: tuple[str, bytes]) -> list[str]:
        """Send files as one form and return the keys of the photographs; all of them must go in."""
        answer = await self.http.post(UPLOAD, files=[('files', (name, data, 'image/jpeg')) for name, data in files])
        return [file['image'] for file in answer.json()['files'] if file['state'] in {'added', 'already here'} or pytest.fail(str(file))]

    async def get(self, image: str, rendition: Rendition) -> bytes:
        """Return what the route hands out."""
        answer = await self.http.get(f'/images/{image}/{rendition.value}')
        assert answer.status_code == 200
        return answer.content


@pytest.fixture
async def browser(clinic: Clinic, cast: Cast) -> AsyncIterator[Browser]:
    a_patient(clinic, cast.jana)
    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    web.include_router(image_files.router)
    gate = Gate(web, resolve=clinic.resolve, hosts=frozenset({'test'}), error_page=str, is_setup_open=lambda: False,
                body_limit=BodyLimits(uploads=1_000_000_000))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate, client=(ADDRESS, 5000)), base_url=BASE, timeout=60,
                                 cookies={'dermafolio_session': cast.token(cast.jana)}, headers={'origin': BASE}) as http:
        yield Browser(http)
    await clinic.decoding.close()


def made() -> list[tuple[str, bytes]]:
    """Return photographs that tell where, when, by whom and with what they were taken, in every format that can say so."""
    return [('comment.jpg', pictures.with_a_comment()), ('late.png', pictures.png_with_late_orientation()),
            *((f'{kind}', pictures.oriented(6, kind)) for kind in ('PNG', 'WEBP', 'TIFF', 'HEIF', 'AVIF'))]


def real(*folders: str) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for folder in folders for path in pictures.real_photos(folder)]


async def test_nothing_that_is_shown_tells_a_place_a_device_or_a_name(browser: Browser, tmp_path: Path) -> None:
    keys = set(await browser.send(*made(), *real(*FOLDERS)))
    shown = [await browser.get(key, rendition) for key in keys for rendition in RENDITIONS]
    told = told_by_exiftool(*shown, folder=tmp_path)
    print(f'exiftool looked at {len(told)} renditions')
    assert len(told) == 2 * len(keys) >= 2 * len(made())
    assert {name for each in told for name in each} <= STRUCTURE


async def test_the_original_has_the_hash_of_what_was_sent(browser: Browser) -> None:
    files = [*made(), *real('camera', 'gps')]
    keys = await browser.send(*files)
    assert [sha256(await browser.get(key, Rendition.ORIGINAL)).hexdigest() for key in keys] == [
        sha256(data).hexdigest() for _name, data in files]


async def test_every_orientation_leaves_upright(browser: Browser) -> None:
    for key in await browser.send(*((f'{turn}.jpg', pictures.oriented(turn)) for turn in range(1, 9))):
        for rendition in RENDITIONS:
            assert pictures.corners_of(Image.open(io.BytesIO(await browser.get(key, rendition)))) == SAME


@pytest.mark.parametrize('kind', ['Landscape', 'Portrait'])
async def test_the_real_files_of_all_orientations_leave_alike_and_upright(browser: Browser, kind: str) -> None:
    files = [file for file in real('orientation') if file[0].startswith(kind)]
    shown = [Image.open(io.BytesIO(await browser.get(key, Rendition.PREVIEW))) for key in (await browser.send(*files) if files else [])]
    small = [picture.convert('RGB').resize((24, 24)).tobytes() for picture in shown]
    assert all(pictures.distance(one, small[0]) / len(one) < 3 for one in small)
    assert all((picture.width > picture.height) == (kind == 'Landscape') for picture in shown)


@pytest.mark.parametrize(('name', 'data', 'media_type', 'ending'), [
    ('IMG_1.png', pictures.jpeg(), 'image/jpeg', 'jpg'), ('scan.pdf', pictures.saved(pictures.four_corners(), 'PNG'), 'image/png', 'png'),
    ('page.html', pictures.jpeg(comment=b'<script>canary()</script>'), 'image/jpeg', 'jpg'),
    ('shot.jpg', pictures.saved(pictures.four_corners(), 'HEIF'), 'image/heic', 'heic')])
async def test_a_wrong_ending_counts_for_nothing(browser: Browser, name: str, data: bytes, media_type: str, ending: str) -> None:
    [key] = await browser.send((name, data))
    answer = await browser.http.get(f'/images/{key}/original')
    assert (answer.headers['content-type'], answer.headers['x-content-type-options']) == (media_type, 'nosniff')
    assert answer.headers['content-disposition'].endswith(f'.{ending}"')
