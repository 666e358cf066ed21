"""One photograph of a comparison as markup: turned and cropped as its recipe says, with its day and how far that is from the baseline."""
from datetime import tzinfo
from html import escape

from components.formatting import interval
from components.image_grid import day_of, day_words, describe
from components.sensitive import VEILED, is_veiled, veil_html, veil_words
from data.arrangement import WHOLE, Recipe
from data.read_models import ImageTile


def photo_html(tile: ImageTile, zone: tzinfo, recipe: Recipe, *, classes: str = '') -> str:
    """Return the picture in its frame, with the veil of a hidden one. The box around it has a size of its own; every value is escaped."""
    hidden = is_veiled(tile)
    name = escape(describe(tile, zone) + veil_words(tile, hidden=hidden))
    veil = f' {VEILED}' if hidden else ''
    return (f'<span class="df-cmp-photo{veil} {classes}">'
            f'<span class="df-cmp-frame{_side(tile, recipe)}" style="{_frame_size(tile, recipe)}">'
            f'<img src="/images/{escape(tile.key)}/preview" alt="{name}" decoding="async" draggable="false"{_crop_html(recipe)}></span>'
            f'{veil_html(tile)}</span>')


def when_html(tile: ImageTile, baseline: ImageTile, zone: tzinfo, *, classes: str = '') -> str:
    """Return what stands on a photograph: its day, and "Baseline" or how far it is from it. Every value is escaped."""
    return (f'<span class="df-badge df-num df-cmp-when {classes}"><b>{escape(day_words(tile, zone))}</b>'
            f'<span>{escape(distance(tile, baseline, zone))}</span></span>')


def distance(tile: ImageTile, baseline: ImageTile, zone: tzinfo) -> str:
    """Return 'Baseline', '12 weeks', 'same day', or '12 weeks earlier' where a later photograph is the baseline."""
    if tile.key == baseline.key:
        return 'Baseline'
    on, start = day_of(tile, zone), day_of(baseline, zone)
    return f'{interval(start, on)} earlier' if on < start else interval(start, on)


def turn_of(tile: ImageTile, recipe: Recipe) -> int:
    """Return by how much a photograph is shown turned here: as everywhere, and as its recipe says."""
    return (tile.turn_deg + recipe.turn_deg) % 360


def _side(tile: ImageTile, recipe: Recipe) -> str:
    return ' df-cmp-frame--side' if turn_of(tile, recipe) % 180 else ''


def _frame_size(tile: ImageTile, recipe: Recipe) -> str:
    left, top, right, bottom = recipe.crop
    ratio = tile.width_px * (right - left) / (tile.height_px * (bottom - top))
    return f'--ratio:{ratio:.5f};--turn:{turn_of(tile, recipe)}deg'


def _crop_html(recipe: Recipe) -> str:
    """Return the attribute by which more than the crop lies outside the frame, which hides it."""
    if recipe.crop == WHOLE:
        return ''
    left, top, right, bottom = recipe.crop
    across, down = 100 / (right - left), 100 / (bottom - top)
    return f' style="width:{across:.3f}%;height:{down:.3f}%;left:{-left * across:.3f}%;top:{-top * down:.3f}%"'
