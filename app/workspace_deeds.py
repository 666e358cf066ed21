"""What is done in the workspace of a visit: each act with the sentence that tells it and the new act that takes it back."""
from collections.abc import Sequence

from app.image_deeds import photos
from app.tag_deeds import Deed
from data.errors import Conflict, NotFound
from data.records import Records
from data.repositories.entries import EntryRecord


def remove(entry: EntryRecord, keys: Sequence[str]) -> Deed:
    """Take photographs out of the workspace. Taken back, they lie behind those that they lay behind before."""
    before = [tile.key for tile in entry.images]
    told = f'{photos(len(keys)).capitalize()} removed from this entry. The pool keeps {"it" if len(keys) == 1 else "them"}.'
    return Deed(lambda records: records.entries.remove(entry.key, list(keys)), lambda _done: told,
                lambda _done: lambda records: _lay_back(records, entry, keys, before))


def arrange(entry: EntryRecord, seen: Sequence[str], order: Sequence[str], moved: Sequence[str]) -> Deed:
    """Put photographs of one day in another order; `moved` are those that were taken. Taken back only while nobody changed it since."""
    place = f'Moved to place {order.index(moved[0]) + 1} of {len(order)}.'
    return Deed(lambda records: records.entries.arrange(entry.key, list(order), seen=list(seen)),
                lambda _done: place if len(moved) == 1 else f'{photos(len(moved)).capitalize()} moved.',
                lambda _done: lambda records: records.entries.arrange(entry.key, list(seen), seen=list(order)))


def laid_back(now: Sequence[str], keys: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return the present order with some back behind the one that each lay behind before; the order of the others is not touched."""
    order = [key for key in now if key not in set(keys)]
    for place, key in enumerate(before):
        if key in set(keys) and key in set(now):
            behind = next((order.index(known) + 1 for known in reversed(before[:place]) if known in order), 0)
            order.insert(behind, key)
    return order


def _lay_back(records: Records, entry: EntryRecord, keys: Sequence[str], before: Sequence[str]) -> None:
    try:
        records.entries.place(entry.key, list(keys))
    except NotFound as gone:
        raise Conflict('One of these photos is no longer in this pool.') from gone
    now = [tile.key for tile in records.entries.record(entry.patient, entry.number).images]
    records.entries.arrange(entry.key, laid_back(now, keys, before), seen=now)
