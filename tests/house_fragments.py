"""What may stand in markup: tell escaped expressions from values that came in as they are."""
import ast
import re
from collections.abc import Iterator

from tests.house import Function, Source, dotted, rule

_ESCAPING = re.compile(r'(^|[._])(html|svg|escape|quote|quoteattr|asset)$')
_NUMBERS = {'int', 'float', 'len', 'round'}
_NUMBER_TYPES = {'int', 'float', 'bool', 'int | None'}


@rule('sanitize=False takes a constant, or what a function named …_html or …_svg has built with escaped values',
      path='components/example.py', bad="ui.html(f'<b>{patient.family_name}</b>', sanitize=False)",
      good='ui.html(card_html(patient), sanitize=False)')
def unsanitised_markup_is_built_by_a_fragment(source: Source) -> Iterator[int]:
    """Find markup that goes to the page as it is and was not built by a fragment function."""
    if source.is_code:
        for call, _ in source.calls():
            if _is_unsanitised(call) and not (call.args and all(is_escaped(argument, set()) for argument in call.args)):
                yield call.lineno


@rule('a value stands in markup without html.escape', path='components/example.py',
      bad="def card_html(patient):\n    return f'<b>{patient.family_name}</b>'",
      good="def card_html(patient, count: int):\n    name = escape(patient.family_name)\n    return f'<b>{name}</b>{count}'")
def fragments_escape_their_values(source: Source) -> Iterator[int]:
    """Find values that a fragment function puts into its f-strings as they are."""
    if source.is_code and source.path != 'components/design.py':  # that one knows constants of the program and nothing else
        for function, _ in source.functions():
            if function.name.endswith(('_html', '_svg')):
                yield from _unescaped(function)


def is_escaped(node: ast.AST, safe: set[str]) -> bool:
    """Tell whether an expression cannot carry foreign markup: constants, escaped calls, numbers, `safe` names, and what is made of them."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in safe or name.isupper() or bool(_ESCAPING.search(name))
        case ast.Attribute(attr=name):
            return name.isupper() or bool(_ESCAPING.search(name))
        case ast.Call(func=function, args=arguments):
            name = dotted(function)
            return name in _NUMBERS or bool(_ESCAPING.search(name)) or (name.endswith('.join') and _all_escaped(arguments, safe))
    parts = _parts(node)
    return bool(parts) and _all_escaped(parts, safe)


def _parts(node: ast.AST) -> list[ast.AST]:
    """Return what an expression is made of, as far as it can end up in the text."""
    match node:
        case ast.JoinedStr(values=values) | ast.BoolOp(values=values) | ast.List(elts=values) | ast.Tuple(elts=values):
            return list(values)
        case ast.IfExp(body=left, orelse=right) | ast.BinOp(left=left, right=right):
            return [left, right]
        case ast.GeneratorExp(elt=part) | ast.ListComp(elt=part) | ast.Starred(value=part):
            return [part]
        case ast.FormattedValue(value=part):
            return [ast.Constant(0)] if _is_number(node) else [part]
    return []


def _all_escaped(nodes: list[ast.AST], safe: set[str]) -> bool:
    return all(is_escaped(node, safe) for node in nodes)


def _is_number(node: ast.FormattedValue) -> bool:
    return bool(node.format_spec and re.search(r"[dfeg%]'$", ast.unparse(node.format_spec)))


def _is_unsanitised(call: ast.Call) -> bool:
    return any(word.arg == 'sanitize' and getattr(word.value, 'value', None) is not True for word in call.keywords)


def _unescaped(function: Function) -> Iterator[int]:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    safe = {argument.arg for argument in arguments if argument.annotation and ast.unparse(argument.annotation) in _NUMBER_TYPES}
    steps = [node for node in ast.walk(function) if isinstance(node, ast.Assign | ast.FormattedValue)]
    for node in sorted(steps, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.FormattedValue) and not is_escaped(node, safe) and not is_escaped(node.value, safe):
            yield node.lineno
        if isinstance(node, ast.Assign) and is_escaped(node.value, safe):
            safe |= {target.id for target in node.targets if isinstance(target, ast.Name)}
