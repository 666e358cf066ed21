"""What a field answers after a broken line, beside the keys that come over the new one."""
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from components.read_back import shown_in

NOT_TOLD = object()


class Control:
    """A field whose browser answers, and what happens before the answer is heard."""

    def __init__(self, told: Any, answer: Any, meanwhile: Callable[['Control'], None]) -> None:
        self._client_value, self._answer, self._meanwhile = told, answer, meanwhile

    async def get_computed_prop(self, name: str, *, timeout: float) -> Any:
        assert (name, timeout > 0) == ('inputValue', True)
        self._meanwhile(self)
        return self._answer

    def tell(self, value: Any) -> None:
        self._client_value = value


@pytest.mark.parametrize(('told', 'answer', 'then', 'shown'), [
    ('Base.', 'Base. Sto', None, 'Base. Sto'),  # what the line swallowed
    ('Base.', 'Base. Sto', 'Base. Stop', 'Base. Stop'),  # a key right behind the answer
    (NOT_TOLD, 'Base. Sto', 'Base. Stop', 'Base. Stop'),
    ('Base.', 'Base. Sto', NOT_TOLD, 'Base. Sto'),  # the server wrote meanwhile: what the browser shows is still news
    ('Base.', None, None, None),  # no such field
    ('Base.', None, 'Base. Stop', 'Base. Stop'),
])
async def test_what_stands_in_a_field_is_the_newest_that_its_browser_told(told: Any, answer: Any, then: Any, shown: Any) -> None:
    control = Control(told, answer, lambda one: one.tell(then) if then is not None else None)
    assert await shown_in(SimpleNamespace(shown=SimpleNamespace(control=control))) == shown  # type: ignore[arg-type]
