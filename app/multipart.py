"""The files of a multipart request, pushed through as they stream; nothing is spooled to disk."""
from collections.abc import AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from data.errors import Invalid

_MOST_PARTS = 200
_DAMAGED = 'The form was damaged on its way. Send it again.'


@dataclass(frozen=True)
class PartBegins:
    """A file of a form begins: the field's name and the sender's name for the file.

    `around_bytes` are those of the form beside the file's own, when it is the only part and written as browsers do.
    """

    field: str
    file_name: str
    around_bytes: int = 0


@dataclass(frozen=True)
class PartData:
    """Bytes of the present file."""

    data: bytes


@dataclass(frozen=True)
class PartEnds:
    """The present file is whole."""


Event = PartBegins | PartData | PartEnds


class _Collector:
    """Turns the parser's callbacks into events."""

    def __init__(self, boundary: bytes) -> None:
        self.events: list[Event] = []
        self._lines_bytes = len(b'--%b\r\n\r\n\r\n--%b--\r\n' % (boundary, boundary))
        self._name, self._value = b'', b''
        self._headers: dict[bytes, bytes] = {}
        self._parts = 0
        self._is_file = False
        self.is_whole = False

    def callbacks(self) -> dict[str, object]:
        return {'on_part_begin': self._part_begin, 'on_header_field': self._header_name, 'on_header_value': self._header_value,
                'on_header_end': self._header_end, 'on_headers_finished': self._headers_done, 'on_part_data': self._data,
                'on_part_end': self._part_end, 'on_end': self._end}

    def _part_begin(self) -> None:
        self._headers, self._name, self._value = {}, b'', b''
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise Invalid(f'At most {_MOST_PARTS} files at once.')

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]  # the parser itself limits how many headers there are and how long

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name, self._value = b'', b''

    def _headers_done(self) -> None:
        _kind, options = parse_options_header(self._headers.get(b'content-disposition', b''))
        self._is_file = bool(options.get(b'filename'))  # a form sends an empty name for a field where nothing was chosen
        if self._is_file:
            name, file_name = (options.get(part, b'').decode('utf-8', 'replace') for part in (b'name', b'filename'))
            headers_bytes = sum(len(b'%b: %b\r\n' % header) for header in self._headers.items())
            self.events.append(PartBegins(name, file_name, self._lines_bytes + headers_bytes))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.events.append(PartData(data[start:end]))

    def _part_end(self) -> None:
        if self._is_file:
            self.events.append(PartEnds())

    def _end(self) -> None:
        self.is_whole = True


async def file_events(stream: AsyncIterator[bytes], content_type: str) -> AsyncIterator[Event]:
    """Yield begin, data and end of each file in a multipart stream. Raise Invalid for what is not a multipart form, or not a whole one.

    What came before the damage is yielded first: good files of a damaged form go in.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b'boundary')
    if kind != b'multipart/form-data' or not boundary:
        raise Invalid('Photos are sent as a form.')
    collector = _Collector(boundary)
    try:
        parser = MultipartParser(boundary, collector.callbacks())  # type: ignore[arg-type]
    except FormParserError:  # a boundary that no form has
        raise Invalid(_DAMAGED) from None
    async for piece in stream:
        problem = _fed(parser, piece)
        while collector.events:
            yield collector.events.pop(0)
        if problem is not None:
            raise problem
    if not collector.is_whole:
        raise Invalid(_DAMAGED)


def _fed(parser: MultipartParser, piece: bytes) -> Invalid | None:
    try:
        parser.write(piece)
    except FormParserError:
        return Invalid(_DAMAGED)
    except Invalid as problem:
        return problem
    return None
