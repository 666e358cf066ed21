"""What the program does on its way into serving."""
import sys
from pathlib import Path

from tests.conftest import Template
from tests.serving import free_port, run_program

WITHOUT_SERVING = """
import gc, uvicorn
uvicorn.Server.run = lambda *_, **__: print('passed over:', gc.get_freeze_count())
import main
main.main()
"""


def test_what_was_imported_is_passed_over_by_the_collector_while_pages_are_served(template: Template, tmp_path: Path) -> None:
    template.copy(tmp_path)
    done = run_program('serve', '--data-dir', str(tmp_path / 'data'), '--key-dir', str(tmp_path / 'data-keys'), '--port', str(free_port()),
                       program=(sys.executable, '-c', WITHOUT_SERVING))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.rsplit('passed over:', 1)[1]) > 50_000
