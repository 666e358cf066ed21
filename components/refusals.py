"""Refusals and damage become words on the page, here and nowhere else on this floor."""
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from components.controls import Field
from data.errors import Damage, Refusal

_log = logging.getLogger('dermafolio.pages')


@contextmanager
def refusals_shown(field: Field | None = None) -> Iterator[None]:
    """Show a refusal as written: under `field`, or as a message that stays until it is closed. A damage gets a reference into the log."""
    try:
        if field is not None:
            field.refuse('')
        yield
    except Refusal as refusal:
        if field is not None:
            field.refuse(str(refusal))
        else:
            tell(str(refusal))
    except Damage as damage:
        reference = secrets.token_hex(4)
        _log.error('damage %s: %s', reference, type(damage).__name__)
        tell(f'{damage} Reference {reference}.')


def tell(sentence: str, *, kind: str = 'negative', stays: bool = True) -> None:
    """Show a message at the foot of the page. `kind` is Quasar's: negative, positive, warning, info."""
    ui.notify(sentence, type=kind, position='bottom', timeout=0 if stays else 4000, close_button='Close' if stays else False)  # type: ignore[arg-type]
