"""Column names that usually hold personal data, in French and English."""

from __future__ import annotations

import re
from typing import Final

from garant.systems.catalogue import CatalogueColumn, Family

_NAMED = """
    address adresse alias anniversaire avatar beneficiary bic birth birthday birthdate birthplace body
    bodyhtml city civilite comment commentaire comments contact courriel cv description email emails fax
    firstname gender handle iban image ip lastname latitude linkedin login longitude mail message messages mobile mobiles
    naissance name nationality nickname nir nom note notes passport passeport phone phones photo
    picture portable portrait postcode prenom pseudo remark remarks remarque rib rue secu sexe signature siren siret skype ssn
    street street2 summary surname tel telephone town twitter username vat ville whatsapp zip zipcode
    """

_MADE = """
    active by code colour color count date default enabled flag format has hash id ids index is key kind lang
    language level method mode model module number position priority rank sequence server size slug
    state status template token type url uuid version view
    """

_WORDS: Final = frozenset(_NAMED.split())

_TECHNICAL: Final = frozenset(_MADE.split())
"""Words that make of *mail_template* or *message_type* something else than what a person wrote."""

_HOLDING: Final[frozenset[Family]] = frozenset({"any", "binary", "json", "other", "text"})
_DATES: Final = frozenset({"anniversaire", "birth", "birthday", "birthdate", "naissance"})
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def looks_personal(column: CatalogueColumn) -> bool:
    """Whether a column is named, and typed, like one that holds personal data."""
    words = {word.lower() for word in _WORD.findall(column.name)} | {column.name.lower()}
    if words & _DATES and column.family in ("date", "instant", *_HOLDING):
        return True
    return column.family in _HOLDING and bool(words & _WORDS) and not words & _TECHNICAL
