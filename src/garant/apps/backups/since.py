"""After a restore: what the ledger that was kept elsewhere has, and the restored one has forgotten, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

from garant.apps.evidence import services as evidence
from garant.ledger import Record, read_records
from garant.policy.text import Text


@dataclass(frozen=True, slots=True)
class Missed:
    """Something to do again: in words, and the numbers or digests that it is about; nobody's name is in a ledger."""

    what: Text
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """How the ledger of an export goes on after the restored one.

    Args:
        common: entries that both have: the restored ledger as of its backup.
        beyond: entries that only the export has.
        own: entries that only the restored ledger has: written since it was restored.
        kinds: what the export has beyond, kind by kind.
        missed: what to do again.
    """

    common: int
    beyond: int
    own: int
    kinds: Mapping[str, int]
    missed: tuple[Missed, ...]


def since(organisation: str, export: Path) -> Since:
    """Hold the ledger here against an export of it that was kept elsewhere, and verified.

    Raises:
        ExportUnusableError: it cannot be read.
    """
    kept, here = list(read_records(export)), list(evidence.records(organisation))
    common = sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(kept, here, strict=False)))
    beyond = list(islice(kept, common, None))
    return Since(
        common,
        len(beyond),
        len(here) - common,
        dict(sorted(Counter(record.kind for record in beyond).items())),
        _missed(beyond),
    )


_REDO: Final[tuple[tuple[frozenset[str], str, Text], ...]] = (
    (
        frozenset({"run.finished"}),
        "run",
        Text(
            fr="Exécutions faites depuis : ce qu’elles ont effacé n’est pas sur la liste des effacements restaurée. Si un "
            "système a été restauré lui aussi, refaites ces purges et ces demandes ; sinon leurs reçus restent vrais.",
            en="Runs done since: what they erased is not on the restored suppression list. If a system was restored as well, do "
            "these sweeps and requests again; otherwise their receipts stay true.",
        ),
    ),
    (
        frozenset({"request.received"}),
        "request",
        Text(
            fr="Demandes reçues depuis : personne ici ne les connaît plus. Leur accusé de réception est parti ; cherchez-les "
            "dans la messagerie, inscrivez-les de nouveau à leur date, et répondez dans leur délai.",
            en="Requests received since: nobody here knows them any more. Their acknowledgement has left; look for them in the "
            "mailbox, write them down again under their date, and answer within their time.",
        ),
    ),
    (
        frozenset({"request.moved", "request.answered", "request.closed", "request.identified"}),
        "request",
        Text(
            fr="Demandes qui ont avancé depuis : reprenez chacune où ce registre la laisse, sans répondre deux fois.",
            en="Requests that went on since: take each up where this ledger leaves it, and answer none twice.",
        ),
    ),
    (
        frozenset({"opposition.recorded", "opposition.ended", "consent.withdrawn", "consent.given"}),
        "purpose",
        Text(
            fr="Oppositions et consentements enregistrés ou levés depuis : n’envoyez aucune publicité avant de les avoir repris "
            "de vos outils d’envoi ou des courriers.",
            en="Objections and consents recorded or ended since: send no advertising before you have taken them over again from "
            "your mailing tools or from letters.",
        ),
    ),
    (
        frozenset({"restriction.recorded", "restriction.lifted"}),
        "request",
        Text(
            fr="Limitations posées ou levées depuis : les marques sont dans les systèmes, « puis-je ? » ne les connaît plus. "
            "Posez-les de nouveau.",
            en="Restrictions set or lifted since: the marks are in the systems, “may I?” does not know them any more. "
            "Set them again.",
        ),
    ),
    (
        frozenset({"hold.placed", "hold.prolonged", "hold.ended", "hold.people"}),
        "hold",
        Text(
            fr="Suspensions posées, prolongées ou levées depuis : reposez-les avant toute purge, qui détruirait "
            "ce qu’elles gardaient.",
            en="Holds placed, prolonged or ended since: place them again before any sweep, which would destroy what they kept.",
        ),
    ),
    (
        frozenset({"directive.registered", "directive.ended"}),
        "directive",
        Text(
            fr="Directives enregistrées ou révoquées depuis : la personne a gardé leur numéro ; demandez-les-lui de nouveau.",
            en="Directives registered or revoked since: the person has kept their number; ask them for these again.",
        ),
    ),
    (
        frozenset({"policy.published"}),
        "policy",
        Text(
            fr="Versions de la politique publiées depuis : publiez-les de nouveau, à partir de leurs fichiers.",
            en="Versions of the policy published since: publish them again, from their files.",
        ),
    ),
    (
        frozenset({"member.added", "member.changed", "member.removed", "token.issued", "token.revoked"}),
        "",
        Text(
            fr="Membres et jetons changés depuis : qui avait été retiré a de nouveau accès. Revoyez les habilitations.",
            en="Members and tokens changed since: whoever had been removed has access again. Review the permissions.",
        ),
    ),
)
"""What no copy of a ledger brings back by itself, most pressing first; each with the field that says which."""


def _missed(records: Iterable[Record]) -> tuple[Missed, ...]:
    beyond = list(records)
    found: list[Missed] = []
    for kinds, field, words in _REDO:
        mine = [record for record in beyond if record.kind in kinds]
        if mine:
            named = (_named(record.payload, field) for record in mine)
            found.append(Missed(words, tuple(dict.fromkeys(filter(None, named)))))
    return tuple(found)


def _named(payload: Mapping[str, Any], field: str) -> str:
    """A number or a digest; of a digest, its beginning."""
    return str(payload.get(field, ""))[:24] if field else ""
