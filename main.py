"""The composition root: settings, vault, database, pages, serve. Also the decoder child, dispatched before anything is imported."""
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.settings import Settings


def serve(settings: 'Settings') -> None:
    """Open the practice and serve it until it is stopped."""
    from app.clinic import install, open_clinic
    from app.serving import listen, run

    socket = listen(settings.host, settings.port)
    opened = install(open_clinic(settings))
    try:
        os.environ['NICEGUI_STORAGE_PATH'] = str(settings.data_dir.absolute() / 'nicegui')  # read when NiceGUI is imported
        from pages import build
        run(build(opened), opened, socket)
    finally:
        opened.close()


def main() -> None:
    """Run a command and leave with its exit code."""
    multiprocessing.freeze_support()
    if sys.argv[1:2] == ['decode']:
        from app.decoder import run
        run()
        return
    from app.cli import run_command
    sys.exit(run_command(serve))


if __name__ == '__main__':
    main()
