"""What is said of an address to tell."""

from __future__ import annotations

from typing import Any

from django import forms

from garant.ledger.entries import KINDS
from garant.site.words import said, say


class WebhookForm(forms.Form):
    """An address, and the kinds of entries that it is told of."""

    url = forms.CharField(max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://"}))
    kinds = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["url"].label = say("Adresse à prévenir", "Address to tell")
        fields["url"].help_text = say(
            "Joignable de l’extérieur, en https.", "Reachable from outside, over https."
        )
        fields["kinds"].label = say("De quoi", "Of what")
        fields["kinds"].help_text = say("Aucune case cochée : de tout.", "None ticked: of everything.")
        fields["kinds"].choices = [(kind, said(payload.title)) for kind, payload in sorted(KINDS.items())]
