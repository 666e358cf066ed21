"""`make bench`: measure everything and print one table. Machines differ and are shared: look at the ratios first."""
import argparse
import asyncio
import importlib
import sys
from collections.abc import Iterable

from tests.benchmarks.measuring import Row

PARTS = ('server', 'autosave', 'load', 'audit', 'encryption', 'ingest', 'ingest_decode', 'uploads', 'gallery', 'entry', 'comparing',
         'patients')
_HEADINGS = ('case', 'ours', 'floor or rival', 'ratio', 'target', '')


def main() -> None:
    """Run the parts that are named, or all, and print the table."""
    parser = argparse.ArgumentParser(prog='make bench')
    parser.add_argument('parts', nargs='*', help=f'which parts: {", ".join(PARTS)}')
    chosen = parser.parse_args().parts or PARTS
    found: list[Row] = []
    for part in chosen:
        print(f'{part} …', file=sys.stderr, flush=True)
        found += measured(part)
    print(table(found))


def measured(part: str) -> list[Row]:
    """Return the rows of one part."""
    rows = importlib.import_module(f'tests.benchmarks.bench_{part}').rows()
    if asyncio.iscoroutine(rows):
        rows = asyncio.run(rows)
    return list(rows)


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of plain text."""
    lines = [_HEADINGS, *((row.case, row.ours, row.rival, row.ratio, row.target, 'held' if row.held else 'NOT HELD') for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return '\n'.join('  '.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines)


if __name__ == '__main__':
    main()
