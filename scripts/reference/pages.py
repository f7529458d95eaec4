"""Each page of the reference, in both languages."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from os.path import relpath
from pathlib import Path
from typing import Final

from pydantic import BaseModel

import garant.policy
import garant.systems
from garant.cli import commands_markdown
from garant.policy.diagnostics import RULES, Rule
from garant.policy.document.policy import Policy
from garant.policy.text import Language, Text
from garant.site.environment import SETTINGS
from garant.systems.manual import ManualMap
from garant.systems.model import DataMap
from scripts.reference import words
from scripts.reference.api import operations
from scripts.reference.entries import all_kinds, kind_markdown
from scripts.reference.keys import keys, merged

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
NOTE: Final = "<!-- Written by scripts/docs from the code: change it there. -->"
OTHER: Final[dict[Language, tuple[Language, str]]] = {"en": ("fr", "Français"), "fr": ("en", "English")}

Sections = Callable[[Language], Iterable[str]]


def place(name: str, language: Language) -> Path:
    """Where a page stands."""
    return (DOCS / "fr" if language == "fr" else DOCS) / "reference" / name


def written(name: str, language: Language) -> str:
    """The page, as the code has it now."""
    title, about, sections = _CONTENT[name]
    lines = [f"# {words.said(title, language)}", ""]
    if (name, OTHER[language][0]) in PAGES:
        other, called = OTHER[language]
        leads = relpath(place(name, other), place(name, language).parent)
        lines += [f"[{called}]({leads})", ""]
    lines += [NOTE, "", words.said(about, language), "", *sections(language)]
    return "\n".join(lines).rstrip() + "\n"


def all_rules() -> list[Rule]:
    """Every rule there is: importing the core registers them."""
    for room in (garant.policy, garant.systems):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    return list(RULES)


def _keys(model: type[BaseModel]) -> Sections:
    return lambda language: [key.markdown(language) for key in merged(keys(model))]


def _diagnostics(language: Language) -> Iterable[str]:
    return [_rule(rule, language) for rule in all_rules()]


def _rule(rule: Rule, language: Language) -> str:
    severity = words.SEVERITIES[str(rule.severity)].say(language)
    return "\n".join(
        [
            f"## {rule.code} · {rule.slug}",
            "",
            f"**{words.said(rule.title, language)}** ({severity})",
            "",
            words.said(rule.why, language),
            "",
            f"{words.TO_MEND.say(language)} {words.said(rule.mend, language)}",
            "",
            _example(words.BAD, rule.bad, language),
            _example(words.GOOD, rule.good, language),
        ]
    )


def _example(title: Text, yaml: str, language: Language) -> str:
    if not yaml.strip():
        return f"{title.say(language)} {words.EMPTY.say(language)}\n"
    return "\n".join([title.say(language), "", "```yaml", yaml.strip("\n"), "```", ""])


def _commands(language: Language) -> Iterable[str]:
    _title, _, rest = commands_markdown(language).partition("\n")
    return [words.set_out(rest.strip(), language)]


def _entries(language: Language) -> Iterable[str]:
    kinds = all_kinds()
    return [kind_markdown(kind, kinds[kind], language) for kind in sorted(kinds)]


def _settings(language: Language) -> Iterable[str]:
    return [f"## `{name}`\n\n{words.said(text, language)}\n" for name, text in SETTINGS.items()]


def _t(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)


_CONTENT: Final[dict[str, tuple[Text, Text, Sections]]] = {
    "policy-keys.md": (
        _t("Clés d’une politique", "Policy keys"),
        _t(
            "Une politique est un dossier de fichiers YAML. Ensemble, ils font un document ; chaque clé du premier niveau\n"
            "peut se trouver dans n’importe lequel. `KEY` est un nom que vous choisissez, `[]` chaque élément d’une liste.\n"
            "[Écrire une politique](../how-to/write-a-policy.md) les montre à l’œuvre.",
            "A policy is a folder of YAML files. Together they make one document; each top-level key may stand in any of\n"
            "the files. `KEY` stands for a name that you choose, `[]` for each item of a list.\n"
            "[Write a policy](../how-to/write-a-policy.md) shows them at work.",
        ),
        _keys(Policy),
    ),
    "map-keys.md": (
        _t("Clés d’une carte de données", "Data map keys"),
        _t(
            "Une carte de données est un fichier YAML par système. `KEY` est un nom que vous choisissez (ou celui d’une\n"
            "table ou d’une colonne), `[]` chaque élément d’une liste. [Décrire une base de\n"
            "données](../how-to/map-a-database.md) les montre à l’œuvre.",
            "A data map is one YAML file per system. `KEY` stands for a name that you choose (or the name of a table or\n"
            "column), `[]` for each item of a list. [Map a database](../how-to/map-a-database.md) shows them at work.",
        ),
        _keys(DataMap),
    ),
    "manual-map-keys.md": (
        _t("Clés d’une carte manuelle", "Manual map keys"),
        _t(
            "La carte d’un système qu’aucun programme n’atteint : un fichier YAML parmi les cartes de données, avec\n"
            "`connector: manual`. [Demander à une personne](../how-to/ask-a-person.md) la montre à l’œuvre.",
            "The map of a system that no program reaches: one YAML file among the data maps, with `connector: manual`.\n"
            "[Ask a person](../how-to/ask-a-person.md) shows it at work.",
        ),
        _keys(ManualMap),
    ),
    "diagnostics.md": (
        _t("Diagnostics", "Diagnostics"),
        _t(
            "Les codes ne changent pas : GAR0xx pour un document inutilisable, GAR1xx à GAR4xx pour une politique, GAR5xx\n"
            "pour une carte de données, GAR6xx pour une carte confrontée au catalogue du système. Chacun a un mauvais et un\n"
            "bon exemple, et les deux sont essayés.",
            "Codes are stable: GAR0xx a document that cannot be used, GAR1xx to GAR4xx a policy, GAR5xx a data map, GAR6xx\n"
            "a data map held against the system’s catalogue. Each has a bad and a good example, and both are tested.",
        ),
        _diagnostics,
    ),
    "commands.md": (
        _t("Commandes", "Commands"),
        _t(
            "Chaque commande dit la même chose avec `--help`.",
            "Each command says the same with `--help`.",
        ),
        _commands,
    ),
    "ledger-entries.md": (
        _t("Entrées du registre", "Ledger entries"),
        _t(
            "Ce que le registre peut dire. Aucune sorte d’entrée n’a de place pour un texte libre : ni nom ni adresse ne\n"
            "peuvent s’y trouver. Les champs de texte sont des clés, des empreintes, des jours, des engagements. [Vérifier un\n"
            "registre](../how-to/verify-a-ledger.md) montre comment elles se prouvent.",
            "What the ledger may say. No kind of entry has room for free text, so no name or address can end up in it:\n"
            "text fields are keys, digests, days, commitments. [Verify a ledger](../how-to/verify-a-ledger.md) shows how\n"
            "they are proved.",
        ),
        _entries,
    ),
    "settings.md": (
        _t("Réglages", "Settings"),
        _t(
            "Chaque variable d’environnement qu’une installation peut donner. Aucune n’est nécessaire pour commencer.",
            "Every variable of the environment that an installation may set. None is needed to begin.",
        ),
        _settings,
    ),
    "api.md": (
        _t("L’API JSON", "The JSON API"),
        _t(
            "Sous `/api/v1` ; décrite pour les programmes à `/api/v1/openapi.json` (OpenAPI 3.1).",
            "Under `/api/v1`; described for programs at `/api/v1/openapi.json` (OpenAPI 3.1). "
            "[How to use it](../how-to/use-the-api.md).",
        ),
        operations,
    ),
}

PAGES: Final[list[tuple[str, Language]]] = [
    *((name, "en") for name in _CONTENT),
    *((name, "fr") for name in _CONTENT if name != "api.md"),
]
"""Every page; what programs read of the API is in English alone, as its schema is."""
