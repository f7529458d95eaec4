"""The controls, one module per kind of promise. A new one is a module and a line in CONTROLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from garant.apps.controls.each import absence, cookies, retention, rights, security, sharing, systems
from garant.apps.controls.findings import Finding
from garant.apps.controls.gathering import Seen

CONTROLS: tuple[Callable[[Seen], Iterator[Finding]], ...] = (
    systems.look,
    absence.look,
    retention.look,
    sharing.look,
    rights.look,
    security.look,
    sharing.transfers,
    cookies.look,
    sharing.updates,
)


def findings(seen: Seen) -> list[Finding]:
    """Every promise and how it stands, in the order of the notice."""
    found = [finding for control in CONTROLS for finding in control(seen)]
    return sorted(found, key=lambda one: one.article)
