"""Sensitive photographs are hidden until someone clicks them; what was shown stays so on this page only."""
from nicegui import ui

from components.design import icon_svg
from data.read_models import ImageTile

VEILED = 'df-veiled'
"""The class of what hides the pictures in it."""


def is_veiled(tile: ImageTile) -> bool:
    """Tell whether a photograph is hidden on this page now."""
    return tile.is_sensitive and tile.key not in _unveiled()


def unveil(*keys: str) -> None:
    """Show photographs from now on, on this page."""
    _unveiled().update(dict.fromkeys(keys, True))


def veil_words(tile: ImageTile, *, hidden: bool) -> str:
    """Return what the name of a photograph ends with for a screen reader."""
    return f'{", sensitive" if tile.is_sensitive else ""}{", hidden" if hidden else ""}'


def veil_html(tile: ImageTile) -> str:
    """Return the mark that lies on a sensitive photograph while it is hidden."""
    return f'<span class="df-veil" aria-hidden="true">{icon_svg("eye-off", 20)}<span>Sensitive</span></span>' if tile.is_sensitive else ''


def _unveiled() -> dict[str, bool]:
    """Return what this page has shown: it is kept with the page itself, and is gone when it is closed."""
    kept: dict[str, bool] = ui.context.client.storage.setdefault('unveiled', {})
    return kept
