"""The notice as PDF/UA-1 (ISO 14289-1): tagged, with bookmarks, its language and its title."""

from __future__ import annotations

from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Any, Final

from garant.publish import words
from garant.publish.notice.document import Notice
from garant.publish.paper import printed

_TEMPLATE: Final = files("garant.publish.notice") / "templates" / "notice.typ"


def notice_pdf(notice: Notice) -> bytes:
    """The notice as a PDF. The same notice gives the same bytes."""
    fr = notice.language == "fr"
    dated = ""
    if notice.updated:
        on = words.day(notice.updated, notice.language)
        dated = f"Mise à jour le {on}" if fr else f"Updated on {on}"
    said = {
        "title": f"{notice.subtitle} – {notice.organisation.name}",
        "keyword": "RGPD" if fr else "GDPR",
        "law": "Le texte de loi\u202f" if fr else "The law",
        "dated": dated,
    }
    moment = (
        datetime.combine(notice.updated, time(), UTC) if notice.updated else datetime(2000, 1, 1, tzinfo=UTC)
    )
    return printed(_TEMPLATE.read_bytes(), {"notice": _used(notice), "words": said}, at=moment)


def _used(notice: Notice) -> dict[str, Any]:
    return notice.model_dump(mode="json", exclude_none=True, exclude={"promises"})
