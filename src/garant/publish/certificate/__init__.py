"""The certificate of a run, on paper: what was done, counted, and where its proof is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

from garant.policy.text import Language
from garant.publish import words
from garant.publish.paper import printed

_TEMPLATE: Final = files("garant.publish.certificate") / "certificate.typ"


def certificate_pdf(
    certificate: Mapping[str, Any],
    name: str,
    language: Language,
    *,
    called: Mapping[tuple[str, str], str] | None = None,
) -> bytes:
    """The certificate as PDF/UA-1; it holds numbers, keys and digests, no personal data.

    Args:
        certificate: what ``garant-certificate/1`` holds.
        name: the organisation's.
        language: of the words.
        called: "system" or "rule", and a key → what it is called there; by its key alone where nothing is said.
    """
    finished = datetime.fromisoformat(certificate["finished_at"])
    receipts = certificate["receipts"]
    total = sum(table["deleted"] + table["treated"] for one in receipts for table in one["tables"])
    rows = [
        [
            one["batch"],
            _called("system", one, called),
            _called("rule", one, called),
            _count(one["roots"], language),
            _count(_rows(one), language),
        ]
        for one in receipts
    ]
    said = {
        **_words(language),
        "state": _state(certificate["state"], language),
        "name": name,
        "language": language,
    }
    facts = [
        [said["organisation"], name],
        [said["plan"], certificate["plan"]],
        [said["policy"], certificate["policy"]],
        [said["ended"], words.day(finished.date(), language)],
        [said["rows"], _count(total, language)],
        [said["place"], str(certificate["proof"]["index"])],
    ]
    return printed(_TEMPLATE.read_bytes(), {"said": said, "facts": facts, "rows": rows}, at=finished)


def _called(kind: str, receipt: Mapping[str, Any], called: Mapping[tuple[str, str], str] | None) -> str:
    key: str | None = receipt[kind]
    if key is None:
        return "—"
    words = (called or {}).get((kind, key), key)
    return key if words == key else f"{words} ({key})"


def _count(number: int, language: Language) -> str:
    """Thousands apart, as in sentences."""
    return f"{number:,}".replace(",", "\u202f" if language == "fr" else ",")


def _rows(receipt: Mapping[str, Any]) -> int:
    return sum(table["deleted"] + table["treated"] for table in receipt["tables"])


def _state(state: str, language: Language) -> str:
    kept = state == "kept"
    if language == "fr":
        return (
            "Vérifiée\u202f: interrogés de nouveau, les systèmes n’ont plus rien de ce qui devait partir."
            if kept
            else "Non vérifiée\u202f: il en reste, ou des réponses sont attendues."
        )
    return (
        "Verified: asked again, the systems hold nothing more of what had to go."
        if kept
        else "Not verified: something is left, or answers are awaited."
    )


def _words(language: Language) -> dict[str, str]:
    if language == "fr":
        return {
            "title": "Certificat d’exécution",
            "organisation": "Organisation",
            "plan": "Plan approuvé (empreinte)",
            "policy": "Politique (empreinte)",
            "ended": "Terminée le",
            "rows": "Lignes changées",
            "place": "Rang au registre des preuves",
            "receipts": "Reçus, un par lot",
            "batch": "Lot",
            "system": "Système",
            "rule": "Règle",
            "roots": "Dossiers",
            "lines": "Lignes",
            "verify": "Pour vérifier hors ligne, avec le fichier joint\u202f: garant ledger verify proof.json --key CLÉ",
        }
    return {
        "title": "Certificate of a run",
        "organisation": "Organisation",
        "plan": "Approved plan (digest)",
        "policy": "Policy (digest)",
        "ended": "Ended on",
        "rows": "Rows changed",
        "place": "Place in the ledger",
        "receipts": "Receipts, one per batch",
        "batch": "Batch",
        "system": "System",
        "rule": "Rule",
        "roots": "Records",
        "lines": "Rows",
        "verify": "To verify offline, with the file beside: garant ledger verify proof.json --key KEY",
    }
