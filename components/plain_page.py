"""Pages without script: sign-in, set-up, errors. Plain HTML, so that a visitor who is nobody yet costs the server nothing."""
from html import escape
from urllib.parse import urlencode

from components.design import asset, icon_svg
from components.motif import crop_marks_svg, login_art_svg, logo_svg

_PLACE = 'Photos stay on your clinic’s own server.'


def login_page(practice_name: str, *, error: str = '', username: str = '', next_path: str = '') -> str:
    """Return the sign-in page. The form posts `username`, `password` and, when given, `next` to /login."""
    following = f'<input type="hidden" name="next" value="{escape(next_path)}">' if next_path else ''
    fields = (_input('Username', 'username', value=username, autocomplete='username', focus=not username, error=error)
              + _input('Password', 'password', kind='password', autocomplete='current-password', focus=bool(username), error=error))
    form = _form('/login', 'Sign in', practice_name, fields + following, action='Sign in', error=error)
    return _door('Sign in', form)


def setup_page(token: str, *, error: str = '', username: str = '', display_name: str = '') -> str:
    """Return the first-run page. It posts `username`, `display_name`, `password`, `repeat_password` to /setup?token=…"""
    fields = (_input('Username', 'username', value=username, autocomplete='username', focus=not username)
              + _input('Display name', 'display_name', value=display_name, autocomplete='name',
                       hint='As it stands on records, like Dr Ines Marlowe.')
              + _input('Password', 'password', kind='password', autocomplete='new-password',
                       hint='12 or more characters. A sentence is good.')
              + _input('Repeat password', 'repeat_password', kind='password', autocomplete='new-password'))
    form = _form('/setup?' + urlencode({'token': token}), 'Set up Dermafolio', 'You become its first administrator.', fields,
                 action='Create account', error=error)
    return _door('Set up', form)


def message_page(title: str, line: str, *, status_reference: str = '', link: tuple[str, str] = ('Go to the start page', '/')) -> str:
    """Return a page that says one thing: nothing here, not yours, link expired, something broke. `link` is (words, address)."""
    reference = f'<p class="df-ref">Reference <code>{escape(status_reference)}</code></p>' if status_reference else ''
    way_out = f'<a class="df-submit" href="{escape(link[1])}">{escape(link[0])}</a>' if link[0] else ''
    body = (f'<div class="df-message"><div class="df-brand">{logo_svg(30)}<span>Dermafolio</span></div><main>{crop_marks_svg()}'
            f'<h1>{escape(title)}</h1><p class="df-sub">{escape(line)}</p>{way_out}{reference}</main></div>')
    return _page(title, body)


def _input(label: str, name: str, *, kind: str = 'text', value: str = '', autocomplete: str, hint: str = '', focus: bool = False,
           error: str = '') -> str:
    attributes = ' autofocus' if focus else ''
    attributes += ' aria-invalid="true" aria-describedby="error"' if error else ''
    attributes += f' aria-describedby="{name}-hint"' if hint else ''
    plain = ' autocapitalize="none" spellcheck="false"' if name == 'username' else ''
    told = f'<p class="df-hint" id="{name}-hint">{escape(hint)}</p>' if hint else ''
    return (f'<label class="df-label" for="{name}">{label}</label><input class="df-input" id="{name}" name="{name}" type="{kind}" '
            f'value="{escape(value)}" autocomplete="{autocomplete}" maxlength="1024" required{plain}{attributes}>{told}')


def _form(address: str, title: str, line: str, fields: str, *, action: str, error: str) -> str:
    alert = ''
    if error:
        alert = f'<div class="df-alert" role="alert" id="error">{icon_svg("circle-alert", 18)}<span>{escape(error)}</span></div>'
    return (f'<form class="df-form" method="post" action="{escape(address)}"><h1>{escape(title)}</h1><p class="df-sub">{escape(line)}</p>'
            f'{alert}{fields}<button class="df-submit" type="submit">{action}</button></form>')


def _door(title: str, form: str) -> str:
    return _page(title, (
        '<div class="df-door"><div class="df-art"><p>Same light, same angle,<br><span>twelve weeks apart.</span></p>'
        f'{login_art_svg()}</div>'
        f'<main class="df-desk-door"><div class="df-brand">{logo_svg(32)}<span>Dermafolio</span></div>{form}'
        f'<p class="df-note">{icon_svg("lock", 14)}<span>{_PLACE}</span></p></main></div>'))


def _page(title: str, body: str) -> str:
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)} · Dermafolio</title>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
            f'<link rel="preload" href="{asset("inter-latin-wght-normal.woff2")}" as="font" type="font/woff2" crossorigin>'
            f'<link rel="stylesheet" href="{asset("plain.css")}"><link rel="icon" type="image/svg+xml" href="{asset("favicon.svg")}">'
            f'</head><body>{body}</body></html>')
