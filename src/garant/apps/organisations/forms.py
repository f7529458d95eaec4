"""What is chosen for an organisation."""

from __future__ import annotations

from typing import Any

from django import forms

from garant.site.words import say


class SettingsForm(forms.Form):
    """Who approves, what is public, and when the look of the night is."""

    four_eyes = forms.BooleanField(required=False)
    shows_state = forms.BooleanField(required=False)
    look_hour = forms.TypedChoiceField(coerce=int)
    proposes = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        labels = {
            "four_eyes": say("Quatre yeux", "Four eyes"),
            "shows_state": say("État public des promesses", "Public state of the promises"),
            "look_hour": say("Heure du regard de la nuit", "Hour of the look of the night"),
            "proposes": say("Proposer un plan chaque nuit", "Propose a plan every night"),
        }
        helps = {
            "four_eyes": say("Qui a fait un plan ne l’approuve pas.", "Who made a plan does not approve it."),
            "shows_state": say(
                "Une page sans compte dit, promesse par promesse, si elle est tenue.",
                "A page without an account says of each promise whether it is kept.",
            ),
            "look_hour": say(
                "À l’heure de l’organisation. Garant regarde alors chaque promesse.",
                "In the organisation’s time. Garant then looks at each promise.",
            ),
            "proposes": say(
                "Le plan attend d’être approuvé : Garant n’exécute jamais rien sans qu’une personne l’ait approuvé.",
                "The plan waits to be approved: Garant never carries anything out that a person has not approved.",
            ),
        }
        for name, label in labels.items():
            fields[name].label, fields[name].help_text = label, helps[name]
        fields["look_hour"].choices = [(hour, say(f"{hour} h", f"{hour:02}:00")) for hour in range(24)]
