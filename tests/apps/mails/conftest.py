"""An installation whose letters go to a server of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest

from garant.publish.letters import Letter, LetterFacts, write
from garant.site import environment
from tests.apps.evidence.conftest import demo, installation
from tests.servers.smtp import PASSWORD, USER, Postbox, listening

__all__ = ["demo", "installation"]

FACTS = LetterFacts(
    organisation="Démonstration",
    contact="dpo@demo.example",
    number="R-2026-0001",
    right="erasure",
    received=date(2026, 11, 26),
    due=date(2026, 12, 26),
    link="https://garant.example/p/demo/fr/request/secret-part",
    code="482-913",
    minutes=15,
)


def letter(kind: str = "acknowledged") -> Letter:
    """A letter of that kind."""
    return write(kind, FACTS, "fr")


def point(settings: Any, box: Postbox, mode: str = "") -> None:
    """Have letters go to that server, as GARANT_SMTP says it."""
    login = f"{USER}:{quote(PASSWORD)}@" if mode else ""
    scheme, query = ("smtps", "") if mode == "smtps" else ("smtp", "?tls=starttls" if mode else "")
    named = {"GARANT_SMTP": f"{scheme}://{login}127.0.0.1:{box.port}{query}"}
    for name, value in environment.mail(settings.GARANT_HOME, named).items():
        setattr(settings, name, value)
    settings.DEFAULT_FROM_EMAIL = "Société Garante <garant@garant.example>"


@pytest.fixture
def postbox(demo: str, settings: Any) -> Iterator[Postbox]:
    """A server that takes everything, until told otherwise."""
    with listening(Postbox()) as box:
        point(settings, box)
        yield box
