"""The map of a system that a person works by hand (``connector: manual``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from garant.policy.document.base import said
from garant.policy.text import Text
from garant.systems.treatments import Key, Part

Words = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\n]*\S[^\n]*$")]
Address = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\s@<>\"]+@[^\s@<>\"]+$")]
Verifier = Annotated[str, StringConstraints(pattern=r"^[^+\s]{1,200}\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$")]
"""A public key as ``garant task key`` prints it: name+hash+Base64."""


class Responsible(Part):
    """Who works the system by hand."""

    name: Annotated[Words, said("Son nom.", "Their name.")]
    email: Annotated[Address, said("Son adresse électronique.", "Their e-mail address.")]


def _both(text: Text) -> None:
    if text.missing():
        raise ValueError("what to look for is said in both languages, fr and en")


class ManualPromise(Part):
    """A retention rule that this system keeps by hand."""

    rule: Annotated[Key, said("Règle de conservation de la politique.", "Retention rule of the policy.")]
    look_for: Annotated[Text, said("Ce qu’il faut chercher et faire.", "What is to be looked for, and done.")]

    @model_validator(mode="after")
    def _in_both_languages(self) -> ManualPromise:
        _both(self.look_for)
        return self


class Requests(Part):
    """What is to be done here when a person exercises a right."""

    access: Annotated[
        Text | None, said("Ce qu’il faut faire pour un accès.", "What to do for an access request.")
    ] = None
    erasure: Annotated[
        Text | None, said("Ce qu’il faut faire pour un effacement.", "What to do for an erasure.")
    ] = None
    rectification: Annotated[
        Text | None, said("Ce qu’il faut faire pour une rectification.", "What to do for a rectification.")
    ] = None
    restriction: Annotated[
        Text | None, said("Ce qu’il faut faire pour une limitation.", "What to do for a restriction.")
    ] = None

    @model_validator(mode="after")
    def _in_both_languages(self) -> Requests:
        for text in (self.access, self.erasure, self.rectification, self.restriction):
            if text is not None:
                _both(text)
        return self

    def to_do(self, kind: str) -> Text:
        """What to do for a kind of request; plain words where the map says nothing."""
        return getattr(self, kind, None) or _PLAIN[kind]


_PLAIN = {
    "lifting": Text(
        fr="Ce qui parle de cette personne avait été mis de côté\u202f: remettez-le à l’usage.",
        en="What speaks of this person had been set apart: put it back into use.",
    ),
    "access": Text(
        fr="Cherchez tout ce qui parle de cette personne et remettez-en une copie à qui lui répond.",
        en="Look for everything that speaks of this person and hand a copy to whoever answers them.",
    ),
    "erasure": Text(
        fr="Cherchez tout ce qui parle de cette personne et détruisez-le, sauf ce que la loi oblige à garder.",
        en="Look for everything that speaks of this person and destroy it, save what the law obliges to keep.",
    ),
    "rectification": Text(
        fr="Cherchez ce qui parle de cette personne et corrigez-le.",
        en="Look for what speaks of this person and correct it.",
    ),
    "restriction": Text(
        fr="Cherchez ce qui parle de cette personne et mettez-le de côté\u202f: plus personne ne s’en sert.",
        en="Look for what speaks of this person and put it aside: nobody uses it any more.",
    ),
}


class ManualMap(Part):
    """How a person answers the policy for a system that no program reaches."""

    system: Annotated[Key, said("Clé stable du système.", "Stable key of the system.")]
    label: Annotated[Text, said("Nom du système.", "Name of the system.")]
    connector: Annotated[Literal["manual"], said("Genre de magasin.", "Kind of store.")]
    responsible: Annotated[Responsible, said("Qui s’en occupe.", "Who takes care of it.")]
    days: Annotated[int, said("Jours laissés pour répondre.", "Days allowed to answer."), Field(ge=1, le=366)]
    key: Annotated[
        Verifier | None,
        said(
            "Clé publique qui vérifie les réponses ; sinon, celle que dit garant task trust.",
            "Public key that verifies the answers; else the one that garant task trust names.",
        ),
    ] = None
    promises: Annotated[
        list[ManualPromise],
        said("Règles de conservation tenues à la main.", "Retention rules kept by hand."),
    ] = Field(default_factory=list[ManualPromise])
    requests: Annotated[
        Requests, said("Que faire quand une personne exerce un droit.", "What to do when a person asks.")
    ] = Field(default_factory=Requests)

    @model_validator(mode="after")
    def _each_rule_once(self) -> ManualMap:
        rules = [promise.rule for promise in self.promises]
        if len(rules) != len(set(rules)):
            raise ValueError("each retention rule is named once")
        return self
