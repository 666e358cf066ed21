"""A tag as it is read everywhere: put there itself (tint and dot), or risen from below (dashed, an arrow, how many it rests on:
images, or entries when no image bears it; pointing at it tells both).

    tag_chip_html(shown)                                         # in a fragment
    tag_chip(shown, on_remove=take_off, on_open=show_sources)    # an element of its own

The colour is a class; what it looks like in light and dark stands in `design`, which a test measures.
"""
from collections.abc import Callable, Collection
from html import escape
from typing import Any

from nicegui import ui

from components.design import icon_svg
from components.elements import box, symbol
from components.formatting import plural
from data.models import TagColour
from data.read_models import ShownTag, TagLabel

OnTag = Callable[[ShownTag], Any]
_LONG = 24  # from about here on a name is cut at 180 px: it can be read by pointing at it
_CHIP_PX, _RISEN_PX, _MORE_PX, _LETTER_PX, _LONGEST_PX = 38, 24, 26, 5.6, 186  # of a letter the mean: a chip a little too long is cut


def origin_words(shown: ShownTag) -> str:
    """Return 'from 1 entry and 3 images'; empty for a tag that did not rise."""
    below = ((shown.entries, 'entry', 'entries'), (shown.images, 'image', 'images'))
    words = ' and '.join(plural(count, one, many) for count, one, many in below if count)
    return f'from {words}' if words else ''


def tag_title(shown: ShownTag) -> str:
    """Return 'Psoriasis, from 3 images'; of one that is put there and rose as well 'Psoriasis, also from 3 images'."""
    origin = origin_words(shown)
    return ', '.join(part for part in (shown.tag.name, f'also {origin}' if origin and shown.is_direct else origin) if part)


def tag_chip_html(shown: ShownTag) -> str:
    """Return one chip, escaped."""
    title = tag_title(shown)
    told = f' title="{escape(title)}"' if title != shown.tag.name or len(title) > _LONG else ''
    return f'<span class="{escape(chip_classes(shown))}"{told}>{_inside_html(shown)}</span>'


def more_html(hidden: list[ShownTag]) -> str:
    """Return "+2" for tags there was no room for; pointing at it, or a screen reader, names them."""
    if not hidden:
        return ''
    names = escape(', '.join(tag_title(shown) for shown in hidden))
    return (f'<span class="df-tag-more" title="{names}"><span aria-hidden="true">+{len(hidden)}</span>'
            f'<span class="df-hidden-label">and {names}</span></span>')


def fitting_tags_html(tags: tuple[ShownTag, ...], width_px: float, chosen: Collection[str] = ()) -> str:
    """Return as many chips as can be read in one line of about that width, the chosen ones first; the rest is "+2", which names them."""
    ordered = sorted(tags, key=lambda shown: (shown.tag.slug not in chosen, not shown.is_direct))
    shown, left_px = 0, width_px
    for number, tag in enumerate(ordered, 1):
        left_px -= min(_LONGEST_PX, _CHIP_PX + _LETTER_PX * len(tag.tag.name)) + (0 if tag.is_direct else _RISEN_PX)
        if left_px < (_MORE_PX if number < len(ordered) else 0):
            break
        shown = number
    shown = max(1, shown)
    return f'{"".join(tag_chip_html(tag) for tag in ordered[:shown])}{more_html(ordered[shown:])}'


def chip_classes(shown: ShownTag) -> str:
    """Return the classes of a chip: its colour, and whether it rose."""
    return f'df-tag df-tag--{shown.tag.colour}' + ('' if shown.is_direct else ' df-tag--up')


def label_html(label: TagLabel) -> str:
    """Return a chip for a tag of the vocabulary, which is on nothing in particular."""
    return tag_chip_html(ShownTag(tag=label, is_direct=True))


def tag_chip(shown: ShownTag, *, on_remove: OnTag | None = None, on_open: OnTag | None = None) -> ui.element:
    """Show one chip. `on_remove` puts an x on a tag that is put there itself; `on_open` makes a risen one open where it comes from."""
    if shown.is_direct and on_remove is not None:
        return _removable(shown, on_remove)
    acts = on_open is not None and not shown.is_direct
    chip = ui.html(_inside_html(shown), sanitize=False, tag='button' if acts else 'span').classes(chip_classes(shown))
    chip.props['title'] = tag_title(shown)
    chip.mark(f'tag-{shown.tag.slug}')
    if acts and on_open is not None:
        chip.props['type'] = 'button'
        chip.on('click', lambda: on_open(shown), args=[])
    return chip


def _removable(shown: ShownTag, on_remove: OnTag) -> ui.element:
    with box(f'{chip_classes(shown)} df-tag--loose', tag='span', title=tag_title(shown)).mark(f'tag-{shown.tag.slug}') as chip:
        ui.html(_inside_html(shown), sanitize=False, tag='span').classes('df-tag-in')
        with box('df-tag-x', tag='button', type='button', aria_label=f'Remove tag {shown.tag.name}') as cross:
            symbol('x')
    cross.mark(f'remove-tag-{shown.tag.slug}').on('click', lambda: on_remove(shown), args=[])
    return chip


def tag_dot(colour: TagColour) -> ui.element:
    """Show the dot of a colour. Decorative: the words beside it carry the meaning."""
    return box(f'df-dot df-tag--{colour}', tag='span', aria_hidden='true')


def tag_dot_html(colour: TagColour) -> str:
    """Return the dot of a colour for fragments."""
    return f'<span class="df-dot df-tag--{colour}" aria-hidden="true"></span>'


def _inside_html(shown: ShownTag) -> str:
    name = f'<span class="df-tag-name">{escape(shown.tag.name)}</span>'
    if shown.is_direct:
        return name
    return (f'{icon_svg("arrow-up", 13)}{name}<span class="df-num" aria-hidden="true">{shown.images or shown.entries:d}</span>'
            f'<span class="df-hidden-label">, {escape(origin_words(shown))}</span>')
