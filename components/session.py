"""Who is acting right now. Asked anew at every event, so that a lowered role or an ended session acts at once."""
from nicegui import ui
from starlette.requests import Request

from app.clinic import clinic
from app.gate import address_of, session_token
from data.actors import Actor
from data.errors import NotPermitted

_SIGNED_OUT = 'You are signed out. Sign in again to go on.'


def current_actor() -> Actor:
    """Return the live actor of the page that is being built or used, with the permissions of this moment.

    Raise NotPermitted when the session has ended. Not for plain routes: those have their request, see `actor_of`.
    """
    scope = ui.context.client.request.scope
    token = session_token(scope)
    actor = clinic().resolve(token, address_of(scope)) if token else None
    if actor is None:
        raise NotPermitted(_SIGNED_OUT)
    return actor


def actor_of(request: Request) -> Actor:
    """Return the actor of a plain request, whom the gate looked up a moment ago."""
    actor = request.scope.get('actor')
    if not isinstance(actor, Actor):
        raise NotPermitted(_SIGNED_OUT)
    return actor
