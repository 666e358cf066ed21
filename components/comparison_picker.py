"""Choose photographs to compare among all of a patient's, those of this visit first."""
from collections.abc import Collection, Sequence
from datetime import date

from components.photo_picker import OnPick, PhotoPicker, Picking, PoolSeen


class ComparisonPicker(PhotoPicker):
    """The dialog. `on_pick` gets the chosen keys; it closes when that has succeeded."""

    def open(self, title: str, seen: PoolSeen, *, first: Collection[str], visit: date, on_pick: OnPick, act: str,
             chosen: Sequence[str] = (), gone: Collection[str] = ()) -> None:
        """Show a pool: `first` are the photographs of this visit, `gone` those that cannot be chosen, as they are in it already."""
        self.pick(Picking(title, '', visit, lambda _number: act, 'columns-2', on_pick, least=1 if gone else 2,
                          waiting='' if gone else 'Select two or more photos.', taken=frozenset(gone),
                          taken_words='In this comparison', first=frozenset(first), chosen=chosen), seen)
