"""Read the tree for the house rules: files, functions, and findings that name the line and the reason."""
import ast
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ('data', 'app', 'components', 'pages')
CODE = (*FLOORS, 'main.py')
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file as text and, when it is Python, as a syntax tree."""

    path: str
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Return every node of a Python file, outer ones first."""
        return list(ast.walk(ast.parse(self.text))) if self.path.endswith('.py') else []

    @property
    def floor(self) -> str:
        """Return the first part of the path: `pages`, `tests`, `main.py`."""
        return self.path.split('/', 1)[0]

    @property
    def is_code(self) -> bool:
        """Tell whether this is part of the program; migrations are history and are left alone."""
        return self.path.endswith('.py') and self.floor in CODE and '/migrations/' not in self.path

    @property
    def is_test(self) -> bool:
        """Tell whether this is Python below tests/."""
        return self.path.endswith('.py') and self.floor == 'tests'

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Yield each call with its dotted name: `ui.html`, `.images.admit` when what stands before is not a plain name."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node, dotted(node.func)

    def functions(self) -> Iterator[tuple[Function, bool]]:
        """Yield each function, and whether it stands inside another one."""
        if self.path.endswith('.py'):
            yield from _functions(ast.parse(self.text), nested=False)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield the lines with their numbers."""
        yield from enumerate(self.text.splitlines(), 1)


Check = Callable[[Source], Iterator[int]]


@dataclass(frozen=True)
class Rule:
    """One thing that must not stand in the tree: why, how it is found, an example that it catches and one that it lets pass."""

    reason: str
    check: Check
    bad: Source
    good: Source

    def findings(self, sources: list[Source]) -> list[str]:
        """Return `path:line reason` for every place that breaks the rule."""
        return [f'{source.path}:{line} {self.reason}' for source in sources for line in self.check(source)]


RULES: list[Rule] = []


def rule(reason: str, *, bad: str, good: str = '', path: str = 'pages/example.py', good_path: str = '') -> Callable[[Check], Check]:
    """Register a check that yields the lines where a file breaks the rule, with an example on either side."""
    def register(check: Check) -> Check:
        RULES.append(Rule(reason, check, Source(path, bad), Source(good_path or path, good)))
        return check
    return register


@cache
def sources() -> list[Source]:
    """Return every text file that git knows or would add."""
    listed = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '-z'], cwd=ROOT, capture_output=True, check=True).stdout
    names = sorted(name for name in listed.decode().split('\0') if name)
    return [source for source in map(_read, names) if source is not None]


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a chain of attributes; what is not a name stands as nothing: `.b.c`."""
    if isinstance(node, ast.Attribute):
        return f'{dotted(node.value)}.{node.attr}'
    return node.id if isinstance(node, ast.Name) else ''


def length(function: Function) -> int:
    """Return the lines of a definition without its docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    return _span(function) - (_span(first) if has_docstring else 0)


def _span(node: Function | ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _read(name: str) -> Source | None:
    path = ROOT / name
    if not path.is_file():
        return None
    try:
        return Source(name, path.read_text(encoding='utf-8'))
    except UnicodeDecodeError:
        return None  # a font or a picture


def _functions(tree: ast.AST, *, nested: bool) -> Iterator[tuple[Function, bool]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node, nested
        yield from _functions(node, nested=nested or isinstance(node, Function))
