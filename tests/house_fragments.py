"""What may stand in markup: follow each value into the f-strings that hold tags, and find those that nobody escaped.

Foreign is what comes in as text: an attribute of a row, a `str` parameter of a public function, the answer of a function that makes
no markup itself, and what is made of those. Escaped text, numbers, constants and finished fragments are not.
"""
import ast
import re
from collections.abc import Iterator

from tests.house import Function, Source, dotted, rule

_TAG = re.compile(r'</?[a-z]')
_ESCAPING = re.compile(r'(^|[._])(html|svg|escape|quote|quoteattr|asset)$')
_NUMBER = re.compile(r'(^|_)(px|bytes|count|ratio|number|index|size|seq|key|seal|html|svg)$')
_OWN_WORK = re.compile(r'^(_[a-z_]+|formatting\.\w+|motif\.\w+|logo|\w+_links|avatar_colour|time_of)$')
_OF_A_TEXT = re.compile(r'\.(replace|split|rsplit|strip|lower|upper|title|removeprefix|removesuffix)$')
_NUMBERS = {'int', 'float', 'len', 'round', 'sum', 'max', 'min'}
_OWN_WORDS = {'classes', 'kind', 'size', 'tag', 'layout', 'look'}
"""What names a look: it is written in the program, never typed by a person.
What is private to the module (`_OWN_WORK`) is read like everything else when it holds a tag."""


@rule('sanitize=False takes a constant, a fragment, or what a function named …_html or …_svg has built',
      path='components/example.py', bad='ui.html(patient.notes, sanitize=False)',
      good='def show(patient):\n    fragment = card_html(patient)\n    ui.html(fragment, sanitize=False)')
def unsanitised_markup_is_built_by_a_fragment(source: Source) -> Iterator[int]:
    """Find markup that goes to the page as it is and was not built by a fragment function."""
    if source.is_code:
        built = [node for node in source.nodes if isinstance(node, ast.Assign) and _is_fragment(node.value)]
        named = {'fragment'}.union(*map(_targets, built))
        for call, _ in source.calls():
            if _is_unsanitised(call) and not (call.args and all(_is_fragment(part) or dotted(part) in named for part in call.args)):
                yield call.lineno


@rule('a value stands in markup without html.escape', path='components/example.py',
      bad="def card_html(patient):\n    name = patient.family_name\n    return f'<b>{name}</b>'",
      good="def card_html(patient, count: int):\n    name = escape(patient.family_name)\n    return f'<b>{name}</b>{count}{_foot()}'")
def fragments_escape_their_values(source: Source) -> Iterator[int]:
    """Find foreign values in f-strings that hold a tag."""
    if source.is_code and source.floor in {'components', 'pages', 'app'} and source.path != 'components/design.py':
        makers = {function.name for function, _ in source.functions() if _makes_markup(function)}
        for function, _ in source.functions():
            if function.name in makers:
                yield from _Reading(function, makers).unescaped()


class _Reading:
    """One function, read from top to bottom."""

    def __init__(self, function: Function, makers: set[str]) -> None:
        arguments = [*function.args.args, *function.args.kwonlyargs]
        self.function, self.makers = function, makers
        given = {argument.arg for argument in arguments if argument.annotation and ast.unparse(argument.annotation).startswith('str')}
        is_private = function.name.startswith('_')  # its callers stand in the same module and are read too
        self.foreign = set() if is_private else {name for name in given if not _NUMBER.search(name)}

    def unescaped(self) -> Iterator[int]:
        """Yield the lines where something foreign stands in a tag."""
        steps = [node for node in ast.walk(self.function) if isinstance(node, ast.Assign | ast.JoinedStr)]
        for node in sorted(steps, key=lambda node: (node.lineno, isinstance(node, ast.Assign), node.col_offset)):
            if isinstance(node, ast.JoinedStr) and _TAG.search(ast.unparse(node)):
                yield from (node.lineno for part in node.values if self.is_foreign(part))
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self._assign(target, node.value)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and (columns := _columns(value)):
            for part, column in zip(target.elts, columns, strict=False):
                self._assign(part, ast.List(column))
        else:
            change = self.foreign.update if self.is_foreign(value) else self.foreign.difference_update
            change({name.id for name in ast.walk(target) if isinstance(name, ast.Name)})

    def is_foreign(self, node: ast.AST) -> bool:
        """Tell whether an expression may carry text that was not escaped."""
        match node:
            case ast.Name(id=name):
                return name in self.foreign - _OWN_WORDS
            case ast.Attribute(attr=name):
                return not (name.isupper() or _NUMBER.search(name))
            case ast.Call(func=function, args=arguments):
                return not self._is_safe_call(dotted(function), function, arguments)
        return any(self.is_foreign(part) for part in _parts(node))

    def _is_safe_call(self, name: str, function: ast.expr, arguments: list[ast.expr]) -> bool:
        if _ESCAPING.search(name) or _OWN_WORK.search(name) or name in _NUMBERS | self.makers or not arguments:
            return True
        if name.endswith('.join'):
            return not any(self.is_foreign(argument) for argument in arguments)
        return bool(_OF_A_TEXT.search(name)) and isinstance(function, ast.Attribute) and not self.is_foreign(function.value)


def _parts(node: ast.AST) -> list[ast.expr]:
    """Return what an expression is made of, as far as it can end up in the text."""
    match node:
        case ast.JoinedStr(values=values) | ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            return list(values)
        case ast.IfExp(body=left, orelse=right) | ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.GeneratorExp(elt=part) | ast.ListComp(elt=part) | ast.Starred(value=part) | ast.Subscript(value=part):
            return [part]
        case ast.FormattedValue(value=part):
            return [] if _is_number(node) else [part]
    return []


def _columns(value: ast.expr) -> list[list[ast.expr]]:
    """Return, for each place of a tuple, what may come to stand there: `(a, b) if c else (d, e)` gives a and d, b and e."""
    choices = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
    rows = [row.elts for row in choices if isinstance(row, ast.Tuple)]
    return [list(column) for column in zip(*rows, strict=False)] if len(rows) == len(choices) else []


def _is_number(node: ast.FormattedValue) -> bool:
    return bool(node.format_spec and re.search(r"[dfeg%,]'$", ast.unparse(node.format_spec)))


def _is_fragment(node: ast.AST) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_fragment(node.body) and _is_fragment(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return bool(_TAG.search(ast.unparse(node)))  # what stands in it is the other rule's business
    if isinstance(node, ast.Call):
        return bool(_ESCAPING.search(dotted(node.func))) or not (node.args or node.keywords)
    return isinstance(node, ast.Constant)


def _is_unsanitised(call: ast.Call) -> bool:
    return any(word.arg == 'sanitize' and getattr(word.value, 'value', None) is not True for word in call.keywords)


def _makes_markup(function: Function) -> bool:
    return any(isinstance(node, ast.Constant) and isinstance(node.value, str) and _TAG.search(node.value) for node in ast.walk(function))


def _targets(node: ast.Assign) -> set[str]:
    return {name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)}
