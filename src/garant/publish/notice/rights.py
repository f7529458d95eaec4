"""Section 8: the rights of people, whom to ask, and where to complain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garant.policy.document import Right, RightKind
from garant.policy.text import Text
from garant.publish import words
from garant.publish.notice.document import Block, Entries, Entry, Line, Paragraph, Section
from garant.publish.notice.speech import Speech

_RIGHTS: Final[dict[RightKind, tuple[Text, Text, str]]] = {
    "access": (
        Text(fr="Accéder à vos données", en="Access your data"),
        Text(fr="RGPD, art. 15", en="GDPR, art. 15"),
        "access",
    ),
    "rectification": (
        Text(fr="Les faire corriger", en="Have them corrected"),
        Text(fr="RGPD, art. 16", en="GDPR, art. 16"),
        "rectification",
    ),
    "objection": (
        Text(fr="Vous y opposer", en="Object"),
        Text(fr="RGPD, art. 21", en="GDPR, art. 21"),
        "objection",
    ),
    "restriction": (
        Text(fr="En limiter l’usage", en="Restrict their use"),
        Text(fr="RGPD, art. 18", en="GDPR, art. 18"),
        "restriction",
    ),
    "erasure": (
        Text(fr="Les faire effacer", en="Have them erased"),
        Text(fr="RGPD, art. 17", en="GDPR, art. 17"),
        "erasure",
    ),
    "portability": (
        Text(fr="Les emporter", en="Take them with you"),
        Text(fr="RGPD, art. 20", en="GDPR, art. 20"),
        "portability",
    ),
    "post-mortem": (
        Text(fr="Décider pour après votre mort", en="Decide for after your death"),
        Text(fr="Loi n° 78-17, art. 85", en="French Act no. 78-17, art. 85"),
        "post-mortem",
    ),
}
"""Each right in the words of everyday, with its article and its picture."""


def rights(speech: Speech) -> Section:
    """Section 8: what one may ask, of whom, and what to do when the answer does not satisfy."""
    parts = [_asked(speech), _whom(speech), _complaint(speech)]
    return Section(
        number="8",
        id="section.rights",
        title=speech.tell("Vos droits", "Your rights"),
        answer=speech.tell(
            "Un message suffit, et c’est gratuit.", "One message is enough, and it is free of charge."
        ),
        sections=tuple(parts),
        references=(Line(text=speech.tell("RGPD, art. 12 à 22", "GDPR, art. 12 to 22")),),
    )


def _asked(speech: Speech) -> Section:
    offered = speech.policy.rights.offered
    entries = [_right(speech, kind, right) for kind, right in offered.items()]
    entries += _withdrawal(speech)
    block: tuple[Block, ...] = (Entries(style="tiles", entries=tuple(entries)),) if entries else ()
    return Section(
        number="8.1",
        id="section.rights-offered",
        title=speech.tell("Ce que vous pouvez demander", "What you may ask"),
        answer=_deadline(speech),
        blocks=block,
    )


def _deadline(speech: Speech) -> str:
    rights = speech.policy.rights
    within, more = words.period(rights.deadline), words.period(rights.extension)
    return speech.tell(
        f"Nous répondons en {within.fr} au plus. Pour une demande complexe, nous pouvons prendre "
        f"{more.fr} de plus, et nous vous disons pourquoi.",
        f"We answer within {within.en}. For a complex request, we may take {more.en} more, "
        "and we tell you why.",
    )


def _right(speech: Speech, kind: RightKind, right: Right) -> Entry:
    title, article, icon = _RIGHTS[kind]
    lines = [*speech.line(right.statement), *speech.quiet(right.how)]
    if right.activities:
        named = speech.listed(speech.activity(key) for key in right.activities)
        lines.append(Line(text=speech.tell(f"Pour : {named}.", f"For: {named}."), quiet=True))
    return Entry(
        id=f"right.{kind}", title=speech.say(title), lines=tuple(lines), icon=icon, tag=speech.say(article)
    )


def _withdrawal(speech: Speech) -> Iterator[Entry]:
    """The right to withdraw consent, where a purpose rests on it (GDPR art. 7(3), 13(2)(c))."""
    grounds = [purpose.legal_basis for _, purpose in speech.policy.purposes() if purpose.legal_basis]
    consents = [basis for basis in grounds if basis.ground == "consent"]
    if not consents:
        return
    own = dict.fromkeys(speech.say(basis.withdrawal) for basis in consents if basis.withdrawal)
    said = list(own) or [
        speech.tell(
            "Vous pouvez retirer votre accord à tout moment, aussi simplement que vous l’avez donné.",
            "You may withdraw your consent at any time, as simply as you gave it.",
        )
    ]
    yield Entry(
        id="right.withdrawal",
        title=speech.tell("Retirer votre accord", "Withdraw your consent"),
        lines=tuple(Line(text=text) for text in said),
        icon="withdrawal",
        tag=speech.tell("RGPD, art. 7(3)", "GDPR, art. 7(3)"),
    )


def _whom(speech: Speech) -> Section:
    policy = speech.policy
    officer = policy.organisation.dpo
    contact = policy.rights.contact or officer or policy.organisation.contact
    blocks: list[Block] = []
    if contact:
        title = speech.tell("Écrivez-nous", "Write to us")
        entry = Entry(title=title, lines=speech.contact(contact), icon="contact")
        blocks.append(Entries(style="terms", entries=(entry,)))
    if officer and contact != officer:
        title = speech.tell("Délégué à la protection des données", "Data protection officer")
        blocks.append(Entries(style="terms", entries=(Entry(title=title, lines=speech.contact(officer)),)))
    if policy.rights.identity_check:
        blocks.append(Paragraph(text=speech.say(policy.rights.identity_check)))
    return Section(
        number="8.2",
        id="section.contact",
        title=speech.tell("À qui vous adresser", "Whom to ask"),
        answer=_whom_answer(speech, officer is not None, contact is not None),
        blocks=tuple(blocks),
        references=(
            Line(text=speech.tell("RGPD, art. 13(1)(b) et 37 à 39", "GDPR, art. 13(1)(b) and 37 to 39")),
        )
        if officer
        else (),
    )


def _whom_answer(speech: Speech, officer: bool, contact: bool) -> str:
    if officer:
        return speech.tell(
            "Notre délégué à la protection des données vous répond.",
            "Our data protection officer answers you.",
        )
    if contact:
        return speech.tell("Une personne vous répond.", "A person answers you.")
    return speech.tell("Cette politique ne nomme personne.", "This policy names nobody.")


def _complaint(speech: Speech) -> Section:
    authority = speech.policy.organisation.authority
    blocks: list[Block] = []
    if authority:
        lines: list[Line] = []
        if authority.complaint_url:
            lines.append(Line(text=authority.complaint_url, href=authority.complaint_url))
        if authority.address:
            lines.append(Line(text=speech.address(authority.address)))
        blocks.append(
            Entries(style="terms", entries=(Entry(title=speech.say(authority.name), lines=tuple(lines)),))
        )
    return Section(
        number="8.3",
        id="section.complaint",
        title=speech.tell("Si notre réponse ne vous convient pas", "If our answer does not satisfy you"),
        answer=speech.tell(
            "Vous pouvez vous plaindre à l’autorité de contrôle, à tout moment.",
            "You may complain to the supervisory authority, at any time.",
        ),
        blocks=tuple(blocks),
        references=(Line(text=speech.tell("RGPD, art. 13(2)(d) et 77", "GDPR, art. 13(2)(d) and 77")),),
    )
