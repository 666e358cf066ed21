"""Take the pictures of docs/screenshots from the demo record: `make screenshots`."""
import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from app.clinic import Clinic, open_clinic
from data.actors import Actor
from tests.browser.driving import chromium_options, sign_in
from tests.cast import hire
from tests.conftest import settings_of
from tests.demo_record import PATIENT, fill
from tests.serving import ROOT, Server

FOLDER = ROOT / 'docs' / 'screenshots'
PAGES = {
    'patients': '/patients', 'timeline': f'/patients/{PATIENT}', 'pool': f'/patients/{PATIENT}/images',
    'entry': f'/patients/{PATIENT}/entries/3', 'details': f'/patients/{PATIENT}/details', 'audit': '/audit',
}
SIZES = {'': (1440, 900)}
ALL_SIZES = {'': (1440, 900), '-tablet': (1180, 820), '-phone': (390, 844)}


async def _fill(opened: Clinic, actor: Actor) -> None:
    try:
        await fill(opened, actor)
    finally:
        await opened.decoding.close()


def take(folder: Path, *, everything: bool) -> None:
    """Fill a practice in a temporary folder, serve it, and photograph its pages."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        opened = open_clinic(settings_of(Path(temporary)))
        try:
            asyncio.run(_fill(opened, hire(opened).ines))
        finally:
            opened.close()
        server = Server(Path(temporary))
        server.start()
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(**chromium_options())
                for suffix, size in (ALL_SIZES if everything else SIZES).items():
                    for scheme in ('light', 'dark') if everything else ('light',):
                        _photograph(browser, server, folder, size, scheme, suffix + ('-dark' if scheme == 'dark' else ''))
                browser.close()
        finally:
            server.close()


def _photograph(browser: Browser, server: Server, folder: Path, size: tuple[int, int], scheme: str, suffix: str) -> None:
    context = browser.new_context(base_url=server.address, viewport={'width': size[0], 'height': size[1]}, color_scheme=scheme)
    page = context.new_page()
    page.goto('/login')
    page.screenshot(path=folder / f'sign-in{suffix}.png')
    sign_in(page, 'ines')
    for name, address in PAGES.items():
        page.goto(address)
        page.wait_for_load_state('networkidle')
        page.evaluate('document.fonts.ready')
        page.screenshot(path=folder / f'{name}{suffix}.png')
    context.close()


if __name__ == '__main__':
    take(Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER, everything='--all' in sys.argv)
