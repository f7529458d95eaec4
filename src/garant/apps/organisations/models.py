"""A company whose policy Garant keeps; one installation serves many."""

from __future__ import annotations

from django.db import models


class Organisation(models.Model):
    """Known by its key, which never changes: the ledger and every scope name it."""

    key = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    four_eyes = models.BooleanField(default=True)
    """A plan is approved by somebody else than who made it."""
    shows_state = models.BooleanField(default=False)
    """The state of its promises is a public page."""
    look_hour = models.PositiveSmallIntegerField(default=2)
    """The hour of its own day, 0 to 23, from which its promises are looked at, once a night."""
    looked_on = models.DateField(null=True)
    """The day of its own whose look was asked for last."""
    proposes = models.BooleanField(default=True)
    """The look of the night ends with a plan for somebody to approve; none is ever run without."""

    def __str__(self) -> str:
        return self.key
