"""What a page points at exists, and what it tells to type can be typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Context

from garant.cli import registration, remote
from tests.docs.pages import ROOT, Example, anchors, examples, links, pages


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    lost = [link for link in links(page) if not _leads_somewhere(page, link)]
    assert lost == []


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, fragment = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not fragment or target.suffix != ".md" or fragment in anchors(target)


def test_there_are_examples() -> None:
    assert len(list(examples())) > 20


@pytest.mark.parametrize("example", list(examples()), ids=str)
def test_every_example_can_be_typed(example: Example) -> None:
    words = list(example.words)
    if words[:1] == ["garant"]:
        _parse(words)
    elif words[:1] == ["make"]:
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
    elif words[0].startswith(("scripts/", ".ci/")):
        assert (ROOT / words[0]).is_file()


def _parse(words: list[str]) -> None:
    """Follows the command's own grammar, without converting or running anything."""
    server, rest = remote.choose(_without_language(words[1:]))
    node = remote.command(server) if server else registration.command("en")
    while getattr(node, "commands", None):
        assert rest, "a command is missing"
        assert rest[0] in node.commands, rest[0]
        node, rest = node.commands[rest[0]], rest[1:]
    found, extra, _ = node.make_parser(Context(node)).parse_args(rest)
    assert not extra
    missing = [
        parameter.name
        for parameter in node.params
        if parameter.required and parameter.name not in found and parameter.default is None
    ]
    assert missing == []


def _without_language(words: list[str]) -> list[str]:
    if "--language" in words:
        place = words.index("--language")
        return [*words[:place], *words[place + 2 :]]
    return words
