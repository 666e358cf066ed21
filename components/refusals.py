"""Refusals and damage become words on the page, here and nowhere else on this floor."""
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol

from nicegui import ui

from components import design
from data.errors import Damage, Invalid, Refusal

_log = logging.getLogger('dermafolio.pages')
_ICONS = {'negative': 'circle-alert', 'info': 'info', 'positive': 'circle-check'}
_LEAVES_AFTER_MS = 4000


class Refusable(Protocol):
    """Where a refusal can be read: a field, or another place that the person looks at."""

    def refuse(self, sentence: str) -> None:
        """Show the sentence; an empty one takes it back."""


@contextmanager
def refusals_shown(field: Refusable | None = None) -> Iterator[None]:
    """Show a refusal as written: at `field`, or as a message that stays until it is closed. A damage gets a reference into the log.

    Without a field, an `Invalid` is a hint how to do it, nothing was typed that could be lost: it leaves by itself.
    """
    try:
        if field is not None:
            field.refuse('')
        yield
    except Refusal as refusal:
        if field is not None:
            field.refuse(str(refusal))
        else:
            is_hint = type(refusal) is Invalid  # its kinds, a photo that cannot be read for one, are more than hints
            tell(str(refusal), kind='info' if is_hint else 'negative', stays=not is_hint)
    except Damage as damage:
        reference = secrets.token_hex(4)
        _log.error('damage %s: %s', reference, type(damage).__name__)
        tell(f'{damage} Reference {reference}.')


def tell(sentence: str, *, kind: Literal['negative', 'positive', 'info'] = 'negative', stays: bool = True) -> None:
    """Show a message at the foot of the page: what went wrong, or what is good to know."""
    ui.notify(sentence, icon=design.icon(_ICONS[kind]), classes=f'df-toast df-toast--{kind}', position='bottom',
              timeout=0 if stays else _LEAVES_AFTER_MS, close_button='Close' if stays else False)
