"""The marks of photographs that left: where each lay stands that it did, when and why. No picture, and nobody else's name."""
from collections.abc import Sequence
from datetime import tzinfo
from html import escape

from nicegui import ui

from components import formatting
from components.controls import box
from components.design import icon_svg
from data.repositories.left_images import Left, LeftImage

_WORDS = {Left.MOVED: ('arrow-left-right', 'Moved to another patient, {on}'), Left.WITHDRAWN: ('archive', 'Withdrawn on {on}')}


def mark_html(mark: LeftImage, zone: tzinfo) -> str:
    """Return one mark, the reason escaped."""
    icon, words = _WORDS[mark.why]
    on = formatting.day(formatting.local(mark.at, zone).date())
    # the whole reason stands there for whoever reads by ear; where it is too long for the eye, it shows on pointing
    return (f'<span class="df-left" title="{escape(mark.because)}">{icon_svg(icon, 22)}<b>{escape(words.format(on=on))}</b>'
            f'<span>Reason: {escape(mark.because)}</span></span>')


def left_marks(marks: Sequence[LeftImage], zone: tzinfo) -> None:
    """Show marks in the size of photographs where the caller is; nothing when there is none."""
    if marks:
        with box('df-grid-root df-lefts'), box('df-grid', tag='ul', aria_label='Photos that left'):
            for mark in marks:
                ui.html(mark_html(mark, zone), sanitize=False, tag='li')
