import asyncio
import contextlib
import io
import os
import signal
import sys
from collections.abc import AsyncIterator

import psutil
import pytest
import uvloop
from PIL import Image

from app.decoding import Decoded, Decoding, Limits, decoder_command
from data.errors import TooLarge, UnreadableImage
from tests import pictures
from tests.pictures import CORNERS, corners_of, distance, pieces

MAX_PIXELS = 120_000_000
COMMAND = decoder_command()
SAME = {place: place for place in CORNERS}


@pytest.fixture
async def decoding() -> AsyncIterator[Decoding]:
    decoding = Decoding(COMMAND)
    yield decoding
    await decoding.close()
    assert decoding.pids() == []


async def read(decoding: Decoding, data: bytes, max_pixels: int = MAX_PIXELS) -> Decoded:
    return await decoding.decode(pieces(data), len(data), max_pixels=max_pixels)


async def refusal(decoding: Decoding, data: bytes, max_pixels: int = MAX_PIXELS) -> str:
    with pytest.raises((UnreadableImage, TooLarge)) as refused:
        await read(decoding, data, max_pixels)
    return str(refused.value)


def upright(decoded: Decoded) -> bool:
    return all(corners_of(Image.open(io.BytesIO(each))) == SAME for each in (decoded.thumb, decoded.preview))


def difference(one: bytes, other: bytes) -> float:
    """Compare two renditions as a glance would: 24 pixels each way, in grey levels."""
    first, second = (Image.open(io.BytesIO(each)).convert('RGB').resize((24, 24)) for each in (one, other))
    return distance(first.tobytes(), second.tobytes()) / (3 * 24 * 24)


def killed(pid: int) -> int:
    """Kill, and return when it is dead; its parent has not noticed yet."""
    process = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(psutil.NoSuchProcess):
        while process.status() != psutil.STATUS_ZOMBIE:
            pass
    return pid


async def test_a_photo_is_read_with_its_facts(decoding):
    decoded = await read(decoding, pictures.oriented(6))
    assert upright(decoded)
    assert (decoded.width_px, decoded.height_px, decoded.format, decoded.camera) == (480, 320, 'JPEG', 'Testcam T-1')
    assert (decoded.captured_local, decoded.captured_offset) == ('2024-03-05T14:30:09', '+02:00')


async def test_chunks_may_come_as_they_arrive(decoding):
    async def arriving() -> AsyncIterator[bytes]:
        for piece in pieces(data, 1000):
            await asyncio.sleep(0)
            yield piece

    data = pictures.jpeg()
    assert upright(await decoding.decode(arriving(), len(data), max_pixels=MAX_PIXELS))


async def test_what_is_no_photo_is_refused_by_its_name_and_good_ones_go_on(decoding):
    for name, (data, sentence) in pictures.no_photos().items():
        assert (name, await refusal(decoding, data)) == (name, sentence)
    assert await refusal(decoding, b'') == 'the file is empty'
    assert upright(await read(decoding, pictures.jpeg()))
    assert len(decoding.pids()) == 1


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP', 'AVIF', 'TIFF', 'GIF', 'HEIF'])
async def test_a_truncated_file_is_damaged(decoding, kind):
    assert await refusal(decoding, pictures.truncated(pictures.saved(pictures.four_corners(), kind))) == 'the file is damaged'


async def test_too_many_pixels_are_said_with_the_limit(decoding):
    with pytest.raises(TooLarge, match=r'^more than 120 megapixels$'):
        await read(decoding, pictures.png_of(30_000, 30_000))
    assert await refusal(decoding, pictures.png_of(2000, 1000), max_pixels=1_500_000) == 'more than 1.5 megapixels'


@pytest.mark.parametrize(('hostile', 'limits', 'sentence'), [
    pytest.param(pictures.png_of(10_000, 10_000, 8, 2), Limits(memory_bytes=300 << 20), 'it needs too much memory to read', id='memory'),
    pytest.param(pictures.many_scans(), Limits(cpu_s=1), 'it took too long to read', id='processor'),
])  # fmt: skip
async def test_a_hostile_file_costs_no_more_than_its_limits(hostile, limits, sentence):
    decoding = Decoding(COMMAND, limits=limits)
    try:
        assert await refusal(decoding, hostile) == sentence
        first = decoding.pids()
        assert upright(await read(decoding, pictures.jpeg()))
        assert decoding.pids() == first
    finally:
        await decoding.close()


async def test_two_are_read_at_once_and_never_more(decoding):
    sizes = [(480 + 2 * number, 320) for number in range(8)]
    decoded = await asyncio.gather(*(read(decoding, pictures.jpeg(*size)) for size in sizes))
    assert [(each.width_px, each.height_px) for each in decoded] == sizes
    assert all(upright(each) for each in decoded)
    assert len(decoding.pids()) == 2


async def test_large_ones_wait_for_each_other_and_all_are_read():
    decoding = Decoding(COMMAND, limits=Limits(large_pixels=1000))
    try:
        decoded = await asyncio.gather(*(read(decoding, pictures.jpeg()) for _ in range(4)))
        assert all(upright(each) for each in decoded)
    finally:
        await decoding.close()


async def test_a_child_that_died_while_idle_is_replaced_unnoticed(decoding):
    await read(decoding, pictures.jpeg())
    first = killed(decoding.pids()[0])
    assert upright(await read(decoding, pictures.jpeg()))
    assert first not in decoding.pids()


async def test_a_child_that_dies_at_work_is_replaced_and_the_file_refused_in_words(decoding):
    async def deadly() -> AsyncIterator[bytes]:
        yield data[:1000]
        killed(decoding.pids()[0])
        yield data[1000:]

    data = pictures.jpeg()
    with pytest.raises(UnreadableImage, match='reading it failed, try again'):
        await decoding.decode(deadly(), len(data), max_pixels=MAX_PIXELS)
    assert upright(await read(decoding, data))


FRAME = 'import sys, struct, json; sys.stdin.buffer.read(20); out = sys.stdout.buffer; out.write(b"+"); head = {head!r}; '
ANSWER = 'out.write(struct.pack(">II", len(head), {body}) + head + bytes({body})); out.flush(); sys.stdin.buffer.read()'
FACTS = b'{"width_px": 1, "height_px": 1, "format": "JPEG", "captured_local": "", "captured_offset": "", "camera": "", "lens": ""}'
NO_JPEG = b'{"ok": %s, "thumb_bytes": 3, "preview_bytes": 3}' % FACTS


@pytest.mark.parametrize('program', [
    pytest.param('pass', id='ends at once'),
    pytest.param('import sys; print("hello " * 9); sys.stdin.buffer.read()', id='talks'),
    pytest.param((FRAME + ANSWER).format(head=b'[]', body=0), id='a list'),
    pytest.param((FRAME + ANSWER).format(head=b'{"ok": 1', body=0), id='broken JSON'),
    pytest.param((FRAME + ANSWER).format(head=b'{"refused": "<b>made up</b>"}', body=0), id='an unknown reason'),
    pytest.param((FRAME + ANSWER).format(head=NO_JPEG, body=6), id='no JPEG'),
    pytest.param((FRAME + ANSWER).format(head=b'{"ok": {}, "thumb_bytes": -4, "preview_bytes": 4}', body=0), id='no facts'),
])  # fmt: skip
async def test_nonsense_is_not_believed(program):
    decoding = Decoding([sys.executable, '-c', program])
    try:
        assert await refusal(decoding, pictures.jpeg()) == 'reading it failed, try again'
    finally:
        await decoding.close()
        assert decoding.pids() == []


async def test_a_decoder_that_cannot_be_started_refuses_in_words():
    decoding = Decoding(['/no/such/program'])
    assert await refusal(decoding, pictures.jpeg()) == 'reading it failed, try again'
    await decoding.close()


@pytest.mark.parametrize('size_bytes', [3000, 100_000])
async def test_an_upload_of_another_length_than_said_breaks_nothing(decoding, size_bytes):
    data = pictures.jpeg()
    with pytest.raises(ValueError, match='not as long'):
        await decoding.decode(pieces(data), size_bytes, max_pixels=MAX_PIXELS)
    assert upright(await read(decoding, data))


async def test_an_error_of_the_store_is_passed_on(decoding):
    async def broken() -> AsyncIterator[bytes]:
        yield b'\xff\xd8\xff'
        raise OSError('the disk is gone')

    with pytest.raises(OSError, match='the disk is gone'):
        await decoding.decode(broken(), 1000, max_pixels=MAX_PIXELS)
    assert upright(await read(decoding, pictures.jpeg()))


async def test_a_cancelled_upload_leaves_a_decoder_that_works(decoding):
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b'\xff\xd8\xff'
        begun.set()
        await asyncio.Event().wait()

    upload = asyncio.ensure_future(decoding.decode(endless(), 1000, max_pixels=MAX_PIXELS))
    await begun.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert upright(await read(decoding, pictures.jpeg()))


async def test_closing_at_work_leaves_no_process_and_says_so():
    decoding = Decoding(COMMAND)
    data, handed_over = pictures.many_scans(), asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        yield data
        handed_over.set()

    upload = asyncio.ensure_future(decoding.decode(chunks(), len(data), max_pixels=MAX_PIXELS))
    await handed_over.wait()
    (child,) = (psutil.Process(pid) for pid in decoding.pids())
    # The worker is at its scans for ten seconds from now on.
    while not (workers := child.children(recursive=True)):
        await asyncio.sleep(0)
    await decoding.close()
    with pytest.raises(UnreadableImage, match='the server is stopping'):
        await upload
    psutil.wait_procs([child, *workers], timeout=30)
    assert [each for each in (child, *workers) if each.is_running() and each.status() != psutil.STATUS_ZOMBIE] == []
    assert await refusal(decoding, pictures.jpeg()) == 'the server is stopping, try again'


def test_it_works_under_uvloop_too():
    async def both() -> None:
        decoding = Decoding(COMMAND)
        assert [upright(each) for each in await asyncio.gather(*(read(decoding, pictures.jpeg()) for _ in range(3)))] == [True] * 3
        killed(decoding.pids()[0])
        assert [upright(each) for each in await asyncio.gather(*(read(decoding, pictures.jpeg()) for _ in range(2)))] == [True] * 2
        assert await refusal(decoding, b'no photo') == 'text is not a photo'
        await decoding.close()
        assert decoding.pids() == []

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(both())


@pytest.mark.parametrize('kind', ['Landscape', 'Portrait'])
async def test_real_photos_of_one_kind_look_alike_in_every_orientation(decoding, kind):
    paths = [path for path in pictures.real_photos('orientation') if path.name.startswith(kind)]
    made = [await read(decoding, path.read_bytes()) for path in paths]
    assert {(each.width_px > each.height_px) for each in made} <= {kind == 'Landscape'}
    assert all(difference(each.thumb, made[0].thumb) < 3 and difference(each.preview, each.thumb) < 3 for each in made)


@pytest.mark.parametrize('path', [*pictures.real_photos('camera'), *pictures.real_photos('gps')], ids=lambda path: path.name)
async def test_real_photos_of_cameras_are_read(decoding, path):
    decoded = await read(decoding, path.read_bytes())
    assert decoded.format == {'.HEIC': 'HEIC'}.get(path.suffix, 'JPEG')
    assert decoded.captured_local > '2000' and decoded.camera
    assert max(Image.open(io.BytesIO(decoded.preview)).size) == min(1600, max(decoded.width_px, decoded.height_px))
    assert max(Image.open(io.BytesIO(decoded.thumb)).size) == 400
