"""The certificate on paper: tagged, in both languages, its texts never a program."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pikepdf import Pdf

from garant.policy.text import Language
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
