"""The encrypted files: what comes out is what went in, or nothing."""
import os
import resource
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.errors import ChecksumMismatch, ImageMissing
from data.image_store import CHUNK_BYTES, Binding, ImageStore, Rendition

KEY = secrets.token_bytes(32)
ORIGINAL = Binding('patient', 'image', Rendition.ORIGINAL)
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 77)


@pytest.fixture
def store(tmp_path: Path) -> ImageStore:
    made = ImageStore(tmp_path / 'images')
    made.prepare()
    return made


def keep(store: ImageStore, data: bytes, *, blob: str = 'ab01', binding: Binding = ORIGINAL, piece: int = 100_000) -> Path:
    """Store a file as intake does and return where it lies."""
    writer = store.begin(blob, KEY, binding)
    for start in range(0, len(data), piece):
        writer.write(data[start:start + piece])
    writer.finish()
    store.keep(blob, [(binding.rendition, writer)])
    return writer.path.parent.parent / blob[:2] / f'{blob}.{binding.rendition.value}'


def read(store: ImageStore, *, blob: str = 'ab01', binding: Binding = ORIGINAL, key: bytes = KEY) -> bytes:
    return b''.join(store.read(blob, key, binding))


@pytest.mark.parametrize('size', SIZES)
def test_what_goes_in_comes_out_and_its_size_is_known(store: ImageStore, size: int) -> None:
    data = secrets.token_bytes(size)
    keep(store, data)
    assert read(store) == data
    assert store.size_bytes('ab01', Rendition.ORIGINAL) == size


def test_nothing_plain_lies_on_the_disk_and_only_its_owner_may_read_it(store: ImageStore, tmp_path: Path) -> None:
    keep(store, b'canary words ' * 50_000)
    files = [path for path in tmp_path.rglob('*') if path.is_file()]
    assert all(b'canary' not in path.read_bytes() and path.stat().st_mode & 0o077 == 0 for path in files)


@pytest.mark.parametrize('other', [
    Binding('other patient', 'image', Rendition.ORIGINAL), Binding('patient', 'other image', Rendition.ORIGINAL),
    Binding('patient', 'image', Rendition.THUMB)])
def test_a_file_put_in_another_files_place_is_found(store: ImageStore, other: Binding) -> None:
    source = keep(store, b'one', blob='ab02', binding=other)
    target = keep(store, b'two')
    shutil.copy(source, target)
    with pytest.raises(ChecksumMismatch):
        read(store)
    assert read(store, blob='ab02', binding=other) == b'one'


def test_another_patients_key_opens_nothing(store: ImageStore) -> None:
    keep(store, b'one')
    with pytest.raises(ChecksumMismatch):
        read(store, key=secrets.token_bytes(32))


def test_every_flipped_byte_is_found(store: ImageStore) -> None:
    path = keep(store, b'short')
    stored = path.read_bytes()
    for place in range(len(stored)):
        path.write_bytes(stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1:])
        with pytest.raises(ChecksumMismatch):
            read(store)


@pytest.mark.parametrize('cut', [0, 5, 12, 13, CHUNK_BYTES, CHUNK_BYTES + 28, 2 * CHUNK_BYTES + 44])
def test_a_cut_tail_is_found_wherever_it_was_cut(store: ImageStore, cut: int) -> None:
    path = keep(store, secrets.token_bytes(2 * CHUNK_BYTES + 10))
    os.truncate(path, cut)
    with pytest.raises(ChecksumMismatch):
        read(store)


def test_chunks_in_another_order_and_bytes_behind_the_end_are_found(store: ImageStore) -> None:
    path = keep(store, secrets.token_bytes(2 * CHUNK_BYTES))
    stored, sealed = path.read_bytes(), CHUNK_BYTES + 16
    path.write_bytes(stored[:12] + stored[12 + sealed:] + stored[12:12 + sealed])
    with pytest.raises(ChecksumMismatch):
        read(store)
    path.write_bytes(stored + b'more')
    with pytest.raises(ChecksumMismatch):
        read(store)


def test_a_file_that_is_gone_is_missing(store: ImageStore) -> None:
    keep(store, b'one').unlink()
    with pytest.raises(ImageMissing):
        read(store)
    with pytest.raises(ImageMissing):
        store.size_bytes('ab01', Rendition.ORIGINAL)


def test_what_was_left_unfinished_is_set_aside_not_deleted(store: ImageStore, tmp_path: Path) -> None:
    store.begin('ab03', KEY, ORIGINAL).write(b'x' * (CHUNK_BYTES + 1))
    assert store.set_aside_unfinished() == 1
    assert store.leftovers() == []
    assert [path.name for path in (tmp_path / 'images' / 'quarantine').iterdir()] == ['ab03.original.part']
    assert store.set_aside_unfinished() == 0


def test_the_files_of_a_blob_are_set_aside_together_and_those_of_others_stay(store: ImageStore, tmp_path: Path) -> None:
    for binding in (ORIGINAL, Binding('patient', 'image', Rendition.THUMB)):
        keep(store, b'one', binding=binding)
    keep(store, b'two', blob='ab012')
    assert store.set_aside({'ab01', 'cd01'}) == 1
    assert sorted(path.name for path in (tmp_path / 'images' / 'quarantine').iterdir()) == ['ab01.original', 'ab01.thumb']
    assert (store.blobs(), read(store, blob='ab012')) == ({'ab012'}, b'two')


def test_discarding_an_unfinished_file_leaves_nothing(store: ImageStore) -> None:
    writer = store.begin('ab04', KEY, ORIGINAL)
    writer.write(b'x' * (CHUNK_BYTES + 1))
    writer.discard()
    assert store.leftovers() == []


def test_when_the_files_cannot_be_moved_none_of_them_stays(store: ImageStore) -> None:
    writers = {rendition: store.begin('ab05', KEY, Binding('patient', 'image', rendition)) for rendition in Rendition}
    for writer in writers.values():
        writer.finish()
    writers[Rendition.THUMB].path.unlink()
    with pytest.raises(FileNotFoundError):
        store.keep('ab05', [(rendition, writers[rendition]) for rendition in (Rendition.ORIGINAL, Rendition.THUMB, Rendition.PREVIEW)])
    assert store.blobs() == set()


@contextmanager
def files_of_at_most(size_bytes: int) -> Iterator[None]:
    """Let the operating system refuse larger files, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_takes_no_more_is_an_error_and_not_a_short_file(store: ImageStore) -> None:
    writer = store.begin('ab06', KEY, ORIGINAL)
    writer.write(secrets.token_bytes(CHUNK_BYTES))
    with files_of_at_most(CHUNK_BYTES), pytest.raises(OSError, match='too large'):
        writer.finish()
    writer.discard()
    assert store.leftovers() == []
