"""What is typed about accounts and habilitations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from garant.apps.accounts.roles import TIME_BOXED, WORDS, Role
from garant.apps.accounts.services import whoever
from garant.site.words import said, say


class HabilitationForm(forms.Form):
    """A role, its last day, and what it covers."""

    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField()
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    activities = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    systems = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    clients = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(
        self,
        *args: Any,
        activities: dict[str, str],
        systems: dict[str, str],
        clients: dict[str, str],
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
            "clients": say("Pour quels clients", "For which clients"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        fields: dict[str, Any] = self.fields
        fields["role"].initial = Role.STAFF.value
        fields["role"].choices = [(role.value, said(WORDS[role])) for role in Role]
        self.fields["until"].help_text = say(
            "Facultatif ; obligatoire pour un auditeur.", "Optional; compulsory for an auditor."
        )
        everything = say("Aucune case cochée : tout.", "None ticked: everything.")
        contact = say(
            "Pour un interlocuteur du client, et lui seul.", "For a client’s contact, and for them alone."
        )
        for name, choices, help_text in (
            ("activities", activities, everything),
            ("systems", systems, everything),
            ("clients", clients, contact),
        ):
            fields[name].help_text = help_text
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
        if data.get("role") == Role.CLIENT_CONTACT and "clients" in self.fields and not data.get("clients"):
            self.add_error("clients", say("Dites pour quels clients.", "Say for which clients."))
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


class AcceptForm(forms.Form):
    """The name and the password of somebody who has no account yet."""

    name = forms.CharField(max_length=200, required=False)
    password = forms.CharField(
        max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    again = forms.CharField(
        max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._email = email
        self.fields["name"].label = say("Votre nom", "Your name")
        self.fields["password"].label = say("Mot de passe", "Password")
        self.fields["password"].help_text = say(
            "Douze caractères au moins ; une phrase se retient mieux.",
            "Twelve characters at least; a sentence is easier to remember.",
        )
        self.fields["again"].label = say("Le même, encore une fois", "The same once more")

    def clean(self) -> dict[str, Any]:
        """Strong enough, and typed twice alike."""
        data = super().clean() or {}
        password = data.get("password")
        if password and password != data.get("again"):
            self.add_error("again", say("Ce n’est pas le même.", "It is not the same."))
        if password:
            try:
                validate_password(password, whoever(self._email, data.get("name", "")))
            except ValidationError as weak:
                self.add_error("password", weak)
        return data
