"""What the pages ask of staff: what a decision takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms

from garant.apps.rights.forms.form import Form
from garant.apps.rights.grounds import grounds_for
from garant.apps.rights.keeping.sealing import Whom
from garant.apps.rights.receiving.intake import LONGEST, Asked, cleaned
from garant.apps.rights.words import (
    CHANNELS,
    OF_PEOPLE,
    RIGHTS,
    TOLD_OF,
    WISHES,
    Capacity,
    Channel,
    Method,
    Right,
    accepted_for,
)
from garant.policy.text import Text
from garant.site.words import said, say

ADDED: Final = Text(
    fr="Cette demande était déjà ouverte\u202f: ce que vous venez d’écrire s’y ajoute.",
    en="This request was open already: what you have just written is added to it.",
)
"""Where what is written down is a request that was there."""


_WILL: Final = ("wish", "trusted_name", "trusted_email")


def _directs(right: Right, capacity: Capacity) -> bool:
    return right == Right.POST_MORTEM and capacity == Capacity.SELF


class ArrivalForm(Form):
    """A letter or a call, written down by staff."""

    right = forms.ChoiceField()
    channel = forms.ChoiceField()
    capacity = forms.ChoiceField()
    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    purpose = forms.ChoiceField(required=False)
    name = forms.CharField(max_length=LONGEST["name"])
    email = forms.EmailField(max_length=LONGEST["email"], required=False)
    phone = forms.CharField(max_length=LONGEST["phone"], required=False)
    about_name = forms.CharField(max_length=LONGEST["name"], required=False)
    about_email = forms.EmailField(max_length=LONGEST["email"], required=False)
    wish = forms.ChoiceField(required=False)
    trusted_name = forms.CharField(max_length=LONGEST["name"], required=False)
    trusted_email = forms.EmailField(max_length=LONGEST["email"], required=False)
    message = forms.CharField(
        max_length=LONGEST["message"], required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    language = forms.ChoiceField(choices=[("fr", "français"), ("en", "English")])

    def __init__(self, *args: Any, purposes: Mapping[str, Text], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        fields["right"].choices = [("", "—"), *((key.value, said(one.name)) for key, one in RIGHTS.items())]
        came = (Channel.LETTER, Channel.CALL, Channel.MAIL)
        fields["channel"].choices = [(key.value, said(CHANNELS[key])) for key in came]
        fields["capacity"].choices = [
            (key.value, said(text)) for key, text in TOLD_OF.items() if key in OF_PEOPLE
        ]
        fields["purpose"].choices = [("", "—"), *((key, said(text)) for key, text in purposes.items())]
        self.label("right", "Ce qui est demandé", "What is asked")
        self.label("channel", "Arrivée par", "Came by")
        self.label("capacity", "Au nom de qui", "In whose name")
        self.label("on", "Reçue le", "Received on", "Le délai court de ce jour.", "Time runs from this day.")
        self.label("purpose", "Usage refusé (opposition, accord)", "Use refused (objection, consent)")
        self.label("name", "Nom de la personne", "The person’s name")
        self.label("email", "Son adresse électronique", "Their e-mail address")
        self.label("phone", "Son téléphone", "Their telephone")
        self.label(
            "about_name", "Si c'est pour une autre personne : son nom", "If for somebody else: their name"
        )
        self.label("about_email", "Son adresse électronique à elle", "That person’s e-mail address")
        fields["wish"].choices = [("", "—"), *((key.value, said(text)) for key, text in WISHES.items())]
        self.label(
            "wish",
            "Pour ses propres directives : ce que les données deviendront",
            "For their own directives: what will become of the data",
        )
        self.label("trusted_name", "La personne de confiance", "The person trusted")
        self.label(
            "trusted_email",
            "Adresse électronique de la personne de confiance",
            "E-mail address of the person trusted",
        )
        self.label("message", "Ce qu'elle écrit ou dit", "What they write or say")
        self.label("language", "Langue de la réponse", "Language of the answer")

    def asked(self) -> Asked:
        """The request that it writes down; the form is valid."""
        data = self.cleaned_data
        clean = {
            name: cleaned(name, data[name])
            for name in ("name", "email", "phone", "about_name", "about_email", "message", *_WILL)
        }
        about = {kind: clean[f"about_{kind}"] for kind in ("name", "email") if clean[f"about_{kind}"]}
        capacity, right = Capacity(data["capacity"]), Right(data["right"])
        whom = Whom(
            name=clean["name"],
            email=clean["email"],
            phone=clean["phone"],
            message=clean["message"],
            about={} if capacity == Capacity.SELF else about,
            notes={name: clean[name] for name in _WILL if clean[name] and _directs(right, capacity)},
        )
        purpose = data["purpose"] if right in (Right.OBJECTION, Right.CONSENT) else ""
        return Asked(right, whom, Channel(data["channel"]), capacity, purpose, data["language"], data["on"])


class IdentityForm(Form):
    """By what somebody showed who they are."""

    method = forms.ChoiceField()
    doubt = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, capacity: Capacity, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        accepted = accepted_for(capacity)
        fields["method"].choices = [("", "—"), *((key.value, said(text)) for key, text in accepted.items())]
        if Method.DOCUMENT not in accepted:
            del fields["doubt"]
            self.label(
                "method",
                "La personne a montré à quel titre elle agit par",
                "The person showed in what capacity by",
            )
            return
        self.label("method", "La personne a montré qui elle est par", "The person showed who they are by")
        self.label(
            "doubt",
            "Doute raisonnable (pour une pièce d'identité)",
            "Reasonable doubt (for an identity document)",
        )


class AnswerForm(Form):
    """The answer: what was granted, a ground where something was not, and words for the person."""

    outcome = forms.ChoiceField()
    ground = forms.ChoiceField(required=False)
    reason = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, right: Right, capacity: Capacity, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        fields["outcome"].choices = [
            ("", "—"),
            ("fully", say("Satisfaite", "Granted")),
            ("partly", say("Satisfaite en partie", "Granted in part")),
            ("refused", say("Refusée", "Refused")),
        ]
        fields["ground"].choices = [
            ("", "—"),
            *(
                (key, f"{said(one.words)} ({said(one.source)})")
                for key, one in grounds_for(right, capacity).items()
            ),
        ]
        self.label("outcome", "La demande est", "The request is")
        self.label("ground", "Motif de ce qui est refusé", "Ground of what is refused")
        self.label("reason", "Explication pour la personne", "Explanation for the person")


class TellForm(Form):
    """A recipient to be told, and where."""

    recipient = forms.ChoiceField()
    email = forms.EmailField(max_length=LONGEST["email"], required=False)

    def __init__(self, *args: Any, recipients: Mapping[str, Text], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        fields["recipient"].choices = [(key, said(label)) for key, label in recipients.items()]
        self.label("recipient", "Destinataire ou sous-traitant", "Recipient or processor")
        self.label(
            "email",
            "Son adresse électronique",
            "Their e-mail address",
            "Seulement si la politique ne la donne pas.",
            "Only where the policy does not give it.",
        )


class AskCopyForm(Form):
    """A processor that is asked for its copy, and where."""

    processor = forms.ChoiceField()
    email = forms.EmailField(max_length=LONGEST["email"], required=False)

    def __init__(self, *args: Any, processors: Mapping[str, Text], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        fields["processor"].choices = [(key, said(label)) for key, label in processors.items()]
        self.label("processor", "Sous-traitant", "Processor")
        self.label(
            "email",
            "Son adresse électronique",
            "Its e-mail address",
            "Celle de la politique sinon ; sans adresse, une lettre attend d'être imprimée.",
            "That of the policy otherwise; without an address, a letter waits to be printed.",
        )


class LiftForm(Form):
    """The end of a restriction: from when, and why."""

    on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.label("on", "La limitation prend fin le", "The restriction ends on")
        self.label("reason", "Pourquoi (la personne le lira)", "Why (the person will read it)")


class NamesForm(Form):
    """The names of others that somebody found in the sentences of a package."""

    names = forms.CharField(max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.label(
            "names",
            "Autres noms à masquer (un par ligne, facultatif)",
            "Other names to mask (one a line, optional)",
        )
