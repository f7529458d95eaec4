"""What is said of a token to make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from garant.apps.accounts.roles import RIGHTS, May
from garant.site.words import said, say


class TokenForm(forms.Form):
    """Its name, what it may do of what the person may, and its last day."""

    name = forms.CharField(max_length=100)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    until = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, membership: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["name"].label = say("À quoi il sert", "What it is for")
        fields["scopes"].label = say("Ce qu’il peut faire", "What it may do")
        fields["scopes"].choices = [(one.value, said(RIGHTS[one])) for one in May if membership.may(one)]
        fields["scopes"].help_text = say(
            "Jamais plus que vous : ce qui vous est retiré lui est retiré.",
            "Never more than you: what is taken from you is taken from it.",
        )
        fields["until"].label = say("Dernier jour", "Last day")
        fields["until"].help_text = say("Dans un an au plus.", "Within a year.")
        fields["until"].initial = datetime.now(UTC).date() + timedelta(days=90)
