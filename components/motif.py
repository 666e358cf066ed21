"""The motif: the logo, crop marks of two overlapping frames, the clinic's reference card. Only at the door and where nothing is yet."""

_MARK = 32


def logo_svg(size: int = 28) -> str:
    """Return the logo as markup: two frames laid over each other, the newer one filled."""
    return (f'<svg width="{size}" height="{size}" viewBox="0 0 32 32" aria-hidden="true" focusable="false">'
            '<rect x="3" y="3" width="19" height="19" rx="5.5" fill="none" stroke="var(--accent)" stroke-width="2.4"/>'
            '<rect x="10" y="10" width="19" height="19" rx="5.5" fill="var(--accent)"/>'
            '<circle cx="19.5" cy="19.5" r="3.6" fill="var(--surface)"/></svg>')


def _corners(left: int, top: int, width: int, height: int, mark: int) -> str:
    right, bottom = left + width, top + height
    return (f'M{left} {top + mark}V{top}H{left + mark}M{right - mark} {top}H{right}V{top + mark}'
            f'M{left} {bottom - mark}V{bottom}H{left + mark}M{right - mark} {bottom}H{right}V{bottom - mark}')


def crop_marks_svg() -> str:
    """Return two overlapping frames in the colour of the text around them, for empty states and errors."""
    return ('<svg class="df-marks" width="88" height="66" viewBox="0 0 88 66" fill="none" stroke="currentColor" stroke-width="1.5" '
            f'stroke-linecap="round" aria-hidden="true" focusable="false"><path d="{_corners(4, 4, 50, 38, 8)}" opacity=".55"/>'
            f'<path d="{_corners(30, 20, 54, 42, 8)}"/><rect x="30" y="20" width="24" height="22" fill="currentColor" '
            'stroke="none" opacity=".12"/></svg>')


def _scale(left: int, top: int, width: int) -> str:
    """Return a millimetre scale: every tenth line long, every fifth middling."""
    step = width / 50
    lines = []
    for index in range(51):
        length = 15 if index % 10 == 0 else 10 if index % 5 == 0 else 6
        lines.append(f'M{left + index * step:.1f} {top}v{length}')
    return ''.join(lines)


def _tones(left: int, top: int, width: int) -> str:
    gap = 5
    each = (width - 5 * gap) / 6
    return ''.join(f'<rect x="{left + index * (each + gap):.1f}" y="{top}" width="{each:.1f}" height="34" rx="4" '
                   f'fill="var(--tone-{index + 1})"/>' for index in range(6))


def login_art_svg() -> str:
    """Return the sign-in picture: two frames of the same place, a target where they overlap, and the reference card. No patient's photo."""
    return ('<svg viewBox="0 0 580 612" preserveAspectRatio="xMinYMin meet" fill="none" aria-hidden="true" focusable="false">'
            '<rect x="176" y="104" width="220" height="292" fill="var(--art-line)" opacity=".14"/>'
            '<g stroke="var(--art-line)" stroke-width="1.6">'
            f'<path d="{_corners(1, 1, 395, 395, _MARK)}" opacity=".6"/><path d="{_corners(176, 104, 395, 395, _MARK)}"/>'
            '<circle cx="286" cy="250" r="80" opacity=".25"/><circle cx="286" cy="250" r="40" opacity=".55"/>'
            '<path d="M276 250h20M286 240v20"/>'
            f'<path d="{_scale(176, 528, 395)}" opacity=".75" stroke-width="1.2"/></g>{_tones(176, 562, 395)}</svg>')
