"""The floors hold, the composition root stays thin, the decoder child stays small, the distribution is whole."""
import ast
import subprocess
import sys

from hatchling.builders.wheel import WheelBuilder

from tests.house import FLOORS, ROOT, sources

HEAVY = ('nicegui', 'fastapi', 'starlette', 'uvicorn', 'sqlmodel', 'sqlalchemy', 'sqlcipher3', 'typer')


def test_imports_go_downwards_only():
    found = subprocess.run([sys.executable, '-c', 'from importlinter.cli import lint_imports_command as lint; lint()', '--no-cache'],
                           cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert '0 broken' in found.stdout


def test_an_import_up_a_floor_is_caught(tmp_path):
    for floor in FLOORS:
        (tmp_path / floor).mkdir()
        (tmp_path / floor / '__init__.py').write_text('')
    (tmp_path / 'data' / 'patients.py').write_text('import app.clinic\nimport nicegui\n')
    (tmp_path / 'app' / 'clinic.py').write_text('')
    (tmp_path / 'pyproject.toml').write_text((ROOT / 'pyproject.toml').read_text())
    found = subprocess.run([sys.executable, '-c', 'from importlinter.cli import lint_imports_command as lint; lint()', '--no-cache'],
                           cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert '2 broken' in found.stdout, found.stdout


def test_the_composition_root_is_one_screen():
    assert len((ROOT / 'main.py').read_text().splitlines()) <= 60


def test_the_composition_root_imports_nothing_heavy_before_it_dispatches_the_decoder():
    tree = ast.parse((ROOT / 'main.py').read_text())
    at_the_top = {name.split('.')[0] for node in tree.body for name in imported(node)}
    assert not at_the_top & {*FLOORS, *HEAVY}, at_the_top


def test_the_decoder_child_loads_neither_pages_nor_records():
    script = 'import sys, app.decoder, app.renditions; print(*sorted({name.split(".")[0] for name in sys.modules}))'
    loaded = subprocess.run([sys.executable, '-c', script], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert 'PIL' in loaded
    assert not set(loaded) & set(HEAVY)


def test_the_wheel_holds_every_file_of_the_program():
    packed = {entry.distribution_path for entry in WheelBuilder(str(ROOT)).recurse_included_files()}
    tracked = {source.path for source in sources() if source.floor in FLOORS}
    tracked |= {str(path.relative_to(ROOT)) for path in (ROOT / 'components' / 'static').rglob('*') if path.is_file()}
    assert tracked - packed == set()
    assert 'main.py' in packed
    assert not [name for name in packed if name.startswith(('tests/', 'var/', 'docs/'))]


def imported(node: ast.stmt) -> list[str]:
    """Return the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ''] if isinstance(node, ast.ImportFrom) else []
