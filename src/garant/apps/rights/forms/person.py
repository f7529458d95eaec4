"""What the pages ask of a person: as little as answering takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from garant.apps.rights.forms.form import Form
from garant.apps.rights.receiving.intake import LONGEST, cleaned
from garant.apps.rights.words import (
    WISHES,
    Capacity,
    Right,
    Wish,
)
from garant.policy.text import Text
from garant.site.words import said, say

SHORTEST_NUMBER = 6
"""Digits of a telephone, at least."""


class RequestForm(Form):
    """What a person says of themselves, or of the person they ask for."""

    purpose = forms.ChoiceField(required=False)
    name = forms.CharField(max_length=LONGEST["name"], widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        max_length=LONGEST["email"], widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    phone = forms.CharField(
        max_length=LONGEST["phone"], required=False, widget=forms.TextInput(attrs={"autocomplete": "tel"})
    )
    wish = forms.ChoiceField()
    trusted_name = forms.CharField(max_length=LONGEST["name"], required=False)
    trusted_email = forms.EmailField(max_length=LONGEST["email"], required=False)
    about_name = forms.CharField(max_length=LONGEST["name"], required=False)
    about_email = forms.EmailField(max_length=LONGEST["email"], required=False)
    about_phone = forms.CharField(max_length=LONGEST["phone"], required=False)
    message = forms.CharField(
        max_length=LONGEST["message"], required=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(
        self, *args: Any, right: Right, capacity: Capacity, purposes: Mapping[str, Text], **kwargs: Any
    ) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._label_all(capacity)
        fields: dict[str, Any] = self.fields
        if right in (Right.OBJECTION, Right.CONSENT):
            none = say("Toute publicité", "All advertising") if right == Right.OBJECTION else _choose()
            everything = [("", none)]
            fields["purpose"].choices = [*everything, *((key, said(text)) for key, text in purposes.items())]
            fields["purpose"].required = right == Right.CONSENT
        else:
            del fields["purpose"]
        if right == Right.POST_MORTEM and capacity == Capacity.SELF:
            wishes = ((key.value, said(text)) for key, text in WISHES.items())
            fields["wish"].choices = [("", _choose()), *wishes]
        else:
            for name in ("wish", "trusted_name", "trusted_email"):
                del fields[name]
        for name in ("about_name", "about_email", "about_phone"):
            if capacity == Capacity.SELF:
                del fields[name]
            else:
                fields[name].required = name == "about_name"
        if capacity != Capacity.SELF:
            del fields["phone"]

    def clean_phone(self) -> str:
        return self._number("phone")

    def clean_about_phone(self) -> str:
        return self._number("about_phone")

    def _number(self, field: str) -> str:
        """A telephone by which nobody could be found is refused at once, not searched for in vain."""
        given: str = self.cleaned_data[field]
        if given.strip() and sum(letter.isdigit() for letter in given) < SHORTEST_NUMBER:
            raise forms.ValidationError(
                say(
                    "Écrivez le numéro en chiffres, ou laissez ce champ vide.",
                    "Write the number in digits, or leave this empty.",
                )
            )
        return given

    def clean(self) -> dict[str, Any]:
        """A copy that is to be handed over needs somebody to hand it to."""
        data: dict[str, Any] = super().clean() or {}
        if (
            data.get("wish") == Wish.HAND
            and not data.get("trusted_email")
            and "trusted_email" not in self.errors
        ):
            self.add_error(
                "trusted_email",
                say(
                    "Donnez son adresse : sans elle, nous ne saurions pas à qui remettre la copie.",
                    "Give their address: without it, we could not tell to whom to hand the copy.",
                ),
            )
        return data

    def _label_all(self, capacity: Capacity) -> None:
        self.label("purpose", "Quel usage", "Which use")
        self.label("name", "Votre nom", "Your name")
        self.label(
            "email",
            "Votre adresse électronique",
            "Your e-mail address",
            "Nous y envoyons un code, puis la réponse. Donnez celle que nous connaissons, s'il y en a une.",
            "We send a code there, then the answer. Give the one that we know, if there is one.",
        )
        if capacity != Capacity.SELF:
            self.fields["email"].help_text = say(
                "Nous y envoyons un code, puis la réponse.", "We send a code there, then the answer."
            )
        self.label(
            "phone",
            "Votre téléphone (facultatif)",
            "Your telephone (optional)",
            "Seulement si nous vous connaissons par lui.",
            "Only if that is how we know you.",
        )
        self.label("wish", "Ce que vos données deviendront", "What will become of your data")
        self.label(
            "trusted_name",
            "Votre personne de confiance (facultatif)",
            "The person you trust (optional)",
            "Elle pourra demander que vos directives soient suivies.",
            "They may ask that your directives be followed.",
        )
        self.label(
            "trusted_email", "Son adresse électronique (facultatif)", "Their e-mail address (optional)"
        )
        late = capacity == Capacity.HEIR
        self.label(
            "about_name",
            "Nom de la personne décédée" if late else "Nom de cette personne",
            "That person’s name",
        )
        self.label("about_email", "Son adresse électronique (facultatif)", "Their e-mail address (optional)")
        self.label("about_phone", "Son téléphone (facultatif)", "Their telephone (optional)")
        self.label(
            "message",
            "Précisions (facultatif)",
            "Details (optional)",
            "N'écrivez rien de sensible, et ne joignez aucune pièce d'identité.",
            "Write nothing sensitive, and give no identity document.",
        )


def _choose() -> str:
    """Where nothing is chosen for the person."""
    return say("Choisissez", "Choose")


class QuestionForm(Form):
    """A question that the person picks, and what they answer: in words, so that nothing is told by choices."""

    question = forms.ChoiceField()
    answer = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, questions: Mapping[str, Text], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        fields: dict[str, Any] = self.fields
        fields["question"].choices = [(key, said(text)) for key, text in questions.items()]
        self.label("question", "La question", "The question")
        self.label(
            "answer",
            "Votre réponse",
            "Your answer",
            "Un mois s'écrit 03/2025, une date 17/05/1980, un montant 120,50.",
            "A month is written 03/2025, a date 17/05/1980, an amount 120.50.",
        )


class ReceiverForm(Form):
    """For a portability: to whom the data go directly, and that the person agrees."""

    receiver = forms.ChoiceField(required=False)
    other = forms.CharField(max_length=LONGEST["name"], required=False)
    consents = forms.BooleanField(required=False)

    def __init__(self, *args: Any, receivers: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self._names = receivers
        fields: dict[str, Any] = self.fields
        fields["receiver"].choices = [
            *receivers.items(),
            ("", say("Une autre organisation", "Another organisation")),
        ]
        self.label("receiver", "À qui", "To whom")
        self.label(
            "other",
            "Si c'est une autre : son nom",
            "If another: its name",
            "Si nous ne pouvons pas la joindre ainsi, vous recevrez vos données, et la lettre le dira.",
            "If we cannot reach it so, you will receive your data, and the letter will say so.",
        )
        self.label(
            "consents",
            "J'accepte que mes données lui soient transmises",
            "I agree that my data are transmitted to it",
        )

    def said(self) -> tuple[str, str, bool]:
        """The key of the receiver, its name, and whether the person agrees; the form is valid."""
        data = self.cleaned_data
        key = data["receiver"]
        return key, self._names.get(key, cleaned("name", data["other"])), data["consents"]
