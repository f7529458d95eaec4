"""Letters: plain, short, in French and in English; made of typed facts, never of a template that somebody fills in.

`write("refused", LetterFacts(...), "fr")` gives a subject, a text and a page that hold the same words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from garant.policy.text import Language, Text
from garant.publish.letters import answers, others, steps
from garant.publish.letters.blocks import Block, Say, page, plain
from garant.publish.letters.facts import Asked, Copied, Done, Frame, Ground, Kept, LetterFacts, one_line
from garant.publish.letters.frame import PLACEHOLDERS, FrameRefusedError, check, filled
from garant.publish.letters.speech import Speaker
from garant.publish.letters.steps import Letter as _Parts
from garant.publish.typography import typeset

__all__ = [
    "KINDS",
    "PLACEHOLDERS",
    "Asked",
    "Copied",
    "Done",
    "FactMissingError",
    "Frame",
    "FrameRefusedError",
    "Ground",
    "Kept",
    "Kind",
    "Letter",
    "LetterFacts",
    "check",
    "write",
]

_REQUEST: Final = ("number", "right", "received")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of letter: what it is, and the facts without which it is not written."""

    title: Text
    write: Callable[[Speaker], _Parts]
    needs: tuple[str, ...] = _REQUEST
    framed: bool = True
    """Whether the organisation's own opening and closing sentences are for it: it goes to the person of a request."""


def _t(fr: str, en: str) -> Text:
    return Text(fr=fr, en=en)


KINDS: Final[dict[str, Kind]] = {
    "acknowledged": Kind(
        _t("Accusé de réception", "Acknowledgement"), steps.acknowledged, (*_REQUEST, "due")
    ),
    "code": Kind(
        _t("Code de confirmation", "Confirmation code"), steps.code, ("code", "minutes"), framed=False
    ),
    "awaiting": Kind(_t("Pièce attendue", "Something awaited"), steps.awaiting, (*_REQUEST, "awaited")),
    "extended": Kind(
        _t("Délai prolongé", "Extension"), steps.extended, (*_REQUEST, "due", "was_due", "reasons")
    ),
    "answered": Kind(_t("Demande satisfaite", "Granted"), answers.answered),
    "partly": Kind(_t("Satisfaite en partie", "Granted in part"), answers.partly),
    "refused": Kind(_t("Refus", "Refusal"), answers.refused, (*_REQUEST, "ground")),
    "withdrawn": Kind(_t("Demande retirée", "Withdrawal"), steps.withdrawn),
    "abandoned": Kind(_t("Demande fermée", "Closed unanswered"), steps.abandoned),
    "package_ready": Kind(
        _t("Données prêtes", "Data ready"), steps.package_ready, (*_REQUEST, "link", "until")
    ),
    "form_ready": Kind(
        _t("Données à corriger", "Data to correct"), steps.form_ready, (*_REQUEST, "link", "until")
    ),
    "corrected": Kind(_t("Données corrigées", "Data corrected"), answers.corrected),
    "restricted": Kind(_t("Données mises de côté", "Data set apart"), answers.restricted),
    "lifted": Kind(
        _t("Fin de la limitation", "End of the restriction"), answers.lifted, (*_REQUEST, "until", "reasons")
    ),
    "objected": Kind(_t("Opposition", "Objection"), answers.objected, (*_REQUEST, "purposes")),
    "consent_withdrawn": Kind(
        _t("Consentement retiré", "Consent withdrawn"), answers.consent_withdrawn, (*_REQUEST, "purposes")
    ),
    "transmitted": Kind(
        _t("Données transmises", "Data transmitted"), answers.transmitted, (*_REQUEST, "recipients")
    ),
    "directive_registered": Kind(
        _t("Directives enregistrées", "Directives registered"), answers.directive_registered, ("number",)
    ),
    "directive_revoked": Kind(
        _t("Directives révoquées", "Directives revoked"), answers.directive_revoked, ("number",)
    ),
    "reminder": Kind(
        _t("Rappel", "Reminder"), others.reminder, ("number", "right", "due", "days"), framed=False
    ),
    "escalation": Kind(
        _t("Alerte au DPO", "Alert to the DPO"),
        others.escalation,
        ("number", "right", "due", "days"),
        framed=False,
    ),
    "arrivals": Kind(
        _t("Messages en attente", "Messages that wait"), others.arrivals, ("count", "received"), framed=False
    ),
    "mailbox_away": Kind(
        _t("Boîte qui ne se lit pas", "A mailbox that cannot be read"),
        others.mailbox_away,
        ("received", "awaited"),
        framed=False,
    ),
    "told_recipient": Kind(
        _t("Notification à un destinataire", "A recipient is told"),
        others.told_recipient,
        ("number", "right", "due"),
        framed=False,
    ),
    "recipient_silent": Kind(
        _t("Destinataire sans réponse", "A recipient that is silent"),
        others.recipient_silent,
        ("number", "right", "due", "recipients"),
        framed=False,
    ),
    "copy_asked": Kind(
        _t("Copie demandée à un sous-traitant", "A processor is asked for its copy"),
        others.copy_asked,
        ("number", "right", "due", "identities"),
        framed=False,
    ),
    "copy_silent": Kind(
        _t("Sous-traitant sans réponse", "A processor that is silent"),
        others.copy_silent,
        ("number", "right", "due", "recipients"),
        framed=False,
    ),
    "refused_since": Kind(
        _t("Refusée à la main depuis la réponse", "Refused by hand since the answer"),
        others.refused_since,
        ("number", "recipients"),
        framed=False,
    ),
    "invitation": Kind(_t("Invitation", "Invitation"), others.invitation, ("link", "until"), framed=False),
    "forgotten_password": Kind(
        _t("Mot de passe oublié", "Forgotten password"),
        others.forgotten_password,
        ("link", "minutes"),
        framed=False,
    ),
    "trial": Kind(_t("Lettre d’essai", "Trial letter"), others.trial, (), framed=False),
}
"""Every kind of letter."""

_SECRET: Final = {"code", "package_ready", "form_ready", "invitation", "forgotten_password", "directive_registered",
                  "awaiting", "acknowledged", "told_recipient"}  # fmt: skip
"""Kinds whose code or link opens something: it is not kept once the letter has gone."""


class FactMissingError(ValueError):
    """A letter is not written without a fact that it tells."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, in its two forms."""

    subject: str
    text: str
    html: str
    kind: str = ""
    language: Language = "fr"
    secrets: tuple[str, ...] = ()
    """What of it opens something: kept no longer than until it has gone."""

    def __post_init__(self) -> None:
        """Whatever made it, a subject is one line. Raises ValueError."""
        one_line(self.subject)


def write(kind: str, facts: LetterFacts, language: Language, *, frame: Frame | None = None) -> Letter:
    """Write a letter.

    Args:
        kind: one of `KINDS`.
        facts: what it tells.
        language: of its words.
        frame: the organisation's own opening and closing sentences, for letters to the person of a request.

    Raises:
        FactMissingError: no such kind, or it tells a fact that is not there.
        FrameRefusedError: the organisation's own sentences are none.
    """
    known = KINDS.get(kind)
    if known is None:
        raise FactMissingError(f"no letter is of the kind {kind[:40]!r}")
    missing = [name for name in known.needs if getattr(facts, name) in (None, ())]
    if missing:
        raise FactMissingError(f"{kind}: missing {', '.join(missing)}")
    subject, body = known.write(Speaker(facts, language))
    set_subject = typeset(subject, language)
    blocks = _framed(body, facts, language, frame if known.framed else None)
    secrets = tuple(one for one in (facts.code, facts.link) if one) if kind in _SECRET else ()
    return Letter(
        set_subject, plain(blocks, language), page(set_subject, blocks, language), kind, language, secrets
    )


def _framed(body: list[Block], facts: LetterFacts, language: Language, frame: Frame | None) -> list[Block]:
    greeting = Say("Bonjour," if language == "fr" else "Hello,")
    signature = Say("\n".join(part for part in (facts.organisation, facts.contact) if part))
    opening = filled(frame.opening, facts, language) if frame else ""
    closing = filled(frame.closing, facts, language) if frame else ""
    return [greeting, Say(opening), *body, Say(closing), signature]
