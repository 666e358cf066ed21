"""Asking a closed practice what `dermafolio verify` would say of it."""
from app.clinic import open_clinic
from app.integrity import verify_everything
from app.settings import Settings
from data.actors import console_actor

CONSOLE = console_actor('tests')


def problems(settings: Settings) -> list[str]:
    """Return the sentences of everything that is wrong."""
    opened = open_clinic(settings, exclusive=False)
    try:
        return verify_everything(opened, CONSOLE).problems
    finally:
        opened.close()
