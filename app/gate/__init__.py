"""The outer half of the gate: plain ASGI around everything, deny by default.

    web = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    ... own routes, then ui.run_with(web, ...)
    gate = Gate(web, resolve=clinic().resolve, hosts=loopback_hosts(port), error_page=error_page,
                is_setup_open=..., body_limit=BodyLimits(uploads=...), framework=live_gate.FRAMEWORK)
    uvicorn.run(gate, server_header=False, proxy_headers=False, access_log=False, ws_max_size=LARGEST_MESSAGE_BYTES)

`proxy_headers=False`, because otherwise anyone on this machine can forge the address that the audit trail records, and
`access_log=False`, because addresses of pages hold unique IDs. The gate puts `scope['actor']` (Actor or None) into every http and websocket
scope. What it must know of the page framework is handed in by the half that knows it (`Framework`).
"""
from app.gate.bodies import LARGEST_MESSAGE_BYTES, BodyLimits
from app.gate.gate import Gate
from app.gate.requests import COOKIE, Framework, address_of, loopback_hosts, session_token

__all__ = ['COOKIE', 'LARGEST_MESSAGE_BYTES', 'BodyLimits', 'Framework', 'Gate', 'address_of', 'loopback_hosts', 'session_token']
