"""The least that a NiceGUI page can be: `python -m tests.benchmarks.empty_page PORT`."""
import sys

from nicegui import ui


@ui.page('/')
def empty() -> None:
    """Show one word."""
    ui.label('ready')


if __name__ == '__main__':
    ui.run(host='127.0.0.1', port=int(sys.argv[1]), reload=False, show=False, show_welcome_message=False)
