"""A right as whoever asks reads it."""

from __future__ import annotations

from typing import Final

from garant.apps.rights.words import RIGHTS, Asked, Capacity, Right
from garant.policy.text import Text

_AFTER_DEATH: Final = Asked(
    Text(fr="Données d’une personne décédée", en="Data of a person who died"),
    Text(
        fr="Ses directives sont suivies. Sans elles, la loi donne aux héritiers ce que la succession demande.",
        en="Their directives are followed. Without any, the law gives heirs what settling the estate requires.",
    ),
    RIGHTS[Right.POST_MORTEM].article,
)


def asked_as(right: Right, capacity: Capacity) -> Asked:
    """A right as whoever asks reads it: nobody decides for after their own death in somebody else's name."""
    late = right == Right.POST_MORTEM and capacity != Capacity.SELF
    return _AFTER_DEATH if late else RIGHTS[right]
