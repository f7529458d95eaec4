"""What a test looks at behind the services: the rows of a model, whoever's they are."""

from __future__ import annotations

from typing import Any

from django.db import models
from django_scopes import scopes_disabled


def seen(model: type[models.Model]) -> models.QuerySet[Any]:
    """All rows of a model, to look at."""
    with scopes_disabled():
        return model._default_manager.all()
