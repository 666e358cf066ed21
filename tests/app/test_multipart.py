"""The files of a form, however the bytes are cut on their way."""
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.multipart import PartBegins, PartData, PartEnds, file_events
from data.errors import Invalid

FORM = 'multipart/form-data; boundary=cut'
Files = list[tuple[str, str, bytes]]


def a_part(field: str, name: str | None, content: bytes) -> bytes:
    named = '' if name is None else f'; filename="{name}"'
    return f'--cut\r\nContent-Disposition: form-data; name="{field}"{named}\r\n\r\n'.encode() + content + b'\r\n'


def a_form(*parts: bytes) -> bytes:
    return b''.join(parts) + b'--cut--\r\n'


async def pieces(body: bytes, cuts: Iterable[int]) -> AsyncIterator[bytes]:
    places = [0, *sorted(cuts), len(body)]
    for start, end in pairwise(places):
        yield body[start:end]


async def files_in(body: bytes, cuts: Iterable[int] = (), content_type: str = FORM) -> Files:
    """Read a form and return its files; what is left when it breaks off stands in `found` of the error."""
    found: Files = []
    async for event in file_events(pieces(body, cuts), content_type):
        if isinstance(event, PartBegins):
            field, name, data = event.field, event.file_name, b''
        elif isinstance(event, PartData):
            data += event.data
        elif isinstance(event, PartEnds):
            found.append((field, name, data))
    return found


@given(st.lists(st.integers(0, 400), max_size=12), st.binary(max_size=120))
async def test_however_the_bytes_are_cut_the_same_files_arrive(cuts: list[int], content: bytes) -> None:
    body = a_form(a_part('files', 'a.jpg', b'first\r\n--cu'), a_part('note', None, b'not a file'), a_part('files', 'b.jpg', b''),
                  a_part('files', 'c.jpg', content.replace(b'--cut', b'')))
    expected = [('files', 'a.jpg', b'first\r\n--cu'), ('files', 'b.jpg', b''), ('files', 'c.jpg', content.replace(b'--cut', b''))]
    assert await files_in(body, [cut for cut in cuts if cut < len(body)]) == expected


@pytest.mark.parametrize('name', ['<img src=x onerror=alert(1)>.jpg', '{{7*7}}.jpg', 'Grüße 汉字.jpg', '../../etc/passwd', 'a;b.jpg'])
async def test_a_name_arrives_as_it_is(name: str) -> None:
    assert await files_in(a_form(a_part('files', name, b'x'))) == [('files', name, b'x')]


async def test_a_field_where_nothing_was_chosen_is_no_file() -> None:
    assert await files_in(a_form(a_part('files', '', b''))) == []


@pytest.mark.parametrize('content_type', ['', 'text/plain', 'multipart/form-data', 'application/x-www-form-urlencoded; boundary=cut'])
async def test_what_is_no_form_is_refused_in_words(content_type: str) -> None:
    with pytest.raises(Invalid, match='Photos are sent as a form'):
        await files_in(a_form(a_part('files', 'a.jpg', b'x')), content_type=content_type)


@pytest.mark.parametrize('boundary', ['cut' * 200, 'cut' * 30_000])
async def test_a_boundary_that_no_form_has_is_refused_in_words(boundary: str) -> None:
    with pytest.raises(Invalid, match='damaged on its way'):
        await files_in(a_form(a_part('files', 'a.jpg', b'x')), content_type=f'multipart/form-data; boundary={boundary}')


@pytest.mark.parametrize('body', [b'', b'no form at all', a_part('files', 'a.jpg', b'cut off here'), b'--cut\r\nbroken header\r\n\r\nx'])
async def test_a_form_that_breaks_off_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(Invalid, match='damaged on its way'):
        await files_in(body)


async def test_what_came_whole_before_the_damage_arrives() -> None:
    names = []
    with pytest.raises(Invalid):
        async for event in file_events(pieces(a_part('files', 'a.jpg', b'x') + b'--cut\r\nbad\r\n\r\n', ()), FORM):
            names.append(type(event).__name__)
    assert names == ['PartBegins', 'PartData', 'PartEnds']


async def test_too_many_files_and_endless_headers_are_refused_in_words() -> None:
    with pytest.raises(Invalid, match='At most 200 files at once'):
        await files_in(a_form(*(a_part('files', f'{number}.jpg', b'x') for number in range(201))))
    for headers in (b'X-Long: ' + b'a' * 100_000 + b'\r\n', b'X-Many: a\r\n' * 1_000):
        with pytest.raises(Invalid, match='damaged on its way'):
            await files_in(b'--cut\r\n' + headers + b'\r\nx\r\n--cut--')
