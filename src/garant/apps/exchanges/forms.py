"""What is said of an organisation to link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from garant.apps.exchanges.services import ROLES, Link
from garant.policy.text import Text
from garant.site.words import said, say


class LinkForm(forms.Form):
    """Its name, its address, what it does with ours."""

    name = forms.CharField(max_length=120)
    url = forms.CharField(max_length=400, widget=forms.URLInput(attrs={"placeholder": "https://"}))
    roles = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    systems = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    party = forms.ChoiceField(required=False)
    token = forms.CharField(
        max_length=2000, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )

    def __init__(
        self, *args: Any, systems: Mapping[str, Text], parties: Mapping[str, Text], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["name"].label = say("Nom de l’organisation", "Name of the organisation")
        fields["url"].label = say("Adresse de son service OpenDSR", "Address of its OpenDSR service")
        fields["url"].help_text = say(
            "Celle à laquelle on ajoute /discovery et /requests. Nos messages ne vont qu’à ce domaine.",
            "The one to which /discovery and /requests are added. Our messages go to this domain alone.",
        )
        fields["roles"].label = say("Ce qu’elle fait avec nous", "What it does with us")
        fields["roles"].choices = [(key, said(text)) for key, text in ROLES.items()]
        fields["systems"].label = say("Systèmes qui tiennent ses données", "Systems that hold its data")
        fields["systems"].help_text = say(
            "Pour un client : ses demandes n’atteignent que ceux-ci.",
            "For a client: its requests reach these alone.",
        )
        fields["systems"].choices = [(key, said(text)) for key, text in systems.items()]
        fields["party"].label = say("Qui elle est dans la politique", "Who it is in the policy")
        fields["party"].help_text = say(
            "Pour un destinataire ou un sous-traitant.", "For a recipient or a processor."
        )
        fields["party"].choices = [("", "—"), *((key, said(text)) for key, text in parties.items())]
        fields["token"].label = say("Jeton qu’elle nous a remis", "Token that it gave us")
        fields["token"].help_text = say(
            "Pour aller chez elle : il est gardé chiffré, et n’est plus montré.",
            "To go there: it is kept encrypted, and not shown again.",
        )

    def asked(self) -> Link:
        """The organisation to link; the form is valid."""
        data = self.cleaned_data
        return Link(data["name"], data["url"], data["roles"], data["systems"], data["party"], data["token"])
