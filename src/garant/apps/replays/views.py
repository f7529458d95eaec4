"""The lists of keyed hashes: how long they are; whether one contact opposed, asked by name and entered in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from garant.apps.accounts import services as accounts
from garant.apps.accounts.access import member
from garant.apps.accounts.roles import May
from garant.apps.oppositions import services as oppositions
from garant.apps.policies import services as policies
from garant.apps.promises.opening.naming import names_of
from garant.apps.replays import services
from garant.policy.text import Text
from garant.site.words import said, say


class ContactForm(forms.Form):
    """An address or a number to look for."""

    contact = forms.CharField(max_length=254, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["contact"].label = say("Adresse ou numéro de téléphone", "E-mail address or telephone number")

    def clean_contact(self) -> Any:
        """In the one form that is hashed."""
        try:
            return oppositions.written(self.cleaned_data["contact"])
        except oppositions.ContactRefusedError as refusal:
            raise forms.ValidationError(said(refusal.text)) from None


@require_http_methods(["GET", "HEAD", "POST"])
@member(May.SEE, writes=May.HOLD)
def lists(request: Any) -> HttpResponse:
    """Both lists in numbers; a contact looked for is an entry of the ledger, which does not say whose."""
    form = ContactForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        accounts.looked(request.organisation, request.user, "opposition-list", people=1)
        found = oppositions.purposes_opposed(request.organisation, form.cleaned_data["contact"])
    shown = [
        one for one in services.counted(request.organisation) if request.membership.covers(system=one.system)
    ]
    labels, words = _labels(request.organisation), names_of(request.organisation)
    opposed = oppositions.counted(request.organisation).items()
    context = {
        "marks": [(one, words.system(one.system)) for one in shown],
        "total": sum(one.marks for one in shown),
        "oppositions": {
            _said(name, labels): number for name, number in opposed if _covers(request.membership, name)
        },
        "form": form,
        "found": None if found is None else [(_said(one.purpose, labels), one.at) for one in found],
    }
    return render(request, "replays/lists.html", context)


def _labels(organisation: str) -> dict[str, Text]:
    """What each use is for, as the policy in force says."""
    version = policies.published(organisation)
    found = [] if version is None else version.policy.purposes()
    return {f"{activity.key}/{purpose.key}": purpose.label for activity, purpose in found}


def _said(purpose: str, labels: Mapping[str, Text]) -> str:
    """A use in words; one that the policy no longer has, as it was called."""
    return said(labels[purpose]) if purpose in labels else purpose


def _covers(membership: Any, purpose: str) -> bool:
    """Whether the habilitation covers the activity of a purpose; all direct marketing is everybody's."""
    return not purpose or membership.covers(activity=purpose.partition("/")[0])
