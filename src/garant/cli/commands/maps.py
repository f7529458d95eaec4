"""`garant map check`: hold data maps against themselves, the policy, and the live systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from garant.cli import options
from garant.cli.language import both
from garant.cli.views.findings import tell
from garant.policy.diagnostics import Diagnostic, UnusableDocument, sorted_by_place

if TYPE_CHECKING:
    from garant.policy.document import Policy
    from garant.systems.loader import LoadedMap


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help=both(
            "Cartes : comment un système répond à la politique.",
            "Data maps: how a system answers the policy.",
        ),
        no_args_is_help=True,
    )
    group.callback()(_group)
    group.command(
        "check",
        help=both(
            "Vérifie des cartes, seules puis face au système vivant que nomme leur connexion.",
            "Check data maps, alone and then against the live system that their connection names.",
        ),
    )(check)
    app.add_typer(group, name="map")


def _group() -> None: ...


def check(
    maps: Annotated[
        list[Path],
        typer.Argument(
            metavar="MAP…", help=both("Fichiers ou dossiers de cartes.", "Files or folders of maps.")
        ),
    ],
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy",
            metavar="DIR",
            help=both("Politique à laquelle les cartes répondent.", "Policy that the maps answer."),
        ),
    ] = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline",
            help=both("Sans interroger aucun système.", "Without asking any system."),
        ),
    ] = False,
    form: options.FormOption = options.Form.TEXT,
) -> int:
    """Report the findings of every map; 0 clean, 1 findings, 2 unusable."""
    from garant.policy.loader import load_policy

    try:
        document = load_policy(policy).document if policy is not None else None
    except UnusableDocument as unusable:
        return tell(unusable.diagnostics, form)
    found: list[Diagnostic] = []
    for file in _files(maps):
        found += _check(file, document, live=not offline)
    return tell(sorted_by_place(found), form)


def _files(maps: list[Path]) -> list[Path]:
    files: list[Path] = []
    for path in maps:
        inside = sorted(f for f in path.glob("*") if f.suffix in (".yaml", ".yml")) if path.is_dir() else []
        files += inside or [path]
    return files


def _check(file: Path, policy: Policy | None, *, live: bool) -> list[Diagnostic]:
    """Check one map; the live system is asked only where the map itself is sound."""
    from garant.systems.checks.manual import check_manual
    from garant.systems.checks.static import check_map
    from garant.systems.loader import LoadedManual, load_any

    try:
        loaded = load_any(file)
    except UnusableDocument as unusable:
        return list(unusable.diagnostics)
    if isinstance(loaded, LoadedManual):
        return check_manual(loaded, policy)
    found = check_map(loaded, policy)
    if live and not any(diagnostic.severity == "error" for diagnostic in found):
        found += _live(loaded)
    return found


def _live(loaded: LoadedMap) -> list[Diagnostic]:
    from garant.apps.promises.opening.workspace import looking
    from garant.systems.checks.live import check_live

    with looking(loaded.map) as engine:
        return check_live(loaded, engine)
