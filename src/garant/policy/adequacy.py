"""Where data may go without more: the European Economic Area, and what the Commission has found adequate.

A dated table (GDPR art. 45): each decision with its reference, its date, its scope and, where it has one, its end.
Sources: the decisions in the Official Journal, and the Commission's list of adequacy decisions. Law enforcement
decisions (Directive (EU) 2016/680) are left out.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from .text import Text

AS_OF: Final = date(2026, 11, 1)
"""The day this table was last held against its sources."""

EEA: Final = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
        "IS",
        "LI",
        "NO",
    ]
)
"""The European Union and Iceland, Liechtenstein and Norway (EEA Joint Committee decision 154/2018)."""


@dataclass(frozen=True, slots=True)
class Adequacy:
    """One adequacy decision."""

    country: str
    decided: date
    reference: str
    scope: Text | None = None
    until: date | None = None
    certified_only: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether the decision is in force on `day`."""
        return self.decided <= day and (self.until is None or day <= self.until)


_BUSINESS = Text(
    fr="Organismes soumis à la loi fédérale LPRPDE (activités commerciales).",
    en="Organisations subject to the federal PIPEDA (commercial activities).",
)
_JAPAN = Text(
    fr="Opérateurs économiques soumis à la loi APPI et à ses règles supplémentaires.",
    en="Business operators subject to the APPI and its supplementary rules.",
)
_KOREA = Text(
    fr="Organismes soumis à la loi PIPA, hors informations de crédit surveillées par la FSC.",
    en="Organisations subject to the PIPA, credit information under the FSC excepted.",
)
_UK = Text(
    fr="Décision (UE) 2021/1772, prolongée par (UE) 2025/1226, renouvelée le 19 décembre 2025\u202f; hors immigration.",
    en="Decision (EU) 2021/1772, extended by (EU) 2025/1226, renewed on 19 December 2025; immigration excepted.",
)
_DPF = Text(
    fr="Seuls les organismes certifiés au titre du «\u202fData Privacy Framework\u202f».",
    en="Only organisations certified under the Data Privacy Framework.",
)
_ISRAEL = Text(
    fr="Traitements automatisés, dans les frontières d’avant 1967.",
    en="Automated processing, within the borders of before 1967.",
)
_EPO = Text(
    fr="Organisation internationale\u202f: l’Organisation européenne des brevets.",
    en="International organisation: the European Patent Organisation.",
)

DECISIONS: Final[tuple[Adequacy, ...]] = (
    Adequacy("AD", date(2010, 10, 19), "2010/625/EU"),
    Adequacy("AR", date(2003, 6, 30), "2003/490/EC"),
    Adequacy("BR", date(2026, 1, 26), "(EU) 2026/179"),
    Adequacy("CA", date(2001, 12, 20), "2002/2/EC", _BUSINESS),
    Adequacy("CH", date(2000, 7, 26), "2000/518/EC"),
    Adequacy("EPO", date(2025, 7, 15), "(EU) 2025/1382", _EPO),
    Adequacy("FO", date(2010, 3, 5), "2010/146/EU"),
    Adequacy("GB", date(2021, 6, 28), "(EU) 2021/1772", _UK, until=date(2031, 12, 27)),
    Adequacy("GG", date(2003, 11, 21), "2003/821/EC"),
    Adequacy("IL", date(2011, 1, 31), "2011/61/EU", _ISRAEL),
    Adequacy("IM", date(2004, 4, 28), "2004/411/EC"),
    Adequacy("JE", date(2008, 5, 8), "2008/393/EC"),
    Adequacy("JP", date(2019, 1, 23), "(EU) 2019/419", _JAPAN),
    Adequacy("KR", date(2021, 12, 17), "(EU) 2022/254", _KOREA),
    Adequacy("NZ", date(2012, 12, 19), "2013/65/EU"),
    Adequacy("US", date(2023, 7, 10), "(EU) 2023/1795", _DPF, certified_only=True),
    Adequacy("UY", date(2012, 8, 21), "2012/484/EU"),
)

_BY_COUNTRY: Final = {decision.country: decision for decision in DECISIONS}


def in_eea(country: str) -> bool:
    """Whether `country` (ISO 3166-1 alpha-2) belongs to the European Economic Area."""
    return country in EEA


def decision_for(country: str) -> Adequacy | None:
    """The adequacy decision about `country`, or about the European Patent Organisation (`EPO`)."""
    return _BY_COUNTRY.get(country)


def is_adequate(country: str, day: date, *, certified: bool = False) -> bool:
    """Whether data may go to `country` on `day` on the ground of an adequacy decision (GDPR art. 45)."""
    decision = decision_for(country)
    return decision is not None and decision.holds_on(day) and (certified or not decision.certified_only)
