"""Where an open request stands, as staff reads it: above all, whether it waits for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from garant.apps.promises.recording.fates import fates_of
from garant.apps.rights import services
from garant.apps.rights.forms.form import ReasonForm
from garant.apps.rights.words import FOR_OTHERS, STATES, State
from garant.policy.text import Text

_CAPACITY: Final = Text(
    fr="adresse confirmée, mandat à demander", en="address confirmed, mandate to be asked for"
)
_LOOKED: Final = Text(fr="systèmes regardés, à vous de décider", en="systems looked at, yours to decide")
_RAN: Final = Text(fr="exécutée, à vous de répondre", en="carried out, yours to answer")


def standing(organisation: str, requests: Sequence[Any]) -> Mapping[str, Text]:
    """By number. A state says what Garant does; where it is done, what is left is somebody's to do."""
    looked = services.looked_at(organisation, [one.key for one in requests if one.state == State.SEARCHING])
    running = [one.plan for one in requests if one.state == State.RUNNING]
    fates = fates_of(organisation, running) if running else {}
    return {one.key: _of(one, looked, fates) for one in requests}


def _of(one: Any, looked: set[str], fates: Mapping[str, Any]) -> Text:
    _, state, _, capacity, _ = one.names()
    if state == State.IDENTITY and one.identified_by and capacity in FOR_OTHERS:
        return _CAPACITY
    if one.key in looked:
        return _LOOKED
    if state == State.RUNNING and one.plan in fates and not fates[one.plan].open:
        return _RAN
    return STATES[state]


def beside(one: Any) -> dict[str, Any]:
    """Of an erasure, what the person asked for besides, and the form of the reason that erasing what is restricted takes."""
    found, needed = services.asked_beside(one)
    words = {"fr": "Pourquoi effacer malgré la limitation", "en": "Why erase although restricted"}
    return {"beside": found, "despite": ReasonForm(**words, auto_id="despite-%s") if needed else None}
