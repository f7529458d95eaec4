"""What the pages of the archive ask: by what a person is known, why a record is opened, who may open one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from garant.apps.archives.services import SHORTEST_REASON
from garant.site.words import say


class FindForm(forms.Form):
    """By what somebody is known."""

    kind = forms.ChoiceField()
    value = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["kind"].label = say("La personne est connue par", "The person is known by")
        fields["kind"].choices = [
            ("email", say("son adresse électronique", "their e-mail address")),
            ("phone", say("son numéro de téléphone", "their telephone number")),
            ("number", say("un numéro, de client par exemple", "a number, of a customer for instance")),
            ("key", say("sa clé dans le système", "their key in the system")),
        ]
        fields["value"].label = say("Adresse, numéro ou clé", "Address, number or key")
        fields["value"].help_text = say(
            "Une clé s'écrit système/table/clé, par exemple crm/person/12.",
            "A key is written system/table/key, such as crm/person/12.",
        )


class ReasonForm(forms.Form):
    """Why a record is opened."""

    reason = forms.CharField(
        min_length=SHORTEST_REASON, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["reason"].label = say("Pourquoi, en une phrase", "Why, in a sentence")
        fields["reason"].help_text = say(
            "Gardé chiffré ; le registre des preuves n'en tient que l'empreinte.",
            "Kept encrypted; the ledger holds its digest alone.",
        )


class ReleaseForm(forms.Form):
    """What was decided of the values that a lifted restriction left."""

    decision = forms.CharField(
        min_length=SHORTEST_REASON, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    sure = forms.BooleanField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["decision"].label = say(
            "Ce qui a été décidé, en une phrase", "What was decided, in a sentence"
        )
        fields["decision"].help_text = say(
            "Gardé chiffré ; le registre des preuves n'en tient que l'empreinte.",
            "Kept encrypted; the ledger holds its digest alone.",
        )
        fields["sure"].label = say(
            "Le système porte ce qu'il doit porter ; ces valeurs-ci ne serviront plus",
            "The system holds what it has to hold; these values will serve no more",
        )


class AllowForm(forms.Form):
    """Who may consult the archive, and until when."""

    actor = forms.ChoiceField()
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, people: Mapping[str, str], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        fields: dict[str, Any] = self.fields
        fields["actor"].label = say("Qui", "Who")
        fields["actor"].choices = list(people.items())
        fields["until"].label = say("Dernier jour, s'il y en a un", "Last day, if there is one")

    def clean_until(self) -> date | None:
        """A day that is not over."""
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self._today:
            raise forms.ValidationError(say("Ce jour est déjà passé.", "This day is over already."))
        return until
