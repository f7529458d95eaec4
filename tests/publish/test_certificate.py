"""The certificate on paper: tagged, in both languages, its texts never a program."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pikepdf import Pdf

from garant.policy.text import Language
from garant.publish import certificate as certificate_module
from garant.publish.certificate import certificate_pdf

CERTIFICATE: dict[str, Any] = {
    "finished_at": "2026-11-25T22:00:00.123456+00:00",
    "plan": "a" * 64,
    "policy": "b" * 64,
    "state": "kept",
    "receipts": [
        {
            "batch": f"001/{number:04}",
            "system": "crm",
            "rule": "prospects" if number else None,
            "roots": 3,
            "tables": [{"table": "person", "deleted": 2, "treated": 1}],
        }
        for number in range(60)
    ],
    "proof": {"index": 12},
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", ["kept", "not-kept"])
def test_it_is_tagged_and_says_its_language(language: Language, state: str) -> None:
    made = certificate_pdf({**CERTIFICATE, "state": state}, 'Une #panic("x") $société$', language)
    printed = Pdf.open(BytesIO(made))
    assert printed.Root.MarkInfo.Marked
    assert str(printed.Root.Lang) == language
    assert len(printed.pages) > 1
    assert b"pdfuaid" in printed.Root.Metadata.read_bytes()
    assert made == certificate_pdf({**CERTIFICATE, "state": state}, 'Une #panic("x") $société$', language)


def test_systems_and_rules_are_in_words_and_thousands_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[dict[str, Any]] = []
    whole = certificate_module.printed
    monkeypatch.setattr(
        certificate_module, "printed", lambda *told, **more: given.append(told[1]) or whole(*told, **more)
    )
    table = {"table": "person", "deleted": 1200, "treated": 34}
    receipt = {"batch": "001/0001", "system": "crm", "rule": "prospects", "roots": 1200, "tables": [table]}
    made = {**CERTIFICATE, "receipts": [receipt]}
    certificate_pdf(
        made, "A", "fr", called={("system", "crm"): "Relation client", ("rule", "prospects"): "Prospects"}
    )
    certificate_pdf(made, "A", "en", called={("system", "crm"): "crm"})
    assert given[0]["rows"] == [
        ["001/0001", "Relation client (crm)", "Prospects (prospects)", "1\u202f200", "1\u202f234"]
    ]
    assert given[1]["rows"] == [["001/0001", "crm", "prospects", "1,200", "1,234"]]
