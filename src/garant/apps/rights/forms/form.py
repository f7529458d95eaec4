"""What all forms are made of: a field named, words for the person, and the mark of a page that this site made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.signing import BadSignature, TimestampSigner

from garant.site.words import say

HOURS = 4
"""How long a page with a form may stay open before it is sent."""

_SALT = "garant.requests"


def token(organisation: str) -> str:
    """What a form carries to show that this site made it, not long ago: in place of a cookie."""
    return TimestampSigner(salt=_SALT).sign(organisation)


def fresh(organisation: str, value: str) -> bool:
    """Whether this is such a token, of this organisation."""
    try:
        return TimestampSigner(salt=_SALT).unsign(value, max_age=HOURS * 3600) == organisation
    except BadSignature:
        return False


class Form(forms.Form):
    use_required_attribute = True

    def label(self, name: str, fr: str, en: str, help_fr: str = "", help_en: str = "") -> None:
        """Name a field, and say why it is asked."""
        fields: dict[str, Any] = self.fields
        fields[name].label = say(fr, en)
        fields[name].help_text = say(help_fr, help_en)


class ReasonForm(Form):
    """Words that the person will read."""

    reason = forms.CharField(max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, fr: str, en: str, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.label("reason", fr, en)
