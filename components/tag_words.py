"""How the reach of tags is said, and where it can be seen."""
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from components.formatting import count, plural
from components.tag_chip import label_html
from data.read_models import TagLabel
from data.repositories.tag_records import Reach, TagRow


def records_words(reach: Reach) -> str:
    """Return '684 records', or 'no records'."""
    return plural(reach.records, 'record') if reach.records else 'no records'


def reach_words(reach: Reach) -> str:
    """Return '7 patients, 12 entries, 61 images', without what is none; 'no records' when nothing is left."""
    parts = ((reach.patients, 'patient', 'patients'), (reach.entries, 'entry', 'entries'), (reach.images, 'image', 'images'))
    return ', '.join(plural(number, one, many) for number, one, many in parts if number) or 'no records'


def places_words(tags: Iterable[TagRow]) -> str:
    """Return 'in 1,684 places': a record with two of the tags is two places, so that the sum is true."""
    places = sum(tag.reach.records for tag in tags)
    return f'in {plural(places, "place")}' if places else 'in no place yet'


def where_words(tags: Sequence[TagRow]) -> str:
    """Return 'on 684 records' for one tag, 'in 1,684 places' for several."""
    return f'on {records_words(tags[0].reach)}' if len(tags) == 1 else places_words(tags)


def names_words(tags: Sequence[TagRow]) -> str:
    """Return 'Psoriasis', 'Psoriasis and Rosacea', '3 tags'."""
    names = [tag.label.name for tag in tags]
    return ' and '.join(names) if len(names) < 3 else f'{count(len(names))} tags'


def labels_html(tags: Iterable[TagRow]) -> str:
    """Return the chips of several tags."""
    return ''.join(label_html(tag.label) for tag in tags)


def patients_address(tag: TagLabel) -> str:
    """Return the address of the patients who bear a tag."""
    return f'/patients?tags={quote(tag.slug)}'


def category_address(key: str) -> str:
    """Return the address of a category on the tags page: by key, so that it outlives a new name."""
    return f'/tags?category={quote(key)}'
