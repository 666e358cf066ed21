"""What is done to a choice of photographs: each act with the sentence that tells it and the new act that takes it back."""
from collections.abc import Mapping, Sequence

from app.tag_deeds import Deed
from data.body_sites import is_paired, leaf
from data.columns import new_key
from data.read_models import ImageTile, TagLabel
from data.records import Records
from data.repositories.many_images import Described


def describe(patient: str, shown: Sequence[ImageTile], values: Mapping[str, str]) -> Deed:
    """Give the same words to photographs. `shown` is what the person saw of them."""
    def told(done: list[Described]) -> str:
        number = len({each.key for each in done})
        return f'{_words(values)} for {photos(number)}.' if number else f'{_words(values)}: it was so before.'

    return Deed(lambda records: records.many_images.describe(patient, shown, values), told,
                lambda done: lambda records: _restore(records, patient, done))


def undone(result: object) -> str:
    """Return how a taking back ended, of what its act returned."""
    return result if isinstance(result, str) else 'Undone.'


def _restore(records: Records, patient: str, done: Sequence[Described]) -> str:
    """Give back the former words; what someone changed since stays, and is named."""
    number, of = records.many_images.restore(patient, done), len({each.key for each in done})
    return 'Undone.' if number == of else f'Undone for {number:,} of {photos(of)}. What someone changed since stays.'


def tag(patient: str, label: TagLabel, keys: Sequence[str], *, is_on: bool) -> Deed:
    """Put a tag on photographs, or take it off."""
    return Deed(lambda records: records.many_images.tag(patient, label.key, keys, is_on=is_on),
                lambda changed: f'{label.name} {"on" if is_on else "off"} {photos(len(changed))}.',
                lambda changed: lambda records: records.many_images.tag(patient, label.key, changed, is_on=not is_on))


def tag_anew(patient: str, name: str, category: str, keys: Sequence[str]) -> Deed:
    """Add a tag to the vocabulary and put it on photographs. Taken back, it is off them and still offered."""
    request = new_key()

    def act(records: Records) -> TagLabel:
        label = records.tags.add(category, name, request_key=request)
        records.many_images.tag(patient, label.key, keys, is_on=True)
        return label

    return Deed(act, lambda label: f'{label.name} on {photos(len(keys))}.',
                lambda label: lambda records: records.many_images.tag(patient, label.key, keys, is_on=False))


def tag_again(patient: str, label: TagLabel, keys: Sequence[str]) -> Deed:
    """Offer a retired tag again and put it on photographs."""
    def act(records: Records) -> list[str]:
        records.tags.restore([label.key])
        return records.many_images.tag(patient, label.key, keys, is_on=True)

    return Deed(act, lambda changed: f'{label.name} on {photos(len(changed))}.',
                lambda changed: lambda records: records.many_images.tag(patient, label.key, changed, is_on=False))


def place(patient: str, number: int, entry: str, keys: Sequence[str]) -> Deed:
    """Lay photographs into a visit. `entry` is when it is, as people read it."""
    def told(new: Sequence[str]) -> str:
        return f'{photos(len(new)).capitalize()} added to the entry of {entry}.' if new else f'They are in the entry of {entry} already.'

    return Deed(lambda records: records.many_images.place(patient, number, keys), told,
                lambda new: lambda records: records.many_images.take_out(patient, number, new))


def place_in_new(patient: str, keys: Sequence[str], request: str) -> Deed:
    """Open a visit of now with photographs in it. Taken back, they are out of it; the visit stays. The same request opens one."""
    def act(records: Records) -> int:
        number = records.entries.open(patient, request_key=request)
        records.many_images.place(patient, number, keys)
        return number

    return Deed(act, lambda _: f'{photos(len(keys)).capitalize()} added to a new entry.',
                lambda number: lambda records: records.many_images.take_out(patient, number, keys))


def photos(number: int) -> str:
    """Return '1 photo', '3 photos'."""
    return f'{number:,} photo{"" if number == 1 else "s"}'


def _words(values: Mapping[str, str]) -> str:
    """Return what was given: 'Forearm, left', 'View: close-up', 'Caption'. The words of a caption are the person's own, and long."""
    if 'body_site' in values:
        side = values.get('laterality', '') if is_paired(values['body_site']) else ''
        return ', '.join(part for part in (leaf(values['body_site']), side) if part) or 'No body site'
    if 'laterality' in values:
        return f'Side: {values["laterality"] or "not set"}'
    if 'view' in values:
        return f'View: {values["view"] or "not set"}'
    return 'Caption' if values.get('caption') else 'No caption'
