"""What the reference itself says, beside what the code says of itself."""

from __future__ import annotations

import re
from typing import Final

from garant.policy.text import Language, Text
from garant.publish.typography import typeset


def _t(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)


OR: Final = _t(" ou ", " or ")
REQUIRED: Final = _t("obligatoire", "required")
OPTIONAL: Final = _t("facultatif", "optional")
AS_IN: Final = _t("comme dans", "as in")
BY_KEY: Final = _t("par clé\u202f:", "by key:")
LIST_OF: Final = _t("liste\u202f:", "list of")
MAPPING: Final = _t("groupe de clés", "mapping")
TEXTS: Final = _t("texte en `fr` et en `en`", "text in `fr` and `en`")

FORMS: Final[dict[str, Text]] = {
    "str": _t("texte", "text"),
    "int": _t("nombre", "number"),
    "bool": _t("`true` ou `false`", "`true` or `false`"),
    "date": _t("date", "date"),
    "datetime": _t("date et heure", "datetime"),
    "float": _t("nombre décimal", "float"),
    "period": _t("durée", "period"),
    "path": _t("chemin", "path"),
    "any": _t("valeur", "any"),
}
"""Types by the names that Python gives them."""

ENTRY_FORMS: Final[dict[str, Text]] = {
    "key": _t("clé", "key"),
    "digest": _t("empreinte", "digest"),
    "commitment": _t("engagement", "commitment"),
    "Base64": _t("Base64", "Base64"),
    "verifier key": _t("clé de vérification", "verifier key"),
    "integer": _t("nombre entier", "integer"),
    "boolean": _t("oui ou non", "boolean"),
    "string": _t("texte", "string"),
    "date": _t("jour", "date"),
    "date-time": _t("instant", "date-time"),
    "part": _t("groupe", "part"),
}
"""What a field of an entry of the ledger may be."""

FIELD: Final = _t("champ", "field")
FORM: Final = _t("forme", "form")
MEANING: Final = _t("sens", "meaning")
LIST_OF_ENTRIES: Final = _t("liste\u202f:", "list of:")
OR_NOTHING: Final = _t(", ou rien", ", or nothing")
SEVERITIES: Final[dict[str, Text]] = {
    "error": _t("erreur", "error"),
    "warning": _t("avertissement", "warning"),
    "advice": _t("conseil", "advice"),
}
TO_MEND: Final = _t("Pour corriger\u202f:", "To mend it:")
BAD: Final = _t("Faux\u202f:", "Bad:")
GOOD: Final = _t("Juste\u202f:", "Good:")
EMPTY: Final = _t("un fichier vide.", "an empty file.")

_CODE: Final = re.compile(r"(`[^`]*`)")


def said(text: Text, language: Language) -> str:
    """The words as they are printed; what stands in them as code stays as it is."""
    return set_out(text.say(language), language)


def set_out(prose: str, language: Language) -> str:
    """The same, of what is written in one language already."""
    if language == "en":
        return prose
    parts = _CODE.split(prose)
    return "".join(one if at % 2 else typeset(one, language) for at, one in enumerate(parts))
