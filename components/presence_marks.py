"""Who else has this record open: their initials in the header, told by name to who cannot see them."""
from html import escape

from nicegui import ui

from app.clinic import clinic
from app.presence import Person, presence_of
from components import formatting
from components.design import avatar_colour
from data.actors import Actor

_MOST = 3


class PresenceMarks(ui.html):
    """Shows nothing while its reader is alone. The page itself counts as long as its line holds."""

    def __init__(self, subject: str, actor: Actor) -> None:
        super().__init__('', sanitize=False)
        self.classes('df-presence')
        self._subject = subject
        page, present = ui.context.client, clinic().presence
        page.on_connect(lambda: present.come(subject, page.id, actor))
        page.on_disconnect(lambda: present.go(subject, page.id))
        end = clinic().hub.subscribe(presence_of(subject), lambda _change: self._show())

        def leave() -> None:
            end()
            present.go(subject, page.id)
        page.on_delete(leave)

    def _show(self) -> None:
        if not self.is_deleted:
            self.set_content(presence_html(clinic().presence.here(self._subject)))


def presence_html(people: tuple[Person, ...]) -> str:
    """Return up to three initials and how many more there are, escaped; nothing for one person, who knows that they are here."""
    if len(people) < 2:
        return ''
    shown = ''.join(f'<span class="df-avatar df-avatar--here" style="--own:{avatar_colour(one.user)}" title="{escape(one.name)}">'
                    f'{escape(formatting.initials(one.name))}</span>' for one in people[:_MOST])
    more = f'<span class="df-presence-more df-num">+{len(people) - _MOST}</span>' if len(people) > _MOST else ''
    names = escape(', '.join(one.name for one in people))
    return f'<span role="img" aria-label="Here now: {names}" class="df-presence-row">{shown}{more}</span>'
