"""Recipients, processors, transfers, and the notices promised before they change."""

from __future__ import annotations

from collections.abc import Iterator

from garant.apps.accounts.roles import REVIEW_MONTHS
from garant.apps.controls.findings import Finding, Mend, State, on
from garant.apps.controls.gathering import Seen
from garant.policy.periods import Period, expiry
from garant.policy.saying import day as said_day
from garant.policy.text import Text
from garant.publish.words import counted

WRITE = Mend(Text(fr="Compléter la politique", en="Complete the policy"), "policies:versions")


def look(seen: Seen) -> Iterator[Finding]:
    """Processors under contract (GDPR art. 28(3)), recipients as declared."""
    for key, processor in seen.policy.processors.items():
        label = Text(
            fr=f"{processor.label.fr} : lié par un contrat", en=f"{processor.label.en}: bound by a contract"
        )
        contract = processor.contract
        if contract is None:
            state, why = (
                State.BROKEN,
                Text(fr="Aucun contrat n’est au registre.", en="No contract is in the register."),
            )
        elif contract.signed is None:
            state, why = State.UNPROVEN, Text(
                fr="Le contrat est nommé, mais sa date de signature ne l’est pas.",
                en="The contract is named, but not the day it was signed.",
            )  # fmt: skip
        else:
            state = State.KEPT
            why = Text(
                fr=f"Signé le {said_day(contract.signed).fr}.",
                en=f"Signed on {said_day(contract.signed).en}.",
            )
        mend = None if state is State.KEPT else WRITE
        yield Finding(f"processor.{key}", 7, label, state, why, mend=mend)
    for key, recipient in seen.policy.recipients.items():
        if recipient.kind == "internal-service":
            yield _habilitated(seen, key, recipient.label)


def _habilitated(seen: Seen, key: str, label: Text) -> Finding:
    """The staff who have access are those with a habilitation that somebody reviewed."""
    limit = Period(months=REVIEW_MONTHS)
    stale = [one for one in seen.members if expiry(one.reviewed_at.date(), limit) < seen.today]
    label = Text(
        fr=f"{label.fr} : habilitations revues chaque année", en=f"{label.en}: habilitations reviewed yearly"
    )
    mend = Mend(Text(fr="Revoir les habilitations", en="Review the habilitations"), "organisations:people")
    if not seen.members:
        words = Text(fr="Aucune habilitation n’est tenue ici.", en="No habilitation is kept here.")
        return Finding(f"recipient.{key}", 7, label, State.UNPROVEN, words, mend=mend)
    if stale:
        words = counted(
            len(stale),
            Text(fr="n’a pas été revue depuis un an.", en="was not reviewed for a year."),
            Text(fr="n’ont pas été revues depuis un an.", en="were not reviewed for a year."),
        )
        return Finding(f"recipient.{key}", 7, label, State.BROKEN, words, len(stale), mend=mend)
    words = counted(
        len(seen.members),
        Text(fr="habilitation, revue depuis moins d’un an.", en="habilitation, reviewed within a year."),
        Text(
            fr="habilitations, toutes revues depuis moins d’un an.",
            en="habilitations, all reviewed within a year.",
        ),
    )
    return Finding(f"recipient.{key}", 7, label, State.KEPT, words, 0)


def transfers(seen: Seen) -> Iterator[Finding]:
    """Each transfer has its safeguard (GDPR art. 44 to 49); the clause is kept when none goes unannounced."""
    for key, transfer in seen.policy.transfers.items():
        safe = transfer.safeguard
        state = State.KEPT if safe is not None else State.BROKEN
        why = (
            Text(fr="Sa garantie est au registre.", en="Its safeguard is in the register.")
            if safe is not None
            else Text(fr="Aucune garantie n’est au registre.", en="No safeguard is in the register.")
        )
        mend = None if safe is not None else WRITE
        yield Finding(f"transfer.{key}", 10, transfer.label, state, why, mend=mend)
    clause = seen.policy.transfer_clause
    if clause is not None:
        why = Text(
            fr="Une version qui ajoute un transfert ne prend effet qu’une fois les personnes prévenues.",
            en="A version that adds a transfer takes effect only once people have been told.",
        )
        yield Finding("transfer-clause", 10, clause.statement, State.KEPT, why)


def updates(seen: Seen) -> Iterator[Finding]:
    """The notice says when it was last updated, and what is published is what is in force."""
    label = Text(
        fr="La notice publiée est celle qui s’applique", en="The notice published is the one that applies"
    )
    since = said_day(seen.published_on)
    why = Text(
        fr=f"Version en vigueur depuis le {since.fr}, inscrite au registre des preuves.",
        en=f"Version in force since {since.en}, entered in the ledger.",
    )
    yield Finding("notice", 12, label, State.KEPT, why, evidence={"since": on(seen.published_on)})
