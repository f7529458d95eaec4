"""Would what a restriction sets apart come back?"""

from __future__ import annotations

from collections.abc import Iterator

from garant.systems.checks import apart_rules as rules
from garant.systems.checks.findings import Finding
from garant.systems.model import DataMap
from garant.systems.obstacles import obstacles
from garant.systems.paths import LinkCycle


def check_apart(data_map: DataMap) -> Iterator[Finding]:
    """Columns whose values could not be put back; unknown roots, and links that turn, are said elsewhere."""
    for root in data_map.apart.keys() & data_map.roots.keys():
        try:
            yield from (
                Finding(rules.CANNOT_COME_BACK, place, why) for place, why in obstacles(data_map, root)
            )
        except (LinkCycle, KeyError):
            continue
