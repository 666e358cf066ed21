"""The one way a photograph's picture is written into a fragment: turned by the browser, the bytes stay as they are."""
from collections.abc import Iterable
from html import escape
from typing import Literal


def picture_html(key: str, kind: Literal['thumb', 'preview'] = 'thumb', *, alt: str = '', turn_deg: int = 0, width_px: int = 0,
                 height_px: int = 0, is_lazy: bool = True) -> str:
    """Return the picture, escaped. It has to stand alone in a box of a size of its own, which it fills whichever way it is turned.

    `width_px` and `height_px` are those of the stored picture, before it is turned.
    """
    lazy = ' loading="lazy"' if is_lazy else ''
    turned = f' data-turn="{turn_deg:d}"' if turn_deg else ''
    size = f' width="{width_px:d}" height="{height_px:d}"' if width_px else ''
    return f'<img src="/images/{escape(key)}/{kind}" alt="{escape(alt)}"{lazy} decoding="async"{size}{turned}>'


def early_html(keys: Iterable[str]) -> str:
    """Return what a page's head says so that the browser asks for these thumbnails while it is still building the page."""
    return ''.join(f'<link rel="preload" as="image" fetchpriority="high" href="/images/{escape(key)}/thumb">' for key in keys)
