"""What the suppression list does not do, and what to do instead."""

from __future__ import annotations

from datetime import date

from garant.apps.promises.refusals import RefusedError
from garant.policy.periods import Period
from garant.policy.saying import day, period
from garant.policy.text import Text


def day_to_come(before: date, *, today: date) -> RefusedError:
    """All of the list would go, what is erased today too."""
    wanted, now = day(before), day(today)
    return RefusedError(
        Text(
            fr=f"Le {wanted.fr} n’est pas encore venu\u202f: nous sommes le {now.fr}. Rien n’est oublié.",
            en=f"{wanted.en} has not come yet: it is {now.en}. Nothing is forgotten.",
        ),
        Text(
            fr="Donnez le jour avant lequel aucune sauvegarde n’est plus gardée.",
            en="Give the day before which no backup is kept any more.",
        ),
    )


def copy_keeps(system: str, copy: Text, kept: Period, *, until: date) -> RefusedError:
    """A copy that the map declares is older than that: it may bring back whom nobody would know any more."""
    lasts, first = period(kept), day(until)
    return RefusedError(
        Text(
            fr=f"Une copie de {system}, «\u202f{copy.say('fr')}\u202f», garde {lasts.fr} ce qui est effacé\u202f: "
            "restaurée, elle ramènerait des personnes que plus rien ne ferait reconnaître. Rien n’est oublié.",
            en=f"A copy of {system}, “{copy.say('en')}”, keeps for {lasts.en} what is erased: restored, it would bring back "
            "people whom nothing would know any more. Nothing is forgotten.",
        ),
        Text(
            fr=f"Au plus tard\u202f: --forget-before {until.isoformat()} (le {first.fr}). Si la copie garde moins longtemps, "
            "corrigez la carte.",
            en=f"At the latest: --forget-before {until.isoformat()} ({first.en}). If the copy keeps for less, mend the map.",
        ),
    )
