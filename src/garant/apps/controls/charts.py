"""A promise's history as a drawing made by the server; the page gives the same numbers in a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from garant.site import words

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 150, 44, 12, 34


def history(readings: Sequence[Any], title: str) -> SafeString:
    """Draw the readings: a line for what is counted, a bar of colour under it for the state.

    What was read on one day only is a level line.
    """
    days = [one.day for one in readings]
    span = max((days[-1] - days[0]).days, 1)
    most = max((one.measure or 0 for one in readings), default=0) or 1
    points = [(_x(one.day, days[0], span), _y(one.measure or 0, most), one) for one in readings]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in [(x, y) for x, y, _ in points] + [(WIDTH, points[-1][1])])
    ends = [x for x, _, _ in points[1:]] + [float(WIDTH)]
    bars = [
        (f"{x:.1f}", HEIGHT - BOTTOM + 6, f"{max(end - x, 3):.1f}", one.state)
        for (x, _, one), end in zip(points, ends, strict=True)
    ]
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"></line>'
        '<text x="0" y="{}">{}</text><text x="0" y="{}">0</text>{}'
        '<polyline class="line" points="{}"></polyline>'
        '<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text></svg>',
        WIDTH, HEIGHT, title, LEFT, WIDTH, HEIGHT - BOTTOM, HEIGHT - BOTTOM,
        TOP + 8, words.count(most), HEIGHT - BOTTOM,
        format_html_join("", '<rect x="{}" y="{}" width="{}" height="6" class="{}"></rect>', bars),
        line, LEFT, HEIGHT - 6, words.day(days[0]), WIDTH, HEIGHT - 6, words.day(days[-1]) if days[-1] > days[0] else "",
    )  # fmt: skip


def _x(day: date, first: date, span: int) -> float:
    return LEFT + (WIDTH - LEFT) * (day - first).days / span


def _y(measure: int, most: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * measure / most
