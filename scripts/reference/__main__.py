"""Write every reference page."""

from __future__ import annotations

from scripts.reference.pages import PAGES, place, written

for name, language in PAGES:
    page = place(name, language)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(written(name, language), encoding="utf-8")
