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

        def leave() -> None:
            if not page.has_socket_connection:  # a dead line is noticed late: the page may be back on another one
                present.go(subject, page.id)
        page.on_connect(lambda: present.come(subject, page.id, actor))
        page.on_disconnect(leave)
        end = clinic().hub.subscribe(presence_of(subject), lambda _change: self._show())

        def close() -> None:
            end()
            present.go(subject, page.id)
        page.on_delete(close)

    def _show(self) -> None:
        if not self.is_deleted:
            self.set_content(presence_html(clinic().presence.here(self._subject)))


def presence_html(people: tuple[Person, ...]) -> str:
    """Return up to three initials and how many more there are, escaped; nothing for one person, who knows that they are here.

    Who is idle comes after who is not.
    """
    if len(people) < 2:
        return ''
    ordered = sorted(people, key=lambda one: one.is_idle)
    shown = ''.join(_mark_html(one) for one in ordered[:_MOST])
    rest = ordered[_MOST:]
    more = f'<span class="df-presence-more df-num" title="{escape("; ".join(map(_words, rest)))}">+{len(rest)}</span>' if rest else ''
    active, idle = [one.name for one in people if not one.is_idle], [_words(one) for one in people if one.is_idle]
    names = '; '.join(([', '.join(active)] if active else []) + idle)
    return f'<span role="img" aria-label="Here now: {escape(names)}" class="df-presence-row">{shown}{more}</span>'


def _mark_html(one: Person) -> str:
    look = 'idle' if one.is_idle else 'here'
    return (f'<span class="df-avatar df-avatar--{look}" style="--own:{avatar_colour(one.user)}" title="{escape(_words(one))}">'
            f'{escape(formatting.initials(one.name))}</span>')


def _words(one: Person) -> str:
    return f'{one.name}, idle' if one.is_idle else one.name
