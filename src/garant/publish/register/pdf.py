"""The register as PDF/UA-1 (ISO 14289-1): tagged, bookmarked, its tables with headings that repeat; made by Typst.

Texts travel as data, never as source. The same policy gives the same bytes.
"""

from datetime import UTC, date, datetime, time
from importlib.resources import files
from typing import Any, Final

from garant.policy import Language, Policy, Text
from garant.publish import words
from garant.publish.paper import printed
from garant.publish.typography import typeset

from .completeness import Score, completeness
from .flat import ROLES
from .sheets import Sheet, Table, register_sheets

_TEMPLATE: Final = files("garant.publish.register") / "templates" / "register.typ"
LONGEST: Final = 18
"""Characters of a word that fit in a column."""

TITLE: Final = Text(fr="Registre des activités de traitement", en="Record of processing activities")
LAW: Final = Text(fr="RGPD, article 30", en="GDPR, article 30")
COMPLETE: Final = Text(fr="Complet à", en="Complete at")
MISSING: Final = Text(fr="Ce qui manque", en="What is missing")
CONTENTS: Final = Text(fr="Fiches", en="Sheets")


def as_pdf(policy: Policy, language: Language, status: Text | None = None) -> bytes:
    """All sheets on landscape pages, after a summary of them; under the title its `status`, where one is given."""
    on = _day(policy)
    content = {
        "language": language,
        "title": TITLE.say(language),
        "law": LAW.say(language),
        "status": status.say(language) if status is not None else "",
        "organisation": policy.organisation.name,
        "dated": words.day(on, language) if on is not None else "",
        "contents": CONTENTS.say(language),
        "sheets": _sheets(policy, language),
    }
    at = datetime.combine(on or date(2000, 1, 1), time(), UTC)
    return printed(_TEMPLATE.read_bytes(), {"register": content}, at=at, longest=LONGEST)


def _day(policy: Policy) -> date | None:
    """The last day on which the notice or a sheet was said to be up to date."""
    days = [policy.notice.updated, *(one.updated for one in policy.activities.values())]
    return max((one for one in days if one is not None), default=None)


def _sheets(policy: Policy, language: Language) -> list[dict[str, Any]]:
    scores = completeness(policy).sheets
    return [_sheet(sheet, scores[sheet.key], language) for sheet in register_sheets(policy)]


def _sheet(sheet: Sheet, score: Score, language: Language) -> dict[str, Any]:
    return {
        "title": sheet.title.say(language) or sheet.key,
        "role": ROLES[sheet.role].say(language),
        "reference": sheet.reference,
        "complete": f"{COMPLETE.say(language)} {score.percent}\u202f%",
        "missing_title": MISSING.say(language),
        "missing": [f"{one.label.say(language)} ({one.source.say(language)})" for one in score.missing],
        "tables": [_table(table, language) for table in sheet.tables],
    }


def _table(table: Table, language: Language) -> dict[str, Any]:
    table = table.compact()
    return {
        "key": table.key,
        "title": table.title.say(language),
        "columns": [one.say(language) for one in table.columns],
        "rows": [
            [[typeset(one.say(language), language) for one in lines] for lines in row] for row in table.rows
        ],
        "empty": table.empty.say(language),
    }
