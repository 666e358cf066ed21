"""The house rules hold in the whole tree, and each of them can fail."""
from collections.abc import Iterator
from importlib import import_module, util
from typing import Any

import pytest
from typer import Typer
from typer.main import get_command

import tests.house_fragments  # noqa: F401 -- registers its rules
import tests.house_rules  # noqa: F401 -- registers its rules
from tests.house import ROOT, RULES, Rule, sources

each_rule = pytest.mark.parametrize('rule', RULES, ids=lambda rule: rule.check.__name__)


@each_rule
def test_the_tree_keeps(rule: Rule):
    findings = rule.findings(sources())
    assert not findings, '\n' + '\n'.join(findings)


@each_rule
def test_a_breach_is_caught(rule: Rule):
    assert rule.findings([rule.bad]), f'{rule.check.__name__} lets its own bad example pass'


@each_rule
def test_the_right_way_passes(rule: Rule):
    assert not rule.findings([rule.good])


def test_there_is_something_to_look_at():
    assert sum(source.is_code for source in sources()) > 20
    assert sum(source.is_test for source in sources()) > 10


def test_every_program_setting_is_documented():
    settings = import_module('app.settings').Settings
    names = [f'DERMAFOLIO_{name.upper()}' for name in settings.model_fields]
    assert names
    assert undocumented(names) == []


def test_every_practice_setting_is_documented():
    names = list(import_module('data.models.setting').PRACTICE_SETTINGS)
    assert names
    assert undocumented(names) == []


def test_an_undocumented_setting_is_found():
    assert undocumented(['DERMAFOLIO_NEVER_WRITTEN_DOWN']) == ['DERMAFOLIO_NEVER_WRITTEN_DOWN']


def test_every_command_is_documented():
    program = next(thing for thing in vars(import_module('app.cli')).values() if isinstance(thing, Typer))
    names = [f'dermafolio {name}' for name in command_names(get_command(program))]
    assert 'dermafolio serve' in names
    assert undocumented(names, quoted=False) == []


def test_every_test_folder_is_a_package():
    folders = {path.parent for path in (ROOT / 'tests').rglob('test_*.py')}
    missing = [str(folder.relative_to(ROOT)) for folder in folders if not (folder / '__init__.py').is_file()]
    assert missing == []
    assert util.find_spec('tests.data').origin != util.find_spec('data').origin


def undocumented(names: list[str], *, quoted: bool = True) -> list[str]:
    """Return the names that docs/operating.md does not mention."""
    text = (ROOT / 'docs' / 'operating.md').read_text()
    return [name for name in names if (f'`{name}`' if quoted else name) not in text]


def command_names(group: Any) -> Iterator[str]:
    """Yield what can be typed: `serve`, `audit verify`; hidden commands are for the program itself."""
    for name, command in group.commands.items():
        if not command.hidden:
            yield from (f'{name} {part}' for part in command_names(command)) if hasattr(command, 'commands') else [name]
