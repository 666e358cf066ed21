"""What stands above the pool: how many photographs, what narrows them, how large and in which order they are, how more come in."""
from collections.abc import Callable
from typing import Any

from components import design
from components.controls import box, icon_button, text
from components.image_grid import Size, size_choice
from components.pool_filters import OnView, Pool, PoolFilters


class PoolTools:
    """The row. `on_view` shows another view, `on_size` hears how large the photos shall be; `more` builds what stands at its end."""

    def __init__(self, pool: Callable[[], Pool], size: Size, *, on_view: OnView, on_size: Callable[[Size], Any],
                 more: Callable[[], Any]) -> None:
        self._pool, self._on_view = pool, on_view
        with box('df-tools df-pool-tools') as self.root:
            self._count = text('', 'df-tools-title df-num', tag='h2', aria_live='polite')
            self._filters = PoolFilters(pool, on_view)
            with box('df-tools-end'):
                self.sizes = size_choice(on_size, value=size)
                self._order = icon_button('arrow-down', label='Newest day first', on_click=self._turn)
                more()

    def show(self) -> None:
        """Say what is shown now."""
        pool = self._pool()
        self._count.set_text(pool.words)
        self._order.props['aria-pressed'] = str(pool.view.is_newest_first).lower()
        self._order.props['icon'] = design.icon('arrow-down' if pool.view.is_newest_first else 'arrow-up')
        self._filters.show()

    def set_away(self, is_away: bool) -> None:
        """Hide the row and keep its room, for what stands there meanwhile."""
        self.root.classes(add='df-away' if is_away else '', remove='' if is_away else 'df-away')

    def _turn(self) -> Any:
        return self._on_view(self._pool().view.turned())
