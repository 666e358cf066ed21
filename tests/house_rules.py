"""The house rules that a machine can check. Each stands with its reason, an example that it catches, and one that it lets pass."""
import ast
import re
from collections.abc import Iterator

from tests.house import Source, dotted, length, rule

_PUBLISHING = re.compile(r'(\.add_(static|media)_files?|^ui\.(image|interactive_image))$')
_OPENING = re.compile(r'(^|\.)(open|read_bytes|write_bytes|copyfile|copy2?)$')
_DATABASE = re.compile(r'\.(db|sqlite3?)\b|database_path')
_RENDERING = {'ui.markdown', 'ui.editor', 'ui.restructured_text', 'ui.mermaid'}
_NICEGUI_INSIDE = re.compile(r'nicegui\.(core|outbox|nicegui|client|slot)$')
_INSIDE = {f'components/{name}.py' for name in ('live_gate', 'resending', 'read_back', 'revival')}
_COLOUR = re.compile(r'(?<![&\w/])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(')
_COLOUR_NAME = re.compile(r'\b(white|black|red|green|blue|gray|grey|orange|yellow)\b')
_ADDRESS = re.compile(r'\bhttps?://(?!www\.w3\.org/|127\.0\.0\.1|localhost|\{)')
_INDEX = re.compile(r'https?://|file:/|^\s*(-i\b|--(extra-)?index-url|--find-links|-f\b|--trusted-host)')


@rule('an active link to a row raises inside the loop and stops every binding: use bind_value_to(draft, name)',
      bad="ui.input().bind_value(patient, 'family_name')", good="ui.input().bind_value_to(draft, 'family_name')")
def no_two_way_bindings(source: Source) -> Iterator[int]:
    """Find bindings that read from a row."""
    if source.is_code:
        yield from (call.lineno for call, name in source.calls() if re.search(r'\.bind_(value|text|content|source)$', name))


@rule('publishes files without asking for a permission: serve them through a checked route',
      bad="nicegui_app.add_static_files('/files', folder)", good='ui.html(tile_html(image), sanitize=False)')
def no_public_files(source: Source) -> Iterator[int]:
    """Find NiceGUI's ways of publishing files."""
    if source.is_code:
        yield from (call.lineno for call, name in source.calls() if _PUBLISHING.search(name))


@rule('markup from someone’s text: these elements render it as HTML', bad='ui.markdown(entry.notes)', good='ui.label(entry.notes)')
def no_rendered_text(source: Source) -> Iterator[int]:
    """Find elements that turn text into markup."""
    if source.is_code:
        yield from (call.lineno for call, name in source.calls() if name in _RENDERING)


@rule('nobody authors JavaScript', bad="ui.run_javascript('alert(1)')", good="ui.navigate.to('/patients')")
def no_javascript(source: Source) -> Iterator[int]:
    """Find JavaScript in calls, in markup and as files."""
    if re.search(r'\.([mc]?js|tsx?|jsx|vue)$', source.path):
        yield 1
    if source.is_code:
        for call, name in source.calls():
            if name.endswith('run_javascript') or any(word.arg == 'js_handler' for word in call.keywords):
                yield call.lineno
    if source.is_code and source.floor in {'components', 'pages'} and source.path != 'components/live_gate.py':
        yield from (line for line, text in source.lines() if re.search(r'<script\b|\bjavascript:', text))


@rule('the live database is never opened as a file: closing it drops SQLite’s locks', bad="open(folder / 'dermafolio.db', 'rb')",
      good='connection.backup(target)', path='app/example.py')
def no_opened_databases(source: Source) -> Iterator[int]:
    """Find open() and its kin on a database."""
    if source.is_code:
        for call, name in source.calls():
            if _OPENING.search(name) and _DATABASE.search(ast.unparse(call)):
                yield call.lineno


@rule('NiceGUI’s internals are touched in live_gate.py, resending.py, read_back.py and revival.py only',
      bad='from nicegui import core', good='from nicegui import ui')
def nicegui_internals_in_two_modules(source: Source) -> Iterator[int]:
    """Find core, Client.instances and private modules of NiceGUI."""
    if source.is_code and source.path not in _INSIDE:
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and (_NICEGUI_INSIDE.match(node.module or '') or _takes(node, 'nicegui', 'core')):
                yield node.lineno
            if isinstance(node, ast.Attribute) and dotted(node) in {'Client.instances', 'core.sio', 'nicegui.core', 'nicegui_app.storage'}:
                yield node.lineno


@rule('only a use case in app/ may admit or move an image or purge a record', bad='records.images.move(copies)',
      good='await move_images(clinic, actor, keys, to, because)')
def use_cases_decide(source: Source) -> Iterator[int]:
    """Find admit, move and purge above or below app/."""
    if source.is_code and source.floor != 'app':
        yield from (call.lineno for call, name in source.calls() if name.endswith(('.images.admit', '.images.move', '.deletions.purge')))


@rule('import NiceGUI’s app as nicegui_app, and a floor’s modules by name', bad='from nicegui import app',
      good='from nicegui import app as nicegui_app')
def imports_say_what_they_mean(source: Source) -> Iterator[int]:
    """Find the imports that hide a floor."""
    if source.is_code:
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and _takes(node, 'nicegui', 'app'):
                yield node.lineno
            if isinstance(node, ast.Import) and any(alias.name in {'data', 'app', 'components', 'pages'} for alias in node.names):
                yield node.lineno


@rule('a refreshable above the page function refreshes every visitor', bad='@ui.refreshable\ndef listing():\n    pass',
      good='def page():\n    @ui.refreshable\n    def listing():\n        pass')
def refreshables_live_inside_the_page(source: Source) -> Iterator[int]:
    """Find refreshables at module level."""
    if source.is_code:
        for function, nested in source.functions():
            if not nested and any(dotted(step) in {'ui.refreshable', 'refreshable'} for step in function.decorator_list):
                yield function.lineno


@rule('a file stops at 300 lines', bad='a = 1\n' * 301, good='a = 1\n' * 300)
def files_stay_small(source: Source) -> Iterator[int]:
    """Find files that grew too long."""
    if source.is_code and source.text.count('\n') > 300:
        yield 301


@rule('a function stops at 40 lines, a handler nested in a page or component at 12',
      bad='def page():\n    def save():\n' + '        work()\n' * 12, good='def page():\n    def save():\n' + '        work()\n' * 11)
def functions_stay_small(source: Source) -> Iterator[int]:
    """Find functions and handlers that grew too long; docstrings do not count."""
    if source.is_code:
        for function, nested in source.functions():
            if length(function) > (12 if nested and source.floor in {'pages', 'components'} else 40):
                yield function.lineno


@rule('a test stops at 40 lines', path='tests/test_example.py', bad='def test_all():\n' + '    assert True\n' * 40,
      good='def test_all():\n    assert True\n')
def small_tests(source: Source) -> Iterator[int]:
    """Find tests that grew too long."""
    if source.is_test:
        yield from (function.lineno for function, _ in source.functions() if function.name.startswith('test') and length(function) > 40)


@rule('what is public says what it does', bad='def register(): pass', good="def register():\n    '''Register the pages.'''")
def public_functions_are_described(source: Source) -> Iterator[int]:
    """Find public functions and methods without a docstring."""
    if source.is_code:
        private = [node for node in source.nodes if isinstance(node, ast.ClassDef) and node.name.startswith('_')]
        hidden = {step.lineno for node in private for step in node.body}
        for function, nested in source.functions():
            public = not nested and not function.name.startswith('_') and function.lineno not in hidden
            if public and not ast.get_docstring(function) and not _is_overload(function):
                yield function.lineno


@rule('an error is swallowed', bad='try:\n    work()\nexcept Exception:\n    pass', good='try:\n    work()\nexcept KeyError:\n    pass')
def no_swallowed_errors(source: Source) -> Iterator[int]:
    """Find handlers that catch everything and do nothing."""
    if source.path.endswith('.py'):
        for node in source.nodes:
            if isinstance(node, ast.ExceptHandler) and _catches_everything(node) and _does_nothing(node.body):
                yield node.lineno


@rule('left half done', bad='raise NotImplementedError', good='raise Invalid(sentence)')
def nothing_is_half_done(source: Source) -> Iterator[int]:
    """Find the words of unfinished work."""
    if source.is_code:
        yield from (line for line, text in source.lines() if re.search(r'\b(TODO|FIXME|XXX|HACK|NotImplementedError|coming soon)\b', text))


@rule('tests neither sleep nor skip, and run the real part', path='tests/test_example.py', bad='time.sleep(1)',
      good='page.wait_for_url(address)')
def honest_tests(source: Source) -> Iterator[int]:
    """Find sleeps, skips and mocks."""
    if source.is_test:
        for call, name in source.calls():
            if name in {'time.sleep', 'pytest.skip', 'pytest.importorskip'} or name.endswith(('.wait_for_timeout', 'mark.skipif')):
                yield call.lineno
        for node in source.nodes:
            if isinstance(node, ast.ImportFrom) and (node.module or '').startswith(('unittest.mock', 'mock')):
                yield node.lineno
            if isinstance(node, ast.Attribute) and dotted(node) in {'pytest.mark.skip', 'pytest.mark.xfail'}:
                yield node.lineno


@rule('colours stand in components/design.py only', path='components/style/example.css', bad='a { color: #1f2933 }',
      good='#popup { color: var(--ink) }')
def colours_in_one_place(source: Source) -> Iterator[int]:
    """Find colour literals in Python above app/ and in style sheets."""
    if source.path == 'components/design.py' or source.floor not in {'components', 'pages'}:
        return
    if source.path.endswith('.css'):
        for line, text in source.lines():
            values = ' '.join(re.findall(r':([^;{}]*)(?=[;}]|$)', text))
            if _COLOUR.search(values) or _COLOUR_NAME.search(values):
                yield line
    elif source.path.endswith('.py'):
        texts = (node for node in source.nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
        yield from (node.lineno for node in texts if _COLOUR.search(node.value))


@rule('nothing asks the internet for anything', path='components/style/example.css', bad='@import url(https://fonts.example/inter.css);',
      good='@font-face { src: url(inter.woff2) }')
def pages_stay_offline(source: Source) -> Iterator[int]:
    """Find addresses in what a browser is sent."""
    if source.floor in {'components', 'pages'} and source.path.endswith(('.py', '.css', '.svg', '.html')):
        yield from (line for line, text in source.lines() if _ADDRESS.search(text))


@rule('a lock file names no address', path='requirements.txt', bad='--index-url https://packages.example/simple',
      good='pillow==13.0.0 --hash=sha256:00')
def lock_files_name_no_address(source: Source) -> Iterator[int]:
    """Find addresses and options of an index in the compiled requirements."""
    if re.fullmatch(r'requirements[\w-]*\.txt', source.path):
        yield from (line for line, text in source.lines() if _INDEX.search(text))


def _is_overload(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(dotted(step) in {'overload', 'property.setter'} or dotted(step).endswith('.setter') for step in function.decorator_list)


def _takes(node: ast.ImportFrom, module: str, name: str) -> bool:
    return node.module == module and any(alias.name == name and not alias.asname for alias in node.names)


def _catches_everything(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or dotted(handler.type) in {'Exception', 'BaseException'}


def _does_nothing(body: list[ast.stmt]) -> bool:
    return all(isinstance(step, ast.Pass | ast.Continue) for step in body)
