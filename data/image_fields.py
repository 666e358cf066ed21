"""What may stand in the fields of a photograph: every text is judged here before it is stored."""
from collections.abc import Callable

from data import annotations
from data.body_sites import SITES
from data.columns import limit_of
from data.errors import Invalid
from data.models import Image, Laterality, View
from data.values import clean_line

_CAPTION_LIMIT = limit_of(Image, 'caption')
_TURNS = ('0', '90', '180', '270')
_SAID = {'': None, 'yes': True, 'no': False}


def parsed(field: str, text: str) -> object:
    """Return the value that a field's text stands for. Refuse what it cannot be, and a field that there is not.

    `is_sensitive` is yes, no, or empty: as the body site proposes. `rotation_deg` is 0, 90, 180
    or 270, clockwise; `annotations` are those of `data/annotations.py`.
    """
    if field not in _FIELDS:
        raise Invalid('There is no such field.')
    return _FIELDS[field](text)


def _caption(text: str) -> str:
    cleaned = clean_line(text)
    if len(cleaned) > _CAPTION_LIMIT:
        raise Invalid(f'Use at most {_CAPTION_LIMIT} characters. What was there before is kept.', field='caption')
    return cleaned


def _body_site(text: str) -> str:
    if text and text not in SITES:
        raise Invalid('Choose a body site of the list.', field='body_site')
    return text


def _choice(field: str, values: type[Laterality] | type[View]) -> Callable[[str], Laterality | View | None]:
    def choose(text: str) -> Laterality | View | None:
        try:
            return values(text) if text else None
        except ValueError:
            raise Invalid('Choose one of the list.', field=field) from None
    return choose


def _sensitive(text: str) -> bool | None:
    if text not in _SAID:
        raise Invalid('Choose one of the list.', field='is_sensitive')
    return _SAID[text]


def _rotation(text: str) -> int:
    if text not in _TURNS:
        raise Invalid('A photo is turned by quarters.', field='rotation_deg')
    return int(text)


_FIELDS: dict[str, Callable[[str], object]] = {
    'caption': _caption,
    'body_site': _body_site,
    'laterality': _choice('laterality', Laterality),
    'view': _choice('view', View),
    'is_sensitive': _sensitive,
    'rotation_deg': _rotation,
    'annotations': lambda text: annotations.dump(annotations.parse(text)),
}
