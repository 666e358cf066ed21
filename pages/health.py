"""For whoever watches the server: is the process there, and can it read its records?"""
from fastapi import APIRouter
from starlette.responses import PlainTextResponse, Response

from app.clinic import clinic
from data.actors import anonymous

router = APIRouter()


@router.get('/healthz')
def healthz() -> Response:
    """Say that the process answers."""
    return PlainTextResponse('ok')


@router.get('/readyz')
def readyz() -> Response:
    """Say whether the records can be read."""
    try:
        with clinic().reading(anonymous()) as records:
            records.users.is_empty()
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no, and the reason is nobody's business here
        return PlainTextResponse('not ready', 503)
    return PlainTextResponse('ready')
