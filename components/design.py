"""The look in numbers: colour, type, space; the stylesheets made of them; and the route that serves both.

The only place with colours. Rules live in `style/*.css` and speak in tokens (`var(--accent)`). The chrome is near-neutral so that it
does not bias how skin reads; the accent is petrol because skin is orange. Contrast of every text pair was measured: see the test.
"""
import hashlib
import mimetypes
from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import Response

_HERE = Path(__file__).parent
_STATIC = _HERE / 'static'
_STYLE = _HERE / 'style'

LIGHT = {
    'bg': '#F5F6F7', 'surface': '#FFFFFF', 'raised': '#FFFFFF', 'sunken': '#ECEEF0', 'hover': '#F0F2F3',
    'line': '#E2E5E8', 'line-2': '#CDD2D7', 'ctl': '#868F99',
    'text': '#14181C', 'text-2': '#454E57', 'text-3': '#616A74',
    'accent': '#0B5C70', 'accent-h': '#084A5A', 'accent-soft': '#E1EFF2', 'accent-line': '#A9CDD6', 'on-accent': '#FFFFFF',
    'ok': '#176B41', 'ok-soft': '#E3F2E9', 'warn': '#855300', 'warn-soft': '#FBF0DA',
    'bad': '#B3261E', 'bad-soft': '#FBE9E7', 'on-bad': '#FFFFFF', 'info': '#2457A6', 'info-soft': '#E7EEF9',
    'mat': '#E4E7E9', 'select': '#0A7F9E', 'on-select': '#FFFFFF',
    'stage': '#17191C', 'stage-2': '#212428', 'stage-line': '#363B41', 'stage-text': '#F1F3F5', 'stage-text-2': '#B3BBC3',
    'bar': '#1A1F23', 'on-bar': '#FFFFFF', 'bar-accent': '#62C6DA', 'on-bar-accent': '#04222A', 'bar-bad': '#FFB4AB',
    'bar-hover': 'rgb(255 255 255/.1)',
    'scrim': 'rgb(12 16 20/.46)', 'on-photo': '#FFFFFF', 'photo-edge': 'rgb(255 255 255/.9)',
    'photo-label': 'rgb(12 16 20/.66)', 'photo-tick': 'rgb(10 14 18/.38)',
    'seg-on': '#FFFFFF', 'seg-edge': 'rgb(16 24 32/.07)',
    'shell-side': '#F5F6F7', 'shell-main': '#FFFFFF', 'nav-on': '#FFFFFF',
    # one per data.models.TagColour: text on a tint of itself
    'tag-plum': '#8A3FA0', 'tag-teal': '#0F6B8A', 'tag-moss': '#3F6B2E', 'tag-rust': '#A8480B', 'tag-indigo': '#4A4FB8',
    'tag-rose': '#A8315F', 'tag-olive': '#6A6110', 'tag-slate': '#4F5D6E', 'tag-sea': '#0B6F5C', 'tag-brown': '#7A5236',
    'sh-1': '0 1px 2px rgb(16 24 32/.06)',
    'sh-2': '0 4px 14px -2px rgb(16 24 32/.10),0 1px 3px rgb(16 24 32/.06)',
    'sh-3': '0 24px 64px -12px rgb(12 18 24/.34),0 4px 14px rgb(12 18 24/.10)',
}
DARK = {
    'bg': '#0F1214', 'surface': '#171B1E', 'raised': '#1E2327', 'sunken': '#0B0D0F', 'hover': '#20262A',
    'line': '#272D32', 'line-2': '#394148', 'ctl': '#75808B',
    'text': '#ECEFF2', 'text-2': '#B9C1C9', 'text-3': '#939DA7',
    'accent': '#62C6DA', 'accent-h': '#86D6E6', 'accent-soft': '#123139', 'accent-line': '#23545F', 'on-accent': '#04222A',
    'ok': '#63CB92', 'ok-soft': '#12291D', 'warn': '#E9B650', 'warn-soft': '#2D2310',
    'bad': '#FF9388', 'bad-soft': '#351614', 'on-bad': '#2A0705', 'info': '#8AB5F6', 'info-soft': '#15233A',
    'mat': '#0B0D0F', 'select': '#35C6E6', 'on-select': '#04222A',
    'stage': '#0B0D0F', 'stage-2': '#171B1E', 'stage-line': '#2B3238', 'bar': '#2A3137',
    'seg-on': '#333B42', 'shell-side': '#0B0D0F', 'shell-main': '#0F1214', 'nav-on': '#1E2327',
    'tag-plum': '#D69BE6', 'tag-teal': '#7CC7E0', 'tag-moss': '#9CCB86', 'tag-rust': '#F2A66B', 'tag-indigo': '#A9ADFF',
    'tag-rose': '#F29AB8', 'tag-olive': '#D2C66E', 'tag-slate': '#AEBBCB', 'tag-sea': '#6CD0B8', 'tag-brown': '#D9B093',
    # never `none`: a list of shadows with `none` in it is invalid as a whole
    'sh-1': '0 0 0 0 transparent', 'sh-2': '0 4px 14px rgb(0 0 0/.4)', 'sh-3': '0 24px 64px rgb(0 0 0/.6)',
}
_FIXED = {
    'r-s': '6px', 'r': '8px', 'r-l': '12px', 'r-xl': '16px', 'gut': '24px', 'ease': 'cubic-bezier(.2,0,0,1)',
    'sans': '"Inter",system-ui,sans-serif', 'mono': '"Geist Mono",ui-monospace,monospace',
    # the clinic's reference card and the sign-in picture: always the same, by day and by night
    'tone-1': '#F3D3C0', 'tone-2': '#E6B996', 'tone-3': '#CF9A70', 'tone-4': '#A9744C', 'tone-5': '#7A4E33', 'tone-6': '#4A2F22',
    'art': '#12383F', 'art-light': '#1C5361', 'art-deep': '#081D24', 'art-line': '#8AD3E2', 'art-text': '#F1F7F8',
    'paper': '#FFFFFF', 'paper-ink': '#14181C',  # a code to scan, dark on white in every light
}
AVATARS = ('#0B5C70', '#7A4A1E', '#5B3F8C', '#2F5D34', '#8A2F4A')

_LATIN = ('U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,'
          'U+FEFF,U+FFFD')
_LATIN_EXT = 'U+0100-0130,U+0132-0151,U+0154-02BA,U+1E00-1E9F,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF'
_VIETNAMESE = ('U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303-0304,U+0308-0309,U+0323,U+0329,'
               'U+1EA0-1EF9,U+20AB')
_GREEK = 'U+0370-0377,U+037A-037F,U+0384-038A,U+038C,U+038E-03A1,U+03A3-03FF'
_CYRILLIC = 'U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116'
_FONTS = (  # where two spans share a character the later line is asked first; a browser loads what a page's names need
    ('Inter', 'inter-cyrillic-wght-normal.woff2', _CYRILLIC),
    ('Inter', 'inter-greek-wght-normal.woff2', _GREEK),
    ('Inter', 'inter-vietnamese-wght-normal.woff2', _VIETNAMESE),
    ('Inter', 'inter-latin-wght-normal.woff2', _LATIN),
    ('Inter', 'inter-latin-ext-wght-normal.woff2', _LATIN_EXT),
    ('Geist Mono', 'geist-mono-latin-wght-normal.woff2', _LATIN),
)
# the order NiceGUI declares; repeated so that it holds whichever sheet the browser reads first
_LAYERS = '@layer theme,base,quasar,nicegui,components,utilities,overrides,quasar_importants;'
_APP_SHEETS = ('base', 'shell', 'controls', 'tag', 'dialogs', 'patient', 'images', 'visit', 'lists', 'entry', 'details', 'pool', 'viewer',
               'comparison', 'picker', 'patients', 'tags', 'shortcuts', 'handoff', 'leaving', 'consent', 'settings')


def _read_assets() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.is_file()}


def _rules(name: str) -> str:
    return (_STYLE / f'{name}.css').read_text(encoding='utf-8')


def _declare(tokens: dict[str, str]) -> str:
    return ';'.join(f'--{name}:{value}' for name, value in tokens.items())


def _font_faces() -> str:
    # addresses are relative to the sheet, which lives beside the fonts
    return ''.join(
        f'@font-face{{font-family:"{family}";src:url({file}) format("woff2");font-weight:100 900;font-display:block;unicode-range:{span}}}'
        for family, file, span in _FONTS)


def stylesheet() -> str:
    """Return the sheet of the application's pages; dark follows the class that NiceGUI sets on the body."""
    light, dark = _declare(_FIXED | LIGHT), _declare(DARK)
    before_start = f'@media(prefers-color-scheme:dark){{body:not(.body--light){{color-scheme:dark;{dark}}}}}'
    return '\n'.join((
        _LAYERS, _font_faces(), f':root{{color-scheme:light;{light}}}', before_start, f'.body--dark{{color-scheme:dark;{dark}}}',
        '@layer components{', *(_rules(name) for name in _APP_SHEETS), '}', _rules('above_layers'),
    ))


def plain_stylesheet(rules: str = 'plain') -> str:
    """Return the sheet of the pages without script (sign-in, set-up, errors; `capture` for phones); dark follows the system."""
    light, dark = _declare(_FIXED | LIGHT), _declare(DARK)
    at_night = f'@media(prefers-color-scheme:dark){{:root{{{dark}}}}}'
    return '\n'.join((_font_faces(), f':root{{color-scheme:light dark;{light}}}', at_night, _rules(rules)))


_ASSETS = _read_assets() | {'dermafolio.css': stylesheet().encode(), 'plain.css': plain_stylesheet().encode(),
                            'capture.css': plain_stylesheet('capture').encode()}
ASSET_VERSION = hashlib.sha256(b''.join(name.encode() + content for name, content in sorted(_ASSETS.items()))).hexdigest()[:12]


def asset(name: str) -> str:
    """Return the address of a file of the package."""
    return f'/static/{ASSET_VERSION}/{name}'


def icon(name: str) -> str:
    """Return what NiceGUI's icon props take: one symbol of the sprite. It follows the colour of the text around it."""
    return f'svguse:{asset("icons.svg")}#{name}'


def icon_svg(name: str, size: int = 18) -> str:
    """Return the same symbol as markup, for fragments; decorative, so hidden from screen readers."""
    return (f'<svg class="df-ic" width="{size}" height="{size}" aria-hidden="true" focusable="false">'
            f'<use href="{asset("icons.svg")}#{name}"></use></svg>')


def head_html() -> str:
    """Return what a page of the application needs in its head."""
    return (f'<link rel="preload" href="{asset("inter-latin-wght-normal.woff2")}" as="font" type="font/woff2" crossorigin>'
            f'<link rel="stylesheet" href="{asset("dermafolio.css")}">'
            f'<link rel="icon" type="image/svg+xml" href="{asset("favicon.svg")}">'
            f'<meta name="theme-color" media="(prefers-color-scheme: light)" content="{LIGHT["bg"]}">'
            f'<meta name="theme-color" media="(prefers-color-scheme: dark)" content="{DARK["bg"]}">')


def avatar_colour(user_key: str) -> str:
    """Return a person's colour: always the same, white initials stay readable on each."""
    return AVATARS[hashlib.sha256(user_key.encode()).digest()[0] % len(AVATARS)]


async def serve_asset(request: Request) -> Response:
    """Answer one file of the package, from memory: there is no path that could lead elsewhere."""
    name = request.path_params['name']
    content = _ASSETS.get(name)
    if content is None:
        return Response(status_code=404)
    # a page from before an update asks under the old version: it gets the new file, but must not keep it
    current = request.path_params['version'] == ASSET_VERSION
    return Response(content, media_type=_media_type(name), headers={
        'Cache-Control': 'public, max-age=31536000, immutable' if current else 'no-cache',
        'X-Content-Type-Options': 'nosniff',
    })


def _media_type(name: str) -> str:
    return 'font/woff2' if name.endswith('.woff2') else mimetypes.guess_type(name)[0] or 'application/octet-stream'


def install(web: FastAPI) -> None:
    """Serve the package's own fonts, icons and stylesheets. Open without a session: nothing here is about anyone."""
    web.add_route('/static/{version}/{name}', serve_asset, methods=['GET', 'HEAD'], include_in_schema=False)
