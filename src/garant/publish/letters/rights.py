"""The rights as letters name them."""

from __future__ import annotations

from typing import Final

from garant.policy.text import Language, Text
from garant.publish.letters.facts import Asked

NAMES: Final[dict[Asked, Text]] = {
    "access": Text(fr="l’accès à vos données", en="access to your data"),
    "rectification": Text(fr="la correction de vos données", en="the correction of your data"),
    "erasure": Text(fr="l’effacement de vos données", en="the erasure of your data"),
    "restriction": Text(fr="la limitation de l’usage de vos données", en="the restriction of your data"),
    "objection": Text(
        fr="votre opposition à l’usage de vos données", en="your objection to the use of your data"
    ),
    "portability": Text(fr="la remise de vos données", en="the portability of your data"),
    "post-mortem": Text(fr="le sort des données après la mort", en="what becomes of data after death"),
    "consent": Text(fr="le retrait de votre consentement", en="the withdrawal of your consent"),
    "human-review": Text(
        fr="le réexamen d’une décision par une personne", en="a decision looked at again by a person"
    ),
}
"""As in “your request about …”."""

FOR_OTHERS: Final[dict[Asked, Text]] = {
    "access": Text(fr="l’accès aux données", en="access to the data"),
    "rectification": Text(fr="la correction des données", en="the correction of the data"),
    "erasure": Text(fr="l’effacement des données", en="the erasure of the data"),
    "restriction": Text(fr="la limitation de l’usage des données", en="the restriction of the data"),
    "objection": Text(fr="l’opposition à l’usage des données", en="the objection to the use of the data"),
    "portability": Text(fr="la remise des données", en="the portability of the data"),
    "consent": Text(fr="le retrait du consentement", en="the withdrawal of the consent"),
}
"""The same, of the person for whom somebody else asks."""

_WHOSE: Final = Text(fr="de la personne pour qui vous écrivez", en="of the person for whom you write")

ARTICLES: Final[dict[Asked, Text]] = {
    "access": Text(fr="article 15 du RGPD", en="article 15 of the GDPR"),
    "rectification": Text(fr="article 16 du RGPD", en="article 16 of the GDPR"),
    "erasure": Text(fr="article 17 du RGPD", en="article 17 of the GDPR"),
    "restriction": Text(fr="article 18 du RGPD", en="article 18 of the GDPR"),
    "objection": Text(fr="article 21 du RGPD", en="article 21 of the GDPR"),
    "portability": Text(fr="article 20 du RGPD", en="article 20 of the GDPR"),
    "post-mortem": Text(
        fr="article 85 de la loi Informatique et Libertés", en="article 85 of the French data protection act"
    ),
    "consent": Text(fr="article 7, paragraphe 3, du RGPD", en="article 7(3) of the GDPR"),
    "human-review": Text(fr="article 22, paragraphe 3, du RGPD", en="article 22(3) of the GDPR"),
}
"""Where each is written."""


TITLES: Final[dict[Asked, Text]] = {
    "access": Text(fr="accès", en="access"),
    "rectification": Text(fr="rectification", en="rectification"),
    "erasure": Text(fr="effacement", en="erasure"),
    "restriction": Text(fr="limitation", en="restriction"),
    "objection": Text(fr="opposition", en="objection"),
    "portability": Text(fr="portabilité", en="portability"),
    "post-mortem": Text(fr="après la mort", en="after death"),
    "consent": Text(fr="retrait du consentement", en="withdrawal of consent"),
    "human-review": Text(fr="réexamen par une personne", en="human review"),
}
"""As staff name them."""


def the_right(right: Asked, language: Language, *, for_other: bool = False) -> str:
    """What was asked for, as a sentence names it."""
    if for_other and right in FOR_OTHERS:
        return f"{FOR_OTHERS[right].say(language)} {_WHOSE.say(language)}"
    return NAMES[right].say(language)
