"""What is typed about accounts and habilitations."""

from __future__ import annotations

from typing import Any

from django import forms

from garant.apps.accounts.roles import TIME_BOXED, WORDS, Role
from garant.site.words import said, say


class HabilitationForm(forms.Form):
    """A role, its last day, and what it covers."""

    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField()
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    activities = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    systems = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        activities: dict[str, str],
        systems: dict[str, str],
        known: bool = False,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        labels = {
            "email": say("Adresse électronique", "E-mail address"),
            "name": say("Nom", "Name"),
            "role": say("Rôle", "Role"),
            "until": say("Dernier jour", "Last day"),
            "activities": say("Activités couvertes", "Activities covered"),
            "systems": say("Systèmes couverts", "Systems covered"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        fields: dict[str, Any] = self.fields
        fields["role"].choices = [(role.value, said(WORDS[role])) for role in Role]
        self.fields["until"].help_text = say(
            "Facultatif ; obligatoire pour un auditeur.", "Optional; compulsory for an auditor."
        )
        for name, choices in (("activities", activities), ("systems", systems)):
            fields[name].help_text = say("Aucune case cochée : tout.", "None ticked: everything.")
            held = {key: key for key in self.initial.get(name, ()) if key not in choices}
            fields[name].choices = [*choices.items(), *held.items()]
            if not fields[name].choices:
                del fields[name]
        if known:
            del self.fields["email"], self.fields["name"]

    def clean(self) -> dict[str, Any]:
        """An auditor's role ends on a day."""
        data = super().clean() or {}
        if data.get("role") in {role.value for role in TIME_BOXED} and not data.get("until"):
            self.add_error(
                "until",
                say("Ce rôle prend fin un jour : dites lequel.", "This role ends on a day: say which."),
            )
        return data


class AttestationForm(forms.Form):
    """When somebody was trained, and signed their undertaking of confidentiality."""

    trained = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    confidentiality = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["trained"].label = say("Dernière formation", "Last training")
        self.fields["confidentiality"].label = say(
            "Engagement de confidentialité signé le", "Confidentiality undertaking signed on"
        )
