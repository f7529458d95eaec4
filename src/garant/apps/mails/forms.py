"""The form of the sentences that open and close letters."""

from __future__ import annotations

from typing import Any

from django import forms

from garant.policy.text import Text
from garant.publish.letters import Frame
from garant.site.words import say


def _sentence() -> forms.CharField:
    return forms.CharField(required=False, max_length=1200, widget=forms.Textarea(attrs={"rows": 3}))


class FrameForm(forms.Form):
    """Four texts: opening and closing, in each language."""

    opening_fr = _sentence()
    opening_en = _sentence()
    closing_fr = _sentence()
    closing_en = _sentence()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        labels = {
            "opening_fr": say("Au début, en français", "At the beginning, in French"),
            "opening_en": say("Au début, en anglais", "At the beginning, in English"),
            "closing_fr": say("À la fin, en français", "At the end, in French"),
            "closing_en": say("À la fin, en anglais", "At the end, in English"),
        }
        fields: dict[str, Any] = self.fields
        for name, label in labels.items():
            fields[name].label = label

    @staticmethod
    def written(frame: Frame) -> dict[str, str]:
        """What the form shows at first."""
        return {
            "opening_fr": frame.opening.fr,
            "opening_en": frame.opening.en,
            "closing_fr": frame.closing.fr,
            "closing_en": frame.closing.en,
        }

    def frame(self) -> Frame:
        """The sentences as they were typed."""
        said = {name: str(value).replace("\r\n", "\n").strip() for name, value in self.cleaned_data.items()}
        return Frame(
            opening=Text(fr=said["opening_fr"], en=said["opening_en"]),
            closing=Text(fr=said["closing_fr"], en=said["closing_en"]),
        )
